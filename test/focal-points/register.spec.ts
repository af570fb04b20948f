import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Database } from '../../src/core/database.js';
import { until } from '../sharing/gate.js';
import { startApp, type TestApp } from '../support/app.js';
import { query } from '../support/database.js';
import {
  arrangement,
  client,
  join,
  leave,
  partner,
  type TestArrangement,
  type TestPartner,
} from '../support/factories.js';
import { expectStatus, type Problem } from '../support/http.js';
import {
  confirm,
  countryFocalPoint,
  directory,
  dutyLine,
  type FocalPoint,
  namer,
  NAMING_SCOPES,
  nominate,
  passDays,
  person,
  register,
  type Register,
  registerOf,
} from './naming.js';

let app: TestApp;
const lines: string[] = [];
let owner: TestPartner;
let fellow: TestPartner;
let stranger: TestPartner;
let here: TestArrangement;

beforeAll(async () => {
  app = await startApp({ log: (line) => lines.push(line) });
  owner = await namer(app);
  fellow = await namer(app);
  stranger = await namer(app);
});
beforeEach(async () => {
  here = await arrangement(app, { members: [owner, fellow] });
});
afterAll(() => app.close());

/** Whether anything of the person is in it. */
const tells = (text: string, { name, email, phones }: ReturnType<typeof person>): boolean =>
  [name, email, ...phones].some((word) => text.includes(word));

