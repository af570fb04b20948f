import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { gzipSync } from 'node:zlib';
import { CAP_SCHEMA } from '../../src/alerts/cap/cap-schema.js';
import { parseCap } from '../../src/alerts/cap/parse-cap.js';
import { conforming, describeWithShared, nonconforming, type XmlFile } from '../cap/shared.js';
import { everyElement, readTree, Schema, type XmlTree } from '../cap/xml-tree.js';
import { startApp, type TestApp } from '../support/app.js';
import {
  alert,
  alertInput,
  arrangement,
  client,
  join,
  partner,
  renditionInput,
  type TestArrangement,
  type TestPartner,
} from '../support/factories.js';
import { type Answer, expectStatus, type Http, type Problem } from '../support/http.js';
import {
  CAP,
  changesOf,
  EVERYWHERE,
  everyChannel,
  GEOJSON,
  type Page,
  type View,
  visibleBy,
} from './channels.js';
import { rowCounts } from './mutations.js';

let app: TestApp;
let here: TestArrangement;
let un: TestPartner;
let other: TestPartner;
let reader: TestPartner;
const schema = new Schema(CAP_SCHEMA);

beforeAll(async () => {
  app = await startApp();
  [un, other, reader] = await Promise.all([
    partner(app, { kind: 'un_entity' }),
    partner(app, { kind: 'un_entity' }),
    partner(app),
  ]);
  here = await arrangement(app, { members: [un, other, reader] });
});
afterAll(async () => {
  schema.dispose();
  await app.close();
});

const GREEN = (): Record<string, string> => ({
  tlp: 'GREEN',
  classification: 'UNCLASSIFIED',
  arrangements: here.code,
});

function postCap<T = View>(
  http: Http,
  bytes: Uint8Array | string,
  query: Record<string, string> = GREEN(),
  headers: Record<string, string> = {},
): Promise<Answer<T>> {
  return http.post<T>('/v1/alerts', bytes, {
    headers: { 'Content-Type': 'application/cap+xml', ...headers },
    query,
  });
}

const getCap = async (http: Http, id: string): Promise<string> => {
  const answer = await http.get(`/v1/alerts/${id}`, { headers: CAP });
  expectStatus(answer, 200);
  expect(answer.headers.get('content-type')).toMatch('application/cap+xml');
  return answer.text;
};

const fixture = (name: string): string =>
  Buffer.from(conforming.find((file) => file.name === `${name}.xml`)?.bytes ?? []).toString();

let count = 0;
/** A message of this sender that nobody has sent before. */
function message(changes: Record<string, string> = {}, info = 'clashes'): string {
  const said: Record<string, string> = {
    identifier: `M-${(count += 1)}`,
    sender: 'desk.example',
    sent: '2026-03-01T00:00:00-00:00',
    status: 'Actual',
    msgType: 'Alert',
    scope: 'Public',
    ...changes,
  };
  const elements = Object.entries(said).map(([name, text]) => `<${name}>${text}</${name}>`);
  const block =
    info &&
    `<info><category>Security</category><event>${info}</event><urgency>Past</urgency><severity>Minor</severity><certainty>Likely</certainty><headline>${info}</headline></info>`;
  return `<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">${elements.join('')}${block}</alert>`;
}

const referenceTo = ({ sender, identifier, sent }: Pick<View, 'sender' | 'identifier' | 'sent'>): string =>
  `${sender},${identifier},${sent}`;

describe('the deliberate differences between what was sent and what comes back', () => {
  const LIST = [
    'attributes and unused namespaces are dropped',
    'empty elements are omitted',
    'its handling is added as codes',
    'signatures are dropped, for they do not cover what is written anew',
    'white space around times, numbers, languages and addresses is dropped',
  ];
  const seen = new Set<string>();

  it.each(conforming)('are all that happens to $name', async (file) => comesBack(file, schema, seen));

  it('are these', () => expect([...seen].sort()).toEqual(LIST));

  describeWithShared('of public messages', ({ samples, oasisSchema }) => {
    const oasis = new Schema(oasisSchema);
    afterAll(() => oasis.dispose());

    it('are looked for in all 31', () => expect(samples).toHaveLength(31));

    it.each(samples)('are all that happens to $name', async (file) => comesBack(file, oasis, seen));

    it('are no others', () => expect([...seen].sort()).toEqual(LIST));
  });

  async function comesBack({ bytes }: XmlFile, valid: Schema, differences: Set<string>): Promise<void> {
    const original = readTree(bytes);
    const answer = await postCap(un.http, bytes);
    expect([200, 201]).toContain(answer.status);
    const { id } = answer.body;
    const written = await getCap(reader.http, id);
    expect(valid.faults(written)).toEqual([]);
    expect(readTree(written)).toEqual(marked(asItComesBack(original, differences), differences));
    const view = (await reader.http.get<View>(`/v1/alerts/${id}`)).body;
    const told = (name: string): string | undefined =>
      original.children.find((child) => child.name === name)?.text.trim();
    expect([view.identifier, view.sender, view.sent]).toEqual(['identifier', 'sender', 'sent'].map(told));
    expect(view.state).toBe(stateOf(original));
    const again = await postCap(un.http, bytes);
    expect([again.status, again.body.id, again.body.version]).toEqual([200, id, view.version]);
    expect((await postCap(un.http, Buffer.concat([bytes, Buffer.from('\n')]))).status).toBe(409);
  }
});

