import { createHash } from 'node:crypto';
import { ALL_SCOPES } from '../../src/access/scopes.js';
import { buildDocument } from '../../src/openapi.js';
import { EVERYWHERE, visibleBy } from '../alerts/channels.js';
import { rowCounts } from '../alerts/mutations.js';
import { EventStream } from '../delivery/event-stream.js';
import { HOOK_SETTINGS } from '../delivery/hooks.js';
import { Receiver } from '../delivery/receiver.js';
import { type ClientCredentials, requestToken, startApp, type TestApp } from '../support/app.js';
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
import { expectStatus, type Http } from '../support/http.js';
import { type Findings, getRoutes, occurrences, searchAnswers } from './search.js';
import { pushed } from './walks.js';

const LONG = 300_000;
const HERE = '198.51.100.7';
const ELSEWHERE = '198.51.100.8';
const READING = ALL_SCOPES.filter((scope) => scope.endsWith(':read'));
const CEILING = { tlp: 'AMBER', classification: 'CONFIDENTIAL' } as const;

const from = (http: Http, address: string): Http => http.with({ 'X-Forwarded-For': address });

interface Guarded {
  method: string;
  path: string;
  body: unknown;
}

/** Every route that asks for a token, with a body that would be right. */
async function guardedRoutes(): Promise<Guarded[]> {
  const { paths } = await buildDocument('0.0.0');
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item as Record<string, Operation>).flatMap(([method, { security, requestBody }]) => {
      if (security?.some((one) => 'oauth2' in one) !== true) return [];
      const { example, examples } = requestBody?.content['application/json'] ?? {};
      const body: unknown = example ?? Object.values(examples ?? {})[0]?.value;
      return [{ method: method.toUpperCase(), path, body }];
    }),
  );
}

interface Operation {
  security?: object[];
  requestBody?: {
    content: Record<string, { example?: unknown; examples?: Record<string, { value: unknown }> }>;
  };
}

