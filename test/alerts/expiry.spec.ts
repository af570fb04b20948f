import { randomUUID } from 'node:crypto';
import { startApp, type TestApp } from '../support/app.js';
import { query } from '../support/database.js';
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
import { expectStatus, type Http } from '../support/http.js';
import { CAP, eventually, GEOJSON, type Page, type View } from './channels.js';

let app: TestApp;
let other: TestApp;
let originator: TestPartner;
let reader: TestPartner;
let narrow: Http;
let place: TestArrangement;

beforeAll(async () => {
  app = await startApp();
  // A second process on the same database: both have the same clock.
  other = await startApp({ database: app.database });
  originator = await partner(app, { kind: 'un_entity' });
  reader = await partner(app);
  place = await arrangement(app, { members: [originator, reader] });
  narrow = await app.as(await client(app, reader.partner.id, { ceiling: { tlp: 'GREEN' } }));
});
afterAll(async () => {
  await other.close();
  await app.close();
});

interface Entry {
  position: number;
  change: string;
  alarm: boolean;
  object: { id: string; version: number };
}
const log = async (http: Http): Promise<Entry[]> =>
  (await http.get<{ items: Entry[] }>('/v1/changes', { query: { limit: 200 } })).body.items;
const logOf = async (http: Http, id: string) =>
  (await log(http))
    .filter(({ object }) => object.id === id)
    .map(({ change, alarm, object }) => [change, alarm, object.version]);
const stateOf = async (http: Http, id: string): Promise<string> =>
  (await http.get<View>(`/v1/alerts/${id}`)).body.state;
const input = (more: object = {}) => alertInput({ audience: { arrangements: [place.code] }, ...more });
const publish = async (more: object = {}): Promise<string> => (await alert(originator.http, input(more))).id;
/** Its time is over; the clock has yet to see it. */
const runOut = (...ids: string[]) =>
  query(
    app.database.superuserUrl,
    `update shareable set expires_at = now() - interval '1 second' where id = any ($1)`,
    [ids],
  );
const hasExpired = (id: string) => () => stateOf(reader.http, id).then((state) => state === 'expired');