/** Its handling here goes with it as codes, after those that it came with. */
function marked(tree: XmlTree, seen: Set<string>): XmlTree {
  const before = ['identifier', 'sender', 'sent', 'status', 'msgType', 'source', 'scope', 'restriction'];
  const isBefore = ({ name }: XmlTree): boolean => [...before, 'addresses', 'code'].includes(name);
  const codes = ['TLP:GREEN', 'UNCLASSIFIED']
    .filter((text) => !tree.children.some((child) => child.name === 'code' && child.text === text))
    .map((text) => ({ namespace: tree.namespace, name: 'code', text, attributes: [], children: [] }));
  if (codes.length > 0) seen.add('its handling is added as codes');
  return {
    ...tree,
    children: [
      ...tree.children.filter(isBefore),
      ...codes,
      ...tree.children.filter((child) => !isBefore(child)),
    ],
  };
}

const NEVER_OMITTED = ['areaDesc', 'value'];
const TOKENS = [
  'sent',
  'language',
  'effective',
  'onset',
  'expires',
  'web',
  'size',
  'uri',
  'altitude',
  'ceiling',
];

function asItComesBack(tree: XmlTree, seen: Set<string>): XmlTree {
  const children = tree.children.filter((child) => {
    const isSignature = child.namespace === 'http://www.w3.org/2000/09/xmldsig#';
    const isEmpty =
      child.children.length === 0 && child.text.trim() === '' && !NEVER_OMITTED.includes(child.name);
    if (isSignature) seen.add('signatures are dropped, for they do not cover what is written anew');
    else if (isEmpty) seen.add('empty elements are omitted');
    return !isSignature && !isEmpty;
  });
  if (tree.attributes.length > 0) seen.add('attributes and unused namespaces are dropped');
  let { text } = tree;
  if (TOKENS.includes(tree.name)) text = text.trim();
  if (tree.name === 'references') text = text.trim().split(/\s+/).join(' ');
  if (text !== tree.text) seen.add('white space around times, numbers, languages and addresses is dropped');
  return { ...tree, text, attributes: [], children: children.map((child) => asItComesBack(child, seen)) };
}

function stateOf({ children }: XmlTree): string {
  if (children.some(({ name, text }) => name === 'msgType' && text === 'Cancel')) return 'cancelled';
  const infos = children.filter(({ name }) => name === 'info');
  const ends = infos.map((info) => info.children.find(({ name }) => name === 'expires')?.text.trim() ?? '');
  const isOver = ends.length > 0 && ends.every((end) => end !== '' && Date.parse(end) <= Date.now());
  return isOver ? 'expired' : 'published';
}

describe('a message that is none', () => {
  it.each(nonconforming)('is refused with place and fault, and leaves nothing: $name', async ({ bytes }) => {
    await isRefused(bytes);
  });

  describeWithShared('of public messages', ({ nonconforming: published }) => {
    it.each(published)('is refused with place and fault, and leaves nothing: $name', async ({ bytes }) => {
      const errors = await isRefused(bytes);
      expect(errors[0]?.pointer).toMatch(/^\/alerts?\b/);
    });
  });

  async function isRefused(bytes: Uint8Array): Promise<{ pointer: string; detail: string }[]> {
    const before = await rowCounts(app);
    const { status, body, headers } = await postCap<Problem>(un.http, bytes);
    expect([status, headers.get('content-type')]).toEqual([422, expect.stringMatching('problem[+]json')]);
    expect(body.errors?.every(({ pointer, detail }) => pointer.startsWith('/') && detail !== '')).toBe(true);
    expect(body.errors).not.toEqual([]);
    expect(await rowCounts(app)).toEqual(before);
    return body.errors ?? [];
  }

  it.each(['Ack', 'Error'])('is refused as %s, which answers an alert and is none', async (msgType) => {
    const xml = message({ msgType, references: 'desk.example,M-0,2026-01-01T00:00:00-00:00' });
    const before = await rowCounts(app);
    const answer = await postCap<Problem>(un.http, xml);
    expect([answer.status, answer.body.errors?.[0]?.pointer]).toEqual([422, '/alert/msgType']);
    expect(await rowCounts(app)).toEqual(before);
  });

  it.each(['sent', 'expires'])(
    'is refused when %s lies beyond the years that can be written',
    async (name) => {
      const late = '9999-12-31T23:59:59-14:00';
      const xml =
        name === 'sent'
          ? message({ sent: late })
          : message().replace('<headline>', `<expires>${late}</expires><headline>`);
      const answer = await postCap<Problem>(un.http, xml);
      expect([answer.status, answer.body.errors?.length]).toEqual([422, 1]);
    },
  );
});

