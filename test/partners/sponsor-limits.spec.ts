import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { LivenessService } from '../../src/focal-points/liveness.service.js';
import { eventually } from '../alerts/channels.js';
import { lapsesIn, accept, aMoment, COMMITTING } from '../commitments/committing.js';
import { countryFocalPoint, passDays } from '../focal-points/naming.js';
import { countBlocked, until } from '../sharing/gate.js';
import { startApp, type TestApp } from '../support/app.js';
import { query } from '../support/database.js';
import {
  alert,
  arrangement,
  join,
  partner,
  renditionInput,
  type TestArrangement,
  type TestPartner,
  uniqueCode,
} from '../support/factories.js';
import { type Answer, expectStatus, type Http, type Problem } from '../support/http.js';
import { type PartnerView, SPONSORING, stand, subPartner } from './sponsoring.js';

const SCOPES = [...new Set([...SPONSORING, ...COMMITTING, 'focal-points:manage'])];

let app: TestApp;
let sponsor: TestPartner;
let local: TestPartner;
let here: TestArrangement;

beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());
beforeEach(async () => {
  sponsor = await partner(app, { scopes: SCOPES });
  here = await arrangement(app, { members: [sponsor] });
  local = await subPartner(app, sponsor);
  await join(app, here, local);
});

const sql = <Row extends Record<string, unknown>>(text: string, ...params: unknown[]): Promise<Row[]> =>
  query<Row>(app.database.superuserUrl, text, params);
const change = (by: Http, body: object): Promise<Answer<PartnerView>> =>
  by.patch<PartnerView>(`/v1/partners/${local.partner.id}`, body);
const statusOf = async (): Promise<string> =>
  (await app.steward.get<PartnerView>(`/v1/partners/${local.partner.id}`)).body.status;
const members = (): string => `/v1/arrangements/${here.id}/members`;
const ofClient = (): string => `/v1/partners/${local.partner.id}/clients/${local.client.clientId}`;

