import { query } from '../support/database.js';
import { startApp, type TestApp } from '../support/app.js';
import { client, partner, type TestPartner } from '../support/factories.js';
import { expectStatus, type Http, type Problem } from '../support/http.js';
import {
  entryInput,
  type Item,
  keeper,
  type List,
  ownList,
  path,
  read,
  type Revision,
  uniqueList,
} from './lists.js';

let app: TestApp;
let reader: TestPartner;
beforeAll(async () => {
  app = await startApp();
  reader = await partner(app);
});
afterAll(() => app.close());

const listInput = (overrides: object = {}) => ({
  code: uniqueList(),
  names: [
    { language: 'en', text: 'Hazards' },
    { language: 'ar', text: 'المخاطر' },
  ],
  description: 'Hazards of the season.',
  verification: 'inferred',
  ...overrides,
});

const revisions = async (http: Http, list: string): Promise<Revision[]> =>
  expectStatus(await http.get<{ items: Revision[] }>(`${path(list)}/revisions`), 200).items;

const faultsOf = async (answer: Promise<{ status: number; body: unknown }>) => {
  const { status, body } = await answer;
  return [status, (body as Problem).errors?.map(({ pointer }) => pointer)];
};

describe('who may change code lists', () => {
  it('climbs the ladder: token, right, input, existence', async () => {
    const list = await ownList(app);
    const { http } = await keeper(app);
    const at = path(list, 'slide');
    expect((await app.anonymous.put(at, entryInput())).status).toBe(401);
    expect((await app.anonymous.post('/v1/reference', listInput())).status).toBe(401);
    expect((await reader.http.put(at, entryInput())).status).toBe(403);
    expect((await reader.http.post('/v1/reference', listInput())).status).toBe(403);
    expect((await reader.http.put(path('no-such-list', 'slide'), entryInput())).status).toBe(403);
    expect((await http.put(at, { surprise: 1 })).status).toBe(400);
    expect((await http.put(path('no-such-list', 'slide'), entryInput())).status).toBe(404);
    expect((await http.put(at, entryInput())).status).toBe(201);
    expect((await http.post('/v1/reference', listInput())).status).toBe(201);
    expect((await http.delete(at)).status).toBe(404);
  });

  it('is no narrowed client, whatever scopes it was given', async () => {
    const answer = await app.steward.post<Problem>(`/v1/partners/${reader.partner.id}/clients`, {
      name: 'Narrowed',
      scopes: ['reference:manage'],
      ceiling: { tlp: 'GREEN' },
    });
    expect([answer.status, answer.body.errors?.[0]?.pointer]).toEqual([400, '#/scopes/0']);
  });

  it('is decided by the database too', async () => {
    const act = `begin; select set_config('slt.partner', '${reader.partner.id}', true),
      set_config('slt.reader', '${reader.partner.id}', true), set_config('slt.manages', 'partners', true);`;
    const run = (sql: string) =>
      query(app.database.serviceUrl, `${act} ${sql}`).then(
        () => 'allowed',
        (error: { code?: string }) => error.code,
      );
    expect(
      await run(
        `insert into reference_entry (list, code, ordinal, verification) values ('means', 'x', 1, 'inferred')`,
      ),
    ).toBe('42501');
    expect(await run(`insert into reference_label values ('means', 'shooting', 'de', 'Schüsse')`)).toBe(
      '42501',
    );
    expect(await run(`update reference_revision set at = now()`)).toBe('42501');
    expect(await run(`delete from reference_revision`)).toBe('42501');
    expect(await run(`delete from reference_entry`)).toBe('42501');
    await run(`delete from reference_label; commit`);
    await run(`update reference_entry set ordinal = 0; commit`);
    const { items } = await read(reader.http, 'means', {}, { 'Accept-Language': 'ar' });
    expect([items[0]?.language, items[0]?.ordinal]).toEqual(['ar', 10]);
  });
});