describe('the handling of a message', () => {
  it.each<[string, Record<string, string>, string[]]>([
    ['missing', {}, ['?tlp']],
    ['without classification', { tlp: 'GREEN' }, ['?classification']],
    ['unknown', { tlp: 'WHITE', classification: 'SECRET' }, ['?tlp', '?classification']],
    ['contradictory', { tlp: 'GREEN', classification: 'CONFIDENTIAL' }, ['?classificationReason', '?tlp']],
    [
      'RED for an arrangement',
      { tlp: 'RED', classification: 'UNCLASSIFIED', arrangements: 'HERE' },
      ['?audience'],
    ],
    [
      'for nowhere',
      { tlp: 'GREEN', classification: 'UNCLASSIFIED', arrangements: 'HERE,NOWHERE' },
      ['?arrangements/1'],
    ],
    ['for no kind', { tlp: 'GREEN', classification: 'UNCLASSIFIED', kinds: 'ingo,ngos' }, ['?kinds']],
    ['with an empty list', { tlp: 'GREEN', classification: 'UNCLASSIFIED', partners: '' }, ['?partners']],
    [
      'with what there is not',
      { tlp: 'GREEN', classification: 'UNCLASSIFIED', handling: 'GREEN' },
      ['?handling'],
    ],
    [
      'for review on no day',
      { tlp: 'GREEN', classification: 'UNCLASSIFIED', reviewAt: '2027-02-30' },
      ['?reviewAt'],
    ],
  ])('is never guessed when it is %s', async (_, query, faulty) => {
    const before = await rowCounts(app);
    const asked = Object.fromEntries(
      Object.entries(query).map(([name, value]) => [name, value.replace('HERE', here.code)]),
    );
    const answer = await postCap<Problem>(un.http, message(), asked);
    expect([answer.status, [...new Set(answer.body.errors?.map(({ pointer }) => pointer))]]).toEqual([
      400,
      faulty,
    ]);
    expect(await rowCounts(app)).toEqual(before);
  });

  it('decides who reads it, on every channel', async () => {
    const { id } = expectStatus(
      await postCap(un.http, message(), { ...GREEN(), except: reader.partner.code }),
      201,
    );
    expect(await visibleBy(reader.http, id)).toEqual([]);
    expect(await visibleBy(other.http, id)).toEqual(EVERYWHERE);
  });
});

describe('the body', () => {
  it('may come packed, under each of its media types, in any case', async () => {
    expect(
      (await postCap(un.http, gzipSync(message()), GREEN(), { 'Content-Encoding': 'gzip' })).status,
    ).toBe(201);
    for (const type of ['application/xml', 'text/xml; charset=utf-8', 'Application/CAP+XML']) {
      expect((await postCap(un.http, message(), GREEN(), { 'Content-Type': type })).status).toBe(201);
    }
    const unknown = await postCap<Problem>(un.http, message(), GREEN(), { 'Content-Encoding': 'zip' });
    expect([unknown.status, unknown.body.detail]).toEqual([415, expect.stringMatching('gzip')]);
  });
});

describe('the identity of a message', () => {
  it('is told apart by each of its parts', async () => {
    const first = { identifier: 'apart', sender: 'a.example', sent: '2026-03-01T00:00:00-00:00' };
    const ids = new Set<string>();
    for (const changes of [
      {},
      { identifier: 'Apart' },
      { sender: 'b.example' },
      { sent: '2026-03-01T00:00:00+00:00' },
    ]) {
      ids.add(expectStatus(await postCap(un.http, message({ ...first, ...changes })), 201).id);
    }
    expect(ids.size).toBe(4);
  });

  it('is one however often it is sent at once', async () => {
    const xml = message();
    const answers = await Promise.all([1, 2, 3, 4, 5].map(() => postCap(un.http, xml)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 201]);
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
  });

  it('of one partner does not clash with that of another, nor tell of it', async () => {
    const xml = message();
    const own = expectStatus(
      await postCap(un.http, xml, {
        tlp: 'GREEN',
        classification: 'UNCLASSIFIED',
        partners: un.partner.code,
      }),
      201,
    );
    const theirs = expectStatus(await postCap(other.http, xml.replace('clashes', 'others')), 201);
    expect(theirs.id).not.toBe(own.id);
    expect(await visibleBy(other.http, own.id)).toEqual([]);
    expect((await other.http.get<View>(`/v1/alerts/${theirs.id}`)).body.version).toBe(1);
  });

  it('taken by its partner is a conflict, not more, for a client that does not see that', async () => {
    const elsewhere = await arrangement(app, { members: [un] });
    const narrowed = await narrowedTo(here);
    const xml = message();
    expectStatus(await postCap(un.http, xml, { ...GREEN(), arrangements: elsewhere.code }), 201);
    const before = await rowCounts(app);
    expect((await postCap(narrowed, xml)).status).toBe(409);
    expect(await rowCounts(app)).toEqual(before);
    const own = message();
    expect([(await postCap(narrowed, own)).status, (await postCap(narrowed, own)).status]).toEqual([
      201, 200,
    ]);
  });

  async function narrowedTo({ code }: TestArrangement): Promise<Http> {
    const { clientId, clientSecret } = expectStatus(
      await app.steward.post<{ clientId: string; clientSecret: string }>(
        `/v1/partners/${un.partner.id}/clients`,
        {
          name: 'Narrow',
          scopes: ['alerts:read', 'alerts:publish'],
          arrangements: [code],
        },
      ),
      201,
    );
    return app.as({ clientId, clientSecret });
  }
});