describe('a key with a ceiling, one arrangement, no right to write and one address', () => {
  let app: TestApp;
  let log: string[] = [];
  let un: TestPartner;
  let owner: TestPartner;
  let stranger: TestPartner;
  let place: TestArrangement;
  let other: TestArrangement;
  let key: ClientCredentials;
  let http: Http;
  let whole: Http;
  /** Ids of what it may read, and of what it may not. */
  const within: string[] = [];
  const beyond: Record<string, string> = {};
  let words: string[] = [];

  const publish = async (
    by: TestPartner,
    word: string,
    rendition: Parameters<typeof renditionInput>[0],
    more: Record<string, unknown> = {},
  ): Promise<string> => {
    const texts = [{ language: 'en', headline: `About ${word}`, description: `What is known of ${word}.` }];
    const renditions = [renditionInput({ texts, ...rendition })];
    return (await alert(by.http, { ...more, renditions })).id;
  };
  const answers = (by: Http, ids: string[], tokens: string[]): Promise<Findings> =>
    getRoutes().then((routes) =>
      searchAnswers({ name: 'key', http: by, partnerId: '', manages: '' }, routes, ids, tokens),
    );
  const found = (all: Findings): string[] =>
    Object.entries(all).flatMap(([path, count]) => (count > 0 ? [path] : []));

  beforeAll(async () => {
    app = await startApp({
      settings: { SLT_TRUST_PROXY: '1', ...HOOK_SETTINGS },
      log: (line) => void log.push(line),
    });
    un = await partner(app, { kind: 'un_entity' });
    owner = await partner(app, {
      scopes: [...USUAL_SCOPES, 'audit:read', 'webhooks:manage', 'feeds:manage'],
    });
    stranger = await partner(app, { name: 'Saltmarsh Rovers' });
    place = await arrangement(app, { members: [un, owner] });
    other = await arrangement(app, { name: 'Saltmarsh Table', members: [un, owner, stranger] });
    key = await client(app, owner.partner.id, {
      scopes: READING,
      ceiling: CEILING,
      arrangements: [place.code],
      allowedNetworks: [HERE],
    });
    await client(app, owner.partner.id, { name: 'Saltmarsh desk', arrangements: [other.code] });
    const { access_token } = expectStatus(await requestToken(from(app.anonymous, HERE), key), 200);
    http = from(app.anonymous.with({ Authorization: `Bearer ${access_token}` }), HERE);
    whole = from(owner.http, ELSEWHERE);

    const [here, there] = [place, other].map(({ code }) => ({ arrangements: [code] }));
    const amber = {
      tlp: 'AMBER',
      classification: 'CONFIDENTIAL',
      classificationReason: 'Names',
      reviewAt: '2099-01-01',
    };
    within.push(
      await publish(un, 'bittern', { audience: here }),
      await publish(un, 'bittern', { ...amber, audience: here } as never),
    );
    const strict = { ...amber, tlp: 'AMBER+STRICT', classification: 'STRICTLY_CONFIDENTIAL' };
    beyond['red'] = await publish(un, 'saltmarsh', {
      tlp: 'RED',
      audience: { partners: [owner.partner.code] },
    });
    beyond['strict'] = await publish(un, 'saltmarsh', { ...strict, audience: here } as never);
    beyond['there'] = await publish(un, 'saltmarsh', { audience: there });
    beyond['named'] = await publish(un, 'saltmarsh', { audience: { partners: [owner.partner.code] } });
    beyond['kind'] = await publish(un, 'saltmarsh', { audience: { kinds: ['ingo'] } });
    beyond['own'] = await publish(owner, 'saltmarsh', { audience: there });
    beyond['draft'] = await publish(owner, 'saltmarsh', { audience: here }, { state: 'draft' });
    const made = await owner.http.post<{ id: string }>('/v1/feed-addresses', { name: 'Saltmarsh wall' });
    beyond['feed address'] = expectStatus(made, 201).id;
    Object.assign(beyond, { arrangement: other.id, stranger: stranger.partner.id });
    words = ['saltmarsh', other.code, stranger.partner.code, ...Object.values(beyond)].map((word) =>
      word.toLowerCase(),
    );
  }, LONG);
  afterAll(() => app.close());

  const everyId = (): string[] => [...within, ...Object.values(beyond), owner.partner.id, place.id];

  it(
    'reads what is meant for it, everywhere',
    async () => {
      for (const id of within) expect(await visibleBy(http, id)).toEqual(EVERYWHERE);
      const reads = found(await answers(http, within, ['bittern']));
      expect(reads).toEqual(
        expect.arrayContaining(['key /v1/alerts', 'key /v1/changes', 'key /v1/changes/stream']),
      );
    },
    LONG,
  );

  it(
    'reads nothing above its ceiling or elsewhere, by any route, and the whole of its partner does',
    async () => {
      expect(found(await answers(http, everyId(), words))).toEqual([]);
      for (const id of ['red', 'strict', 'there', 'named', 'kind', 'own', 'draft']) {
        expect([id, await visibleBy(http, beyond[id] ?? '')]).toEqual([id, []]);
      }
      const control = found(await answers(whole, [beyond['there'] ?? '', owner.partner.id, other.id], words));
      for (const path of ['alerts', 'alerts/{id}', 'changes', 'changes/stream', 'audit', 'feed-addresses']) {
        expect(control).toContain(`key /v1/${path}`);
      }
      for (const path of ['arrangements', 'arrangements/{id}/members', 'partners/{id}/clients', 'partners']) {
        expect(control).toContain(`key /v1/${path}`);
      }
    },
    LONG,
  );

  it(
    'writes nothing, by any route',
    async () => {
      const writing = (await guardedRoutes()).filter(({ method }) => method !== 'GET');
      expect(writing.length).toBeGreaterThan(60);
      const before = await rowCounts(app);
      const got: [string, number][] = [];
      const ids: [RegExp, string][] = [
        [/^\/v1\/alerts\//, within[0] ?? ''],
        [/^\/v1\/arrangements\//, place.id],
        [/^\/v1\/partners\//, owner.partner.id],
        [/^/, beyond['feed address'] ?? ''],
      ];
      for (const { method, path, body } of writing) {
        const id = ids.find(([pattern]) => pattern.test(path))?.[1] ?? '';
        const at = path
          .replace('{clientId}', key.clientId)
          .replace('{kind}', 'helpful')
          .replace(/\{\w+\}/g, id);
        got.push([`${method} ${path}`, (await http.send(method, at, body)).status]);
      }
      expect(got.filter(([, status]) => status !== 403)).toEqual([]);
      expect(await rowCounts(app)).toEqual(before);
    },
    LONG,
  );

  it('is given no token for more than it has', async () => {
    for (const scope of ALL_SCOPES.filter((one) => !one.endsWith(':read'))) {
      const answer = await requestToken(from(app.anonymous, HERE), key, `alerts:read ${scope}`);
      expect([scope, answer.status, (answer.body as { error?: string }).error]).toEqual([
        scope,
        400,
        'invalid_scope',
      ]);
    }
  });

  it(
    'is of no use from another address, whatever that says of itself',
    async () => {
      const claims: Record<string, string>[] = [
        { 'X-Forwarded-For': ELSEWHERE },
        { 'X-Forwarded-For': `${HERE}, ${ELSEWHERE}` },
        { 'X-Forwarded-For': ELSEWHERE, Forwarded: `for=${HERE}`, 'X-Real-IP': HERE, 'True-Client-IP': HERE },
      ];
      for (const headers of claims) {
        const answer = await requestToken(app.anonymous.with(headers), key);
        expect([headers, answer.status]).toEqual([headers, 400]);
      }
      const routes = await guardedRoutes();
      expect(routes.length).toBeGreaterThan(100);
      const got: [string, number][] = [];
      for (const headers of claims) {
        for (const { method, path, body } of routes) {
          const at = path
            .replace('{format}', 'atom')
            .replace('{list}', 'tlp')
            .replace(/\{\w+\}/g, within[0] ?? '');
          got.push([`${method} ${path}`, (await http.with(headers).send(method, at, body)).status]);
        }
      }
      expect(got.filter(([, status]) => status !== 403)).toEqual([]);
      const stream = await EventStream.open(from(http, ELSEWHERE));
      expect(stream.status).toBe(403);
      stream.close();
    },
    LONG,
  );

  it(
    'passes none of it on: what its feed addresses and webhooks say is within the same bounds',
    async () => {
      const keeper = await client(app, owner.partner.id, {
        scopes: ['alerts:read', 'feeds:manage', 'webhooks:manage'],
        ceiling: CEILING,
        arrangements: [place.code],
        allowedNetworks: [HERE],
      });
      const { access_token } = expectStatus(await requestToken(from(app.anonymous, HERE), keeper), 200);
      const by = from(app.anonymous.with({ Authorization: `Bearer ${access_token}` }), HERE);
      const high = { tlp: 'RED', classification: 'STRICTLY_CONFIDENTIAL' };
      const { addresses } = expectStatus(
        await by.post<{ addresses: string[] }>('/v1/feed-addresses', { name: 'Wall', ceiling: high }),
        201,
      );
      for (const address of addresses) {
        const { pathname } = new URL(address);
        const near = await from(app.anonymous, HERE).get(pathname);
        expect([pathname, near.status, occurrences(near.text, words)]).toEqual([pathname, 200, 0]);
        expect([pathname, (await from(app.anonymous, ELSEWHERE).get(pathname)).status]).toEqual([
          pathname,
          404,
        ]);
      }
      const receiver = await Receiver.start();
      try {
        expect([...(await pushed(by, receiver)).keys()].sort()).toEqual([...within].sort());
        expect(occurrences(JSON.stringify(receiver.received), words)).toBe(0);
      } finally {
        await receiver.stop();
      }
    },
    LONG,
  );

  it(
    'has a secret that is said once: no route, table or line of the log has it again',
    async () => {
      const digest = createHash('sha256').update(key.clientSecret).digest();
      const secrets = [
        key.clientSecret,
        digest.toString('hex'),
        digest.toString('base64'),
        digest.toString('base64url'),
      ];
      const tokens = secrets.map((one) => one.toLowerCase());
      const ids = [owner.partner.id];
      for (const by of [from(app.steward, HERE), whole, http]) {
        expect(found(await answers(by, ids, tokens))).toEqual([]);
      }
      const { superuserUrl } = app.database;
      const tables = await query<{ name: string }>(
        superuserUrl,
        `select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'`,
      );
      for (const { name } of tables) {
        const rows = await query(superuserUrl, `select 1 from ${name} t where position($1 in t::text) > 0`, [
          key.clientSecret,
        ]);
        expect([name, rows.length]).toEqual([name, 0]);
      }
      const path = `/v1/partners/${owner.partner.id}/clients/${key.clientId}/rotation`;
      const rotated = await app.steward.post<{ clientSecret: string }>(path, { overlapSeconds: 600 });
      expect(occurrences(expectStatus(rotated, 200) && rotated.text, tokens)).toBe(0);
      expect(rotated.body.clientSecret).not.toBe(key.clientSecret);
      expect(occurrences(log.join('\n'), tokens)).toBe(0);
      log = [];
    },
    LONG,
  );
});
