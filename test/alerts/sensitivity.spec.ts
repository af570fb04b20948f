import { startApp, type TestApp } from '../support/app.js';
import { query } from '../support/database.js';
import {
  alertInput,
  arrangement,
  client,
  join,
  leave,
  partner,
  renditionInput,
  type RenditionInput,
  type TestArrangement,
  type TestPartner,
  USUAL_SCOPES,
} from '../support/factories.js';
import { expectStatus, type Answer, type Http, type Problem } from '../support/http.js';
import { eventually } from './channels.js';

interface Matrix {
  version: number;
  state: string;
  lines: { code: string }[];
}
type View = { id: string; version: number } & Problem;

const ABDUCTIONS = {
  code: 'abductions',
  title: 'Abductions still under way',
  incidentTypes: ['abduction_detention'],
  lowestTlp: 'AMBER',
  effect: 'block',
  reason: 'What is known publicly can cost a life.',
};
const CLINICS = { ...ABDUCTIONS, code: 'clinics', incidentTypes: ['air_strike'], effect: 'warn' };

let app: TestApp;
let un: TestPartner;
let ngo: TestPartner;
let here: TestArrangement;
beforeAll(async () => {
  app = await startApp();
  un = await partner(app, { kind: 'un_entity' });
  ngo = await partner(app);
});
afterAll(() => app.close());
beforeEach(async () => {
  here = await arrangement(app, { members: [un, ngo] });
});

const path = (): string => `/v1/arrangements/${here.id}/sensitivity`;
const decide = (
  lines: object[],
  more: object = {},
  by: Http = app.steward,
  headers: Record<string, string> = {},
): Promise<Answer<Matrix & Problem>> =>
  by.put<Matrix & Problem>(path(), { protocol: 'Protocol of March', lines, ...more }, { headers });
const matrices = async (by: Http = app.steward): Promise<Matrix[]> =>
  expectStatus(await by.get<{ items: Matrix[] }>(path()), 200).items;
const body = (incidentTypes: string[], rendition: Partial<RenditionInput> = {}, more: object = {}) =>
  alertInput({
    incidentTypes,
    ...more,
    renditions: [renditionInput({ audience: { arrangements: [here.code] }, ...rendition })],
  });
const publish = (
  incidentTypes: string[],
  rendition?: Partial<RenditionInput>,
  more?: object,
): Promise<Answer<View>> => un.http.post<View>('/v1/alerts', body(incidentTypes, rendition, more));
const line = (code: string): string => `${here.code}/${code}`;
const seenByNgo = async (): Promise<number> =>
  (await ngo.http.get<{ count: number }>('/v1/alerts', { query: { count: 'true', arrangement: here.code } }))
    .body.count;