describe('an alert that was to hold until a time', () => {
  it('expires by itself when that has come', async () => {
    const id = await publish({ expiresAt: new Date(Date.now() + 8000).toISOString() });
    await eventually(hasExpired(id));
    expect(await logOf(reader.http, id)).toEqual([
      ['published', true, 1],
      ['expired', false, 2],
    ]);
  });

  it('is expired on every channel, without an alarm', async () => {
    const id = await publish();
    const count = async () =>
      (await reader.http.get<Page>('/v1/alerts', { query: { count: 'true', limit: 1 } })).body.count;
    const [before, counted] = [await reader.http.get('/v1/alerts'), await count()];
    await runOut(id);
    await eventually(hasExpired(id));
    for (const http of [reader.http, narrow, originator.http]) {
      const item = await http.get<View>(`/v1/alerts/${id}`);
      const map = await http.get<{ properties: View }>(`/v1/alerts/${id}`, { headers: GEOJSON });
      const list = await http.get<Page>('/v1/alerts');
      const listed = list.body.items.find((one) => one.id === id);
      expect([item.body.state, map.body.properties.state, listed?.state]).toEqual([
        'expired',
        'expired',
        'expired',
      ]);
      expect((await http.get(`/v1/alerts/${id}`, { headers: CAP })).status).toBe(200);
      expect((await http.get('/v1/feeds/alerts.atom')).text).toContain(id);
      expect(await logOf(http, id)).toEqual([
        ['published', true, 1],
        ['expired', false, 2],
      ]);
    }
    const headers = { 'If-None-Match': before.headers.get('etag') ?? '' };
    expect((await reader.http.get('/v1/alerts', { headers })).status).toBe(200);
    expect(await count()).toBe(counted);
  });

  it('expires once, however many processes look', async () => {
    const ids = [];
    for (let i = 0; i < 8; i++) ids.push(await publish());
    await runOut(...ids);
    for (const id of ids) await eventually(hasExpired(id));
    await new Promise((resolve) => setTimeout(resolve, 2500));
    for (const id of ids) {
      expect((await logOf(reader.http, id)).map(([change]) => change)).toEqual(['published', 'expired']);
    }
    const positions = (await log(reader.http)).map(({ position }) => position);
    expect(positions).toEqual(positions.map((_, index) => index + 1));
  });

  it('expires although hundreds that were due before it cannot', async () => {
    const stuck = `id in (select id from shareable where originator_id = '${reader.partner.id}')`;
    await query(
      app.database.superuserUrl,
      `insert into shareable (id, type, originator_id, state, expires_at)
       select gen_random_uuid(), 'alert', '${reader.partner.id}', 'published', now() - interval '1 day'
       from generate_series(1, 250);
       create function refuse() returns trigger language plpgsql as $$ begin raise exception 'never'; end $$;
       create trigger refuse before update on shareable for each row
         when (new.originator_id = '${reader.partner.id}' and new.state = 'expired') execute function refuse()`,
    );
    try {
      const id = await publish();
      await runOut(id);
      await eventually(hasExpired(id));
      const [left] = await query<{ count: number }>(
        app.database.superuserUrl,
        `select count(*)::int as count from shareable where state = 'published' and ${stuck}`,
      );
      expect(left?.count).toBe(250);
    } finally {
      await query(
        app.database.superuserUrl,
        `drop trigger refuse on shareable; update shareable set state = 'withdrawn' where ${stuck}`,
      );
    }
  });

  it('comes back by an update that extends it', async () => {
    const id = await publish();
    await runOut(id);
    await eventually(hasExpired(id));
    const later = input({ expiresAt: '2098-01-01T00:00:00Z' });
    expectStatus(await originator.http.post(`/v1/alerts/${id}/updates`, later), 200);
    expect(await stateOf(reader.http, id)).toBe('published');
    expect(await logOf(reader.http, id)).toEqual([
      ['published', true, 1],
      ['expired', false, 2],
      ['updated', true, 3],
    ]);
  });

  it('holds when it is extended just as its time is over', async () => {
    for (let round = 0; round < 6; round++) {
      const id = await publish({ event: `Round ${round}` });
      const later = input({ expiresAt: '2098-01-01T00:00:00Z', event: `Longer ${round}` });
      const [, answer] = await Promise.all([
        runOut(id),
        new Promise((resolve) => setTimeout(resolve, round * 150)).then(() =>
          originator.http.post(`/v1/alerts/${id}/updates`, later),
        ),
      ]);
      expectStatus(answer, 200);
      // Had the update come first, its own time was overwritten by this test: nothing to see then.
      const [row] = await query<{ late: boolean }>(
        app.database.superuserUrl,
        'select expires_at > now() as late from shareable where id = $1',
        [id],
      );
      if (row?.late !== true) continue;
      expect(await stateOf(reader.http, id)).toBe('published');
      expect((await logOf(reader.http, id)).at(-1)?.[0]).toBe('updated');
    }
    const positions = (await log(reader.http)).map(({ position }) => position);
    expect(positions).toEqual(positions.map((_, index) => index + 1));
  });

  it('can still be cancelled and withdrawn', async () => {
    const [first, second] = [await publish(), await publish()];
    await runOut(first, second);
    for (const id of [first, second]) await eventually(hasExpired(id));
    expectStatus(await originator.http.post(`/v1/alerts/${first}/cancellation`, {}), 200);
    expectStatus(await originator.http.post(`/v1/alerts/${second}/withdrawal`), 204);
    expect(await stateOf(reader.http, first)).toBe('cancelled');
    expect((await reader.http.get(`/v1/alerts/${second}`)).status).toBe(404);
  });

  it('expires though another cannot, which is tried again without haste', async () => {
    const [broken, sound] = [await publish(), await publish()];
    const { superuserUrl } = app.database;
    await query(superuserUrl, `create sequence tries`);
    await query(superuserUrl, `grant usage on sequence tries to public`);
    await query(
      superuserUrl,
      `create function fail() returns trigger language plpgsql as
         $$ begin perform nextval('tries'); raise exception 'it fails'; end $$`,
    );
    await query(
      superuserUrl,
      `create trigger fail before update on shareable for each row
         when (new.id = '${broken}' and new.state = 'expired') execute function fail()`,
    );
    await runOut(broken);
    await runOut(sound);
    const tries = async () =>
      Number((await query<{ last: string }>(superuserUrl, `select last_value as last from tries`))[0]?.last);
    await eventually(hasExpired(sound));
    await eventually(async () => (await tries()) > 2);
    expect([await stateOf(reader.http, broken), await tries()]).toEqual(['published', expect.any(Number)]);
    expect(await tries()).toBeLessThan(30);
    await query(superuserUrl, `drop trigger fail on shareable`);
    await eventually(hasExpired(broken));
  });

  it('does not expire as a draft, nor when it was cancelled', async () => {
    const draft = await publish({ state: 'draft' });
    const cancelled = await publish();
    expectStatus(await originator.http.post(`/v1/alerts/${cancelled}/cancellation`, {}), 200);
    const marker = await publish();
    await runOut(draft, cancelled, marker);
    await eventually(hasExpired(marker));
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(await stateOf(originator.http, draft)).toBe('draft');
    expect(await stateOf(reader.http, cancelled)).toBe('cancelled');
  });

  it('wakes nobody who joins only when it is over', async () => {
    const id = await publish();
    await runOut(id);
    await eventually(hasExpired(id));
    const late = await partner(app);
    await join(app, place, late);
    expect(await logOf(late.http, id)).toEqual([['published', false, 1]]);
  });

  it('is not expired for whoever joins later with another text', async () => {
    const late = await partner(app);
    const id = await publish({
      renditions: [
        renditionInput({ audience: { arrangements: [place.code], partners: [late.partner.code] } }),
      ],
    });
    await runOut(id);
    await eventually(hasExpired(id));
    expect(await stateOf(late.http, id)).toBe('expired');
  });
});

describe('a CAP message whose time was over when it came', () => {
  it('is expired at once, and told of once', async () => {
    const cap = `<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>${randomUUID()}</identifier>
<sender>watch@un.example</sender><sent>2026-01-01T00:00:00-00:00</sent><status>Actual</status><msgType>Alert</msgType>
<scope>Restricted</scope><restriction>x</restriction><info><language>en</language><category>Security</category>
<event>Clashes</event><urgency>Past</urgency><severity>Severe</severity><certainty>Observed</certainty>
<expires>2026-01-02T00:00:00-00:00</expires><headline>Over</headline></info></alert>`;
    const answer = await originator.http.send<View>('POST', '/v1/alerts', cap, {
      headers: { 'Content-Type': 'application/cap+xml' },
      query: { tlp: 'GREEN', classification: 'UNCLASSIFIED', arrangements: place.code },
    });
    const { id, state } = expectStatus(answer, 201);
    expect([state, await stateOf(reader.http, id)]).toEqual(['expired', 'expired']);
    const marker = await publish();
    await runOut(marker);
    await eventually(hasExpired(marker));
    expect((await logOf(reader.http, id)).map(([change]) => change)).toEqual(['published']);
  });
});
