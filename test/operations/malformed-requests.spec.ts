import { once } from 'node:events';
import { connect } from 'node:net';
import fc from 'fast-check';
import { startApp, type TestApp } from '../support/app.js';
import { alertInput } from '../support/factories.js';
import { type Problem } from '../support/http.js';
import { type RawAnswer, sendRaw } from './raw-http.js';

let app: TestApp;
let port: number;
let authorization: string;

beforeAll(async () => {
  app = await startApp();
  port = Number(new URL(app.url).port);
  authorization = (app.steward as unknown as { headers: { Authorization: string } }).headers.Authorization;
});
afterAll(() => app.close());

const request = (line: string, ...headers: string[]): string =>
  [line, `Host: 127.0.0.1:${port}`, `Authorization: ${authorization}`, ...headers, '', ''].join('\r\n');

function expectProblem(answer: RawAnswer | null, status: number): void {
  expect(answer?.status).toBe(status);
  expect(answer?.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  expect(answer?.headers.get('x-content-type-options')).toBe('nosniff');
  expect(JSON.parse(answer?.body ?? '')).toMatchObject({ status, type: expect.any(String) as string });
}

describe('what is not a well-formed request', () => {
  it.each([
    ['noise', 'hello\r\n\r\n', 400],
    ['an unknown method', request('BREW /v1/alerts HTTP/1.1'), 400],
    ['a null byte in the path', request('GET /v1/al\0erts HTTP/1.1'), 400],
    ['a header without a name', request('GET /v1/alerts HTTP/1.1', ': x'), 400],
    ['a null byte in a header', request('GET /v1/alerts HTTP/1.1', 'X-A: a\0b'), 400],
    ['two lengths', request('POST /v1/alerts HTTP/1.1', 'Content-Length: 1', 'Content-Length: 2'), 400],
    [
      'length and chunks',
      request('POST /v1/alerts HTTP/1.1', 'Content-Length: 1', 'Transfer-Encoding: chunked'),
      400,
    ],
    ['a negative length', request('POST /v1/alerts HTTP/1.1', 'Content-Length: -1'), 400],
    [
      'a broken chunk',
      `${request('POST /v1/alerts HTTP/1.1', 'Content-Type: application/json', 'Transfer-Encoding: chunked')}zz\r\n`,
      400,
    ],
    ['no host', 'GET /v1/alerts HTTP/1.1\r\n\r\n', 400],
    ['headers without end', request('GET /v1/alerts HTTP/1.1', `X-A: ${'a'.repeat(20_000)}`), 431],
    ['a long address', request(`GET /v1/alerts?${'a'.repeat(20_000)} HTTP/1.1`), 431],
    ['a tunnel', 'CONNECT example.org:443 HTTP/1.1\r\nHost: example.org\r\n\r\n', 405],
  ])('is refused with a problem: %s', async (_, bytes, status) => {
    expectProblem(await sendRaw(port, bytes), status);
  });

  it.each([
    ['bad percent-encoding', 'GET /v1/alerts/%E0%A4%A', 400],
    ['an encoded null byte', 'GET /v1/alerts/%00', 404],
    ['a parent folder', 'GET /v1/../../etc/passwd', 404],
    ['an unknown route', 'GET /v2/alerts', 404],
    ['an absolute address', 'GET http://example.org/nowhere', 404],
    ['a double slash', 'GET //v1/alerts', 404],
    ['an unknown route with a method of its own', 'PUT /v1/alerts', 404],
    ['OPTIONS', 'OPTIONS /v1/alerts', 405],
    ['OPTIONS of everything', 'OPTIONS *', 405],
    ['TRACE', 'TRACE /v1/alerts', 405],
    ['a method of others', 'PROPFIND /v1/alerts', 405],
  ])('is answered with a problem: %s', async (_, line, status) => {
    expectProblem(await sendRaw(port, request(`${line} HTTP/1.1`)), status);
  });

  it('says which methods there are when it refuses one', async () => {
    const answer = await sendRaw(port, request('TRACE /v1/alerts HTTP/1.1'));
    expect(answer?.headers.get('allow')).toBe('GET, HEAD, POST, PUT, PATCH, DELETE');
    expect(answer?.body).not.toContain('Authorization');
  });

  it('answers HEAD like GET, without a body', async () => {
    const found = await app.steward.send('HEAD', '/v1/alerts');
    expect([found.status, found.text]).toEqual([200, '']);
    const missing = await app.steward.send('HEAD', '/v1/nowhere');
    expect([missing.status, missing.text]).toEqual([404, '']);
    expect(missing.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  });
});

describe('a body', () => {
  it('that is too large is refused before it is read', async () => {
    const answer = await sendRaw(
      port,
      request('POST /v1/alerts HTTP/1.1', 'Content-Type: application/json', 'Content-Length: 10485760'),
    );
    expectProblem(answer, 413);
  });

  it('that is too large is refused to a client that sends it all the same', async () => {
    const body = JSON.stringify({ ...alertInput(), event: 'x'.repeat(10 * 1024 * 1024) });
    const answer = await app.steward.post<Problem>('/v1/alerts', body, {
      headers: { 'Content-Type': 'application/json' },
    });
    expect([answer.status, answer.body.type]).toEqual([413, '/problems/content-too-large']);
    expect((await app.steward.get('/v1/me')).status).toBe(200);
  });

  it('that is too large in chunks is refused', async () => {
    const head = request(
      'POST /v1/alerts HTTP/1.1',
      'Content-Type: application/json',
      'Transfer-Encoding: chunked',
    );
    const chunk = `${(65_536).toString(16)}\r\n${' '.repeat(65_536)}\r\n`;
    expectProblem(await sendRaw(port, `${head}${chunk.repeat(20)}0\r\n\r\n`), 413);
  });

  it('of CAP may be larger, and has its own limit', async () => {
    const send = (length: number): Promise<RawAnswer | null> =>
      sendRaw(
        port,
        request('POST /v1/alerts HTTP/1.1', 'Content-Type: application/cap+xml', `Content-Length: ${length}`),
        500,
      );
    expect(await send(2 * 1024 * 1024)).toBeNull();
    expectProblem(await send(2 * 1024 * 1024 + 1), 413);
  });

  it('is not asked for when it would be refused anyway', async () => {
    const answer = await sendRaw(
      port,
      request(
        'POST /v1/alerts HTTP/1.1',
        'Content-Type: application/json',
        'Content-Length: 10485760',
        'Expect: 100-continue',
      ),
    );
    expectProblem(answer, 413);
    const small = await sendRaw(
      port,
      request(
        'POST /v1/alerts HTTP/1.1',
        'Content-Type: application/json',
        'Content-Length: 9',
        'Expect: 100-continue',
      ),
      1000,
    );
    expect(small?.status).toBe(100);
    expectProblem(
      await sendRaw(
        port,
        `${request('POST /v1/alerts HTTP/1.1', 'Content-Type: application/json', 'Content-Length: 2', 'Expect: wonders')}{}`,
      ),
      400,
    );
  });

  it('that is no JSON, or packed in a way that nobody knows, is refused', async () => {
    const send = (text: string, headers: Record<string, string> = {}) =>
      app.steward.post<Problem>('/v1/alerts', text, {
        headers: { 'Content-Type': 'application/json', ...headers },
      });
    for (const text of ['{', 'null', '"text"', '[]', '{"a":1}x', '\u0000', '1e999']) {
      expect([text, (await send(text)).status]).toEqual([text, 400]);
    }
    expect((await send('{}', { 'Content-Encoding': 'wonders' })).status).toBe(415);
    expect((await send('{}', { 'Content-Encoding': 'gzip' })).status).toBe(400);
    expect((await send('{}', { 'Content-Type': 'application/json; charset=klingon' })).status).toBe(415);
    expect((await send('{}', { 'Content-Type': 'text/html' })).status).toBe(415);
  });
});

describe('a client that dawdles', () => {
  it('with its headers is told so and parted with', async () => {
    const socket = connect(port, '127.0.0.1');
    socket.write('GET /v1/alerts HTTP/1.1\r\nHost: x\r\n');
    let text = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    await once(socket, 'close');
    expect(text).toMatch(/^HTTP\/1\.1 408 /);
    expect(text).toContain('/problems/request-timeout');
  });
});

describe('whatever comes', () => {
  const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND'];
  const ID = '01890000-0000-7000-8000-000000000000';
  const PATHS = [
    '/v1/alerts',
    `/v1/alerts/${ID}`,
    `/v1/alerts/${ID}/updates`,
    `/v1/alerts/${ID}/cancellation`,
    '/v1/partners',
    `/v1/partners/${ID}`,
    `/v1/partners/${ID}/clients`,
    '/v1/arrangements',
    `/v1/arrangements/${ID}/members`,
    '/v1/changes',
    '/v1/feeds/alerts.atom',
    '/v1/me',
    '/health/live',
    '/metrics',
    '/docs',
    '/',
    '/oauth/token',
    '/oauth/jwks',
  ];
  const nasty = fc.constantFrom(
    '%00',
    '%E0%A4%A',
    '%ff',
    '..%2f..',
    "'--",
    '\\',
    '%0d%0aSet-Cookie:a=b',
    '{{7*7}}',
    '%u0000',
    '-1',
    '1e309',
    'NaN',
    '[]',
    '%F0%9F%92%A9',
    'constructor',
    '__proto__',
    '0',
    '9'.repeat(40),
    'a'.repeat(3000),
  );
  const name = fc.constantFrom(
    'limit',
    'cursor',
    'after',
    'bbox',
    'text',
    'severity',
    'since',
    'q',
    'point',
    '__proto__',
    'arrangement',
    'category',
    'language',
    'limit[]',
    'limit[a][b]',
    'kind',
  );
  const query = fc.array(fc.tuple(name, nasty), { maxLength: 3 });
  const header = fc.constantFrom(
    'If-None-Match: *',
    'If-Match: "',
    'Accept: ;;;',
    'Accept: application/cap+xml;q=2',
    'Accept-Language: *;q=x',
    'Range: bytes=9-1',
    'Content-Type: application/json',
    'Content-Type: application/cap+xml',
    'Content-Type: \u00ff',
    'Idempotency-Key: ""',
    'Idempotency-Key: a b',
    'X-Forwarded-For: <script>',
    'traceparent: 00-0-0-00',
    'Expect: 100-continue',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Cookie: a=b',
    'Host: [',
  );
  const body = fc.constantFrom(
    '',
    '{',
    '{}',
    '[]',
    'null',
    '{"__proto__":{"a":1}}',
    '{"constructor":{"prototype":1}}',
    '{"limit":1e400}',
    '{"name":"\\u0000"}',
    '"\\ud800"',
    '<alert/>',
    '[['.repeat(5000),
    '{"a":'.repeat(5000),
  );

  it('is never a fault of ours, and every refusal is a problem', async () => {
    const socketWorthy = fc.record({
      method: fc.constantFrom(...METHODS),
      path: fc.oneof(
        { weight: 4, arbitrary: fc.constantFrom(...PATHS) },
        { weight: 1, arbitrary: nasty.map((part) => `/v1/alerts/${part}`) },
        { weight: 1, arbitrary: nasty.map((part) => `/v1/${part}/x`) },
      ),
      query,
      headers: fc.array(header, { maxLength: 3 }),
      body,
      authenticated: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(socketWorthy, async ({ method, path, query, headers, body, authenticated }) => {
        const search = query.map(([key, value]) => `${key}=${value}`).join('&');
        const lines = [
          `${method} ${path}${search ? `?${search}` : ''} HTTP/1.1`,
          `Host: 127.0.0.1:${port}`,
          ...(authenticated ? [`Authorization: ${authorization}`] : []),
          ...headers,
          `Content-Length: ${Buffer.byteLength(body)}`,
          'Connection: close',
        ];
        let answer = await sendRaw(port, Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`, 'latin1'));
        if (answer?.status === 100) answer = null;
        if (answer === null) return;
        expect(answer.status).toBeLessThan(500);
        expect(answer.body).not.toMatch(/\bat .*\.(js|ts):\d+/);
        if (answer.status >= 400 && !path.startsWith('/oauth/')) {
          expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
        }
      }),
      { numRuns: 300 },
    );
    expect((await app.steward.get('/v1/me')).status).toBe(200);
  });
});
