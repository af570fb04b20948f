import { type AddressInfo } from 'node:net';
import { Logger } from '@nestjs/common';
import { type NestExpressApplication } from '@nestjs/platform-express';
import { QueryFailedError } from 'typeorm';
import { createApplication } from '../../src/application.js';
import { readConfig } from '../../src/core/config.js';
import { createLog, describeError } from '../../src/core/logging.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { requestToken } from '../support/app.js';
import { alertInput, renditionInput } from '../support/factories.js';
import { Http, expectStatus } from '../support/http.js';

const CANARY = 'canary7f3a';
const STEWARD = { clientId: 'steward', clientSecret: `${CANARY}-secret-of-the-steward` };
const METRICS_TOKEN = `${CANARY}-token-of-the-metrics`;

type Line = Record<string, unknown>;

describe('the log', () => {
  let database: TestDatabase;
  let app: NestExpressApplication;
  let anonymous: Http;
  let steward: Http;
  let text = '';
  const lines = (): Line[] =>
    text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Line);
  /** The line is written when the connection is done with the answer, which may be after the caller is. */
  const lineOf = async (requestId: string): Promise<Line | undefined> => {
    for (let turn = 0; turn < 1000; turn++) {
      const line = lines().find((one) => one['requestId'] === requestId && one['msg'] === 'request');
      if (line) return line;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return undefined;
  };

  beforeAll(async () => {
    database = await testDatabase();
    const config = readConfig({
      DATABASE_URL: database.serviceUrl,
      BACKGROUND_DATABASE_URL: database.backgroundUrl,
      SLT_STEWARD_CLIENT_ID: STEWARD.clientId,
      SLT_STEWARD_CLIENT_SECRET: STEWARD.clientSecret,
      SLT_METRICS_TOKEN: METRICS_TOKEN,
      SLT_LOG_LEVEL: 'debug',
      SLT_TRUST_PROXY: '1',
    });
    const log = createLog('debug', { write: (line: string) => void (text += line) });
    app = await createApplication(config, database, 'http://127.0.0.1', log);
    const server = app.getHttpServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    anonymous = new Http(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const { access_token } = expectStatus(await requestToken(anonymous, STEWARD), 200);
    steward = anonymous.with({ Authorization: `Bearer ${access_token}` });
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  it('has one line for each request: who, what, from where, how it ended', async () => {
    await steward.get('/v1/alerts/01890000-0000-7000-8000-000000000000', {
      headers: { 'X-Request-Id': 'the-one', 'X-Forwarded-For': '203.0.113.9' },
    });
    expect(await lineOf('the-one')).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as string,
      pid: process.pid,
      msg: 'request',
      requestId: 'the-one',
      method: 'GET',
      route: '/v1/alerts/:id',
      status: 404,
      ms: expect.any(Number) as number,
      client: 'steward',
      partner: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      problem: 'not-found',
      address: '203.0.113.9',
    });
    expect(lines().filter((line) => line['requestId'] === 'the-one')).toHaveLength(1);
  });

  it('names the client that lacks a scope', async () => {
    const { access_token } = expectStatus(await requestToken(anonymous, STEWARD, 'alerts:read'), 200);
    const narrow = anonymous.with({ Authorization: `Bearer ${access_token}` });
    await narrow.get('/v1/partners', { headers: { 'X-Request-Id': 'too-narrow' } });
    expect(await lineOf('too-narrow')).toMatchObject({
      client: 'steward',
      status: 403,
      problem: 'forbidden',
    });
  });

  it('ties no report to the id that its sender gave the request', async () => {
    const own = 'id-of-the-sender';
    const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
    const sent: Record<string, string>[] = [
      { 'X-Request-Id': own },
      { traceparent: `00-${trace}-00f067aa0ba902b7-01` },
      {},
    ];
    for (const headers of sent) {
      const answer = await steward.get('/v1/reports', { headers });
      await anonymous.get('/v1/reports', { headers });
      await anonymous.get('/v1/nowhere', { headers: { 'X-Request-Id': 'after-the-report' } });
      await lineOf('after-the-report');
      for (const id of [own, trace, answer.headers.get('x-request-id') ?? '']) expect(text).not.toContain(id);
    }
    const reports = lines().filter(({ route }) => route === '/v1/reports');
    expect(reports).toHaveLength(6);
    expect(new Set(reports.map(({ requestId }) => requestId)).size).toBe(6);
  });

  it('keeps quiet about probes that find everything well', async () => {
    await anonymous.get('/health/ready', { headers: { 'X-Request-Id': 'probe' } });
    expect(await lineOf('probe')).toMatchObject({ level: 'debug' });
  });

  it('repeats nothing of content, queries, credentials and headers, whatever happens to them', async () => {
    const rendition = renditionInput({
      texts: [{ language: 'en', headline: `${CANARY} headline`, description: `${CANARY} description` }],
    });
    const created = await steward.post<{ id: string }>(
      '/v1/alerts',
      alertInput({ event: `${CANARY} event`, renditions: [rendition] }),
      { headers: { 'Idempotency-Key': `${CANARY}-key` } },
    );
    expectStatus(created, 201);
    const { id } = created.body;
    const sneaky = {
      'User-Agent': CANARY,
      Cookie: `a=${CANARY}`,
      Referer: `http://${CANARY}.example`,
      'X-Request-Id': `${CANARY} is not an id\\n`,
      'If-None-Match': `"${CANARY}"`,
      'Accept-Language': CANARY,
    };
    await steward.get('/v1/alerts', { query: { text: CANARY, [CANARY]: 1 }, headers: sneaky });
    await steward.get('/v1/alerts', { query: { q: CANARY, cursor: CANARY } });
    await steward.get(`/v1/alerts/${CANARY}`);
    await steward.get(`/${CANARY}/x`, { headers: sneaky });
    await steward.get(`/v1/alerts/${id}`, { headers: sneaky });
    await steward.post('/v1/alerts', { [CANARY]: CANARY });
    await steward.post('/v1/alerts', `{"${CANARY}`, { headers: { 'Content-Type': 'application/json' } });
    await steward.post('/v1/alerts', `<${CANARY}/>`, { headers: { 'Content-Type': 'application/cap+xml' } });
    await steward.post('/v1/partners', { code: CANARY, name: `${CANARY}\u0000`, kind: CANARY });
    await steward.post(`/v1/alerts/${id}/cancellation`, { note: CANARY });
    await anonymous.get('/v1/alerts', { headers: { Authorization: `Bearer ${CANARY}` } });
    await anonymous.get('/v1/alerts', { query: { access_token: CANARY } });
    await anonymous.get('/metrics', { headers: { Authorization: `Bearer ${METRICS_TOKEN}` } });
    await requestToken(anonymous, { clientId: STEWARD.clientId, clientSecret: `${CANARY}-wrong` });
    await requestToken(anonymous, { clientId: CANARY, clientSecret: CANARY });
    await requestToken(anonymous, STEWARD, CANARY);
    await anonymous.post('/oauth/token', `grant_type=${CANARY}&client_assertion=${CANARY}`, {
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    });
    await anonymous.get('/v1/nowhere', { headers: { 'X-Request-Id': 'the-last' } });
    await lineOf('the-last');
    expect(text.split('\n').filter((line) => line.includes(CANARY))).toEqual([]);
    expect(lines().length).toBeGreaterThan(20);
    expect(lines().filter(({ level }) => level === 'error' || level === 'fatal')).toEqual([]);
  });

  it('cannot be made to hold a line that is not ours', () => {
    const before = lines().length;
    new Logger('Test').warn('one\n{"level":"fatal","msg":"forged"}\r\u001b[31m');
    expect(lines()).toHaveLength(before + 1);
    expect(lines().at(-1)).toMatchObject({ level: 'warn', context: 'Test' });
  });
});

describe('what is logged of a failure', () => {
  it('is kind and place of what quotes its input, and the whole of a bug of ours', () => {
    const driver = Object.assign(new Error(`invalid input syntax for type uuid: "${CANARY}"`), {
      code: '22P02',
      routine: 'string_to_uuid',
      detail: CANARY,
    });
    const failed = describeError(new QueryFailedError('select $1', [CANARY], driver));
    expect(failed).toMatchObject({ name: 'QueryFailedError', code: '22P02', routine: 'string_to_uuid' });
    expect(JSON.stringify(failed)).not.toContain(CANARY);
    let parsed: unknown;
    try {
      JSON.parse(`{"${CANARY}`);
    } catch (error) {
      parsed = describeError(error);
    }
    expect(JSON.stringify(parsed)).not.toContain(CANARY);
    expect(describeError(new TypeError('x is not a function'))).toMatchObject({
      name: 'TypeError',
      message: 'x is not a function',
      stack: expect.arrayContaining([expect.stringContaining('logs.spec')]) as string[],
    });
  });
});