describe('an alert that came as CAP', () => {
  type Entry = { action: string; details?: object };
  const audited = async (id: string) =>
    (await (await watcher()).get<{ items: Entry[] }>('/v1/audit', { query: { object: id } })).body.items;
  const watcher = async () => app.as(await client(app, un.partner.id, { scopes: ['audit:read'] }));

  it('is on record with all that becomes of it, like any other', async () => {
    const first = expectStatus(await postCap(un.http, message()), 201);
    const [update, cancel] = ['Update', 'Cancel'].map((msgType) =>
      message({ sent: '2026-03-02T00:00:00-00:00', msgType, references: referenceTo(first) }),
    ) as [string, string];
    for (const xml of [update, update, cancel]) expectStatus(await postCap(un.http, xml), 200);
    expect((await audited(first.id)).map(({ action }) => action)).toEqual([
      'alert.cancelled',
      'alert.updated',
      'alert.published',
    ]);
  });

  it('has a lower text for everybody it is addressed to above GREEN, or a reason', async () => {
    const low = await partner(app, { ceiling: { tlp: 'GREEN' } });
    const mixed = await arrangement(app, { members: [un, reader, low] });
    const query = { ...GREEN(), tlp: 'AMBER', arrangements: mixed.code };
    const before = await rowCounts(app);
    for (const more of [{}, { kind: 'flash' }] as Record<string, string>[]) {
      const answer = await postCap<Problem>(un.http, message(), { ...query, ...more });
      expect([answer.status, answer.body.errors?.[0]?.pointer]).toEqual([422, '?noLowerReason']);
    }
    expect(await rowCounts(app)).toEqual(before);
    expect((await postCap(un.http, message(), { ...query, noLowerReason: 'Short' })).status).toBe(400);
    const noLowerReason = 'Nothing lower can be said of it';
    const made = expectStatus(await postCap(un.http, message(), { ...query, noLowerReason }), 201);
    expect(await visibleBy(reader.http, made.id)).toEqual(EVERYWHERE);
    for (const answer of Object.values(await everyChannel(reader.http, made.id)))
      expect(answer.text).not.toContain(noLowerReason);
    expect(await audited(made.id)).toEqual([expect.objectContaining({ details: { noLowerReason } })]);
    const sent = '2026-03-02T00:00:00-00:00';
    const references = referenceTo(made);
    const update = message({ sent, msgType: 'Update', references });
    expect((await postCap(un.http, update, query)).status).toBe(422);
    const cancel = message({ sent, msgType: 'Cancel', references }, '');
    expectStatus(await postCap(un.http, cancel, query), 200);
  });
});