describe('what the steward decided about a sub-partner, its sponsor does not undo:', () => {
  it('a suspension by the steward is ended by the steward', async () => {
    const { id } = local.partner;
    expectStatus(await stand(id, 'suspension', sponsor.http), 200);
    expectStatus(await stand(id, 'reinstatement', sponsor.http), 200);
    expectStatus(await stand(id, 'suspension', app.steward), 200);
    expect((await stand(id, 'reinstatement', sponsor.http)).status).toBe(409);
    await stand(sponsor.partner.id, 'suspension', app.steward);
    await stand(sponsor.partner.id, 'reinstatement', app.steward);
    expect([await statusOf(), (await stand(id, 'reinstatement', sponsor.http)).status]).toEqual([
      'suspended',
      409,
    ]);
    const written = sql(`update partner set status = 'active' where id = $1`, id);
    await expect(written).rejects.toThrow('the steward suspended it');
    expectStatus(await stand(id, 'reinstatement', app.steward), 200);
    expectStatus(await stand(id, 'suspension', sponsor.http), 200);
    expect((await stand(id, 'reinstatement', sponsor.http)).status).toBe(200);
  });

  it('a suspension that it takes over from the sponsor stays when the sponsor would end its own', async () => {
    const { id } = local.partner;
    const by = async (): Promise<unknown> => {
      const { status, suspendedBy } = (await app.steward.get<PartnerView>(`/v1/partners/${id}`)).body;
      return [status, suspendedBy];
    };
    expectStatus(await stand(id, 'suspension', sponsor.http), 200);
    expect(await by()).toEqual(['suspended', 'sponsor']);
    expect((await stand(id, 'suspension', sponsor.http)).status).toBe(409);
    expectStatus(await stand(id, 'suspension', app.steward), 200);
    expect(await by()).toEqual(['suspended', 'steward']);
    expect((await stand(id, 'suspension', app.steward)).status).toBe(409);
    expect((await stand(id, 'reinstatement', sponsor.http)).status).toBe(409);
    expectStatus(await stand(id, 'reinstatement', app.steward), 200);
    expect(await by()).toEqual(['active', undefined]);
  });

  it('a suspension that it takes over from the fall with the sponsor stays when the sponsor comes back', async () => {
    const { id } = local.partner;
    const read = async (): Promise<string | undefined> =>
      (await sponsor.http.get<PartnerView>(`/v1/partners/${id}`)).body.suspendedBy;
    await stand(sponsor.partner.id, 'suspension', app.steward);
    const fallen = await app.steward.get<PartnerView>(`/v1/partners/${id}`);
    expect(fallen.body.suspendedBy).toBe('with_sponsor');
    expectStatus(await stand(id, 'suspension', app.steward), 200);
    await stand(sponsor.partner.id, 'reinstatement', app.steward);
    expect([await statusOf(), await read()]).toEqual(['suspended', 'steward']);
    expect((await stand(id, 'reinstatement', sponsor.http)).status).toBe(409);
    expectStatus(await stand(id, 'reinstatement', app.steward), 200);
    expect((await stand(id, 'reinstatement', app.steward)).status).toBe(409);
  });

  it('who suspended it is written by the steward alone, and a partner of its own standing is not held', async () => {
    const write = (manages: string, change: string): Promise<unknown> =>
      sql(
        `begin; set local role slt_service; select set_config('slt.partner', '${sponsor.partner.id}', true),
           set_config('slt.reader', '${sponsor.partner.id}', true), set_config('slt.manages', '${manages}', true);
         update partner set suspended_by_steward = ${change} where id = '${local.partner.id}'; rollback`,
      );
    await stand(local.partner.id, 'suspension', app.steward);
    await expect(write('sub-partners', 'false')).rejects.toThrow('the steward alone');
    await stand(sponsor.partner.id, 'suspension', app.steward);
    expect((await stand(sponsor.partner.id, 'suspension', app.steward)).status).toBe(409);
  });

  it('its ceiling and its end are only lowered by the sponsor', async () => {
    const [soon, later] = ['2098-01-01T00:00:00.000Z', '2099-01-01T00:00:00.000Z'];
    expectStatus(await change(sponsor.http, { until: later }), 200);
    expectStatus(
      await change(app.steward, { ceiling: { tlp: 'AMBER', classification: 'UNCLASSIFIED' } }),
      200,
    );
    const kept = expectStatus(await change(sponsor.http, { ceiling: { tlp: 'AMBER' }, until: soon }), 200);
    expect([kept.ceiling?.classification, kept.until]).toEqual(['UNCLASSIFIED', soon]);
    expectStatus(await change(sponsor.http, { ceiling: { tlp: 'GREEN' } }), 200);
    for (const body of [{ ceiling: { tlp: 'AMBER' } }, { until: later }]) {
      expect([body, (await change(sponsor.http, body)).status]).toEqual([body, 400]);
      expect([body, (await change(app.steward, body)).status]).toEqual([body, 200]);
    }
  });

  it('a membership that begins again is no more than the one before, unless the steward says so', async () => {
    await app.steward.delete(`${members()}/${local.partner.id}`);
    await join(app, here, local, { ceiling: { tlp: 'GREEN' } });
    await sql(
      `update membership set restricted_since = '2026-01-02', covered_at = '2025-01-01' where partner_id = $1`,
      local.partner.id,
    );
    const again = async (by: Http, more: object = {}): Promise<unknown> => {
      expect((await by.delete(`${members()}/${local.partner.id}`)).status).toBe(204);
      expectStatus(await by.post(members(), { partnerId: local.partner.id, ...more }), 201);
      const rows = await sql(
        `select ceiling_tlp, ceiling_classification, restricted_since < '2026-01-03' as still,
           covered_at < '2025-01-02' as uncovered from membership where partner_id = $1 and state = 'current'`,
        local.partner.id,
      );
      return rows[0];
    };
    const silent = { still: true, uncovered: true };
    const low = { ceiling_tlp: 1, ceiling_classification: 0, ...silent };
    expect(await again(sponsor.http)).toEqual(low);
    expect(await again(sponsor.http, { ceiling: { tlp: 'AMBER' } })).toEqual(low);
    expect(await again(app.steward)).toEqual(low);
    expect(await again(app.steward, { ceiling: { tlp: 'AMBER' } })).toEqual({
      ceiling_tlp: 2,
      ceiling_classification: 1,
      ...silent,
    });
    expect(await again(sponsor.http, { ceiling: { tlp: 'CLEAR' } })).toMatchObject({ ceiling_tlp: 0 });
  });

  it('how much its clients may ask is for the steward to say', async () => {
    expect((await sponsor.http.patch(ofClient(), { requestsPerMinute: 5000 })).status).toBe(403);
    expect((await sponsor.http.patch(ofClient(), { requestsPerMinute: null })).status).toBe(403);
    expect((await sponsor.http.patch(ofClient(), { name: 'Renamed' })).status).toBe(200);
    expect((await app.steward.patch(ofClient(), { requestsPerMinute: 100 })).status).toBe(200);
  });
});

