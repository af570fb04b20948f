import { reportInput, submitted } from '../reports/reporting.js';
import { type ClientCredentials, startApp, type TestApp } from '../support/app.js';
import { query } from '../support/database.js';
import { alert, alertInput, client, partner, type TestPartner } from '../support/factories.js';
import { expectStatus, type Http, type Problem } from '../support/http.js';

interface Attestation {
  outcome: string;
  dropped: string[];
  note: string;
}
interface Client {
  clientId: string;
  scopes: string[];
  attestBy: string;
  revokedAt?: string;
}

const KEPT = { outcome: 'kept', note: 'It fills our map.' };
const DAY_MS = 24 * 60 * 60 * 1000;

let app: TestApp;
let owner: TestPartner;
let other: TestPartner;
/** Of the owner: says what is needed, reads and publishes, is narrowed. */
let attester: ClientCredentials;
let machine: ClientCredentials;
let narrow: ClientCredentials;
let speaker: Http;

beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());
beforeEach(async () => {
  [owner, other] = [
    await partner(app, { kind: 'un_entity', scopes: ['partners:read', 'alerts:read', 'audit:read'] }),
    await partner(app, { scopes: ['partners:read', 'clients:attest'] }),
  ];
  const { id } = owner.partner;
  attester = await client(app, id, { scopes: ['clients:attest', 'partners:read'] });
  machine = await client(app, id, { scopes: ['alerts:read', 'alerts:publish', 'alerts:respond'] });
  narrow = await client(app, id, {
    scopes: ['alerts:read', 'partners:read', 'clients:attest'],
    ceiling: { tlp: 'GREEN' },
  });
  speaker = await app.as(attester);
});

const attest = (
  by: Http,
  { clientId }: ClientCredentials,
  body: object = KEPT,
): ReturnType<typeof by.post<Attestation & Problem>> =>
  by.post<Attestation & Problem>(`/v1/partners/${owner.partner.id}/clients/${clientId}/attestations`, body);
const seen = async ({ clientId }: ClientCredentials, by: Http = app.steward): Promise<Client> => {
  const answer = await by.get<{ items: Client[] }>(`/v1/partners/${owner.partner.id}/clients`);
  const found = expectStatus(answer, 200).items.find((one) => one.clientId === clientId);
  if (found === undefined) throw new Error('no such client');
  return found;
};
/** As when the day has come and nobody spoke; what is believed of a token is believed for a second. */
const letPass = async (one: ClientCredentials): Promise<void> => {
  const past = `update client set attest_by = now() - interval '1 second' where id = $1`;
  await query(app.database.superuserUrl, past, [one.clientId]);
  await new Promise((resolve) => setTimeout(resolve, 1100));
};
const recent = (time: string): number => Math.round((Date.parse(time) - Date.now()) / DAY_MS);

describe('a client for which nobody spoke', () => {
  it('only reads from that moment, whatever token it holds, and does all again once somebody did', async () => {
    const http = await app.as(machine);
    const { id } = await alert(http);
    await letPass(machine);
    const refused = await http.post<Problem>('/v1/alerts', alertInput());
    expect([refused.status, refused.body.detail]).toEqual([403, expect.stringContaining('still needed')]);
    expect((await http.post(`/v1/alerts/${id}/cancellation`, { note: 'Over.' })).status).toBe(403);
    expect((await http.get(`/v1/alerts/${id}`)).status).toBe(200);
    expect((await http.get<{ scopes: string[] }>('/v1/me')).body.scopes).toEqual(['alerts:read']);
    expect((await (await app.as(machine)).post('/v1/alerts', alertInput())).status).toBe(403);

    expectStatus(await attest(speaker, machine), 201);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    expect((await http.post(`/v1/alerts/${id}/cancellation`, { note: 'Over.' })).status).toBe(200);
    expect(recent((await seen(machine)).attestBy)).toBe(180);
  });

  it('goes on reading what it reported, and reports nothing', async () => {
    const field = await client(app, owner.partner.id, { scopes: ['reports:submit'] });
    const http = await app.as(field);
    const { id } = await submitted(http, { classification: 'UNCLASSIFIED' });
    await letPass(field);
    expect((await http.get(`/v1/reports/${id}`)).status).toBe(200);
    expect((await http.get('/v1/reports?mine=true')).status).toBe(200);
    const refused = await http.post<Problem>('/v1/reports', reportInput());
    expect([refused.status, refused.body.detail]).toEqual([403, expect.stringContaining('still needed')]);
  });

  it('can still speak for others, or nobody ever could again', async () => {
    await letPass(attester);
    expect((await attest(speaker, machine)).status).toBe(201);
  });

  it('can be spoken for while its organisation has lapsed, or nobody could ever accept the commitments again', async () => {
    const signing = await client(app, owner.partner.id, {
      scopes: ['commitments:accept', 'commitments:read'],
    });
    const lapsed = `update partner set read_only_from = now() - interval '1 second' where id = $1`;
    await query(app.database.superuserUrl, lapsed, [owner.partner.id]);
    await letPass(attester);
    await letPass(signing);
    const path = `/v1/partners/${owner.partner.id}/acceptances`;
    const { body } = await (await app.as(signing)).post<Problem>(path, {});
    expect(body.detail).toContain('still needed');
    expectStatus(await attest(speaker, signing), 201);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    expect((await (await app.as(signing)).post(path, {})).status).toBe(400);
  });

  it('has half a year from when it was made', async () => {
    expect(recent((await seen(machine)).attestBy)).toBe(180);
  });
});