describe('an Update or Cancel', () => {
  const sent = '2026-03-02T00:00:00-00:00';

  it('is refused for what does not name its originator, whom CAP would name', async () => {
    const renditions = [renditionInput({ audience: { arrangements: [here.code] } })];
    const unnamed = await alert(un.http, { attribution: 'a_partner', renditions });
    const named = expectStatus(await postCap(un.http, message()), 201);
    const before = (await reader.http.get<View>(`/v1/alerts/${unnamed.id}`)).body;
    const soon = `${new Date(Date.now() + 60_000).toISOString().slice(0, 19)}-00:00`;
    for (const [msgType, references, info] of [
      ['Update', referenceTo(before), 'x'],
      ['Cancel', referenceTo(before), ''],
      // Neither does it stand by itself and say whose the other is.
      ['Update', `${referenceTo(named)} ${referenceTo(before)}`, 'x'],
      ['Alert', referenceTo(before), 'x'],
    ] as const) {
      const answer = await postCap<Problem>(un.http, message({ sent: soon, msgType, references }, info));
      expect([answer.status, answer.body.detail]).toEqual([409, expect.stringMatching('not named')]);
    }
    expect((await reader.http.get<View>(`/v1/alerts/${unnamed.id}`)).body).toEqual(before);
  });

  it('of a message published here by the same partner changes that alert', async () => {
    const first = expectStatus(await postCap(un.http, message()), 201);
    const update = message({ sent, msgType: 'Update', references: referenceTo(first) }, 'fighting');
    const updated = expectStatus(await postCap(un.http, update), 200);
    expect([updated.id, updated.version, updated.messageType]).toEqual([first.id, 2, 'update']);
    const cancel = message(
      {
        sent: '2026-03-03T00:00:00-00:00',
        msgType: 'Cancel',
        note: 'All quiet.',
        references: referenceTo(updated),
      },
      '',
    );
    const cancelled = expectStatus(await postCap(un.http, cancel), 200);
    expect([cancelled.id, cancelled.version, cancelled.state]).toEqual([first.id, 3, 'cancelled']);
    expect(await changesOf(reader.http, first.id)).toEqual([
      ['published', 1],
      ['updated', 2],
      ['cancelled', 3],
    ]);
    // The Cancel had no text: its readers go on seeing what it was about.
    const view = (await reader.http.get<View>(`/v1/alerts/${first.id}`)).body;
    expect([view.text?.headline, view.note]).toEqual(['fighting', 'All quiet.']);
    expect(everyElement(readTree(await getCap(reader.http, first.id))).map(({ name }) => name)).not.toContain(
      'info',
    );
    expect((await postCap(un.http, update)).body.id).toBe(first.id);
  });

  it('that changes only what JSON does not show is an update all the same', async () => {
    const first = expectStatus(await postCap(un.http, message()), 201);
    const update = message({ sent, msgType: 'Update', references: referenceTo(first) }).replace(
      '</headline>',
      '</headline><contact>channel 16</contact>',
    );
    const updated = expectStatus(await postCap(un.http, update), 200);
    expect(updated.id).toBe(first.id);
    expect(await getCap(reader.http, first.id)).toContain('channel 16');
    const again = message({
      sent: '2026-03-03T00:00:00-00:00',
      msgType: 'Update',
      references: referenceTo(updated),
    }).replace('</headline>', '</headline><contact>channel 16</contact>');
    expectStatus(await postCap(un.http, again), 200);
    expect(await changesOf(reader.http, first.id)).toEqual([
      ['published', 1],
      ['updated', 2],
      ['updated', 3],
    ]);
    expect((await postCap(un.http, again)).body.version).toBe(3);
  });

  it('of a message that another partner published stands alone', async () => {
    const first = expectStatus(await postCap(un.http, message()), 201);
    for (const msgType of ['Update', 'Cancel']) {
      const answer = await postCap(other.http, message({ sent, msgType, references: referenceTo(first) }));
      expect([answer.status, answer.body.id === first.id]).toEqual([201, false]);
    }
    expect((await reader.http.get<View>(`/v1/alerts/${first.id}`)).body).toMatchObject({
      version: 1,
      state: 'published',
    });
  });

  it('of a message that is not here, or holds no longer, stands alone', async () => {
    const unresolved = { references: 'desk.example,unknown,2026-01-01T00:00:00-00:00' };
    expect((await postCap(un.http, message({ sent, msgType: 'Update', ...unresolved }))).status).toBe(201);
    const cancel = expectStatus(
      await postCap(un.http, message({ sent, msgType: 'Cancel', ...unresolved })),
      201,
    );
    expect(cancel.state).toBe('cancelled');
    const first = expectStatus(await postCap(un.http, message()), 201);
    expectStatus(await un.http.post(`/v1/alerts/${first.id}/withdrawal`), 204);
    const late = await postCap(un.http, message({ sent, msgType: 'Update', references: referenceTo(first) }));
    expect([late.status, late.body.id === first.id]).toEqual([201, false]);
    expect(await visibleBy(reader.http, first.id)).toEqual([]);
  });

  it('that race end with a cancelled alert', async () => {
    const first = expectStatus(await postCap(un.http, message()), 201);
    const cancel = message({ sent, msgType: 'Cancel', references: referenceTo(first) });
    const updates = [1, 2, 3].map(() => message({ sent, msgType: 'Update', references: referenceTo(first) }));
    const answers = await Promise.all([...updates, cancel].map((xml) => postCap(un.http, xml)));
    expect(answers.every(({ status }) => status === 200 || status === 201)).toBe(true);
    expect((await un.http.get<View>(`/v1/alerts/${first.id}`)).body.state).toBe('cancelled');
  });

  it('without text never brings a higher text down to its own readers', async () => {
    const [higher, lower] = [
      { tlp: 'AMBER', classification: 'CONFIDENTIAL', classificationReason: 'Names a source' } as const,
      {} as const,
    ].map((handling, index) =>
      renditionInput({
        ...handling,
        audience: { arrangements: [here.code] },
        texts: [
          { language: 'en', headline: 'Clashes', description: index === 0 ? 'the secret' : 'the lower' },
        ],
      }),
    ) as [ReturnType<typeof renditionInput>, ReturnType<typeof renditionInput>];
    const soon = `${new Date(Date.now() + 60_000).toISOString().slice(0, 19)}-00:00`;
    for (const renditions of [[higher, lower], [higher]]) {
      const { id, sender } = await alert(un.http, { renditions });
      const own = await un.http.get<{ items: View[] }>(`/v1/alerts/${id}/renditions`);
      // The lowest comes first.
      const reference = `${String(sender)},${own.body.items[0]?.identifier},${own.body.items[0]?.sent}`;
      const cancel = message({ sent: soon, msgType: 'Cancel', references: reference }, '');
      const answer = await postCap(un.http, cancel);
      if (renditions.length === 1) {
        // It would name the higher message to readers of the lower.
        expect([answer.status, answer.text]).toEqual([409, expect.stringContaining('/alert/references')]);
        continue;
      }
      const cancelled = expectStatus(answer, 200);
      expect([cancelled.id, cancelled.state]).toEqual([id, 'cancelled']);
      for (const answer of Object.values(await everyChannel(reader.http, id))) {
        expect(answer.text).not.toContain('the secret');
      }
      const view = (await reader.http.get<View>(`/v1/alerts/${id}`)).body;
      expect(view.text).toBeUndefined();
    }
  });

  it('without text keeps the text for those who had it, and brings it to nobody else', async () => {
    const other = await partner(app);
    const first = message({ sent: '2026-03-01T00:00:00-00:00' });
    const { id } = expectStatus(
      await un.http.post<View>('/v1/alerts', first, {
        headers: { 'Content-Type': 'application/cap+xml' },
        query: { tlp: 'GREEN', classification: 'UNCLASSIFIED', partners: reader.partner.code },
      }),
      201,
    );
    const view = (await reader.http.get<View>(`/v1/alerts/${id}`)).body;
    const cancel = message(
      { sent: '2026-03-02T00:00:00-00:00', msgType: 'Cancel', references: referenceTo(view) },
      '',
    );
    const wider = { tlp: 'GREEN', classification: 'UNCLASSIFIED', kinds: 'ingo' };
    expectStatus(
      await un.http.post('/v1/alerts', cancel, {
        headers: { 'Content-Type': 'application/cap+xml' },
        query: wider,
      }),
      200,
    );
    expect((await other.http.get(`/v1/alerts/${id}`)).status).toBe(404);
    const kept = (await reader.http.get<View>(`/v1/alerts/${id}`)).body;
    expect([kept.state, kept.text]).toEqual(['cancelled', view.text]);
  });
});