describe('a new list', () => {
  it('is read as it was made, with its history', async () => {
    const body = listInput();
    const answer = await app.steward.post<List>('/v1/reference', body);
    expect([answer.status, answer.headers.get('etag')]).toEqual([201, '"1"']);
    expect(answer.body).toMatchObject({
      code: body.code,
      name: 'Hazards',
      language: 'en',
      version: 1,
      count: 0,
    });
    const arabic = await read(reader.http, body.code, {}, { 'Accept-Language': 'ar' });
    expect([arabic.name, arabic.items]).toEqual(['المخاطر', []]);
    expect(await revisions(reader.http, body.code)).toMatchObject([
      { version: 1, change: 'list_added', by: 'steward' },
    ]);
    const twice = await app.steward.post<Problem>('/v1/reference', body);
    expect([twice.status, twice.body.errors]).toEqual([409, [{ pointer: '#/code', detail: 'is taken' }]]);
  });

  it('is refused with every fault named', async () => {
    const names = [
      { language: 'en', text: 'A' },
      { language: 'EN', text: 'B' },
    ];
    expect(await faultsOf(app.steward.post('/v1/reference', listInput({ code: 'Not a code' })))).toEqual([
      400,
      ['#/code'],
    ]);
    expect(
      await faultsOf(app.steward.post('/v1/reference', listInput({ names, verification: 'sourced' }))),
    ).toEqual([400, ['#/names/1/language', '#/source']]);
  });
});

describe('an entry', () => {
  const whole = entryInput({
    labels: [
      { language: 'ar-sd', text: 'انهيار أرضي' },
      { language: 'en', text: 'Landslide' },
    ],
    definition: 'Earth that moves downhill.',
    symbol: 'LS',
    source: 'A handbook',
    verification: 'sourced',
    ordinal: 5,
    details: { group: 'Geophysical' },
    validFrom: '2020-01-01',
    validUntil: '2100-01-01',
    crosswalks: [{ scheme: 'CAP', target: 'Geo', relation: 'broader', verification: 'inferred' }],
  });

  it('is read as it was put, raises the version and is kept in the history and the audit', async () => {
    const list = await ownList(app);
    const { http, clientId } = await keeper(app);
    const put = await http.put<Item>(path(list, 'landslide'), whole);
    expect([put.status, put.headers.get('etag')]).toEqual([201, '"2"']);
    expect(put.body).toEqual({
      ...whole,
      list,
      version: 2,
      code: 'landslide',
      label: 'Landslide',
      language: 'en',
      languages: ['en', 'ar-SD'],
      labels: [
        { language: 'en', text: 'Landslide' },
        { language: 'ar-SD', text: 'انهيار أرضي' },
      ],
      inForce: true,
    });
    expect(expectStatus(await reader.http.get<Item>(path(list, 'landslide')), 200)).toEqual(put.body);

    const changed = await http.put<Item>(path(list, 'landslide'), {
      ...whole,
      labels: [{ language: 'en', text: 'Slide' }],
    });
    expect([changed.status, changed.body.version, changed.body.languages]).toEqual([200, 3, ['en']]);
    const history = await revisions(http, list);
    expect(history.map(({ version, change, codes, by }) => [version, change, codes, by])).toEqual([
      [3, 'entry_changed', ['landslide'], 'steward'],
      [2, 'entry_added', ['landslide'], 'steward'],
      [1, 'list_added', [], 'steward'],
    ]);
    expect(history[0]?.before?.labels).toEqual(put.body.labels);
    expect(history[0]?.after?.labels).toEqual([{ language: 'en', text: 'Slide' }]);
    expect(history[0]?.client).toBe(clientId);
    expect((await revisions(reader.http, list)).map((one) => 'client' in one)).toEqual([false, false, false]);

    const audit = await app.steward.get<{ items: { action: string; details: object }[] }>('/v1/audit', {
      query: { of: 'exchange', limit: 2 },
    });
    expect(expectStatus(audit, 200).items.map(({ action, details }) => [action, details])).toEqual([
      ['reference_entry.changed', { list, code: 'landslide', version: 3 }],
      ['reference_entry.added', { list, code: 'landslide', version: 2 }],
    ]);
  });

  it('that says nothing new raises no version, whatever the order of its parts', async () => {
    const list = await ownList(app);
    expectStatus(await app.steward.put(path(list, 'landslide'), whole), 201);
    const again = { ...whole, labels: [...whole.labels].reverse() };
    const answer = await app.steward.put<Item>(path(list, 'landslide'), again);
    expect([answer.status, answer.body.version]).toEqual([200, 2]);
    expect(await revisions(app.steward, list)).toHaveLength(2);
  });

  it('goes to the end of the list unless it says where, and stays there', async () => {
    const list = await ownList(app);
    for (const code of ['b', 'a']) expectStatus(await app.steward.put(path(list, code), entryInput()), 201);
    expectStatus(await app.steward.put(path(list, 'b'), entryInput({ symbol: 'B' })), 200);
    expect((await read(reader.http, list)).items.map(({ code }) => code)).toEqual(['b', 'a']);
    expectStatus(await app.steward.put(path(list, 'a'), entryInput({ ordinal: 0 })), 200);
    expect((await read(reader.http, list)).items.map(({ code }) => code)).toEqual(['a', 'b']);
  });

  it('ends, and is there all the same', async () => {
    const list = await ownList(app);
    const today = new Date().toISOString().slice(0, 10);
    expectStatus(await app.steward.put(path(list, 'slide'), entryInput()), 201);
    const ended = await app.steward.put<Item>(path(list, 'slide'), entryInput({ validUntil: today }));
    expect([ended.status, ended.body.inForce]).toEqual([200, false]);
    expect((await read(reader.http, list)).items).toEqual([]);
    expect((await revisions(reader.http, list))[0]?.after?.validUntil).toBe(today);
  });

  it('is refused with every fault named', async () => {
    const list = await ownList(app);
    for (const code of ['top', 'middle', 'bottom']) {
      const parent = { middle: 'top', bottom: 'middle' }[code];
      expectStatus(
        await app.steward.put(path(list, code), entryInput(parent === undefined ? {} : { parent })),
        201,
      );
    }
    const put = (code: string, overrides: object) =>
      faultsOf(app.steward.put(path(list, code), entryInput({ ...overrides })));
    expect(await put('Not-a-code', {})).toEqual([400, ['code']]);
    expect(await put('revisions', {})).toEqual([400, ['code']]);
    expect(await put('x', { labels: [] })).toEqual([400, ['#/labels']]);
    expect(await put('x', { labels: [{ language: '?', text: '' }] })).toEqual([
      400,
      expect.arrayContaining(['#/labels/0/language', '#/labels/0/text']),
    ]);
    expect(await put('x', { verification: 'certain' })).toEqual([400, ['#/verification']]);
    expect(await put('x', { verification: 'sourced' })).toEqual([400, ['#/source']]);
    expect(await put('x', { validFrom: '2026-02-30' })).toEqual([400, ['#/validFrom']]);
    expect(await put('x', { validFrom: '2026-02-02', validUntil: '2026-02-01' })).toEqual([
      400,
      ['#/validUntil'],
    ]);
    expect(await put('x', { parent: 'nobody' })).toEqual([400, ['#/parent']]);
    expect(await put('top', { parent: 'top' })).toEqual([400, ['#/parent']]);
    expect(await put('top', { parent: 'bottom' })).toEqual([400, ['#/parent']]);
    const target = { scheme: 'CAP', target: 'Geo', relation: 'exact', verification: 'sourced' };
    expect(await put('x', { crosswalks: [target, target] })).toEqual([
      400,
      ['#/crosswalks/0/source', '#/crosswalks/1/source', '#/crosswalks/1/target'],
    ]);
    expect((await read(reader.http, list)).version).toBe(4);
  });
});

