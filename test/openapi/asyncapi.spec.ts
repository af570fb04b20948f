import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildDocuments } from '../../src/openapi.js';
import { caughtUp, EventStream } from '../delivery/event-stream.js';
import { hook, HOOK_SCOPES, HOOK_SETTINGS, Receivers } from '../delivery/hooks.js';
import { type Received } from '../delivery/receiver.js';
import { until } from '../sharing/gate.js';
import { startApp, type TestApp } from '../support/app.js';
import { alert, alertInput, arrangement, partner, type TestPartner } from '../support/factories.js';
import { expectStatus } from '../support/http.js';
import { DOCUMENT, type Schema } from './document.js';

interface Message {
  name: string;
  headers: Schema;
  payload: Schema;
  examples: { headers?: object; payload: object }[];
}

const TEXT = readFileSync('openapi/asyncapi.json', 'utf8');
const ASYNC = JSON.parse(TEXT) as {
  channels: Record<string, { messages: Record<string, object> }>;
  operations: Record<string, { bindings: { http: { query?: { properties: object } } } }>;
  components: { messages: Record<string, Message>; schemas: Record<string, Schema> };
};
const { messages, schemas } = ASYNC.components;

const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
ajv.addSchema({ $id: 'document:', components: { schemas } });
const compiled = (schema: Schema): ValidateFunction =>
  ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"document:#/')) as Schema);
const validators = new Map(
  Object.entries(messages).map(([name, { payload, headers }]) => [
    name,
    { payload: compiled(payload), headers: compiled(headers) },
  ]),
);
const faults = (name: string, part: 'payload' | 'headers', value: unknown): unknown => {
  const validate = validators.get(name)?.[part];
  return validate === undefined ? `no message ${name}` : validate(value) ? [] : validate.errors;
};

const lint = async (file: string): Promise<{ version: string; found: unknown[] }> => {
  const { stdout } = await promisify(execFile)(process.execPath, ['test/openapi/asyncapi-lint.mjs', file]);
  return JSON.parse(stdout) as { version: string; found: unknown[] };
};

describe('the AsyncAPI document', () => {
  it('that is committed is what the code makes (else: npm run openapi)', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    const { asyncApi } = await buildDocuments(version);
    expect(`${JSON.stringify(asyncApi, null, 2)}\n`).toBe(TEXT);
  });

  it('is AsyncAPI 3 to its own parser, with nothing to complain about', async () => {
    const { version, found } = await lint('openapi/asyncapi.json');
    // One that it knows newer versions of the specification is no complaint about the document.
    const complaints = found.filter((one) => (one as { code: string }).code !== 'asyncapi-latest-version');
    expect([version, complaints]).toEqual(['3.0.0', []]);
  });

  it('would be complained about, were it wrong', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'slt-asyncapi-'));
    const file = join(folder, 'asyncapi.json');
    await writeFile(file, TEXT.replace('#/channels/webhook', '#/channels/nowhere'));
    const { found } = await lint(file);
    await rm(folder, { recursive: true });
    expect(found.filter((one) => (one as { severity: number }).severity === 0)).not.toEqual([]);
  });

  it('says of what is in both documents the same', () => {
    const shared = Object.keys(schemas).filter((name) => name in DOCUMENT.components.schemas);
    expect(shared).toEqual(expect.arrayContaining(['AlertView', 'ChangeView', 'ReportView']));
    const query = ASYNC.operations['streamChanges']?.bindings.http.query?.properties ?? {};
    const parameters = DOCUMENT.paths['/v1/changes/stream']?.['get']?.parameters ?? [];
    const names = parameters.filter((one) => one.in === 'query').map(({ name }) => name);
    expect(Object.keys(query).sort()).toEqual(names.sort());
  });

  it('takes its own examples', () => {
    for (const [name, { examples }] of Object.entries(messages)) {
      for (const { headers, payload } of examples) {
        expect([name, faults(name, 'payload', payload)]).toEqual([name, []]);
        if (headers !== undefined) expect([name, faults(name, 'headers', headers)]).toEqual([name, []]);
      }
    }
  });

  it('knows tombstones, which have no content', () => {
    const { payload } = messages['withdrawn']?.examples[0] ?? { payload: {} };
    expect(faults('withdrawn', 'payload', { ...payload, content: {} })).not.toEqual([]);
    expect(faults('withdrawn', 'payload', { ...payload, change: 'updated' })).not.toEqual([]);
  });
});

describe('the running application', () => {
  const receivers = new Receivers();
  let app: TestApp;
  let originator: TestPartner;
  let reader: TestPartner;
  let address: Record<string, unknown>;
  beforeAll(async () => {
    app = await startApp({ settings: HOOK_SETTINGS });
    originator = await partner(app);
    reader = await partner(app, { scopes: HOOK_SCOPES });
    const here = await arrangement(app, { members: [originator, reader] });
    address = { audience: { arrangements: [here.code] } };
  });
  afterAll(async () => {
    await receivers.stop();
    await app.close();
  });

  it('streams and delivers what the document says, drills and tombstones too', async () => {
    const receiver = await receivers.start();
    const { id } = await hook(reader.http, receiver, { content: 'full', drills: true });
    const made = await alert(originator.http, address);
    expectStatus(
      await originator.http.post(`/v1/alerts/${made.id}/updates`, alertInput({ ...address, severity: 'extreme' })),
      200,
    );
    const cancelled = await alert(originator.http, address);
    expectStatus(await originator.http.post(`/v1/alerts/${cancelled.id}/cancellation`, {}), 200);
    expectStatus(await originator.http.post(`/v1/alerts/${made.id}/withdrawal`), 204);
    await alert(originator.http, { ...address, status: 'exercise' });
    expectStatus(await reader.http.post(`/v1/webhooks/${id}/test`), 200);

    const snapshot = await EventStream.open(reader.http, { snapshot: 'true' });
    await snapshot.until(({ events }) => events.some(({ event }) => event === 'live'));
    snapshot.close();
    const log = await caughtUp(reader.http, { include: 'content' });
    const drills = await caughtUp(reader.http, { include: 'content', drill: 'true' });
    const events = [...snapshot.events, ...log.events, ...drills.events];
    for (const { id: place, event, data } of events) {
      expect([event, faults(event, 'payload', data)]).toEqual([event, []]);
      expect(faults(event, 'headers', { id: place, event })).toEqual([]);
    }
    const kinds = new Set(events.map(({ event }) => event));
    expect([...kinds].sort()).toEqual(['cancelled', 'live', 'published', 'updated', 'withdrawn']);

    const isTold = (holds: (data: Received['message']['data']) => boolean): boolean =>
      receiver.received.some(({ message }) => holds(message.data));
    const told = await until(() =>
      Promise.resolve(
        isTold(({ drill }) => drill === true) &&
          isTold(({ change }) => change === 'cancelled') &&
          isTold(({ change }) => change === 'withdrawn') &&
          receiver.received,
      ),
    );
    const names = told.map(({ headers, body }) => {
      const message = JSON.parse(body) as { data: { change: string; drill?: boolean } };
      const { change, drill } = message.data;
      const plain = { withdrawn: 'tombstoneMessage', test: 'noticeMessage' }[change] ?? 'changeMessage';
      const name = drill ? 'drillMessage' : plain;
      expect([name, change, faults(name, 'payload', message)]).toEqual([name, change, []]);
      expect(faults(name, 'headers', headers)).toEqual([]);
      return name;
    });
    expect([...new Set(names)].sort()).toEqual([
      'changeMessage',
      'drillMessage',
      'noticeMessage',
      'tombstoneMessage',
    ]);
  });
});
