import { type KeySet } from '../../../src/delivery/bundles/verify/check-bundle.js';
import { query } from '../../support/database.js';
import { startApp, type TestApp } from '../../support/app.js';
import {
  alert,
  alertInput,
  arrangement,
  client,
  join,
  leave,
  partner,
  renditionInput,
  uniqueCode,
  type TestArrangement,
  type TestPartner,
} from '../../support/factories.js';
import { expectStatus } from '../../support/http.js';
import { getBundle, portable, readBundle } from './bundles.js';

const said = (headline: string, description = 'Shots were heard.') => [
  { language: 'en', headline, description },
];

describe('bundles', () => {
  let app: TestApp;
  let un: TestPartner;
  let reader: TestPartner;
  let here: TestArrangement;
  let there: TestArrangement;
  beforeAll(async () => {
    app = await startApp();
    un = await partner(app, { kind: 'un_entity' });
  });
  beforeEach(async () => {
    reader = await partner(app);
    here = await arrangement(app, { members: [un, reader] });
    there = await arrangement(app, { members: [un, reader] });
  });
  afterAll(() => app.close());

  const publish = (to: TestArrangement, headline: string, overrides: object = {}) =>
    alert(un.http, {
      renditions: [renditionInput({ audience: { arrangements: [to.code] }, texts: said(headline) })],
      ...overrides,
    });
  const headlines = async (http = reader.http, id = here.id, query = {}): Promise<(string | undefined)[]> =>
    (await readBundle(http, id, { query })).alerts.map(({ text }) => text?.headline);
  const statusFor = async (http: TestPartner['http'], id = here.id, query = {}): Promise<number> =>
    (await getBundle(http, id, { query })).status;

  it('say for whom, of which arrangement, when and until where, and what each alert answers by itself', async () => {
    const first = await publish(here, 'first');
    const second = await publish(here, 'second');
    const bundle = await readBundle(reader.http, here.id);
    expect(bundle).toMatchObject({
      for: { partner: reader.partner.code, id: reader.partner.id },
      arrangement: { id: here.id, code: here.code },
      complete: true,
      drill: false,
      gone: [],
    });
    expect(Date.parse(bundle.expiresAt) - Date.parse(bundle.madeAt)).toBe(86_400_000);
    expect(Date.parse(bundle.madeAt) - Date.parse(bundle.startsAt ?? '')).toBe(86_400_000);
    const items = await Promise.all(
      [second, first].map(async ({ id }) => (await reader.http.get(`/v1/alerts/${id}`)).body),
    );
    expect(bundle.alerts).toEqual(items.map(portable));
    expect(bundle.alerts[0]?.handling).toEqual({ tlp: 'GREEN', classification: 'UNCLASSIFIED' });
  });

  it('hold nothing of another arrangement', async () => {
    await publish(here, 'of here');
    await publish(there, 'of there');
    expect(await headlines()).toEqual(['of here']);
    expect(await headlines(reader.http, there.id)).toEqual(['of there']);
  });

  it('hold nothing older than 24 hours, and all of it after a cursor', async () => {
    const { cursor } = await readBundle(reader.http, here.id);
    await publish(here, 'yesterday');
    await query(
      app.database.superuserUrl,
      `update change_entry set at = at - interval '24 hours 1 minute' where reader_id = $1`,
      [reader.partner.id],
    );
    await publish(here, 'today');
    expect(await headlines()).toEqual(['today']);
    expect(await headlines(reader.http, here.id, { after: cursor })).toEqual(['today', 'yesterday']);
  });

  it('after a cursor tell what is new, changed and gone, and then nothing', async () => {
    const [kept, changed, lost] = [
      await publish(here, 'kept'),
      await publish(here, 'before'),
      await publish(here, 'lost'),
    ];
    const whole = await readBundle(reader.http, here.id);
    expect(whole.alerts.map(({ id }) => id)).toEqual([lost.id, changed.id, kept.id]);
    const renditions = [
      renditionInput({ audience: { arrangements: [here.code] }, texts: said('afterwards') }),
    ];
    expectStatus(await un.http.post(`/v1/alerts/${changed.id}/updates`, alertInput({ renditions })), 200);
    expectStatus(await un.http.post(`/v1/alerts/${lost.id}/withdrawal`), 204);
    const added = await publish(here, 'added');
    const delta = await readBundle(reader.http, here.id, { query: { after: whole.cursor } });
    expect(delta.after).toBe(whole.cursor);
    expect(delta.startsAt).toBeUndefined();
    expect(delta.alerts.map(({ id, text }) => [id, text?.headline])).toEqual([
      [added.id, 'added'],
      [changed.id, 'afterwards'],
    ]);
    expect(delta.gone).toEqual([lost.id]);
    const empty = await readBundle(reader.http, here.id, { query: { after: delta.cursor } });
    expect([empty.alerts, empty.gone, empty.complete]).toEqual([[], [], true]);
  });

  it('tell that an alert went elsewhere, so that what it said here is not kept', async () => {
    const moved = await publish(here, 'of here');
    const { cursor } = await readBundle(reader.http, here.id);
    const renditions = [
      renditionInput({ audience: { arrangements: [there.code] }, texts: said('of there') }),
    ];
    expectStatus(await un.http.post(`/v1/alerts/${moved.id}/updates`, alertInput({ renditions })), 200);
    const delta = await readBundle(reader.http, here.id, { query: { after: cursor } });
    expect([delta.alerts, delta.gone]).toEqual([[], [moved.id]]);
    expect(await headlines(reader.http, there.id)).toEqual(['of there']);
  });

  it('hold drills only when asked for, and then nothing else, marked', async () => {
    await publish(here, 'for action');
    await publish(here, 'an exercise', { status: 'exercise' });
    expect(await headlines()).toEqual(['for action']);
    const drill = await readBundle(reader.http, here.id, { query: { drill: 'true' } });
    expect(drill.drill).toBe(true);
    expect(drill.alerts.map(({ status, text }) => [status, text?.headline])).toEqual([
      ['exercise', 'an exercise'],
    ]);
    expect(await statusFor(reader.http, here.id, { after: drill.cursor })).toBe(400);
  });

  it('answer whoever is not in the arrangement like one that there is not, byte for byte', async () => {
    const stranger = await partner(app);
    const narrowed = await app.as(await client(app, reader.partner.id, { arrangements: [there.code] }));
    await publish(here, 'for members');
    for (const http of [stranger.http, narrowed]) {
      const [hidden, missing] = [await getBundle(http, here.id), await getBundle(http, un.partner.id)];
      expect([hidden.status, hidden.bytes.toString()]).toEqual([404, missing.bytes.toString()]);
      expect(hidden.headers.get('etag')).toBeNull();
    }
    expect(await statusFor(narrowed, there.id)).toBe(200);
  });

  it('are refused from the moment on in which a membership ends or a partner is suspended, with any cursor and tag', async () => {
    await publish(here, 'for members');
    const { cursor } = await readBundle(reader.http, here.id);
    const tag = (await getBundle(reader.http, here.id)).headers.get('etag') ?? '';
    await leave(app, here, reader);
    expect(await statusFor(reader.http)).toBe(404);
    expect(await statusFor(reader.http, here.id, { after: cursor })).toBe(404);
    const known = await getBundle(reader.http, here.id, { headers: { 'If-None-Match': tag } });
    expect(known.status).toBe(404);
    // Elsewhere it is told that it lost it.
    expect((await readBundle(reader.http, there.id)).gone).toHaveLength(1);
    await join(app, here, reader);
    expect(await headlines()).toEqual(['for members']);
    expectStatus(await app.steward.post(`/v1/partners/${reader.partner.id}/suspension`), 200);
    expect([await statusFor(reader.http), await statusFor(reader.http, there.id)]).toEqual([404, 404]);
  });

  it('are for readers of alerts, with cursors of their own arrangement and reader alone', async () => {
    const other = await partner(app);
    await join(app, here, other);
    const { cursor } = await readBundle(reader.http, here.id);
    expect(await statusFor(reader.http, here.id, { after: cursor })).toBe(200);
    expect(await statusFor(other.http, here.id, { after: cursor })).toBe(400);
    expect(await statusFor(reader.http, there.id, { after: cursor })).toBe(400);
    expect(await statusFor(app.anonymous)).toBe(401);
    expect(await statusFor(await app.as(reader.client, 'arrangements:read'))).toBe(403);
  });

  it('are the same to a reader of the lower text whether or not there is a higher one', async () => {
    const audience = { arrangements: [here.code] };
    const texts = said('What everybody may know');
    const lower = (): ReturnType<typeof renditionInput> => renditionInput({ audience, texts });
    const higher = renditionInput({
      audience,
      tlp: 'AMBER',
      classification: 'CONFIDENTIAL',
      classificationReason: 'Names a source',
      texts: [
        ...said('What a source of ours saw'),
        { language: 'fr', headline: 'Tirs', description: 'Plus long.' },
      ],
    });
    const low = await partner(app, { ceiling: { tlp: 'GREEN' } });
    await join(app, here, low);
    const bundles: string[] = [];
    for (const renditions of [[lower()], [higher, lower()]]) {
      const { cursor } = await readBundle(low.http, here.id);
      const made = await alert(un.http, { renditions });
      const { alerts, gone } = await readBundle(low.http, here.id, { query: { after: cursor } });
      const [content] = alerts;
      const text = JSON.stringify({ alerts, gone })
        .replaceAll(made.id, 'ID')
        .replaceAll(content?.['changedAt'] as string, 'TIME')
        .replaceAll(content?.['sent'] as string, 'SENT');
      bundles.push(text);
    }
    expect(bundles[0]).toContain('What everybody may know');
    expect(bundles[1]).toBe(bundles[0]);
    expect(await headlines(reader.http)).toContain('What a source of ours saw');
  });

  it('are written down as fetched before they leave; not when nothing does', async () => {
    const { id } = await publish(here, 'to be fetched');
    const fetched = async (): Promise<number> =>
      (await query(app.database.superuserUrl, 'select from fetch_receipt where shareable_id = $1', [id]))
        .length;
    const head = await reader.http.send('HEAD', `/v1/arrangements/${here.id}/bundle`);
    expect([head.status, await fetched()]).toEqual([200, 0]);
    const known = await getBundle(reader.http, here.id, {
      headers: { 'If-None-Match': head.headers.get('etag') ?? '' },
    });
    expect([known.status, known.bytes.length, await fetched()]).toEqual([304, 0, 0]);
    await readBundle(reader.http, here.id);
    expect(await fetched()).toBe(1);
  });

  it('are not sent again while they say the same, whatever happens elsewhere, and are nobody else’s', async () => {
    const other = await partner(app);
    await join(app, here, other);
    await publish(here, 'one');
    const first = await getBundle(reader.http, here.id);
    const held = { headers: { 'If-None-Match': first.headers.get('etag') ?? '' } };
    await publish(there, 'elsewhere');
    expect((await getBundle(reader.http, here.id, held)).status).toBe(304);
    expect((await getBundle(other.http, here.id, held)).status).toBe(200);
    await publish(here, 'two');
    expect((await getBundle(reader.http, here.id, held)).status).toBe(200);
    expect(first.headers.get('cache-control')).toBe('private, no-cache');
    expect(first.headers.get('vary')).toContain('Authorization');
    const amber = renditionInput({
      audience: { arrangements: [here.code] },
      tlp: 'AMBER',
      texts: said('for members alone'),
    });
    await publish(here, '', { renditions: [amber] });
    const third = await getBundle(reader.http, here.id);
    expect(third.headers.get('cache-control')).toBe('private, no-store');
  });

  it('come in steps of length, so that it tells little of what is in them', async () => {
    const lengths = new Set<number>();
    for (let number = 0; number < 4; number++) {
      await publish(here, uniqueCode('X').repeat(number + 1));
      const { bytes } = await getBundle(reader.http, here.id);
      lengths.add((bytes.length - bytes.indexOf(0x0a) - 1) % 64);
    }
    expect([...lengths]).toEqual([0]);
  });

  it('are in the language that serves, of those at hand', async () => {
    await publish(here, '', {
      renditions: [
        renditionInput({
          audience: { arrangements: [here.code] },
          texts: [
            { language: 'en', headline: 'Road closed', description: 'Until noon.' },
            { language: 'ar', headline: 'الطريق مغلق', description: 'حتى الظهر' },
          ],
        }),
      ],
    });
    const bundle = await readBundle(reader.http, here.id, { headers: { 'Accept-Language': 'ar' } });
    expect(bundle.alerts[0]?.text).toMatchObject({ language: 'ar', headline: 'الطريق مغلق' });
  });

  it('are signed by keys that anybody may have, each known before it signs, and kept where nobody reads them', async () => {
    await readBundle(reader.http, here.id);
    const { status, headers, body } = await app.anonymous.get<KeySet & { keys: { signsAt: string }[] }>(
      '/v1/bundles/keys',
    );
    expect([status, headers.get('cache-control')]).toEqual([200, 'public, max-age=3600']);
    expect(body.keys).toHaveLength(2);
    expect(body.keys.map(({ kty, crv }) => [kty, crv])).toEqual([
      ['OKP', 'Ed25519'],
      ['OKP', 'Ed25519'],
    ]);
    expect(JSON.stringify(body)).not.toMatch(/"d":/);
    expect(Date.parse(body.keys[1]?.signsAt ?? '') - Date.now()).toBeGreaterThan(89 * 86_400_000);
    const rows = await query<{ sealed_key: Buffer }>(
      app.database.superuserUrl,
      'select sealed_key from bundle_key',
    );
    // RFC 8410: how a private key of this kind begins where it is not sealed.
    for (const { sealed_key } of rows) expect(sealed_key.toString('hex')).not.toContain('06032b6570');
  });
});