describe('a line that blocks', () => {
  it('lets nobody publish lower than it asks for, and says so', async () => {
    expectStatus(await decide([ABDUCTIONS]), 200);
    for (const more of [{}, { acceptedWarnings: [line('abductions')] }]) {
      const refused = await publish(['theft', 'kidnapping'], {}, more);
      expect(refused.status).toBe(422);
      expect(refused.body.errors).toEqual([
        {
          pointer: '#/renditions/0/tlp',
          detail: `${line('abductions')} asks for AMBER at least. ${ABDUCTIONS.reason}`,
        },
      ]);
    }
    expect(await seenByNgo()).toBe(0);
    expect((await publish(['kidnapping'], { tlp: 'AMBER' })).status).toBe(201);
    expect((await publish(['theft'])).status).toBe(201);
  });

  it('holds for drafts when they are published, for updates, and for each text', async () => {
    expectStatus(await decide([ABDUCTIONS]), 200);
    const draft = expectStatus(await publish(['kidnapping'], {}, { state: 'draft' }), 201);
    expect((await un.http.post(`/v1/alerts/${draft.id}/publication`)).status).toBe(422);
    const { id } = expectStatus(await publish(['theft']), 201);
    expect((await un.http.post(`/v1/alerts/${id}/updates`, body(['kidnapping']))).status).toBe(422);
    const { body: still } = await ngo.http.get<View>(`/v1/alerts/${id}`);
    expect(still.version).toBe(1);
    const texts = [{ ...renditionInput().texts[0], language: 'en' }] as RenditionInput['texts'];
    const audience = { arrangements: [here.code], kinds: [], partners: [], except: [] };
    const two = alertInput({
      incidentTypes: ['kidnapping'],
      renditions: [renditionInput({ audience, texts }), renditionInput({ audience, tlp: 'AMBER' })],
    });
    expect((await un.http.post('/v1/alerts', two)).status).toBe(422);
  });

  it('binds what a member says of the country to whomever, and not what others say of it', async () => {
    const member = await partner(app, { kind: 'un_entity' });
    await join(app, here, member);
    expectStatus(await decide([ABDUCTIONS]), 200);
    const areas = [{ description: 'The east', countries: ['SD'] }] as object[] as RenditionInput['areas'];
    const others = {
      audience: { arrangements: [], kinds: [], partners: [ngo.partner.code], except: [] },
      areas,
    };
    const say = (rendition: Partial<RenditionInput>): Promise<Answer<View>> =>
      member.http.post<View>('/v1/alerts', body(['kidnapping'], rendition));
    expect((await say(others)).status).toBe(422);
    await leave(app, here, member);
    expect((await say(others)).status).toBe(201);
    await join(app, here, member);
    const elsewhere = [{ description: 'The west', countries: ['TD'] }] as object[] as RenditionInput['areas'];
    expect((await say({ ...others, areas: elsewhere })).status).toBe(201);
  });

  it('says what it is to members alone, and to others no more than how to mark it', async () => {
    const outside = await partner(app, { kind: 'un_entity' });
    expectStatus(await decide([ABDUCTIONS]), 200);
    const text = body(['kidnapping']);
    const detail = `${line('abductions')} asks for AMBER at least.`;
    const refused = await outside.http.post<View>('/v1/alerts', text);
    expect([refused.status, refused.body.errors?.[0]?.detail]).toEqual([422, detail]);
    const preview = await outside.http.post<{ sensitivity: object[] }>('/v1/alerts/audience-preview', text);
    expect(preview.body.sensitivity).toEqual([
      { rendition: 0, line: line('abductions'), lowestTlp: 'AMBER', effect: 'block' },
    ]);
    for (const { text: said } of [refused, preview]) {
      expect(said).not.toContain(ABDUCTIONS.reason);
      expect(said).not.toContain(ABDUCTIONS.title);
    }
    expect((await publish(['kidnapping'])).text).toContain(ABDUCTIONS.reason);
  });

  it('keeps a text from becoming lower by itself', async () => {
    const rendition = {
      tlp: 'AMBER',
      downgrade: { at: '2090-01-01', tlp: 'GREEN', classification: 'UNCLASSIFIED' },
    } as Partial<RenditionInput>;
    const { id } = expectStatus(await publish(['kidnapping'], rendition), 201);
    const free = expectStatus(await publish(['theft'], rendition), 201);
    expectStatus(await decide([ABDUCTIONS]), 200);
    await query(
      app.database.superuserUrl,
      `update rendition set downgrade_at = now() where downgrade_at is not null and shareable_id = any ($1)`,
      [[id, free.id]],
    );
    const tlp = async (of: string): Promise<string> =>
      (await un.http.get<{ handling: { tlp: string } }>(`/v1/alerts/${of}`)).body.handling.tlp;
    await eventually(async () => (await tlp(free.id)) === 'GREEN');
    expect(await tlp(id)).toBe('AMBER');
  });
});

