import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { changesOf, eventually } from '../alerts/channels.js';
import { applicant, VET_SCOPES, type VettedView } from '../applications/applicant.js';
import { COMMITTING, statusOf, textInput } from '../commitments/committing.js';
import { type MailServer, startMailServer } from '../delivery/mail-server.js';
import { mailSettings } from '../delivery/subscribing.js';
import { askings, nominate, person, registerOf } from '../focal-points/naming.js';
import { requestToken, startApp, type TestApp } from '../support/app.js';
import { query, testDatabase, type TestDatabase } from '../support/database.js';
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

const SCOPES = [...new Set([...USUAL_SCOPES, ...COMMITTING, 'focal-points:manage', 'audit:read'])];

/** As written, and the instant that it is; the last of each pair on the other side of a change of clocks. */
const WRITTEN: [string, string][] = [
  ['2097-03-01T00:30:00+05:45', '2097-02-28T18:45:00.000Z'],
  ['2096-02-29T23:59:59-12:00', '2096-03-01T11:59:59.000Z'],
  ['2097-12-31T23:30:00-03:30', '2098-01-01T03:00:00.000Z'],
  ['2097-01-01T13:00:00+14:00', '2096-12-31T23:00:00.000Z'],
  // The night in which the clocks of Europe go forward: the hour between is not there, the instants are.
  ['2097-03-31T01:59:59+01:00', '2097-03-31T00:59:59.000Z'],
  ['2097-03-31T03:00:00+02:00', '2097-03-31T01:00:00.000Z'],
  // Back: half past two comes twice.
  ['2097-10-27T02:30:00+02:00', '2097-10-27T00:30:00.000Z'],
  ['2097-10-27T02:30:00+01:00', '2097-10-27T01:30:00.000Z'],
];

let database: TestDatabase;
let mails: MailServer;
let app: TestApp;
/** Another process of the same service. */
let twin: TestApp;
let un: TestPartner;

beforeAll(async () => {
  mails = await startMailServer();
  database = await testDatabase();
  // Whatever the clocks of the database show.
  await query(database.superuserUrl, `alter database ${database.name} set timezone to 'Pacific/Chatham'`);
  app = await startApp({ settings: mailSettings(mails), database });
  twin = await startApp({ settings: { ...mailSettings(mails), SLT_PUBLIC_URL: app.url }, database });
  un = await partner(app, { kind: 'un_entity', scopes: SCOPES });
}, 120_000);
afterAll(async () => {
  await twin.close();
  await app.close();
  await database.drop();
  await mails.stop();
});

const superuser = <T extends Record<string, unknown>>(sql: string, params: unknown[] = []) =>
  query<T>(database.superuserUrl, sql, params);
const member = (): Promise<TestPartner> => partner(app, { scopes: SCOPES });
/** So many seconds from now, as the clocks of a place show it. */
function soon(seconds: number, offset: '+05:45' | '-03:30'): string {
  const minutes = offset === '+05:45' ? 345 : -210;
  return new Date(Date.now() + seconds * 1000 + minutes * 60_000).toISOString().replace('Z', offset);
}
/** Longer than the clocks of both processes sleep. */
const rounds = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 3000));
/** How often it is in any one copy of the audit: that of the exchange, or of an organisation. */
const audited = async (object: string, action: string): Promise<number> => {
  const rows = await superuser<{ count: number }>(
    `select count(*)::int as count from audit_entry where object_id = $1 and action = $2
     group by viewer_id order by count desc`,
    [object, action],
  );
  return rows[0]?.count ?? 0;
};
const made = async <T>(answer: Promise<Answer<T>>, status = 201): Promise<T> =>
  expectStatus(await answer, status);