describe('an alert that came as JSON', () => {
  let oasis: Schema | undefined;
  afterAll(() => oasis?.dispose());

  const texts = [
    { language: 'ar', headline: 'اشتباكات قرب «السوق»', description: 'تجنبوا المنطقة.\r\nالطريق مغلق' },
    { language: 'ru', headline: 'Столкновения у рынка № 4', description: 'Избегайте <района> & рынка' },
    { language: 'zh-Hans', headline: '市场附近发生冲突', description: '请避开该地区🌊' },
  ];

  async function life(): Promise<{ id: string; messages: string[] }> {
    const renditions = [renditionInput({ audience: { arrangements: [here.code] }, texts })];
    const { id } = await alert(un.http, { renditions });
    const messages = [await getCap(reader.http, id)];
    expectStatus(
      await un.http.post(`/v1/alerts/${id}/updates`, alertInput({ renditions, severity: 'extreme' })),
      200,
    );
    messages.push(await getCap(reader.http, id));
    expectStatus(
      await un.http.post(`/v1/alerts/${id}/updates`, alertInput({ renditions, severity: 'minor' })),
      200,
    );
    messages.push(await getCap(reader.http, id));
    expectStatus(await un.http.post(`/v1/alerts/${id}/cancellation`, { note: 'Прошло' }), 200);
    messages.push(await getCap(reader.http, id));
    return { id, messages };
  }

  describeWithShared('is valid CAP', ({ oasisSchema }) => {
    it('against the schema of OASIS, as Alert, Update and Cancel', async () => {
      oasis = new Schema(oasisSchema);
      for (const xml of (await life()).messages) expect(oasis.faults(xml)).toEqual([]);
    });
  });

  it('is a message that this service would take itself, and names all before it', async () => {
    const { messages } = await life();
    const parsed = messages.map((xml) => parseCap(Buffer.from(xml)));
    expect(parsed.map(({ msgType }) => msgType)).toEqual(['Alert', 'Update', 'Update', 'Cancel']);
    for (const [index, { references, sender }] of parsed.entries()) {
      const before = parsed
        .slice(0, index)
        .map((one) => ({ sender: one.sender, identifier: one.identifier, sent: one.sent }));
      expect(references).toEqual(before);
      expect(sender).toBe(parsed[0]?.sender);
    }
    expect(new Set(parsed.map(({ identifier }) => identifier)).size).toBe(4);
    expect(parsed[3]?.note).toBe('Прошло');
    for (const { infos } of parsed) {
      expect(
        infos.map(({ language, headline, description }) => ({ language, headline, description })),
      ).toEqual(texts);
    }
  });

  it('names its predecessors as they were when it came as CAP first', async () => {
    const first = expectStatus(await postCap(un.http, message()), 201);
    const renditions = [renditionInput({ audience: { arrangements: [here.code] } })];
    expectStatus(await un.http.post(`/v1/alerts/${first.id}/updates`, alertInput({ renditions })), 200);
    expectStatus(await un.http.post(`/v1/alerts/${first.id}/cancellation`, {}), 200);
    const cancel = parseCap(Buffer.from(await getCap(reader.http, first.id)));
    expect(cancel.sender).toBe('desk.example');
    expect(cancel.references).toHaveLength(2);
    expect(cancel.references[0]).toEqual({
      sender: first.sender,
      identifier: first.identifier,
      sent: first.sent,
    });
  });

  it('is cancelled as a message that this service would take itself, also after it expired', async () => {
    const past = message().replace('<headline>', '<expires>2026-03-02T00:00:00-00:00</expires><headline>');
    const { id, state } = expectStatus(await postCap(un.http, past), 201);
    expect(state).toBe('expired');
    expectStatus(await un.http.post(`/v1/alerts/${id}/cancellation`, {}), 200);
    expect(parseCap(Buffer.from(await getCap(reader.http, id))).msgType).toBe('Cancel');
  });

  it('names no predecessor that its reader may not know', async () => {
    const low = await partner(app, { ceiling: { tlp: 'GREEN' } });
    await join(app, here, low);
    const audience = { arrangements: [], partners: [low.partner.code, reader.partner.code] };
    const higher = renditionInput({ tlp: 'AMBER', audience });
    const { id } = await alert(un.http, { renditions: [higher] });
    expect(await visibleBy(low.http, id)).toEqual([]);
    const both = [higher, renditionInput({ audience })];
    expectStatus(
      await un.http.post(`/v1/alerts/${id}/updates`, alertInput({ renditions: both, severity: 'minor' })),
      200,
    );
    const seen = parseCap(Buffer.from(await getCap(low.http, id)));
    expect([seen.msgType, seen.references]).toEqual(['Alert', []]);
    expect(parseCap(Buffer.from(await getCap(reader.http, id))).references).toHaveLength(1);
  });

  it('writes numbers as CAP does', async () => {
    const polygon = [
      [1e-7, 0],
      [0, 1e-7],
      [-1e-7, -1e-9],
      [1e-7, 0],
    ];
    const circles = [{ center: [-0, 1e-7], radiusKm: 1e-7 }];
    const renditions = [renditionInput({ areas: [{ description: 'Small', polygon, circles } as never] })];
    const { id } = await alert(un.http, { renditions });
    const [area] = parseCap(Buffer.from(await getCap(un.http, id))).infos[0]?.areas ?? [];
    expect(area?.polygons).toEqual(['0.0000001,0 0,0.0000001 -0.0000001,-0.000000001 0.0000001,0']);
    expect(area?.circles).toEqual(['0,0.0000001 0.0000001']);
  });
});

