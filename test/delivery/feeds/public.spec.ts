import pg from 'pg';
import { PUBLIC_READER } from '../../../src/access/actor.js';
import { CAP, eventually, GEOJSON } from '../../alerts/channels.js';
import { reportInput } from '../../reports/reporting.js';
import { chance } from '../../sharing/chance.js';
import { compareWithRule, readWorld } from '../../sharing/recorded.js';
import { renditionFor } from '../../sharing/reference-rule.js';
import { startApp, type TestApp } from '../../support/app.js';
import {
  alertInput,
  arrangement,
  client,
  partner,
  renditionInput,
  type RenditionInput,
  type TestArrangement,
  type TestPartner,
  USUAL_SCOPES,
} from '../../support/factories.js';
import { expectStatus, type Problem } from '../../support/http.js';
import { atomFaults, capMessages } from './conformance.js';

const SEED = Number(process.env['SLT_SEED'] ?? 20_260_101);
const FORMATS = ['atom', 'rss', 'json', 'geojson', 'csv', 'cap'];
const MISSING = '019b2f00-0000-7000-8000-0000000000ff';

describe('the public', () => {
  const random = chance(SEED);
  let app: TestApp;
  let superuser: pg.Client;
  let un: TestPartner;
  let ngo: TestPartner;
  let here: TestArrangement;
  beforeAll(async () => {
    app = await startApp();
    superuser = new pg.Client({ connectionString: app.database.superuserUrl });
    await superuser.connect();
    un = await partner(app, { kind: 'un_entity', name: 'The unnamed one' });
    ngo = await partner(app, {
      kind: 'ingo',
      scopes: ['alerts:read', 'alerts:respond', 'alerts:publish', 'reports:submit'],
    });
    here = await arrangement(app, { members: [un, ngo] });
  });
  afterAll(async () => {
    await superuser.end();
    await app.close();
  });

  const texts = (headline: string) => [{ language: 'en', headline, description: headline }];
  const clear = (headline: string, kinds = ['public']): RenditionInput =>
    renditionInput({ tlp: 'CLEAR', audience: { kinds }, texts: texts(headline) });
  const publish = async (renditions: RenditionInput[], more: object = {}): Promise<string> =>
    expectStatus(await un.http.post<{ id: string }>('/v1/alerts', alertInput({ renditions, ...more })), 201)
      .id;
  /** All pages of a feed, without its tombstones. */
  const feed = async (format: string, query = ''): Promise<string> => {
    let [all, address]: [string, string | undefined] = ['', `/v1/public/alerts.${format}?limit=7${query}`];
    while (address !== undefined) {
      const answer: { status: number; text: string; headers: Headers } = await app.anonymous.get(address);
      expect([address, answer.status]).toEqual([address, 200]);
      all += answer.text.replaceAll(/<at:deleted-entry [^>]*>/g, '');
      address = /<([^>]+)>; rel="next"/.exec(answer.headers.get('link') ?? '')?.[1];
    }
    return all;
  };

  it('has on every channel what a random world publishes to it, and nothing else', async () => {
    const kinds = ['public', 'ingo', 'io', 'private_sector'];
    const ids: string[] = [];
    for (let place = 0; place < 60; place++) {
      const renditions = Array.from({ length: 1 + random.below(3) }, (_, ordinal) => {
        const tlp = random.one(['CLEAR', 'CLEAR', 'GREEN', 'AMBER'] as const);
        const chosen = random.some(kinds).filter((kind) => tlp === 'CLEAR' || kind !== 'public');
        const arrangements = random.below(2) === 0 ? [here.code] : [];
        const partners = random.below(3) === 0 ? [ngo.partner.code] : [];
        return renditionInput({
          ...{ tlp, audience: { arrangements, kinds: chosen, partners } },
          texts: texts(`said ${place} ${ordinal} ${chosen.includes('public') ? 'to all' : 'within'}`),
        });
      });
      const status = random.below(6) === 0 ? 'exercise' : 'actual';
      const id = await publish(renditions, { status, attribution: random.one(['named', 'a_partner']) });
      ids.push(id);
      const next = random.below(8);
      if (next === 0) expectStatus(await un.http.post(`/v1/alerts/${id}/withdrawal`), 204);
      if (next === 1) expectStatus(await un.http.post(`/v1/alerts/${id}/cancellation`, {}), 200);
      // What was public, and is no longer; or the other way round.
      if (next === 2) {
        const later = alertInput({
          renditions: [clear('said later', random.one([['public'], ['ingo']]))],
          status,
        });
        expectStatus(await un.http.post(`/v1/alerts/${id}/updates`, later), 200);
      }
    }
    const { recorded, ruled, broken } = await compareWithRule(superuser);
    expect([recorded, broken]).toEqual([ruled, []]);
    const world = await readWorld(superuser);
    const reader = world.readers.find(({ id }) => id === PUBLIC_READER);
    const expected = world.shareables.filter(
      (one) => reader && renditionFor(world, reader, one) !== undefined,
    );
    expect(expected.length).toBeGreaterThan(15);
    expect(expected.length).toBeLessThan(ids.length - 15);
    for (const format of FORMATS) {
      const [actual, drills] = [await feed(format), await feed(format, '&status=exercise')];
      const seen = (text: string): string[] => ids.filter((id) => text.includes(id)).sort();
      const should = (isDrill: boolean): string[] =>
        expected
          .filter((one) => one.isDrill === isDrill)
          .map(({ id }) => id)
          .sort();
      expect([format, seen(actual), seen(drills)]).toEqual([format, should(false), should(true)]);
      expect(`${actual}${drills}`).not.toMatch(/said \d+ \d within|TLP:(GREEN|AMBER|RED)/);
    }
    const missing = await app.anonymous.get(`/v1/public/alerts/${MISSING}`);
    for (const id of ids) {
      const answer = await app.anonymous.get(`/v1/public/alerts/${id}`);
      const isPublic = expected.some((one) => one.id === id);
      expect([id, answer.status]).toEqual([id, isPublic ? 200 : 404]);
      if (isPublic) continue;
      expect(answer.text).toBe(missing.text);
      const headers = (one: Headers) =>
        [...one].filter(([name]) => !/^(date|x-request-id|ratelimit)/.test(name));
      expect(headers(answer.headers)).toEqual(headers(missing.headers));
    }
  });

  it('reads one as JSON, CAP and GeoJSON, in its CLEAR text, though there be a higher one', async () => {
    const higher = renditionInput({
      ...{ tlp: 'AMBER', audience: { arrangements: [here.code] } },
      texts: texts('what partners know'),
    });
    const id = await publish([clear('what all know'), higher], { attribution: 'a_partner' });
    for (const headers of [{}, CAP, GEOJSON]) {
      const { status, text } = await app.anonymous.get(`/v1/public/alerts/${id}`, { headers });
      expect([status, text.includes('what all know'), text.includes('what partners know')]).toEqual([
        ...[200, true, false],
      ]);
      // Not who wrote it either.
      for (const name of ['The unnamed one', un.partner.code, un.partner.id])
        expect(text).not.toContain(name);
    }
    expect((await ngo.http.get(`/v1/alerts/${id}`)).text).toContain('what partners know');
    expect(
      (await app.anonymous.get(`/v1/public/alerts/${id}`, { headers: { Accept: 'image/png' } })).status,
    ).toBe(406);
  });

  it('does not see what organisations say to it', async () => {
    const id = await publish([clear('disputed', ['public', 'ingo'])]);
    expectStatus(
      await ngo.http.post(`/v1/alerts/${id}/feedback`, { kind: 'dispute', anonymous: false }),
      200,
    );
    expect((await un.http.get(`/v1/alerts/${id}`)).text).toContain('corroboration');
    expect((await app.anonymous.get(`/v1/public/alerts/${id}`)).text).not.toContain('corroboration');
  });

  it('leaves no receipt, and has no organisation', async () => {
    const id = await publish([clear('read by somebody')]);
    await feed('json');
    expect((await app.anonymous.get(`/v1/public/alerts/${id}`)).status).toBe(200);
    const { items } = expectStatus(await un.http.get<{ items: unknown[] }>(`/v1/alerts/${id}/receipts`), 200);
    expect(items).toEqual([]);
    expect((await app.steward.get('/v1/partners', { query: { limit: 200 } })).text).not.toContain(
      PUBLIC_READER,
    );
  });

  it('loses what is withdrawn, and is told no more than that', async () => {
    const id = await publish([clear('soon gone')]);
    expect(await feed('atom')).toContain(id);
    expectStatus(await un.http.post(`/v1/alerts/${id}/withdrawal`), 204);
    for (const format of FORMATS) expect(await feed(format)).not.toContain(id);
    const { text } = await app.anonymous.get('/v1/public/alerts.atom');
    expect(text).toContain(`<at:deleted-entry ref="urn:uuid:${id}"`);
    expect(text).not.toContain('soon gone');
    expect((await app.anonymous.get(`/v1/public/alerts/${id}`)).status).toBe(404);
  });

  it('may be kept on the way for a minute, and asked about again', async () => {
    await publish([clear('a long text '.repeat(20))]);
    // Every change has a second of its own, and those before were quicker.
    await superuser.query(`update change_head set changed_at = '2026-01-01T00:00:00Z' where reader_id = $1`, [
      PUBLIC_READER,
    ]);
    for (const format of FORMATS) {
      const path = `/v1/public/alerts.${format}`;
      const { headers } = await app.anonymous.get(path);
      expect(headers.get('cache-control')).toBe('public, max-age=60');
      expect(headers.get('vary')).toBe('Accept-Language, Accept-Encoding');
      expect(headers.get('last-modified')).toBe('Thu, 01 Jan 2026 00:00:00 GMT');
      const known = { 'If-None-Match': headers.get('etag') ?? '' };
      const again = await app.anonymous.get(path, { headers: known });
      expect([again.status, again.headers.get('cache-control')]).toEqual([304, 'public, max-age=60']);
      // A token changes nothing, or one partner's answer would be kept for all.
      const { status, text } = await ngo.http.get(path, { headers: { ...known } });
      expect([status, text]).toEqual([304, '']);
    }
    const id = await publish([clear('one of them')]);
    const item = await app.anonymous.get(`/v1/public/alerts/${id}`);
    expect([item.headers.get('cache-control'), item.headers.get('vary')]).toEqual([
      ...['public, max-age=60', 'Accept, Accept-Language'],
    ]);
    const known = { 'If-None-Match': item.headers.get('etag') ?? '' };
    expect((await app.anonymous.get(`/v1/public/alerts/${id}`, { headers: known })).status).toBe(304);
    expect((await fetch(`${app.url}/v1/public/alerts.atom`)).headers.get('content-encoding')).not.toBe(null);
    expect(atomFaults((await app.anonymous.get('/v1/public/alerts.atom')).text)).toEqual([]);
    expect(capMessages((await app.anonymous.get('/v1/public/alerts.cap')).text).size).toBeGreaterThan(0);
  });

  it('gets what is over as expired, and what is cancelled as cancelled', async () => {
    const soon = new Date(Date.now() + 6000).toISOString();
    const [over, called] = [
      await publish([clear('over')], { expiresAt: soon }),
      await publish([clear('called off')]),
    ];
    expectStatus(await un.http.post(`/v1/alerts/${called}/cancellation`, {}), 200);
    const stateOf = async (id: string): Promise<string> =>
      expectStatus(await app.anonymous.get<{ state: string }>(`/v1/public/alerts/${id}`), 200).state;
    await eventually(async () => (await stateOf(over)) === 'expired');
    expect(await stateOf(called)).toBe('cancelled');
    for (const format of FORMATS) {
      const text = await feed(format);
      expect([format, text.includes(over), text.includes(called)]).toEqual([format, true, true]);
    }
  });

  it('reads in the language that it asks for', async () => {
    const id = await publish([
      renditionInput({
        ...{ tlp: 'CLEAR', audience: { kinds: ['public'] } },
        texts: [
          { language: 'en', headline: 'Road closed', description: 'Closed.' },
          { language: 'fr', headline: 'Route fermée', description: 'Fermée.' },
        ],
      }),
    ]);
    const headers = { 'Accept-Language': 'fr' };
    const item = await app.anonymous.get<{ text: { headline: string } }>(`/v1/public/alerts/${id}`, {
      headers,
    });
    expect([item.body.text.headline, item.headers.get('content-language')]).toEqual(['Route fermée', 'fr']);
    for (const format of ['atom', 'rss', 'json', 'geojson', 'csv']) {
      const { text } = await app.anonymous.get(`/v1/public/alerts.${format}`, { headers });
      expect([format, text.includes('Route fermée'), text.includes('Road closed')]).toEqual([
        format,
        true,
        false,
      ]);
    }
    // Nor does one language's answer stand for another's.
    const known = { 'If-None-Match': item.headers.get('etag') ?? '', 'Accept-Language': 'en' };
    expect((await app.anonymous.get(`/v1/public/alerts/${id}`, { headers: known })).status).toBe(200);
  });

  it('has nothing that waits for a second person, and no flash, which nobody looks at first', async () => {
    const scopes = [...USUAL_SCOPES, 'alerts:flash', 'alerts:release'];
    const careful = await partner(app, { kind: 'un_entity', scopes });
    const second = await app.as(await client(app, careful.partner.id, { scopes }));
    expectStatus(await careful.http.put('/v1/alerts/release-policy', { tlp: 'CLEAR' }), 200);
    const input = alertInput({ renditions: [clear('looked at twice')] });
    const { id, state } = expectStatus(
      await careful.http.post<{ id: string; state: string }>('/v1/alerts', input),
      201,
    );
    const shown = async (): Promise<boolean[]> => [
      (await app.anonymous.get(`/v1/public/alerts/${id}`)).status === 200,
      (await feed('json')).includes(id),
    ];
    expect([state, await shown()]).toEqual(['pending_release', [false, false]]);
    const ifMatch = (await second.get(`/v1/alerts/${id}/release`)).headers.get('etag') ?? '';
    expectStatus(
      await second.post(`/v1/alerts/${id}/release`, undefined, { headers: { 'If-Match': ifMatch } }),
      200,
    );
    expect(await shown()).toEqual([true, true]);
    const { texts: _texts, ...handling } = clear('x');
    const flash = { event: 'Shots', headline: 'Shots near the market', ...handling };
    const refused = await careful.http.post<Problem>('/v1/alerts/flash', flash);
    expect([refused.status, refused.body.errors?.map(({ pointer }) => pointer)]).toEqual([
      ...[400, ['#/audience/kinds']],
    ]);
  });

  it('is shown to its originator before it publishes, and after', async () => {
    interface Audience {
      public?: { index: number; handling: object };
      receives: { organisation: { id: string } }[];
    }
    const higher = renditionInput({
      tlp: 'GREEN',
      audience: { arrangements: [here.code] },
      texts: texts('y'),
    });
    const handling = { tlp: 'CLEAR', classification: 'UNCLASSIFIED' };
    const within = alertInput({ renditions: [clear('x', ['ingo']), higher] });
    const input = alertInput({ renditions: [clear('x'), higher] });
    const preview = async (body: object): Promise<Audience> =>
      expectStatus(await un.http.post<Audience>('/v1/alerts/audience-preview', body), 200);
    expect((await preview(within)).public).toBe(undefined);
    expect((await preview(input)).public).toEqual({ index: 0, handling });
    const { id } = expectStatus(await un.http.post<{ id: string }>('/v1/alerts', input), 201);
    const after = expectStatus(await un.http.get<Audience>(`/v1/alerts/${id}/audience`), 200);
    expect(after.public).toEqual({ index: 0, handling });
    expect(after.receives.map(({ organisation }) => organisation.id).sort()).toEqual(
      [un.partner.id, ngo.partner.id].sort(),
    );
    expect((await app.steward.get<Audience>(`/v1/alerts/${id}/audience`)).body.public).toEqual({
      index: 0,
      handling,
    });
  });

  it('is not spoken to above CLEAR by the rule itself, were such a text ever written', async () => {
    const id = await publish([clear('written twice')]);
    const admitted = async (change: string): Promise<number | null> => {
      await superuser.query('begin; alter table rendition drop constraint rendition_public_check');
      try {
        await superuser.query(`update rendition set ${change} where shareable_id = $1`, [id]);
        const { rowCount } = await superuser.query(
          `select from admission where shareable_id = $1 and reader_id = $2`,
          [id, PUBLIC_READER],
        );
        return rowCount;
      } finally {
        await superuser.query('rollback');
      }
    };
    expect(await admitted('tlp = 0')).toBe(1);
    expect(await admitted('tlp = 1')).toBe(0);
    expect(await admitted(`classification = 1, classification_reason = 'x', tlp = 2`)).toBe(0);
    expect(await admitted(`audience_kinds = '{}'`)).toBe(0);
    expect(await admitted('is_current = false')).toBe(0);
  });

  it('is addressed with CLEAR alone, by alerts alone, and kept from nobody', async () => {
    const attempt = async (rendition: object): Promise<[number, string[]]> => {
      const answer = await un.http.post<Problem>(
        '/v1/alerts',
        alertInput({ renditions: [rendition as RenditionInput] }),
      );
      return [answer.status, answer.body.errors?.map(({ pointer }) => pointer) ?? []];
    };
    for (const tlp of ['GREEN', 'AMBER', 'AMBER+STRICT'] as const) {
      expect(await attempt({ ...clear('x'), tlp })).toEqual([400, ['#/renditions/0/audience/kinds']]);
    }
    const except = { ...clear('x'), audience: { kinds: ['public'], except: [ngo.partner.code] } };
    expect(await attempt(except)).toEqual([400, ['#/renditions/0/audience/except']]);
    expect((await attempt({ ...clear('x'), tlp: 'RED' }))[0]).toBe(400);
    const report = reportInput({ tlp: 'CLEAR', audience: { kinds: ['public'] } });
    const refused = await ngo.http.post<Problem>('/v1/reports', report);
    expect([refused.status, refused.body.errors?.map(({ pointer }) => pointer)]).toEqual([
      ...[400, ['#/audience/kinds']],
    ]);
    // Nor would the database have it.
    const insert = `insert into rendition (id, shareable_id, ordinal, tlp, classification, is_current, digest,
      audience_arrangements, audience_kinds, audience_partners, audience_except)
      select gen_random_uuid(), id, 9, 1, 0, false, 'x', '{}', '{public}', '{}', '{}' from shareable limit 1`;
    await expect(superuser.query(insert)).rejects.toThrow('rendition_public_check');
    for (const change of ['ceiling_tlp = 1', 'is_open = false', `partner_id = '${ngo.partner.id}'`]) {
      await expect(
        superuser.query(`update reader set ${change} where id = '${PUBLIC_READER}'`),
      ).rejects.toThrow('reader_public_check');
    }
  });

  it('asks no more than others do', async () => {
    expect((await app.anonymous.get('/v1/public/alerts.atom', { query: { surprise: 1 } })).status).toBe(400);
    expect((await app.anonymous.get('/v1/public/alerts.pdf')).status).toBe(404);
    expect((await app.anonymous.get('/v1/public/alerts')).status).toBe(404);
    const [known, unknown] = await Promise.all(
      [here.code, 'NOWHERE'].map((one) =>
        app.anonymous.get('/v1/public/alerts.json', { query: { arrangement: one } }),
      ),
    );
    expect([known?.status, known?.text]).toEqual([400, unknown?.text]);
    const busy = await startApp({
      settings: { SLT_ANONYMOUS_REQUESTS_PER_MINUTE: '3' },
      database: app.database,
    });
    try {
      const statuses: number[] = [];
      for (const token of ['', '', 'Bearer x', '']) {
        const headers: Record<string, string> = token === '' ? {} : { Authorization: token };
        statuses.push((await busy.anonymous.get('/v1/public/alerts.rss', { headers })).status);
      }
      expect(statuses).toEqual([200, 200, 429, 429]);
    } finally {
      await busy.close();
    }
  });
});
