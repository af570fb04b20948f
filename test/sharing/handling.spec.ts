import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { Database } from '../../src/core/database.js';
import { startApp, type TestApp } from '../support/app.js';
import {
  alertInput,
  arrangement,
  client,
  partner,
  renditionInput,
  type RenditionInput,
  type TestArrangement,
  type TestPartner,
} from '../support/factories.js';
import { type Problem } from '../support/http.js';

const TLPS = ['CLEAR', 'GREEN', 'AMBER', 'AMBER+STRICT', 'RED'] as const;
const CLASSIFICATIONS = ['UNCLASSIFIED', 'CONFIDENTIAL', 'STRICTLY_CONFIDENTIAL'] as const;

/** Section 3 of the design, pair by pair. */
const CONSISTENT: Record<(typeof CLASSIFICATIONS)[number], readonly string[]> = {
  UNCLASSIFIED: ['CLEAR', 'GREEN', 'AMBER', 'AMBER+STRICT', 'RED'],
  CONFIDENTIAL: ['AMBER', 'AMBER+STRICT', 'RED'],
  STRICTLY_CONFIDENTIAL: ['AMBER+STRICT', 'RED'],
};
const PAIRS = CLASSIFICATIONS.flatMap((classification) => TLPS.map((tlp) => ({ tlp, classification })));

let app: TestApp;
let un: TestPartner;
let mou: TestPartner;
let ngo: TestPartner;
let here: TestArrangement;

beforeAll(async () => {
  app = await startApp();
  un = await partner(app, { kind: 'un_entity' });
  mou = await partner(app, { kind: 'unsms_mou' });
  ngo = await partner(app, { kind: 'ingo' });
  here = await arrangement(app, { members: [un, mou, ngo] });
});
afterAll(() => app.close());

type Stated = Partial<Record<keyof RenditionInput, unknown>>;

/** Answers the pointers of what was refused; empty when it was published. */
async function refused(by: TestPartner, ...stated: Stated[]): Promise<string[]> {
  const renditions = stated.map((one) => {
    const { audience, ...rest } = one;
    const whole = { ...renditionInput({ audience: (audience as object | undefined) ?? {} }), ...rest };
    return whole as RenditionInput;
  });
  const answer = await by.http.post<Problem>('/v1/alerts', alertInput({ renditions }));
  if (answer.status === 201) return [];
  const isAbsent = stated.some((one) => 'tlp' in one && one.tlp === undefined);
  expect([answer.status, answer.body.type]).toEqual(
    isAbsent ? [422, '/problems/unprocessable'] : [400, '/problems/invalid-input'],
  );
  return (answer.body.errors ?? []).map(({ pointer }) => pointer.replace('#/renditions/', ''));
}