describe('two edits at once', () => {
  it('do not undo each other: the second is told that the list has changed', async () => {
    const list = await ownList(app);
    expectStatus(await app.steward.put(path(list, 'slide'), entryInput()), 201);
    const tag = (await app.steward.get(path(list))).headers.get('etag') ?? '';
    const headers = { 'If-Match': tag };
    const answers = await Promise.all(
      ['One', 'Two'].map((text) =>
        app.steward.put(path(list, 'slide'), entryInput({ labels: [{ language: 'en', text }] }), { headers }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412]);
    expect((await revisions(app.steward, list)).map(({ version }) => version)).toEqual([3, 2, 1]);
    const item = (await app.steward.get(path(list, 'slide'))).headers.get('etag') ?? '';
    const fresh = await app.steward.put(path(list, 'slide'), entryInput(), { headers: { 'If-Match': item } });
    expect([fresh.status, fresh.headers.get('etag')]).toEqual([200, '"4"']);
    const next = await app.steward.put(path(list, 'x'), entryInput(), { headers: { 'If-Match': '"4"' } });
    expect(next.status).toBe(201);
    const stale = { headers: { 'If-Match': '"1", W/"nonsense"' } };
    expect((await app.steward.put(path(list, 'x'), entryInput(), stale)).status).toBe(412);
  });

  it('without a condition both count, one version each', async () => {
    const list = await ownList(app);
    const codes = ['a', 'b', 'c', 'd', 'e'];
    const answers = await Promise.all(
      codes.map((code) => app.steward.put<Item>(path(list, code), entryInput())),
    );
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201, 201]);
    expect((await revisions(app.steward, list)).map(({ version }) => version)).toEqual([6, 5, 4, 3, 2, 1]);
  });
});

