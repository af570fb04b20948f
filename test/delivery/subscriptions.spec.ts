import pg from 'pg';
import { startApp, type TestApp } from '../support/app.js';
import { alert, client, partner, type TestPartner } from '../support/factories.js';
import { expectStatus, type Problem } from '../support/http.js';
import { query } from '../support/database.js';
import { countBlocked, until } from '../sharing/gate.js';
import { type MailServer, startMailServer } from './mail-server.js';
import {
  confirm,
  linkIn,
  mailSettings,
  newAddress,
  settled,
  subscribe,
  SUBSCRIBER_SCOPES,
  subscriber,
  subscriptionInput,
  type SubscriptionView,
} from './subscribing.js';

const PATH = '/v1/subscriptions';

describe('subscriptions', () => {
  let app: TestApp;
  let mails: MailServer;
  let owner: TestPartner;
  let other: TestPartner;

  beforeAll(async () => {
    mails = await startMailServer();
    app = await startApp({ settings: mailSettings(mails) });
    owner = await subscriber(app);
    other = await subscriber(app);
  });
  afterAll(async () => {
    await app.close();
    await mails.stop();
  });

  const faultsOf = async (body: Record<string, unknown>): Promise<string[]> => {
    const { errors = [] } = expectStatus(await owner.http.post<Problem>(PATH, body), 400);
    return errors.map(({ pointer }) => pointer);
  };
  const get = async (id: string): Promise<SubscriptionView> =>
    expectStatus(await owner.http.get<SubscriptionView>(`${PATH}/${id}`), 200);

  it('are made, read, listed, changed and ended by their reader', async () => {
    const address = newAddress();
    const made = await owner.http.post<SubscriptionView>(
      PATH,
      subscriptionInput([{ address, language: 'ar', delivery: 'digest', digestAt: ['19:00', '07:00'] }], {
        filter: { minSeverity: 'moderate', categories: ['security', 'health'] },
      }),
    );
    const view = expectStatus(made, 201);
    expect(view).toMatchObject({
      name: 'Duty desk',
      channel: 'email',
      filter: { minSeverity: 'moderate', categories: ['security', 'health'] },
      state: 'active',
      drills: false,
      mailCeiling: { tlp: 'GREEN', classification: 'UNCLASSIFIED' },
      recipients: [{ address, state: 'unconfirmed', digestAt: ['07:00', '19:00'], maxPerHour: 20 }],
    });
    expect(made.headers.get('location')).toBe(`${PATH}/${view.id}`);
    const read = await owner.http.get(`${PATH}/${view.id}`);
    expect(read.body).toEqual(view);
    expect(read.headers.get('cache-control')).toBe('private, no-store');
    expect(read.headers.get('etag')).toBe(made.headers.get('etag'));
    const { items } = expectStatus(await owner.http.get<{ items: unknown[] }>(PATH), 200);
    expect(items).toEqual([view]);

    const stale = { headers: { 'If-Match': '"stale"' } };
    expect((await owner.http.patch(`${PATH}/${view.id}`, { name: 'X' }, stale)).status).toBe(412);
    const changed = expectStatus(
      await owner.http.patch<SubscriptionView>(`${PATH}/${view.id}`, { name: 'Night desk', drills: true }),
      200,
    );
    expect(changed).toMatchObject({ name: 'Night desk', drills: true, filter: view.filter });
    expect((await owner.http.delete(`${PATH}/${view.id}`)).status).toBe(204);
    expect((await owner.http.get(`${PATH}/${view.id}`)).status).toBe(404);
  });

  it('are nobody else’s to see or touch, answered as if they were not there', async () => {
    const { id } = await subscribe(owner.http, [{ address: newAddress() }]);
    const missing = await other.http.get(`${PATH}/${owner.partner.id}`);
    for (const answer of [
      await other.http.get(`${PATH}/${id}`),
      await other.http.patch(`${PATH}/${id}`, { name: 'Mine' }),
      await other.http.delete(`${PATH}/${id}`),
      await app.steward.get(`${PATH}/${id}`),
    ]) {
      expect([answer.status, answer.text]).toEqual([404, missing.text]);
    }
    const { items } = expectStatus(await other.http.get<{ items: unknown[] }>(PATH), 200);
    expect(items).toEqual([]);
    expect((await get(id)).name).toBe('Duty desk');
  });

  it('name every fault, and refuse a list that would let nothing through', async () => {
    const address = newAddress();
    expect(
      await faultsOf(
        subscriptionInput([
          { address: newAddress(), timeZone: 'CEST' },
          { address, delivery: 'digest' },
          { address: address.replace('office', 'OFFICE'), digestAt: ['07:00'] },
          { address: newAddress(), quietHours: { start: '22:00', end: '22:00' } },
        ]),
      ),
    ).toEqual([
      '#/recipients/0/timeZone',
      '#/recipients/1/digestAt',
      '#/recipients/2/address',
      '#/recipients/2/digestAt',
      '#/recipients/3/quietHours/end',
    ]);
    expect(await faultsOf(subscriptionInput([{ address }], { filter: { categories: [] } }))).toEqual([
      '#/filter/categories',
    ]);
    expect(await faultsOf(subscriptionInput([]))).toEqual(['#/recipients']);
    expect(
      await faultsOf(subscriptionInput([{ address }], { filter: { arrangements: ['NOWHERE'] } })),
    ).toEqual(['#/filter/arrangements/0']);
    for (const evil of [
      'a@office.example\r\nBcc: b@office.example',
      'a@office.example,b@office.example',
      '"a b"@office.example',
      'A <a@office.example>',
      'a@[127.0.0.1]',
      'a@localhost',
      'ä@office.example',
      '\ud800@office.example',
      'a@office.example\udfff',
    ]) {
      const faults = await faultsOf(subscriptionInput([{ address: evil }]));
      expect([evil, [...new Set(faults)]]).toEqual([evil, ['#/recipients/0/address']]);
    }
  });

  it('send by mail no more than their reader may have, whatever they ask', async () => {
    const low = await subscriber(app, { ceiling: { tlp: 'AMBER', classification: 'UNCLASSIFIED' } });
    const asked = (mailCeiling: object): Promise<number> =>
      low.http
        .post(PATH, subscriptionInput([{ address: newAddress() }], { mailCeiling }))
        .then(({ status }) => status);
    expect(await asked({ tlp: 'RED' })).toBe(422);
    expect(await asked({ tlp: 'AMBER' })).toBe(422);
    expect(await asked({ tlp: 'AMBER', classification: 'UNCLASSIFIED' })).toBe(201);
  });

  it('are for clients that may read alerts, and open to narrowed ones for what these read', async () => {
    const blind = await partner(app, { scopes: ['subscriptions:manage'] });
    expect((await blind.http.post(PATH, subscriptionInput([{ address: newAddress() }]))).status).toBe(403);
    const reader = await partner(app);
    expect((await reader.http.post(PATH, subscriptionInput([{ address: newAddress() }]))).status).toBe(403);
    const narrow = await app.as(
      await client(app, owner.partner.id, {
        scopes: SUBSCRIBER_SCOPES.slice(0, -1),
        ceiling: { tlp: 'GREEN' },
      }),
    );
    const { id } = await subscribe(narrow, [{ address: newAddress() }]);
    expect((await owner.http.get(`${PATH}/${id}`)).status).toBe(404);
  });

  it('are made once, however often a request with one key is repeated', async () => {
    const headers = { 'Idempotency-Key': 'once' };
    const input = subscriptionInput([{ address: newAddress() }]);
    const [first, second] = [
      await owner.http.post<SubscriptionView>(PATH, input, { headers }),
      await owner.http.post<SubscriptionView>(PATH, input, { headers }),
    ];
    expect(expectStatus(second, 201).id).toBe(expectStatus(first, 201).id);
  });

  it('are refused where there is no mail server, and nothing pretends', async () => {
    const mute = await startApp({ database: app.database });
    const http = await mute.as(owner.client);
    const answer = await http.post<Problem>(PATH, subscriptionInput([{ address: newAddress() }]));
    expect(answer.status).toBe(422);
    expect(answer.body.detail).toContain('no mail server');
    await mute.close();
  });

  it('leave no address, filter or place in the log or the audit', async () => {
    const lines: string[] = [];
    const loud = await startApp({
      settings: mailSettings(mails),
      database: app.database,
      log: (line) => lines.push(line),
    });
    const http = await loud.as(owner.client);
    const address = newAddress();
    await subscribe(http, [{ address }], { filter: { near: '15.512345,32.412345', radiusKm: 5 } });
    await http.post(
      PATH,
      subscriptionInput([{ address, timeZone: 'Nowhere/At-All' }], { filter: { countries: ['ZZZ'] } }),
    );
    await settled(app);
    await loud.close();
    const entries = await query(app.database.superuserUrl, `select details::text from audit_entry`);
    const said = lines.join('\n') + JSON.stringify(entries);
    expect(said).not.toMatch(/15\.512345|Nowhere|ZZZ|countries/);
    expect(said).not.toContain(address);
    expect(JSON.stringify(entries)).toContain('recipients');
  });

  it('can be changed and ended in the very moment in which they are followed', async () => {
    const superuser = new pg.Client({ connectionString: app.database.superuserUrl });
    await superuser.connect();
    try {
      const { id } = await subscribe(owner.http, [{ address: newAddress() }, { address: newAddress() }]);
      const { recipients } = subscriptionInput([{ address: newAddress() }]);
      for (const change of [
        () => owner.http.patch(`${PATH}/${id}`, { recipients }),
        () => owner.http.delete(`${PATH}/${id}`),
      ]) {
        // What moves a follower on locks it first, and then looks at who is to be told.
        await superuser.query(`begin; select from follower where id = '${id}' for no key update`);
        const changing = change();
        await until(async () => (await countBlocked(superuser)) > 0);
        await superuser.query(
          `select from subscription_recipient where subscription_id = '${id}' for key share; commit`,
        );
        expect((await changing).status).toBeLessThan(300);
      }
    } finally {
      await superuser.end();
    }
  });

  describe('recipients', () => {
    it('are asked first, and told nothing until they agree', async () => {
      const address = newAddress();
      const { id } = await subscribe(owner.http, [{ address, language: 'fr' }]);
      const [asked] = await mails.to(address);
      expect(asked?.mail.subject).toBe('Veuillez confirmer : alertes par courriel');
      expect(asked?.mail.text).toContain(address);
      expect(asked?.header('list-unsubscribe')).toBeUndefined();
      await alert(other.http, { severity: 'extreme', audience: { partners: [owner.partner.code] } });
      await settled(app);
      expect(await mails.to(address)).toHaveLength(1);
      expect((await get(id)).recipients[0]).toMatchObject({ state: 'unconfirmed' });
    });

    it('agree by pressing the button, and not because something follows links', async () => {
      const address = newAddress();
      const { id } = await subscribe(owner.http, [{ address }]);
      const path = linkIn((await mails.to(address))[0]!, 'subscription-confirmations');
      for (const method of ['GET', 'HEAD']) {
        const page = await app.anonymous.send(method, path);
        expect(page.status).toBe(200);
        expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
        expect(page.headers.get('content-security-policy')).toContain("form-action 'self'");
      }
      expect((await get(id)).recipients[0]?.state).toBe('unconfirmed');
      expect((await app.anonymous.post(path)).status).toBe(200);
      expect((await get(id)).recipients[0]?.state).toBe('confirmed');
      expect((await app.anonymous.post(path)).status).toBe(200);
    });

    it('cannot be agreed for by a link that was made up, is another’s, or for something else', async () => {
      const address = newAddress();
      const { id } = await subscribe(owner.http, [{ address }]);
      const path = linkIn((await mails.to(address))[0]!, 'subscription-confirmations');
      const token = path.split('/').at(-1) as string;
      const [own, until, mac] = token.split('.') as [string, string, string];
      const stranger = newAddress();
      await subscribe(other.http, [{ address: stranger }]);
      const foreign = linkIn((await mails.to(stranger))[0]!, 'subscription-confirmations')
        .split('/')
        .at(-1) as string;
      for (const made of [
        `${own}.${until}.${foreign.split('.')[2]}`,
        `${own}.zzzzz.${mac}`,
        `${own}.${until}.${mac.slice(1)}x`,
        `${own}.0.${mac}`,
        'x',
        `${token}%0d%0a`,
      ]) {
        const answer = await app.anonymous.post(`/v1/subscription-confirmations/${made}`);
        expect([made, answer.status]).toEqual([made, 404]);
      }
      expect((await app.anonymous.post(`/v1/unsubscribe/${token}`)).status).toBe(404);
      expect((await get(id)).recipients[0]?.state).toBe('unconfirmed');
    });

    it('stay as they agreed when others come and go, and are asked no more', async () => {
      const [kept, gone, added] = [newAddress(), newAddress(), newAddress()];
      const { id } = await subscribe(owner.http, [{ address: kept }, { address: gone }]);
      await confirm(app, mails, kept);
      const changed = expectStatus(
        await owner.http.patch<SubscriptionView>(`${PATH}/${id}`, {
          recipients: subscriptionInput([{ address: kept, language: 'ru' }, { address: added }])[
            'recipients'
          ],
        }),
        200,
      );
      expect(changed.recipients.map(({ address, state }) => [address, state])).toEqual([
        [kept, 'confirmed'],
        [added, 'unconfirmed'],
      ]);
      await mails.to(added);
      expect(await mails.to(kept)).toHaveLength(1);
    });

    it('cannot be pestered with questions, whoever asks them and however', async () => {
      const address = newAddress();
      for (const by of [owner, other, owner, other, owner]) {
        const { id } = await subscribe(by.http, [{ address }]);
        await settled(app);
        expectStatus(await by.http.delete(`${PATH}/${id}`), 204);
      }
      expect(await mails.to(address)).toHaveLength(3);
    });
  });
});