describe('what an originator says about the handling of a text', () => {
  it.each(PAIRS)('is held to the rules of consistency: $tlp and $classification', async (pair) => {
    const isRight = CONSISTENT[pair.classification].includes(pair.tlp);
    const reason = pair.classification === 'UNCLASSIFIED' ? {} : { classificationReason: 'Names a source' };
    const audience = { partners: [ngo.partner.code] };
    expect(await refused(un, { ...pair, ...reason, audience })).toEqual(isRight ? [] : ['0/tlp']);
  });

  it('has no default', async () => {
    expect(await refused(un, { tlp: undefined })).toEqual(['0/tlp']);
    expect(await refused(un, { classification: undefined })).toEqual(['0/classification']);
    expect(await refused(mou, { classification: undefined })).toEqual(['0/classification']);
    const { audience: _, ...without } = renditionInput();
    const answer = await un.http.post<Problem>(
      '/v1/alerts',
      alertInput({ renditions: [without as RenditionInput] }),
    );
    expect(answer.status).toBe(400);
    expect(answer.body.errors?.map(({ pointer }) => pointer)).toEqual(['#/renditions/0/audience']);
  });

  it('gives a reason for what is classified, and classifies only for the UN', async () => {
    const secret = { tlp: 'AMBER', classification: 'CONFIDENTIAL', audience: { arrangements: [here.code] } };
    expect(await refused(un, secret)).toEqual(['0/classificationReason']);
    expect(await refused(un, { ...secret, classificationReason: 'Names a source' })).toEqual([]);
    expect(await refused(mou, { ...secret, classificationReason: 'Names a source' })).toEqual([]);
    expect(await refused(ngo, { ...secret, classificationReason: 'Names a source' })).toEqual([
      '0/classification',
    ]);
    expect(await refused(ngo, { classification: undefined })).toEqual([]);
  });

  it.each([
    { arrangements: true, kinds: [] },
    { arrangements: false, kinds: ['ingo'] },
    { arrangements: true, kinds: ['ingo'] },
  ])('names partners when it is RED: not arrangements $arrangements and kinds $kinds', async (one) => {
    const partners = [ngo.partner.code];
    const audience = { arrangements: one.arrangements ? [here.code] : [], kinds: one.kinds, partners };
    expect(await refused(un, { tlp: 'RED', audience })).toEqual(['0/audience']);
    expect(await refused(un, { tlp: 'RED', audience: { partners } })).toEqual([]);
  });

  it('is refused with every contradiction at once, each where it stands', async () => {
    const nobody = 'NOBODY-AT-ALL';
    expect(
      await refused(
        un,
        { tlp: 'GREEN', classification: 'STRICTLY_CONFIDENTIAL' },
        { tlp: 'RED', classification: undefined, audience: { arrangements: [here.code] } },
        { audience: { arrangements: [nobody], partners: [ngo.partner.id, nobody], except: [nobody] } },
        {},
      ),
    ).toEqual([
      '0/classificationReason',
      '0/tlp',
      '1/classification',
      '1/audience',
      '2/audience/arrangements/0',
      '2/audience/partners/1',
      '2/audience/except/0',
    ]);
  });

  it('is held to the same when it changes, and nothing changes when it is refused', async () => {
    const input = alertInput({ audience: { arrangements: [here.code] } });
    const { body: published } = await un.http.post<{ id: string }>('/v1/alerts', input);
    const before = await un.http.get(`/v1/alerts/${published.id}/renditions`);
    const renditions = [renditionInput({ tlp: 'RED', audience: { arrangements: [here.code] } })];
    const answer = await un.http.post<Problem>(
      `/v1/alerts/${published.id}/updates`,
      alertInput({ renditions }),
    );
    expect([answer.status, answer.body.errors?.[0]?.pointer]).toEqual([400, '#/renditions/0/audience']);
    const after = await un.http.get(`/v1/alerts/${published.id}/renditions`);
    expect([after.text, after.headers.get('etag')]).toEqual([before.text, before.headers.get('etag')]);
  });

  it('may address whom the originator cannot look up, and nobody who is not there', async () => {
    const elsewhere = await arrangement(app);
    const hidden = await partner(app);
    const { code, id } = hidden.partner;
    expect((await un.http.get(`/v1/partners/${id}`)).status).toBe(404);
    expect(await refused(un, { audience: { arrangements: [elsewhere.code], partners: [code] } })).toEqual([]);
    expect(await refused(un, { audience: { arrangements: [elsewhere.id], except: [id] } })).toEqual([]);
    expect(await refused(un, { audience: { arrangements: [randomUUID(), 'A-MISSING'] } })).toEqual([
      '0/audience/arrangements/0',
      '0/audience/arrangements/1',
    ]);
    expect((await hidden.http.get<{ items: unknown[] }>('/v1/alerts')).body.items).toHaveLength(1);
  });

  it('stays within what a narrowed client may itself read', async () => {
    const scopes = ['alerts:read', 'alerts:publish'];
    const options = { scopes, ceiling: { tlp: 'GREEN' as const }, arrangements: [here.code] };
    const narrowed = await app.as(await client(app, un.partner.id, options));
    const status = async (stated: Parameters<typeof renditionInput>[0]) =>
      (await narrowed.post('/v1/alerts', alertInput({ renditions: [renditionInput(stated)] }))).status;
    expect(await status({ audience: { arrangements: [here.code] } })).toBe(201);
    expect(await status({ tlp: 'AMBER', audience: { arrangements: [here.code] } })).toBe(403);
    expect(await status({ audience: { kinds: ['ingo'] } })).toBe(403);
    const elsewhere = await arrangement(app);
    expect([400, 403]).toContain(await status({ audience: { arrangements: [elsewhere.code] } }));
    expect(await status({ audience: {} })).toBe(403);
    expect(await status({ audience: { arrangements: [here.code], partners: [ngo.partner.id] } })).toBe(403);
    const draft = { ...alertInput({ audience: { arrangements: [here.code] } }), state: 'draft' };
    expect((await narrowed.post('/v1/alerts', draft)).status).toBe(403);
  });
});

