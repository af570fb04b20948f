import { readFile } from 'node:fs/promises';
import { describeStanding, STANDING } from '../../src/partners/partner.rules.js';
import { ContributionsService } from '../../src/withdrawals/contributions.service.js';
import { describeWithdrawal, WITHDRAWING } from '../../src/withdrawals/withdrawal.rules.js';
import { changesOf, eventually } from '../alerts/channels.js';
import { reportInput } from '../reports/reporting.js';
import { startApp, type TestApp } from '../support/app.js';
import { query } from '../support/database.js';
import {
  alert,
  arrangement,
  client,
  partner,
  renditionInput,
  type TestArrangement,
  type TestPartner,
  USUAL_SCOPES,
} from '../support/factories.js';
import { type Answer, expectStatus } from '../support/http.js';

interface Withdrawn {
  status: string;
  withdrawal?: { choice: string; state: string; fetchUntil?: string };
  contributions?: string;
}
interface Contributions {
  items: {
    type: string;
    id: string;
    state: string;
    renditions: { content: object; files: { id: string; path: string }[] }[];
  }[];
  nextCursor: string | null;
}

const SCOPES = [...USUAL_SCOPES, 'reports:submit', 'partnership:end'];

let app: TestApp;
let other: TestApp;
let reader: TestPartner;
let leaving: TestPartner;
let here: TestArrangement;

beforeAll(async () => {
  app = await startApp();
  other = await startApp({ database: app.database, settings: { SLT_PUBLIC_URL: app.url } });
  reader = await partner(app);
});
afterAll(async () => {
  await other.close();
  await app.close();
});
beforeEach(async () => {
  leaving = await partner(app, { scopes: SCOPES });
  here = await arrangement(app, { members: [reader, leaving] });
});

const withdraw = (who: TestPartner, body: object, by = who.http): Promise<Answer<Withdrawn>> =>
  by.post<Withdrawn>(`/v1/partners/${who.partner.id}/withdrawal`, body);
const stateOf = async (who: TestPartner): Promise<string> =>
  expectStatus(await app.steward.get<{ state: string }>(`/v1/partners/${who.partner.id}/withdrawal`), 200)
    .state;
const untilDone = (who: TestPartner): Promise<void> =>
  eventually(async () => (await stateOf(who)) === 'done');

interface Given {
  named: string;
  unnamed: string;
  draft: string;
  namedReport: string;
  protectedReport: string;
}

/** Alerts and reports, in its name and not. */
async function contribute(who: TestPartner): Promise<Given> {
  const renditions = [renditionInput({ audience: { arrangements: [here.code] } })];
  const report = async (attribution: string): Promise<string> =>
    expectStatus(
      await who.http.post<{ id: string }>(
        '/v1/reports',
        reportInput({ attribution, audience: { arrangements: [here.code] } }),
      ),
      201,
    ).id;
  return {
    named: (await alert(who.http, { renditions })).id,
    unnamed: (await alert(who.http, { renditions, attribution: 'a_partner' })).id,
    draft: (await alert(who.http, { renditions, state: 'draft' })).id,
    namedReport: await report('named'),
    protectedReport: await report('protected'),
  };
}

const shareables = async (ids: string[]): Promise<string[]> =>
  (
    await query<{ state: string }>(
      app.database.superuserUrl,
      `select s.state from unnest($1::uuid[]) with ordinality as x (id, n) join shareable s using (id) order by n`,
      [ids],
    )
  ).map(({ state }) => state);