describe('a sub-partner that fell with its sponsor', () => {
  beforeEach(async () => {
    expectStatus(await stand(sponsor.partner.id, 'suspension', app.steward), 200);
    expect(await statusOf()).toBe('suspended');
  });

  it('may be withdrawn', async () => {
    expectStatus(await stand(local.partner.id, 'withdrawal', app.steward), 200);
    expect(await statusOf()).toBe('withdrawn');
    await stand(sponsor.partner.id, 'reinstatement', app.steward);
    expect(await statusOf()).toBe('withdrawn');
  });

  it('ends at its own date', async () => {
    await sql(`update partner set expires_at = now() - interval '1 second' where id = $1`, local.partner.id);
    await eventually(async () => (await statusOf()) === 'expired');
  });
});

describe('what time does to partners, it does to a sub-partner with its sponsor:', () => {
  const reports = async (): Promise<number> => (await local.http.post('/v1/reports', {})).status;

  it('it accepts no commitments, and may only read while its sponsor may only read', async () => {
    const dates = `select renew_by as due, read_only_from::text as late from partner where id = any ($1) order by id`;
    const both = [sponsor.partner.id, local.partner.id];
    await accept(sponsor);
    const superuser = new pg.Client({ connectionString: app.database.superuserUrl });
    await superuser.connect();
    try {
      await superuser.query(
        `begin; update commitment_text set accept_by = effective_at + interval '1 second'`,
      );
      const { rows } = await superuser.query<{ due: Date | null; late: string | null }>(dates, [both]);
      expect(rows).toEqual([
        { due: expect.any(Date), late: expect.any(String) },
        { due: null, late: rows[0]?.late },
      ]);
    } finally {
      await superuser.end();
    }
    expect(await reports()).toBe(400);
    await lapsesIn(app, sponsor, '-1 second');
    await aMoment();
    expect(await reports()).toBe(403);
    const [first, second] = await sql<{ late: string }>(dates, both);
    expect(second?.late).toBe(first?.late);
    await accept(sponsor);
    await eventually(async () => (await reports()) === 400);
    expect(await sql(`select from commitment_reminder where partner_id = $1`, local.partner.id)).toEqual([]);
  });

  it('it is read-only from the beginning where its sponsor is', async () => {
    await sql(`update partner set read_only_from = now() where id = $1`, sponsor.partner.id);
    const body = { code: uniqueCode('S'), name: 'A local organisation' };
    const path = `/v1/partners/${sponsor.partner.id}/sub-partners`;
    const { id } = expectStatus(await app.steward.post<PartnerView>(path, body), 201);
    expect(await sql(`select from partner where id = $1 and read_only_from <= now()`, id)).toHaveLength(1);
  });

  it('it names nobody, and what is above GREEN is held back from it while it is from its sponsor', async () => {
    const un = await partner(app, { kind: 'un_entity' });
    await join(app, here, un);
    const focalPoint = async (): Promise<unknown> => countryFocalPoint(sponsor, here);
    await focalPoint();
    await passDays(app, local, 200);
    const liveness = app.nest.get(LivenessService, { strict: false });
    const day = async (): Promise<void> => {
      while (await liveness.restrictAsSystem());
    };
    await day();
    const { id } = await alert(un.http, {
      renditions: [renditionInput({ tlp: 'AMBER', audience: { arrangements: [here.code] } })],
    });
    expect((await local.http.get(`/v1/alerts/${id}`)).status).toBe(200);
    await passDays(app, sponsor, 91);
    await day();
    expect((await local.http.get(`/v1/alerts/${id}`)).status).toBe(404);
  });

  it('what may reach it is shown with what may reach its sponsor there', async () => {
    const me = async (): Promise<unknown> => {
      const { body } = await local.http.get<{ arrangements: { ceiling: unknown }[] }>('/v1/me');
      return body.arrangements.map(({ ceiling }) => ceiling);
    };
    expect(await me()).toEqual([{ tlp: 'AMBER', classification: 'CONFIDENTIAL' }]);
    await sql(`update membership set ceiling_tlp = 1 where partner_id = $1`, sponsor.partner.id);
    expect(await me()).toEqual([{ tlp: 'GREEN', classification: 'CONFIDENTIAL' }]);
    await sql(`update membership set restricted_since = now() where partner_id = $1`, sponsor.partner.id);
    expect(await me()).toEqual([{ tlp: 'GREEN', classification: 'UNCLASSIFIED' }]);
  });

  it('the directory and the scorecard show it with what its sponsor answered and accepted', async () => {
    const path = `/v1/arrangements/${here.id}`;
    const sponsorId = sponsor.partner.id;
    const contact = async (): Promise<unknown> => {
      const { body } = await sponsor.http.get<{ items: { partnerId: string }[] }>(`${path}/focal-points`);
      return body.items.find(({ partnerId }) => partnerId === local.partner.id);
    };
    expect(await contact()).toMatchObject({ sponsorId, confirmation: 'confirmed' });
    await sql(`update membership set restricted_since = now() where partner_id = $1`, sponsorId);
    expect(await contact()).toMatchObject({ sponsorId, confirmation: 'unconfirmed' });
    const scored = async (): Promise<unknown> => {
      const { body } = await sponsor.http.get<{ members: { partner: string }[] }>(`${path}/scorecard`);
      return body.members.find(({ partner: code }) => code === local.partner.code);
    };
    const shown = { sponsor: sponsor.partner.code };
    expect(await scored()).toMatchObject({ ...shown, state: 'never_accepted' });
    await accept(sponsor);
    expect(await scored()).toMatchObject({ ...shown, state: 'accepted' });
  });

  it('its sponsor says which of its clients are needed', async () => {
    const attest = (by: Http): Promise<Answer<Problem>> =>
      by.post<Problem>(`${ofClient()}/attestations`, { outcome: 'kept', note: 'It reads our map.' });
    const other = await partner(app, { scopes: [...SPONSORING, 'clients:attest'] });
    await join(app, here, other);
    expect((await attest(other.http)).status).toBe(404);
    await sql(`update client set attest_by = now() where id = $1`, local.client.clientId);
    expectStatus(await attest(sponsor.http), 201);
    const rows = await sql(`select from client where id = $1 and attest_by > now()`, local.client.clientId);
    expect(rows).toHaveLength(1);
    const list = await sponsor.http.get<{ items: unknown[] }>(
      `/v1/partners/${local.partner.id}/attestations`,
    );
    expect(list.body.items).toHaveLength(1);
    const own = `/v1/partners/${sponsor.partner.id}/clients/${sponsor.client.clientId}/attestations`;
    const answer = await sponsor.http.post<Problem>(own, { outcome: 'kept', note: 'It is ours.' });
    expect([answer.status, answer.body.detail]).toEqual([403, expect.stringContaining('clients:attest')]);
  });
});

it('a sponsor that is suspended with it waits for no publication that waits for it', async () => {
  const publication = new pg.Client({ connectionString: app.database.superuserUrl });
  await publication.connect();
  try {
    // As one does that addresses national NGOs and the arrangement: kinds before arrangements.
    await publication.query(`begin; select share_lock(false, '{}', '{national_ngo}', '{}')`);
    const suspension = stand(sponsor.partner.id, 'suspension', app.steward);
    await until(async () => (await countBlocked(publication)) > 0);
    await publication.query(`set local lock_timeout = '5s'`);
    await publication.query(`select share_lock(false, '{}', '{}', array[$1::uuid])`, [here.id]);
    await publication.query('commit');
    expectStatus(await suspension, 200);
  } finally {
    await publication.end();
  }
});