describe('the database itself, past the API,', () => {
  const CHECKS: [name: string, constraint: string, columns: Record<string, unknown>][] = [
    ['STRICTLY_CONFIDENTIAL below AMBER+STRICT', 'strictly_confidential', { tlp: 2, classification: 2 }],
    ['CONFIDENTIAL and GREEN', 'confidential', { tlp: 1, classification: 1 }],
    ['CONFIDENTIAL and CLEAR', 'confidential', { tlp: 0, classification: 1 }],
    ['RED to an arrangement', 'red_audience', { tlp: 4, audience_arrangements: [randomUUID()] }],
    ['RED to a kind', 'red_audience', { tlp: 4, audience_kinds: ['ingo'] }],
    [
      'a classified text without a reason',
      'reason',
      { tlp: 2, classification: 1, classification_reason: null },
    ],
    ['a TLP label that is none', 'tlp', { tlp: 5 }],
    ['a classification that is none', 'classification', { tlp: 4, classification: 3 }],
  ];

  const write = (columns: Record<string, unknown>): Promise<unknown> => {
    const { id } = un.partner;
    const shareable = randomUUID();
    const row = {
      id: randomUUID(),
      shareable_id: shareable,
      ordinal: 0,
      tlp: 1,
      classification: 0,
      classification_reason: 'A reason',
      is_current: true,
      digest: Buffer.from('digest'),
      audience_arrangements: [],
      audience_kinds: [],
      audience_partners: [],
      audience_except: [],
      ...columns,
    };
    const names = Object.keys(row);
    const acting = { partnerId: id, readerId: id, manages: [] };
    return app.nest.get(Database, { strict: false }).as(acting, async (tx) => {
      await tx.query(
        `insert into shareable (id, type, originator_id, state) values ($1, 'alert', $2, 'draft')`,
        [shareable, id],
      );
      const places = names.map((_, place) => `$${place + 1}`);
      await tx.query(
        `insert into rendition (${names.join(', ')}) values (${places.join(', ')})`,
        Object.values(row),
      );
      return shareable;
    });
  };

  it.each(CHECKS)('refuses %s', async (_, constraint, columns) => {
    await expect(write(columns)).rejects.toMatchObject({
      driverError: { code: '23514', constraint: `rendition_${constraint}_check` },
    });
  });

  it.each([
    'tlp',
    'classification',
    'audience_arrangements',
    'audience_kinds',
    'audience_partners',
    'audience_except',
  ])('refuses a text without %s', async (column) => {
    await expect(write({ [column]: null })).rejects.toMatchObject({ driverError: { code: '23502', column } });
  });

  it('lets nobody share what is not its own, and nobody write decisions by hand', async () => {
    const shareable = await write({});
    const { id } = ngo.partner;
    const other = { partnerId: id, readerId: id, manages: [] as const };
    const database = app.nest.get(Database, { strict: false });
    const denied = { driverError: { code: '42501' } };
    await expect(
      database.as(other, (tx) => tx.query(`select share_publish($1)`, [shareable])),
    ).rejects.toMatchObject(denied);
    await expect(
      database.as(other, (tx) =>
        tx.query(
          `insert into rendition (id, shareable_id, ordinal, tlp, classification, is_current, digest,
             audience_arrangements, audience_kinds, audience_partners, audience_except)
           values ($1, $2, 9, 0, 0, true, 'x', '{}', '{ingo}', '{}', '{}')`,
          [randomUUID(), shareable],
        ),
      ),
    ).rejects.toMatchObject(denied);
    for (const statement of [
      `insert into share_grant (reader_id, shareable_id, rendition_id, type, version, position, changed_at)
         select acting_reader(), '${String(shareable)}', id, 'alert', 1, 1, now() from rendition`,
      `delete from share_grant`,
      `update change_head set position = 0`,
      `delete from change_entry`,
      `select share_record(array[]::share_difference[])`,
      `select share_differences_of_shareable('${String(shareable)}')`,
      `select share_lock(true, '{}', '{}', '{}')`,
      `select * from admission`,
      `update rendition set tlp = 0`,
      `update rendition set former_partners = '{}'`,
    ]) {
      await expect(database.as(other, (tx) => tx.query(statement))).rejects.toMatchObject(denied);
    }
  });
});