describe('a partner that withdraws', () => {
  it('must choose; its key needs the scope, and the whole of the partner', async () => {
    expect((await withdraw(leaving, {})).status).toBe(400);
    expect((await withdraw(leaving, { choice: 'keep' })).status).toBe(400);
    const plain = await app.as(await client(app, leaving.partner.id));
    expect((await withdraw(leaving, { choice: 'deletion' }, plain)).status).toBe(403);
    const path = `/v1/partners/${leaving.partner.id}/clients`;
    const narrow = { name: 'N', scopes: ['partnership:end'], ceiling: { tlp: 'GREEN' } };
    expect((await app.steward.post(path, narrow)).status).toBe(400);
    expect((await withdraw(reader, { choice: 'deletion' }, leaving.http)).status).toBe(403);
    const stranger = await partner(app, { scopes: SCOPES });
    expect((await withdraw(leaving, { choice: 'deletion' }, stranger.http)).status).toBe(404);
  });

  it('and has it deleted: what was in its name goes with a tombstone, what was not stays untouched', async () => {
    const { named, unnamed, draft, namedReport, protectedReport } = await contribute(leaving);
    const before = await query(app.database.superuserUrl, `select * from shareable where id = $1`, [
      protectedReport,
    ]);
    const answer = expectStatus(await withdraw(leaving, { choice: 'deletion' }), 200);
    expect([answer.status, answer.contributions]).toEqual(['withdrawn', undefined]);
    await untilDone(leaving);
    expect(await shareables([named, draft, namedReport, unnamed, protectedReport])).toEqual([
      ...['withdrawn', 'withdrawn', 'withdrawn', 'published', 'published'],
    ]);
    expect(await changesOf(reader.http, named)).toEqual([
      ['published', 1],
      ['withdrawn', 2],
    ]);
    expect(await changesOf(reader.http, unnamed)).toEqual([['published', 1]]);
    const after = await query(app.database.superuserUrl, `select * from shareable where id = $1`, [
      protectedReport,
    ]);
    expect(after).toEqual(before);
    const held = await query(
      app.database.superuserUrl,
      `select from custody where shareable_id = $1 and source_id = $2 and is_protected`,
      [protectedReport, leaving.partner.id],
    );
    expect(held).toHaveLength(1);
    expect((await withdraw(leaving, { choice: 'deletion' }, app.steward)).status).toBe(409);
  });

  it('and has it returned: all of it, by an address that nobody else is told, and then withdrawn', async () => {
    const given = await contribute(leaving);
    const answer = await withdraw(leaving, { choice: 'return' });
    expect(answer.headers.get('cache-control')).toContain('no-store');
    const address = expectStatus(answer, 200).contributions ?? '';
    await eventually(async () => (await leaving.http.get('/v1/me')).status === 401);
    const found: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: Contributions = expectStatus(
        await app.anonymous.get<Contributions>(address, { query: { limit: 2, ...(cursor && { cursor }) } }),
        200,
      );
      found.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    }
    expect(found.sort()).toEqual(Object.values(given).sort());
    const all = await app.anonymous.get(address);
    expect(all.text).toContain('Vehicle taken at gunpoint');
    expect((await app.steward.get(`/v1/partners/${leaving.partner.id}/withdrawal`)).text).not.toContain(
      address.slice(-20),
    );
    expect(await shareables([given.named])).toEqual(['published']);
    expectStatus(await app.anonymous.post(`${address}/receipt`), 200);
    for (const gone of [await app.anonymous.get(address), await app.anonymous.post(`${address}/receipt`)]) {
      expect(gone.status).toBe(404);
    }
    await untilDone(leaving);
    expect(await shareables([given.named, given.protectedReport])).toEqual(['withdrawn', 'published']);
  });

  it('and has its files returned with the texts, and those of nobody else', async () => {
    const file = async (by: TestPartner, text: string): Promise<string> =>
      expectStatus(
        await by.http.post<{ id: string }>('/v1/attachments', text, {
          headers: { 'Content-Type': 'text/plain' },
          query: { name: 'map.txt' },
        }),
        201,
      ).id;
    const mine = await file(leaving, 'a map of ours');
    const inReport = await file(leaving, 'a list of ours');
    const theirs = await file(reader, 'a map of theirs');
    const renditions = [renditionInput({ audience: { arrangements: [here.code] } })];
    const attached = (id: string) => ({
      renditions: renditions.map((one) => ({ ...one, attachments: [id] })),
    });
    await alert(leaving.http, attached(mine));
    await alert(reader.http, attached(theirs));
    const input = reportInput({ attribution: 'protected', audience: { arrangements: [here.code] } });
    expectStatus(await leaving.http.post('/v1/reports', { ...input, attachments: [inReport] }), 201);
    const { contributions = '' } = expectStatus(await withdraw(leaving, { choice: 'return' }), 200);
    const { items } = expectStatus(await app.anonymous.get<Contributions>(contributions), 200);
    const addresses = items
      .flatMap((one) => one.renditions.flatMap(({ files }) => files))
      .map((one) => one.path);
    expect(addresses.sort()).toEqual([mine, inReport].map((id) => `${contributions}/files/${id}`).sort());
    const fetched = await app.anonymous.get(`${contributions}/files/${mine}`);
    expect([fetched.status, fetched.text]).toEqual([200, 'a map of ours']);
    expect(fetched.headers.get('cache-control')).toBe('private, no-store');
    expect((await app.anonymous.get(`${contributions}/files/${inReport}`)).text).toBe('a list of ours');
    const missing = await app.anonymous.get(`${contributions}/files/${leaving.partner.id}`);
    const foreign = await app.anonymous.get(`${contributions}/files/${theirs}`);
    expect([foreign.status, foreign.text]).toEqual([404, missing.text]);
    expectStatus(await app.anonymous.post(`${contributions}/receipt`), 200);
    expect((await app.anonymous.get(`${contributions}/files/${mine}`)).status).toBe(404);
  });

  it('and lets 30 days go by: the address ends by itself, once, whichever process looks', async () => {
    const { named } = await contribute(leaving);
    const { contributions = '', withdrawal } = expectStatus(
      await withdraw(leaving, { choice: 'return' }),
      200,
    );
    const days = (Date.parse(withdrawal?.fetchUntil ?? '') - Date.now()) / 86_400_000;
    expect(Math.round(days)).toBe(30);
    await query(
      app.database.superuserUrl,
      `update partner_withdrawal set fetch_until = now() - interval '1 second' where partner_id = $1`,
      [leaving.partner.id],
    );
    expect((await app.anonymous.get(contributions)).status).toBe(404);
    await Promise.all(
      [app, other].map(({ nest }) => nest.get(ContributionsService, { strict: false }).goOnAsSystem()),
    );
    await untilDone(leaving);
    expect(await changesOf(reader.http, named)).toEqual([
      ['published', 1],
      ['withdrawn', 2],
    ]);
  });

  it('reaches no other partner’s contributions by an address that was made up', async () => {
    for (const made of ['x', 'leave_x', `leave_${'a'.repeat(43)}`]) {
      expect((await app.anonymous.get(`/v1/contributions/${made}`)).status).toBe(404);
      expect((await app.anonymous.post(`/v1/contributions/${made}/receipt`)).status).toBe(404);
    }
  });
});