describe('a nomination', () => {
  it('is kept as it was given, and says by when it is to be confirmed', async () => {
    const input = person({
      role: 'area',
      arrangement: here.id,
      area: 'North of the river',
      countries: ['SD'],
      languages: ['fr-ca', 'EN'],
      from: '2026-01-01T05:00:00+05:00',
    });
    const made = await nominate(owner, input);
    expect(made).toMatchObject({
      role: 'area',
      state: 'nominated',
      arrangementId: here.id,
      area: 'North of the river',
      name: input.name,
      email: input.email,
      phones: input.phones,
      languages: ['fr-CA', 'en'],
      from: '2026-01-01T00:00:00.000Z',
    });
    expect(expectStatus(await owner.http.get(`${registerOf(owner)}/${made.id}`), 200)).toEqual(made);
    const all = await register(owner);
    expect(all.items.map(({ id }) => id)).toContain(made.id);
    expect(all.mailsReminders).toBe(false);
    expect(all.coverage.map((one) => one.arrangementId)).toContain(here.id);
    for (const { confirmBy, suspendsAt } of all.coverage) {
      expect(Date.parse(suspendsAt) - Date.parse(confirmBy)).toBe(86_400_000);
    }
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['a duty line with a name', { ...dutyLine(), name: 'Somebody' }, '#/name'],
    ['a duty line without a number', dutyLine({ phones: [] }), '#/phones'],
    ['nobody', { ...person(), name: undefined }, '#/name'],
    ['a number without its country', person({ phones: ['0225550100'] }), '#/phones'],
    ['an address of nobody', person({ email: 'nobody' }), '#/email'],
    ['a language that is none', person({ languages: ['xx_yy'] }), '#/languages'],
    ['a country that belongs nowhere', person({ role: 'country' }), '#/arrangement'],
    ['a headquarters somewhere', person({ arrangement: 'A-1' }), '#/arrangement'],
    [
      'an end before the beginning',
      person({ from: '2030-01-02T00:00:00Z', until: '2030-01-01T00:00:00Z' }),
      '#/until',
    ],
    [
      'an end that is past',
      person({ from: '2020-01-01T00:00:00Z', until: '2021-01-01T00:00:00Z' }),
      '#/until',
    ],
    ['an arrangement of others', person({ role: 'country', arrangement: 'NOWHERE' }), '#/arrangement'],
  ])('refuses %s', async (_, input, pointer) => {
    const answer = await owner.http.post<Problem>(registerOf(owner), input);
    expect(answer.status).toBe(400);
    expect(answer.body.errors?.map((one) => one.pointer.replace(/\/\d+$/, ''))).toContain(pointer);
  });

  it('is for the partner itself and the steward; others find no register', async () => {
    expect((await fellow.http.post(registerOf(owner), person())).status).toBe(404);
    expect((await fellow.http.get(registerOf(owner))).status).toBe(404);
    const missing = await fellow.http.get(registerOf(owner).replace(/[0-9a-f]{12}\//, '000000000000/'));
    const hidden = await fellow.http.get(registerOf(owner));
    expect(hidden.text).toBe(missing.text);
    const without = await partner(app);
    expect((await without.http.get(registerOf(without))).status).toBe(403);
    const narrowed = await app.as(
      await client(app, owner.partner.id, { scopes: NAMING_SCOPES, ceiling: { tlp: 'GREEN' } }),
    );
    expect((await narrowed.get(registerOf(owner))).status).toBe(403);
    expect((await app.steward.post(registerOf(owner), person())).status).toBe(201);
  });

  it('shows the steward who speaks for whom, and nothing of the person', async () => {
    const input = person();
    const made = await nominate(owner, input);
    const answer = await app.steward.get<Register>(registerOf(owner));
    const found = answer.body.items.find(({ id }) => id === made.id);
    expect(found).toMatchObject({ role: 'headquarters', state: 'nominated' });
    expect(tells(answer.text, input)).toBe(false);
    expect((await app.steward.patch(`${registerOf(owner)}/${made.id}`, { callSign: 'X' })).status).toBe(403);
  });

  it('changes how the person is reached, and nothing else', async () => {
    const made = await nominate(owner);
    const path = `${registerOf(owner)}/${made.id}`;
    const changed = expectStatus(
      await owner.http.patch<FocalPoint>(path, {
        phones: ['+41225559999'],
        until: '2090-01-01T00:00:00Z',
      }),
      200,
    );
    expect(changed).toMatchObject({ phones: ['+41225559999'], email: made.email, name: made.name });
    expect((await owner.http.patch(path, { name: 'Another' })).status).toBe(400);
    expect((await owner.http.patch(path, { until: '2020-01-01T00:00:00Z' })).status).toBe(400);
    expect((await fellow.http.patch(path, { callSign: 'X' })).status).toBe(404);
  });

  it('leaves a duty line a number, and whoever is somebody none if they like', async () => {
    const made = [await nominate(owner, dutyLine()), await nominate(owner)] as const;
    const change = (one: FocalPoint, body: object) =>
      owner.http.patch<FocalPoint & Problem>(`${registerOf(owner)}/${one.id}`, body);
    const refused = await change(made[0], { phones: [] });
    expect([refused.status, refused.body.errors?.map(({ pointer }) => pointer)]).toEqual([400, ['#/phones']]);
    expect(expectStatus(await change(made[0], { callSign: 'KILO' }), 200).phones).toEqual(made[0].phones);
    expect(expectStatus(await change(made[0], { phones: ['+41225550199'] }), 200).phones).toHaveLength(1);
    expect(expectStatus(await change(made[1], { phones: [] }), 200).phones).toEqual([]);
  });

  it('is made once, however often it is sent', async () => {
    const headers = { 'Idempotency-Key': `key-${Date.now()}` };
    const input = person();
    const [one, two] = [
      await owner.http.post<FocalPoint>(registerOf(owner), input, { headers }),
      await owner.http.post<FocalPoint>(registerOf(owner), input, { headers }),
    ];
    expect([one.status, two.status, two.body.id]).toEqual([201, 201, one.body.id]);
  });
});

describe('the directory', () => {
  it('shows members whom to call, and neither former members nor strangers nor the steward', async () => {
    const input = person({ role: 'country', arrangement: here.code });
    const made = await nominate(owner, input);
    const seen = async (by: TestPartner): Promise<string[]> =>
      (await directory(by, here)).flatMap(({ focalPoints }) => focalPoints.map(({ id }) => id));
    expect(await seen(fellow)).not.toContain(made.id);
    await confirm(owner, made);
    const [shown] = (await directory(fellow, here))
      .flatMap(({ focalPoints }) => focalPoints)
      .filter(({ id }) => id === made.id);
    expect(shown).toMatchObject({ name: input.name, email: input.email, phones: input.phones });
    const path = `/v1/arrangements/${here.id}/focal-points`;
    for (const by of [stranger.http, app.steward]) {
      const answer = await by.get(path);
      expect(answer.status).toBe(404);
      expect(tells(answer.text, input)).toBe(false);
    }
    await leave(app, here, fellow);
    expect((await fellow.http.get(path)).status).toBe(404);
    await join(app, here, fellow);
    await leave(app, here, owner);
    expect(await seen(fellow)).toEqual([]);
    expect((await fellow.http.get(path)).text).not.toContain(input.email);
  });

  it('shows headquarters and duty lines of members everywhere, and nobody of another arrangement', async () => {
    const elsewhere = await arrangement(app, { members: [owner, stranger] });
    const line = await confirm(owner, await nominate(owner, dutyLine()));
    const administrator = await confirm(owner, await nominate(owner, person({ role: 'administrator' })));
    const local = await countryFocalPoint(owner, elsewhere);
    const seen = (await directory(fellow, here)).flatMap(({ focalPoints }) =>
      focalPoints.map(({ id }) => id),
    );
    expect(seen).toContain(line.id);
    expect(seen).not.toContain(administrator.id);
    expect(seen).not.toContain(local.id);
    const there = await directory(stranger, elsewhere);
    expect(there.flatMap(({ focalPoints }) => focalPoints.map(({ id }) => id))).toContain(local.id);
  });

  it('shows nobody who never confirmed, also when day 91 has come, and goes on showing who did', async () => {
    const quiet = await namer(app);
    await join(app, here, quiet);
    const silent = await nominate(quiet, person({ role: 'country', arrangement: here.code }));
    const line = await nominate(quiet, dutyLine());
    const known = await countryFocalPoint(quiet, here);
    await passDays(app, quiet, 92);
    await until(async () => (await register(quiet)).items.every(({ state }) => state === 'lapsed'));
    const seen = (await directory(fellow, here)).find(({ partnerId }) => partnerId === quiet.partner.id);
    expect(seen?.focalPoints.map(({ id }) => id)).toEqual([known.id]);
    const acting = { partnerId: fellow.partner.id, readerId: fellow.partner.id, manages: [] };
    for (const [table, id] of [
      ['focal_point', 'id'],
      ['focal_point_contact', 'focal_point_id'],
    ] as const) {
      const rows: { id: string }[] = await app.nest
        .get(Database)
        .readAs(acting, (tx) =>
          tx.query(`select ${id} as id from ${table} where ${id} = any ($1)`, [
            [silent.id, line.id, known.id],
          ]),
        );
      expect([table, rows.map((row) => row.id)]).toEqual([table, [known.id]]);
    }
  });

  it.each(['private_sector', 'donor'])(
    'shows a member of the kind %s its own persons alone',
    async (kind) => {
      const local = await countryFocalPoint(owner, here);
      const line = await confirm(owner, await nominate(owner, dutyLine()));
      const reader = await namer(app, { kind });
      await join(app, here, reader);
      const own = await countryFocalPoint(reader, here);
      const found = await directory(reader, here);
      expect(found.map(({ partnerId }) => partnerId)).toContain(owner.partner.id);
      expect(found.flatMap(({ focalPoints }) => focalPoints.map(({ id }) => id))).toEqual([own.id]);
      const acting = { partnerId: reader.partner.id, readerId: reader.partner.id, manages: [] };
      for (const [table, id] of [
        ['focal_point', 'id'],
        ['focal_point_contact', 'focal_point_id'],
      ] as const) {
        const rows: unknown[] = await app.nest
          .get(Database)
          .readAs(acting, (tx) =>
            tx.query(`select from ${table} where ${id} = any ($1)`, [[local.id, line.id]]),
          );
        expect([table, rows.length]).toEqual([table, 0]);
      }
      const seen = (await directory(fellow, here)).flatMap(({ focalPoints }) =>
        focalPoints.map(({ id }) => id),
      );
      expect(seen).toEqual(expect.arrayContaining([local.id, line.id, own.id]));
    },
  );

  it('is read in pages', async () => {
    const path = `/v1/arrangements/${here.id}/focal-points`;
    const first = await owner.http.get<{ items: { partnerId: string }[]; nextCursor: string }>(path, {
      query: { limit: 1 },
    });
    const second = await owner.http.get<{ items: { partnerId: string }[]; nextCursor: null }>(path, {
      query: { limit: 1, cursor: first.body.nextCursor },
    });
    const ids = [...first.body.items, ...second.body.items].map(({ partnerId }) => partnerId);
    expect(ids).toEqual([owner.partner.id, fellow.partner.id].sort());
    expect(second.body.nextCursor).toBeNull();
  });

  it('has one chair, who is a member', async () => {
    const path = `/v1/arrangements/${here.id}/chair`;
    expect((await app.steward.put(path, { partnerId: stranger.partner.id })).status).toBe(400);
    expect((await owner.http.put(path, { partnerId: owner.partner.id })).status).toBe(403);
    for (const one of [owner, fellow]) {
      expectStatus(await app.steward.put(path, { partnerId: one.partner.id }), 200);
      const chairs = (await directory(owner, here)).filter(({ chair }) => chair);
      expect(chairs.map(({ partnerId }) => partnerId)).toEqual([one.partner.id]);
    }
  });
});

it('what is of a person is in no line of the log and in no entry of the audit', async () => {
  const input = person();
  const made = await confirm(owner, await nominate(owner, input));
  expectStatus(await owner.http.patch(`${registerOf(owner)}/${made.id}`, { email: person().email }), 200);
  const audit = await owner.http.get('/v1/audit', { query: { object: made.id, limit: 200 } });
  expect(audit.text).toContain('focal_point.nominated');
  expect(tells(audit.text, input)).toBe(false);
  expect(lines.filter((line) => tells(line, input))).toEqual([]);
});

it('the database itself shows persons to their own partner and to members of the same arrangement alone', async () => {
  const local = await countryFocalPoint(owner, here);
  const line = await confirm(owner, await nominate(owner, dutyLine()));
  const seen = async (by: string, manages = ''): Promise<number> => {
    const database = app.nest.get(Database);
    const acting = { partnerId: by, readerId: by, manages: manages === '' ? [] : [manages as 'partners'] };
    const rows: unknown[] = await database.readAs(acting, (tx) =>
      tx.query(`select from focal_point_contact where focal_point_id = any ($1)`, [[local.id, line.id]]),
    );
    return rows.length;
  };
  const outsider = await namer(app);
  const [steward] = await query<{ id: string }>(
    app.database.superuserUrl,
    `select partner_id as id from client where id = 'steward'`,
  );
  expect([await seen(owner.partner.id), await seen(fellow.partner.id)]).toEqual([2, 2]);
  expect([await seen(outsider.partner.id), await seen(steward?.id ?? '', 'partners')]).toEqual([0, 0]);
});
