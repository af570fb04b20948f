import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { type MailServer, startMailServer } from '../delivery/mail-server.js';
import { mailSettings } from '../delivery/subscribing.js';
import { askings, confirmationLink, namer, nominate, passDays, person } from '../focal-points/naming.js';
import { Gate, until } from '../sharing/gate.js';
import { startApp, type TestApp } from '../support/app.js';
import { query } from '../support/database.js';
import { arrangement, client, join, partner, type TestPartner } from '../support/factories.js';
import { expectStatus } from '../support/http.js';

let app: TestApp;
let mails: MailServer;
let superuser: pg.Client;
beforeAll(async () => {
  mails = await startMailServer();
  app = await startApp({ settings: mailSettings(mails) });
  superuser = new pg.Client({ connectionString: app.database.superuserUrl });
  await superuser.connect();
});
afterAll(async () => {
  await superuser.end();
  await app.close();
  await mails.stop();
});

const sql = (text: string, ...params: unknown[]): Promise<unknown> =>
  query(app.database.superuserUrl, text, params);
const linkOf = async (email: string): Promise<string> => {
  await mails.to(email);
  return confirmationLink(askings(mails, email)[0] as never);
};

/** Table and condition by which it is seen, and how its time comes. */
const ENDINGS: [string, string, string, (one: TestPartner) => Promise<unknown>][] = [
  [
    'a ceiling that was raised for some hours goes back',
    'break_glass',
    `new.state = 'ended'`,
    async ({ partner: { id } }) => {
      const narrow = await client(app, id, { scopes: ['alerts:read'], ceiling: { tlp: 'CLEAR' } });
      const { id: grant } = expectStatus(
        await app.steward.post<{ id: string }>(`/v1/partners/${id}/clients/${narrow.clientId}/break-glass`, {
          ...{ ceiling: { tlp: 'GREEN' }, reason: 'The watch room is cut off.', minutes: 5 },
        }),
        201,
      );
      const past = `created_at = now() - interval '2 hours', until = now() - interval '1 second'`;
      await sql(`update break_glass set ${past} where id = $1`, grant);
    },
  ],
  [
    'a partnership expires',
    'partner',
    `new.status = 'expired'`,
    ({ partner: { id } }) => sql(`update partner set expires_at = now() where id = $1`, id),
  ],
  [
    'a presence begins',
    'partner_presence',
    `new.state = 'current'`,
    ({ partner: { id } }) =>
      app.steward.post(`/v1/partners/${id}/presences`, { country: 'SD', status: 'closed' }),
  ],
  [
    'a membership ends',
    'membership',
    `new.state = 'ended'`,
    async (one) => {
      const here = await arrangement(app);
      await join(app, here, one, { until: '2099-01-01T00:00:00Z' });
      await sql(
        `update membership set starts_at = now() - interval '1 day', ends_at = now() where arrangement_id = $1`,
        here.id,
      );
    },
  ],
  [
    'nobody has answered for 91 days',
    'partner',
    'new.restricted_since is not null',
    (one) => passDays(app, one, 92),
  ],
  [
    'the validity of somebody ends',
    'focal_point',
    `new.state = 'ended'`,
    async (one) => {
      const { id } = await nominate(one, person());
      const past = `valid_from = now() - interval '1 day', valid_until = now()`;
      await sql(`update focal_point set ${past} where id = $1`, id);
    },
  ],
];

describe('what ends by itself has connections of its own', () => {
  it.each(ENDINGS)('%s', async (_, table, when, bringAbout) => {
    const one = await namer(app);
    const gate = await Gate.closed(superuser, table, 'at commit', when);
    await bringAbout(one);
    const pid = await gate.reached();
    const { rows } = await superuser.query<{ name: string }>(
      'select application_name as name from pg_stat_activity where pid = $1',
      [pid],
    );
    await gate.remove();
    expect(rows).toEqual([{ name: 'slt-ending' }]);
    await until(async () => (await gate.waiting()).length === 0);
  });

  it('and so have mailed links: however many wait, tokens are issued and looked up', async () => {
    const links = await Promise.all(
      Array.from({ length: 6 }, async () => {
        const input = person();
        await nominate(await namer(app), input);
        return linkOf(input.email);
      }),
    );
    const input = person();
    await nominate(await namer(app), input);
    const used = await linkOf(input.email);
    expectStatus(await app.anonymous.post(used), 200);
    const gate = await Gate.closed(superuser, 'focal_point', 'at commit', `new.state = 'confirmed'`);
    const answers = links.map((link) => app.anonymous.post(link));
    await gate.reached();
    const other = await partner(app);
    expect((await other.http.impatient().get('/v1/me')).status).toBe(200);
    expect((await app.anonymous.impatient().post(used)).status).toBe(200);
    await gate.remove();
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual(links.map(() => 200));
  });

  it('and a link whose partner something long goes on with keeps none waiting: its owner is told to come again', async () => {
    const [input, one] = [person(), await namer(app)];
    await nominate(one, input);
    const link = await linkOf(input.email);
    await superuser.query('begin');
    await superuser.query('select from partner where id = $1 for update', [one.partner.id]);
    const refused = await app.anonymous.impatient().post(link);
    expect([refused.status, refused.headers.has('retry-after')]).toEqual([503, true]);
    await superuser.query('rollback');
    expectStatus(await app.anonymous.post(link), 200);
  });
});