describe('texts of any script', () => {
  it.each(['arabic-english', 'russian'])('come through whole in every form: %s', async (name) => {
    const original = parseCap(Buffer.from(fixture(name)));
    const [info] = original.infos;
    const posted = await postCap(un.http, fixture(name));
    expect([200, 201]).toContain(posted.status);
    const answers = await everyChannel(
      reader.http.with({ 'Accept-Language': info?.language ?? '' }),
      posted.body.id,
      original.status.toLowerCase(),
    );
    const json = posted.body.id && ((answers['item']?.body ?? {}) as unknown as View);
    expect(json && json.text).toMatchObject({ headline: info?.headline, description: info?.description });
    const features = answers['geojson']?.body as unknown as { properties: View };
    expect(features.properties.text).toMatchObject({
      headline: info?.headline,
      description: info?.description,
    });
    expect(parseCap(Buffer.from(answers['cap']?.text ?? '')).infos).toEqual(original.infos);
    const entries = everyElement(readTree(answers['atom']?.text ?? '')).filter((one) => one.name === 'entry');
    const entry = entries.find((one) =>
      one.children.some(({ text }) => text === `urn:uuid:${posted.body.id}`),
    );
    const part = (element: string): string =>
      entry?.children.find((child) => child.name === element)?.text ?? '';
    expect(part('summary')).toBe(info?.headline);
    expect(part('title')).toMatch(info?.headline ?? '-');
    expect(part('content')).toContain(info?.description ?? '-');
    const list = answers['list']?.body as unknown as Page;
    expect(list.items.find(({ id }) => id === posted.body.id)?.text?.headline).toBe(info?.headline);
  });
});