describe('whoever ends the partnership of another', () => {
  it('may have what it contributed deleted or leave it, and never gets it', async () => {
    const { named } = await contribute(leaving);
    expect((await withdraw(leaving, { choice: 'return' }, app.steward)).status).toBe(403);
    const left = expectStatus(await withdraw(leaving, {}, app.steward), 200);
    expect([left.status, left.withdrawal]).toEqual(['withdrawn', undefined]);
    expect(await shareables([named])).toEqual(['published']);
    expect((await app.steward.get(`/v1/partners/${leaving.partner.id}/withdrawal`)).status).toBe(404);
  });

  it('does not end its own as the steward', async () => {
    const [{ id } = { id: '' }] = await query<{ id: string }>(
      app.database.superuserUrl,
      `select partner_id as id from client where id = 'steward'`,
    );
    const answer = await app.steward.post(`/v1/partners/${id}/withdrawal`, { choice: 'deletion' });
    expect(answer.status).toBe(403);
  });
});

describe('the tables of what can happen', () => {
  const squeezed = (text: string): string => text.replaceAll(/ +/g, ' ').replaceAll(/-{3,}/g, '---');

  it('stand in the README as the code has them', async () => {
    const readme = squeezed(await readFile('README.md', 'utf8'));
    for (const table of [describeStanding(), describeWithdrawal()]) {
      for (const row of table.split('\n')) expect(readme).toContain(squeezed(row));
    }
    expect(Object.keys(STANDING)).toHaveLength(5);
    expect(Object.keys(WITHDRAWING)).toHaveLength(5);
  });

  const REACHED: Record<string, string[]> = {
    active: [],
    suspended: ['suspension'],
    expired: ['expiry'],
    withdrawn: ['withdrawal'],
  };
  const ROUTES: Record<string, keyof typeof STANDING> = {
    suspension: 'suspend',
    reinstatement: 'reinstate',
    withdrawal: 'withdraw',
  };

  it.each(Object.keys(REACHED))('hold for a partner that is %s', async (status) => {
    for (const [route, act] of Object.entries(ROUTES)) {
      const one = await partner(app);
      for (const step of REACHED[status] ?? []) {
        if (step === 'expiry') {
          const sql = `update partner set status = 'expired' where id = $1`;
          await query(app.database.superuserUrl, sql, [one.partner.id]);
        } else await app.steward.post(`/v1/partners/${one.partner.id}/${step}`, {});
      }
      const { from, to } = STANDING[act];
      const answer = await app.steward.post<{ status: string }>(
        `/v1/partners/${one.partner.id}/${route}`,
        {},
      );
      const may = (from as readonly string[]).includes(status);
      expect([act, answer.status, answer.body.status]).toEqual([act, may ? 200 : 409, may ? to : 409]);
      for (const by of [reader.http, one.http]) {
        const refused = await by.post(`/v1/partners/${one.partner.id}/${route}`, {});
        expect([act, [401, 403, 404].includes(refused.status)]).toEqual([act, true]);
      }
    }
  });
});