describe('a date in any time zone', () => {
  it.each(WRITTEN)('%s is %s, wherever it is said', async (written, instant) => {
    const { steward } = app;
    const one = await member();
    const here = await arrangement(app, { members: [one] });
    const joining = await member();
    const partners = `/v1/partners/${one.partner.id}`;
    const said: Record<string, unknown> = {
      membershipFrom: (
        await made(
          steward.post<{ from: string }>(`/v1/arrangements/${here.id}/members`, {
            ...{ partnerId: joining.partner.id, from: written, until: '2099-01-01T00:00:00+13:45' },
          }),
        )
      ).from,
      level: (
        await made(
          steward.post<{ from: string }>(`/v1/arrangements/${here.id}/levels`, {
            ...{ level: 'enhanced', reason: 'As planned', from: written },
          }),
        )
      ).from,
      partner: (await made(steward.patch<{ until: string }>(partners, { until: written }), 200)).until,
      presence: (
        await made(
          steward.post<{ from: string }>(`${partners}/presences`, {
            country: 'TD',
            status: 'closed',
            from: written,
          }),
        )
      ).from,
      client: (
        await made(
          steward.post<{ expiresAt: string }>(`${partners}/clients`, {
            ...{ name: 'Short', scopes: ['alerts:read'], expiresAt: written },
          }),
        )
      ).expiresAt,
      review: (
        await made(
          steward.post<{ attestBy: string }>(`${partners}/access-review`, {
            attestBy: written,
            reason: 'Yearly.',
          }),
          200,
        )
      ).attestBy,
      focalPointFrom: (await nominate(one, person({ from: written }))).from,
      focalPointUntil: (
        await made(one.http.post<{ until: string }>(registerOf(one), person({ until: written })))
      ).until,
    };
    expect(said).toEqual(Object.fromEntries(Object.keys(said).map((name) => [name, instant])));
  });
});

