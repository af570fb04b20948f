import { networkOf } from '../../src/core/rate-limits.js';
import { requestToken, startApp, type TestApp } from '../support/app.js';
import { partner } from '../support/factories.js';
import { type Http, type Problem } from '../support/http.js';

const settings = {
  SLT_REQUESTS_PER_MINUTE: '30',
  SLT_ANONYMOUS_REQUESTS_PER_MINUTE: '12',
  SLT_TRUST_PROXY: '1',
};

describe('rate limits', () => {
  let app: TestApp;
  beforeEach(async () => {
    app = await startApp({ settings });
  });
  afterEach(() => app.close());

  const from = (address: string, http: Http = app.anonymous): Http =>
    http.with({ 'X-Forwarded-For': address });
  const statuses = async (times: number, send: () => Promise<{ status: number }>): Promise<number[]> => {
    const all: number[] = [];
    for (let turn = 0; turn < times; turn++) all.push((await send()).status);
    return all;
  };

  it('tell on every answer how much is left, and when there is more', async () => {
    const one = await app.steward.get('/v1/me');
    expect(one.headers.get('ratelimit-policy')).toBe('"client";q=30;w=60');
    const left = /^"client";r=(\d+);t=(\d+)$/
      .exec(one.headers.get('ratelimit') ?? '')
      ?.slice(1)
      .map(Number);
    const next = await app.steward.get('/v1/nowhere/else');
    expect(next.headers.get('ratelimit')).toMatch(/^"address";r=\d+;t=\d+$/);
    expect(left?.[0]).toBe(29);
    expect(left?.[1]).toBeLessThanOrEqual(60);
    for (const path of ['/v1/me', '/oauth/jwks', '/nowhere', '/v1/alerts/%E0%A4%A']) {
      const { headers } = await from('192.0.2.7').get(path);
      expect(headers.get('ratelimit-policy')).toBe('"address";q=12;w=60');
      expect(headers.get('ratelimit')).toMatch(/^"address";r=\d+;t=\d+$/);
    }
  });

  it('stop a client that asks too much, and only that one', async () => {
    const [busy, calm] = [await partner(app), await partner(app)];
    expect(await statuses(30, () => busy.http.get('/v1/me'))).toEqual(Array<number>(30).fill(200));
    const refused = await busy.http.get<Problem>('/v1/me');
    expect([refused.status, refused.body.type]).toEqual([429, '/problems/too-many-requests']);
    expect(refused.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    const seconds = Number(refused.headers.get('retry-after'));
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(60);
    expect(refused.headers.get('ratelimit')).toBe(`"client";r=0;t=${seconds}`);
    expect((await calm.http.get('/v1/me')).status).toBe(200);
  });

  it('count what a client may not do, too', async () => {
    const { client } = await partner(app, { scopes: ['alerts:read'] });
    const http = await app.as(client);
    const all = await statuses(31, () => http.get('/v1/partners'));
    expect(new Set(all.slice(0, 30))).toEqual(new Set([403]));
    expect(all[30]).toBe(429);
  });

  it('stop whoever guesses secrets or tokens, without locking out the tokens of partners behind the same address', async () => {
    const { http, client } = await partner(app);
    const guess = () =>
      requestToken(from('192.0.2.1'), { ...client, clientSecret: 'a-wrong-secret-of-some-length' });
    const logins = await statuses(20, guess);
    expect(logins.slice(0, 12)).toEqual(Array<number>(12).fill(401));
    expect(logins.slice(12)).toEqual(Array<number>(8).fill(429));
    const forged = from('192.0.2.1').with({ Authorization: 'Bearer not.a.token' });
    expect(await statuses(3, () => forged.get('/v1/me'))).toEqual([429, 429, 429]);
    expect(await statuses(5, () => from('192.0.2.1', http).get('/v1/me'))).toEqual([200, 200, 200, 200, 200]);

    const others = from('192.0.2.2').with({ Authorization: 'Bearer not.a.token' });
    const guesses = await statuses(14, () => others.get('/v1/me'));
    expect(guesses).toEqual([...Array<number>(12).fill(401), 429, 429]);
    expect((await requestToken(from('192.0.2.3'), client)).status).toBe(200);
  });

  it('are not got around by a token where none is asked for', async () => {
    const http = from('192.0.2.4').with({ Authorization: 'Bearer whatever' });
    const all = await statuses(14, () => http.get('/nowhere'));
    expect(all).toEqual([...Array<number>(12).fill(404), 429, 429]);
    const login = () =>
      http.post('/oauth/token', 'grant_type=client_credentials', {
        headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      });
    expect(await statuses(1, login)).toEqual([429]);
  });

  it('leave those alone who watch over the service', async () => {
    expect(new Set(await statuses(40, () => app.anonymous.get('/health/ready')))).toEqual(new Set([200]));
  });
});

describe('the network of an address', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['2001:0DB8:0001:0002::', '2001:db8:1:2'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
    ['::1', '0:0:0:0'],
  ])('of %s is %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});