describe('an end that was set beforehand', () => {
  it('comes by itself, once, whatever the time zone it was said in, and can be put off', async () => {
    const path = `/v1/partners/${leaving.partner.id}`;
    expect((await app.steward.patch(path, { until: '2020-01-01T00:00:00Z' })).status).toBe(400);
    const set = expectStatus(
      await app.steward.patch<{ until: string }>(path, { until: '2099-12-31T23:30:00-05:00' }),
      200,
    );
    expect(set.until).toBe('2100-01-01T04:30:00.000Z');
    const { named } = await contribute(leaving);
    const { id } = await alert(reader.http, {
      renditions: [renditionInput({ audience: { arrangements: [here.code] } })],
    });
    await query(app.database.superuserUrl, `update partner set expires_at = now() where id = $1`, [
      leaving.partner.id,
    ]);
    const status = async (): Promise<string> =>
      expectStatus(await app.steward.get<{ status: string }>(path), 200).status;
    await eventually(async () => (await status()) === 'expired');
    expect((await app.steward.post(`${path}/reinstatement`)).status).toBe(409);
    const [{ count } = { count: 0 }] = await query<{ count: number }>(
      app.database.superuserUrl,
      `select count(*)::int as count from change_entry
       where reader_id = $1 and shareable_id = $2 and change = 'withdrawn'`,
      [leaving.partner.id, id],
    );
    expect(count).toBe(1);
    expectStatus(await app.steward.patch(path, { until: '2099-01-01T00:00:00Z' }), 200);
    expectStatus(await app.steward.post(`${path}/reinstatement`), 200);
    const again = await app.as(leaving.client);
    expect((await changesOf(again, id)).map(([change]) => change)).toEqual([
      ...['published', 'withdrawn', 'published'],
    ]);
    expect(await shareables([named])).toEqual(['published']);
  });
});