describe('the map of a message', () => {
  type Ring = [number, number][];
  interface Feature {
    type: string;
    id: string;
    geometry: { type: string; coordinates: Ring[][] } | null;
    properties: { areas: { circles: unknown[]; polygons?: unknown }[] };
  }
  const mapOf = async (id: string): Promise<Feature> =>
    (await reader.http.get<Feature>(`/v1/alerts/${id}`, { headers: GEOJSON })).body;

  /** RFC 7946 §3.1.6: closed, four positions at least, counter-clockwise, and within the world. */
  function rings({ geometry }: Feature): Ring[] {
    if (geometry === null) return [];
    expect(geometry.type).toBe('MultiPolygon');
    return geometry.coordinates.map((polygon) => {
      expect(polygon).toHaveLength(1);
      const [ring] = polygon as [Ring];
      expect(ring.length).toBeGreaterThanOrEqual(4);
      expect(ring[0]).toEqual(ring.at(-1));
      for (const [longitude, latitude] of ring) {
        expect([Math.abs(longitude) <= 180, Math.abs(latitude) <= 90]).toEqual([true, true]);
      }
      expect(areaOf(ring)).toBeGreaterThan(0);
      return ring;
    });
  }

  const areaOf = (ring: Ring): number =>
    ring.slice(1).reduce((sum, [x, y], index) => {
      const [lastX, lastY] = ring[index] as [number, number];
      return sum + (lastX * y - x * lastY) / 2;
    }, 0);

  const shaped = async (areas: string): Promise<Feature> => {
    const xml = message().replace(
      '</headline>',
      `</headline><area><areaDesc>There</areaDesc>${areas}</area>`,
    );
    return mapOf(expectStatus(await postCap(un.http, xml), 201).id);
  };

  it('is the polygons of the message, longitude first and counter-clockwise, whichever way they went', async () => {
    for (const polygon of ['10,20 10,40 35,40 10,20', '10,20 35,40 10,40 10,20']) {
      const feature = await shaped(`<polygon>${polygon}</polygon>`);
      const [ring] = rings(feature) as [Ring];
      expect(feature).toMatchObject({ type: 'Feature', properties: { areas: [{ description: 'There' }] } });
      const told = polygon.split(' ').map((pair) => pair.split(',').map(Number).reverse().join());
      expect(new Set(ring.map((position) => position.join()))).toEqual(new Set(told));
    }
  });

  it('is nothing where a message has no shape', async () => {
    expect(
      (await shaped('<geocode><valueName>P-code</valueName><value>SD01</value></geocode>')).geometry,
    ).toBeNull();
  });

  it('is cut at the antimeridian', async () => {
    const feature = await shaped('<polygon>-10,170 -10,-170 -20,-170 -20,170 -10,170</polygon>');
    expect(
      rings(feature)
        .map((ring) => [Math.min(...ring.map(([x]) => x)), Math.max(...ring.map(([x]) => x))])
        .sort(),
    ).toEqual([
      [-180, -170],
      [170, 180],
    ]);
    const circle = await shaped('<circle>0,179.9 100</circle>');
    expect(rings(circle)).toHaveLength(2);
    expect(circle.properties.areas[0]?.circles).toEqual([{ center: [0, 179.9], radiusKm: 100 }]);
  });

  it('is the whole map where a message frames it', async () => {
    const [ring] = rings(await shaped('<polygon>-90,-180 -90,180 90,180 90,-180 -90,-180</polygon>')) as [
      Ring,
    ];
    expect(areaOf(ring)).toBe(360 * 180);
  });

  it('is a circle that reaches what is within its radius, also far from the equator and over a pole', async () => {
    for (const [circle, inside] of [
      ['75,0 1000', [75, 34]],
      ['60,10 500', [64.4, 10]],
      ['89,0 200', [89.5, 180]],
      ['-90,0 10', [-89.95, 77]],
    ] as const) {
      const found = rings(await shaped(`<circle>${circle}</circle>`));
      expect([circle, found.some((ring) => contains(ring, inside[1], inside[0]))]).toEqual([circle, true]);
    }
    expect(rings(await shaped('<circle>10,10 0</circle>'))).toHaveLength(1);
  });

  const contains = (ring: Ring, x: number, y: number): boolean =>
    ring.slice(1).filter(([bx, by], index) => {
      const [ax, ay] = ring[index] as [number, number];
      return ay > y !== by > y && x <= ax + ((bx - ax) * (y - ay)) / (by - ay);
    }).length %
      2 ===
    1;
});