describe('a date that comes takes effect once, with two processes:', () => {
  const publish = async (to: TestArrangement): Promise<string> =>
    (await alert(un.http, { renditions: [renditionInput({ audience: { arrangements: [to.code] } })] })).id;

  it('a membership begins and ends', async () => {
    const one = await member();
    const here = await arrangement(app, { members: [un] });
    const id = await publish(here);
    const period = { from: soon(5, '+05:45'), until: soon(20, '-03:30') };
    const body = { partnerId: one.partner.id, ...period };
    expect(
      (await made(app.steward.post<{ state: string }>(`/v1/arrangements/${here.id}/members`, body))).state,
    ).toBe('future');
    expect(await changesOf(one.http, id)).toEqual([]);
    await eventually(async () => (await changesOf(one.http, id)).length === 2);
    await rounds();
    expect(await changesOf(one.http, id)).toEqual([
      ['published', 1],
      ['withdrawn', 2],
    ]);
    const told = await superuser<{ at: Date; change: string }>(
      `select at, change from change_entry where reader_id = $1 and shareable_id = $2 order by position`,
      [one.partner.id, id],
    );
    expect(told.map(({ at }, index) => at >= new Date(Object.values(period)[index] ?? ''))).toEqual([
      true,
      true,
    ]);
  });

  it('a presence closes', async () => {
    const one = await member();
    const here = await arrangement(app, { countries: ['SD'], members: [un, one] });
    const id = await publish(here);
    const body = { country: 'SD', status: 'closed', from: soon(5, '+05:45') };
    await made(app.steward.post(`/v1/partners/${one.partner.id}/presences`, body));
    await eventually(async () => (await changesOf(one.http, id)).length === 2);
    await rounds();
    expect((await changesOf(one.http, id)).map(([change]) => change)).toEqual(['published', 'withdrawn']);
  });

  it('a level begins', async () => {
    const here = await arrangement(app);
    const body = { level: 'emergency', reason: 'As planned', from: soon(5, '-03:30') };
    await made(app.steward.post(`/v1/arrangements/${here.id}/levels`, body));
    await eventually(async () => (await audited(here.id, 'arrangement.level_began')) > 0);
    await rounds();
    expect(await audited(here.id, 'arrangement.level_began')).toBe(1);
    const { level } = await made(app.steward.get<{ level: string }>(`/v1/arrangements/${here.id}`), 200);
    expect(level).toBe('emergency');
  });

  it('a partnership expires', async () => {
    const one = await member();
    const here = await arrangement(app, { members: [un, one] });
    const id = await publish(here);
    await made(app.steward.patch(`/v1/partners/${one.partner.id}`, { until: soon(5, '+05:45') }), 200);
    await eventually(async () => (await audited(one.partner.id, 'partner.standing_changed')) > 0);
    await rounds();
    expect(await audited(one.partner.id, 'partner.standing_changed')).toBe(1);
    const withdrawn = `select from change_entry where reader_id = $1 and shareable_id = $2 and change = 'withdrawn'`;
    expect(await superuser(withdrawn, [one.partner.id, id])).toHaveLength(1);
  });

  it('a client expires, in both of them', async () => {
    const short = await client(app, un.partner.id, { scopes: ['alerts:read'], expiresAt: soon(8, '+05:45') });
    const sessions = [await app.as(short), await twin.as(short)];
    for (const http of sessions) expect((await http.get('/v1/me')).status).toBe(200);
    for (const http of sessions) await eventually(async () => (await http.get('/v1/me')).status === 401);
    for (const one of [app, twin]) expect((await requestToken(one.anonymous, short)).status).toBe(401);
  });

  it('a focal point is asked when its validity begins, and forgotten when it ends', async () => {
    const one = await member();
    const [coming, going] = [person({ from: soon(5, '+05:45') }), person({ until: soon(8, '-03:30') })];
    await nominate(one, coming);
    const { id } = await nominate(one, going);
    expect(askings(mails, coming.email)).toEqual([]);
    await mails.to(coming.email);
    await eventually(async () => (await audited(id, 'focal_point.ended')) > 0);
    await rounds();
    expect([askings(mails, coming.email).length, await audited(id, 'focal_point.ended')]).toEqual([1, 1]);
  });

  it('a question to an applicant goes unanswered', async () => {
    const vetting = await partner(app, { kind: 'un_entity', scopes: VET_SCOPES });
    const one = await applicant(app, mails);
    const path = `/v1/partner-applications/${one.id}`;
    await made(vetting.http.post(`${path}/vetting`), 200);
    const body = { text: 'Since when?' };
    await made(vetting.http.post(`${path}/information-requests`, body), 200);
    const before = (await mails.to(one.input.contact.email, 3)).length;
    await superuser(`update partner_application set answer_by = now() where id = $1`, [one.id]);
    const read = (): Promise<VettedView> => made(vetting.http.get<VettedView>(path), 200);
    await eventually(async () => (await read()).state === 'expired');
    await mails.to(one.input.contact.email, before + 1);
    await rounds();
    expect((await read()).history.filter(({ act }) => act === 'lapse')).toHaveLength(1);
    expect((await mails.to(one.input.contact.email)).length).toBe(before + 1);
  });

  it('the deadline of a text passes', async () => {
    const one = await member();
    const text = textInput({
      effectiveAt: soon(3, '+05:45'),
      acceptBy: '2098-06-01T00:00:00-03:30',
      graceDays: 0,
    });
    const { id } = await made(app.steward.post<{ id: string }>('/v1/commitments/texts', text));
    const acceptBy = soon(8, '-03:30');
    await superuser(`update commitment_text set accept_by = $2 where id = $1`, [id, acceptBy]);
    expect((await statusOf(one)).state).toBe('never_accepted');
    await eventually(async () => (await statusOf(one)).state === 'lapsed');
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(acceptBy));
    for (const process of [app, twin]) {
      const http = await process.as(one.client);
      await eventually(async () => (await http.post('/v1/alerts', {})).status === 403);
      expect((await http.get('/v1/alerts')).status).toBe(200);
    }
    await eventually(async () => (await audited(one.partner.id, 'commitments.lapsed')) > 0);
    await rounds();
    expect(await audited(one.partner.id, 'commitments.lapsed')).toBe(1);
  });
});