describe('whoever speaks for a client', () => {
  it('is another one of its partner, or the steward', async () => {
    expect((await attest(speaker, machine)).status).toBe(201);
    expect((await attest(app.steward, machine)).status).toBe(201);
  });

  it('is not of another partner, narrowed, or without the scope', async () => {
    expect((await attest(other.http, machine)).status).toBe(404);
    expect((await attest(await app.as(narrow), machine)).status).toBe(404);
    expect((await attest(await app.as(narrow), narrow)).status).toBe(403);
    expect((await attest(owner.http, machine)).status).toBe(403);
    const wrong = `/v1/partners/${other.partner.id}/clients/${machine.clientId}/attestations`;
    expect((await speaker.post(wrong, KEPT)).status).toBe(404);
    expect(await attestations()).toEqual([]);
  });

  it('is the client itself only where there is no other', async () => {
    expect((await attest(speaker, attester)).status).toBe(201);
    await client(app, owner.partner.id, { scopes: ['clients:attest'] });
    expect((await attest(speaker, attester)).status).toBe(409);
  });
});

const attestations = async (by: Http = app.steward): Promise<Attestation[]> =>
  expectStatus(await by.get<{ items: Attestation[] }>(`/v1/partners/${owner.partner.id}/attestations`), 200)
    .items;

describe('what is said of a client', () => {
  it('takes scopes from it for good, and never gives it any', async () => {
    const narrowed = { outcome: 'narrowed', note: 'It reads.' };
    const faulty = [
      narrowed,
      { ...narrowed, scopes: ['alerts:read', 'partners:read'] },
      { ...narrowed, scopes: ['alerts:read', 'alerts:publish', 'alerts:respond'] },
      { ...KEPT, scopes: ['alerts:read'] },
      { ...narrowed, scopes: [] },
      { ...narrowed, scopes: ['alerts:read'], note: '' },
    ];
    for (const body of faulty)
      expect([body, (await attest(speaker, machine, body)).status]).toEqual([body, 400]);
    const said = expectStatus(await attest(speaker, machine, { ...narrowed, scopes: ['alerts:read'] }), 201);
    expect(said.dropped.toSorted()).toEqual(['alerts:publish', 'alerts:respond']);
    expect((await seen(machine)).scopes).toEqual(['alerts:read']);
    expectStatus(await attest(speaker, machine), 201);
    expect((await seen(machine)).scopes).toEqual(['alerts:read']);
  });

  it('ends it, with what a narrowed one had been given', async () => {
    const http = await app.as(narrow);
    const { id } = await alert(await app.as(machine), {});
    expect((await http.get(`/v1/alerts/${id}`)).status).toBe(200);
    expectStatus(await attest(speaker, narrow, { outcome: 'revoked', note: 'Nobody knows it.' }), 201);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    expect((await http.get(`/v1/alerts/${id}`)).status).toBe(401);
    const open = `select is_open from reader where id in (select reader_id from client where id = $1)`;
    expect(await query(app.database.superuserUrl, open, [narrow.clientId])).toEqual([{ is_open: false }]);
    expect((await attest(speaker, narrow)).status).toBe(409);
  });

  it('is kept, for its partner and the steward alone', async () => {
    await attest(speaker, machine);
    expect(await attestations()).toMatchObject([{ ...KEPT, dropped: [] }]);
    expect(await attestations(owner.http)).toHaveLength(1);
    expect(await attestations(await app.as(narrow))).toEqual([]);
    const path = `/v1/partners/${owner.partner.id}/attestations`;
    expect((await other.http.get(path)).status).toBe(404);
    const { body } = await owner.http.get<{ items: { action: string }[] }>('/v1/audit');
    expect(body.items.map(({ action }) => action)).toContain('client.attested');
  });
});

describe('a review that the steward asks for', () => {
  const ask = (
    attestBy: string,
    http: Http = app.steward,
  ): ReturnType<typeof http.post<{ clients: number } & Problem>> =>
    http.post<{ clients: number } & Problem>(`/v1/partners/${owner.partner.id}/access-review`, {
      attestBy,
      reason: 'The yearly review.',
    });
  const inDays = (days: number): string => new Date(Date.now() + days * DAY_MS).toISOString();

  it('brings the day forward for all clients of the partner, and never back', async () => {
    expect(expectStatus(await ask(inDays(10)), 200).clients).toBe(4);
    expectStatus(await ask(inDays(100)), 200);
    expect(recent((await seen(machine)).attestBy)).toBe(10);
    const path = `/v1/partners/${owner.partner.id}/clients/report`;
    const { body } = await owner.http.get<{ toAttest: Client[] }>(path);
    expect(body.toAttest.map(({ clientId }) => clientId)).toContain(machine.clientId);
    const sooner = await owner.http.get<{ toAttest: Client[] }>(path, { query: { attestingDays: 5 } });
    expect(sooner.body.toAttest).toEqual([]);
  });

  it('takes a moment in any time zone, and none that is past', async () => {
    expectStatus(await ask('2099-01-01T00:30:00+14:00'), 200);
    expect((await ask('2020-01-01T00:00:00Z')).status).toBe(400);
  });

  it('is for the steward alone', async () => {
    expect((await ask(inDays(10), speaker)).status).toBe(403);
    expect(recent((await seen(machine)).attestBy)).toBe(180);
  });
});