describe('the history of a list', () => {
  it('is read page by page, with a cursor that is of no use elsewhere', async () => {
    const list = await ownList(app);
    for (const code of ['a', 'b']) expectStatus(await app.steward.put(path(list, code), entryInput()), 201);
    const page = (cursor?: string, at = list) =>
      reader.http.get<{ items: Revision[]; nextCursor: string | null }>(`${path(at)}/revisions`, {
        query: { limit: 2, ...(cursor !== undefined && { cursor }) },
      });
    const first = expectStatus(await page(), 200);
    const second = expectStatus(await page(first.nextCursor ?? ''), 200);
    expect([...first.items, ...second.items].map(({ version }) => version)).toEqual([3, 2, 1]);
    expect(second.nextCursor).toBeNull();
    expect((await page(first.nextCursor ?? '', 'means')).status).toBe(400);
  });
});

describe('lists with which the service itself works', () => {
  const tlp = async (): Promise<Item> => expectStatus(await app.steward.get<Item>(path('tlp', 'red')), 200);
  const put = (list: string, code: string, body: object) => app.steward.put<Problem>(path(list, code), body);

  it('never translate or rename a TLP label, even if someone tries', async () => {
    const { labels, symbol = '', source = '', definition = '' } = await tlp();
    const same = { labels, symbol, source, definition, verification: 'sourced' };
    const tries = [
      [{ language: 'fr', text: 'TLP:ROUGE' }],
      [...labels, { language: 'fr', text: 'TLP:RED' }],
      [...labels, { language: 'ar', text: 'أحمر' }],
      [{ language: 'en', text: 'RED' }],
    ];
    for (const tried of tries) {
      const answer = await put('tlp', 'red', { ...same, labels: tried });
      expect([tried, answer.status, answer.body.errors?.[0]?.pointer]).toEqual([
        tried,
        400,
        `#/labels/${tried.length - 1}`,
      ]);
    }
    expect((await put('tlp', 'red', { ...same, symbol: 'TLP:ROUGE' })).body.errors?.[0]?.pointer).toBe(
      '#/symbol',
    );
    expect(await tlp()).toMatchObject({ label: 'TLP:RED', languages: ['en'], version: 2 });
    const explained = await put('tlp', 'red', { ...same, definition: `${definition} Nobody else.` });
    expect(explained.status).toBe(200);
  });

  it('take no new code and end none, but may be translated', async () => {
    expect((await put('tlp', 'white', entryInput())).status).toBe(409);
    expect((await put('cap-severity', 'awful', entryInput())).status).toBe(409);
    const { labels, symbol, source, crosswalks } = expectStatus(
      await app.steward.get<Item>(path('cap-severity', 'unknown')),
      200,
    );
    const same = { labels, symbol, source, crosswalks, verification: 'sourced' };
    const ended = await put('cap-severity', 'unknown', { ...same, validUntil: '2026-01-01' });
    expect([ended.status, ended.body.errors?.[0]?.pointer]).toEqual([400, '#/validUntil']);
    const german = [...labels, { language: 'de', text: 'Unbekannt' }];
    expect((await put('cap-severity', 'unknown', { ...same, labels: german })).status).toBe(200);
  });
});

describe('the list of UNSMS entities', () => {
  it('is kept by the steward like any other', async () => {
    const body = {
      labels: [{ language: 'en', text: 'Agency of the Test' }],
      symbol: 'AOT',
      verification: 'unverified',
      details: {
        group: 'Other entity',
        basis: 'MOU',
        agreementReference: 'MoU 1',
        agreementSignedOn: '2020-02-29',
      },
    };
    const before = await read(reader.http, 'unsms-entities');
    expectStatus(await app.steward.put(path('unsms-entities', 'aot'), body), 201);
    const after = await read(reader.http, 'unsms-entities');
    expect([after.count, after.version]).toEqual([before.count + 1, before.version + 1]);
    expect(after.items.at(-1)).toMatchObject({
      code: 'aot',
      symbol: 'AOT',
      details: body.details,
      inForce: true,
    });
    const wrong = { ...body, details: { basis: 'TREATY' } };
    expect(await faultsOf(app.steward.put(path('unsms-entities', 'aot'), wrong))).toEqual([
      400,
      ['#/details/basis'],
    ]);
  });
});

it('shows nobody who has no partner any list', async () => {
  const { partner: gone } = await partner(app);
  const http = await app.as(await client(app, gone.id));
  expect((await http.get('/v1/reference')).status).toBe(200);
  expect(await query(app.database.serviceUrl, 'select from reference_entry')).toEqual([]);
});