describe('a line that warns', () => {
  beforeEach(async () => {
    expectStatus(await decide([CLINICS]), 200);
  });

  it('is to be accepted by name, which is audited', async () => {
    expect((await publish(['air_strike'])).status).toBe(422);
    expect((await publish(['air_strike'], {}, { acceptedWarnings: ['XX/clinics'] })).status).toBe(422);
    const accepted = { acceptedWarnings: [line('clinics')] };
    const { id } = expectStatus(await publish(['air_strike'], {}, accepted), 201);
    expect(JSON.stringify((await ngo.http.get(`/v1/alerts/${id}`)).body)).not.toContain('clinics');
    const draft = expectStatus(await publish(['air_strike'], {}, { ...accepted, state: 'draft' }), 201);
    expect((await un.http.post(`/v1/alerts/${draft.id}/publication`)).status).toBe(200);
    const auditor = await app.as(await client(app, un.partner.id, { scopes: ['audit:read'] }));
    expect((await auditor.get('/v1/audit')).text).toContain(line('clinics'));
  });

  it('is told by the preview before', async () => {
    const { body: preview } = await un.http.post<{ sensitivity: object[] }>(
      '/v1/alerts/audience-preview',
      body(['air_strike']),
    );
    expect(preview.sensitivity).toMatchObject([
      {
        ...{ rendition: 0, line: line('clinics'), effect: 'warn', lowestTlp: 'AMBER' },
        ...{ title: CLINICS.title, reason: CLINICS.reason },
      },
    ]);
    expect(await seenByNgo()).toBe(0);
  });
});

describe('a flash', () => {
  let onDuty: Http;
  beforeAll(async () => {
    onDuty = await app.as(await client(app, un.partner.id, { scopes: ['alerts:flash'] }));
  });
  const flash = (): Promise<Answer<View>> =>
    onDuty.post<View>('/v1/alerts/flash', {
      event: 'Shots',
      headline: 'Shots near the market',
      tlp: 'GREEN',
      classification: 'UNCLASSIFIED',
      audience: { arrangements: [here.code] },
    });

  it('waits for no warning, and is stopped by what blocks every text', async () => {
    expectStatus(await decide([{ ...CLINICS, incidentTypes: [] }]), 200);
    expect((await flash()).status).toBe(201);
    expectStatus(await decide([{ ...ABDUCTIONS, incidentTypes: [] }]), 200);
    expect((await flash()).status).toBe(422);
  });
});

describe('a matrix', () => {
  it('has versions, of which one to come takes effect by itself, once, in whatever time zone it is said', async () => {
    expectStatus(await decide([CLINICS]), 200);
    expectStatus(await decide([ABDUCTIONS], { from: '2099-01-01T02:00:00+14:00' }), 200);
    expect((await matrices()).map(({ version, state }) => [version, state])).toEqual([
      [2, 'planned'],
      [1, 'current'],
    ]);
    expect((await publish(['kidnapping'])).status).toBe(201);
    await query(
      app.database.superuserUrl,
      `update sensitivity_matrix set effective_from = now() where arrangement_id = $1 and version = 2`,
      [here.id],
    );
    expect((await publish(['kidnapping'])).status).toBe(422);
    expect((await publish(['air_strike'])).status).toBe(201);
    expectStatus(await decide([]), 200);
    expect((await publish(['kidnapping'])).status).toBe(201);
  });

  it('is decided by whoever manages arrangements, one after the other', async () => {
    expect((await decide([CLINICS], {}, un.http)).status).toBe(403);
    expect((await decide([CLINICS], {}, app.steward, { 'If-Match': '"0"' })).status).toBe(200);
    expect((await decide([CLINICS], {}, app.steward, { 'If-Match': '"0"' })).status).toBe(412);
    const faulty = [
      [{ ...CLINICS, incidentTypes: ['no_such_thing'] }],
      [CLINICS, CLINICS],
      [{ ...CLINICS, lowestTlp: 'CLEAR' }],
    ];
    for (const lines of faulty) expect((await decide(lines)).status).toBe(400);
    expect((await decide([CLINICS], { from: '2020-01-01T00:00:00Z' })).status).toBe(400);
    const together = await Promise.all([decide([CLINICS]), decide([CLINICS]), decide([CLINICS])]);
    expect(together.map(({ body: { version } }) => version).toSorted()).toEqual([2, 3, 4]);
  });

  it('is read by members, and by nobody else', async () => {
    expectStatus(await decide([CLINICS]), 200);
    expect(await matrices(ngo.http)).toHaveLength(1);
    const stranger = await partner(app, { scopes: [...USUAL_SCOPES] });
    expect((await stranger.http.get(path())).status).toBe(404);
    await leave(app, here, ngo);
    expect((await ngo.http.get(path())).status).toBe(404);
  });
});
