import { decodeJwt } from 'jose';
import { ClientsService } from '../../src/access/clients.service.js';
import { ExpiredRecords } from '../../src/access/oauth/expired-records.js';
import { Database } from '../../src/core/database.js';
import { query } from '../support/database.js';
import { accessToken, basic, bearer, eventually, get, givenClient, givenPartner, post } from './issuing.js';
import { startApp, type TestApp } from '../support/app.js';

let app: TestApp;
let other: TestApp;
beforeAll(async () => {
  app = await startApp();
  // A further process on the same database and address.
  other = await startApp({ database: app.database, settings: { SLT_PUBLIC_URL: app.url } });
});
afterAll(async () => {
  await other.close();
  await app.close();
});

const SOON = 20_000;
const status = async (at: { url: string }, token: string) => (await get(at, '/v1/me', bearer(token))).status;
const refusedSoon = (token: string) =>
  eventually(SOON, async () => (await status(app, token)) === 401 && (await status(other, token)) === 401);
const revoke = (client: { clientId: string; clientSecret: string }, form: Record<string, string>) =>
  post(app, '/oauth/revocation', form, basic(client.clientId, client.clientSecret));

describe('revoking a token', () => {
  it('ends it within two seconds in every process, and no other token', async () => {
    const client = await givenClient(app);
    const [token, sibling] = [await accessToken(app, client), await accessToken(app, client)];
    expect([await status(app, token), await status(other, token)]).toEqual([200, 200]);
    const answer = await revoke(client, { token });
    expect([answer.status, answer.text]).toEqual([200, '']);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    await refusedSoon(token);
    expect([await status(app, sibling), await status(other, sibling)]).toEqual([200, 200]);
    expect((await revoke(client, { token, token_type_hint: 'access_token' })).status).toBe(200);
  });

  it('is remembered by the id of the token until that would have ended', async () => {
    const client = await givenClient(app);
    const token = await accessToken(app, client);
    await revoke(client, { token });
    const { jti = '', exp = 0 } = decodeJwt(token);
    const [row] = await query<{ expires_at: Date }>(
      app.database.superuserUrl,
      'select expires_at from revoked_token where jti = $1',
      [jti],
    );
    expect(row?.expires_at.getTime()).toBeGreaterThan(exp * 1000);
    await app.nest.get(ExpiredRecords, { strict: false }).forgetAsSystem();
    expect(
      await query(app.database.superuserUrl, 'select from revoked_token where jti = $1', [jti]),
    ).toHaveLength(1);
    await query(app.database.superuserUrl, 'update revoked_token set expires_at = now() where jti = $1', [
      jti,
    ]);
    await app.nest.get(ExpiredRecords, { strict: false }).forgetAsSystem();
    expect(
      await query(app.database.superuserUrl, 'select from revoked_token where jti = $1', [jti]),
    ).toHaveLength(0);
  });

  it("leaves another client's token alone, and does not tell", async () => {
    const token = await accessToken(app, await givenClient(app));
    const answer = await revoke(await givenClient(app), { token });
    expect([answer.status, answer.text]).toEqual([200, '']);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    expect(await status(app, token)).toBe(200);
  });

  it.each(['', 'opaque', 'a.b.c', '...', 'eyJhbGciOiJub25lIn0.e30.'])(
    'answers %p, which is no token, like one that was revoked',
    async (token) => {
      const answer = await revoke(await givenClient(app), { token });
      // RFC 7009 §2.1: the parameter itself is required.
      expect(answer.status).toBe(token === '' ? 400 : 200);
    },
  );

  it('is for clients only', async () => {
    const client = await givenClient(app);
    const token = await accessToken(app, client);
    const wrong = await revoke({ ...client, clientSecret: 'slt_wrong' }, { token });
    expect([wrong.status, wrong.body['error']]).toEqual([401, 'invalid_client']);
    expect((await post(app, '/oauth/revocation', { token })).status).toBe(400);
    expect((await post(app, '/oauth/revocation', { token, client_id: client.clientId })).status).toBe(401);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    expect(await status(app, token)).toBe(200);
  });
});

it('the log names clients, and repeats neither secrets nor tokens', async () => {
  const lines: string[] = [];
  const write = (...message: unknown[]): void => void lines.push(message.map(String).join(' '));
  app.nest.useLogger({ log: write, error: write, warn: write });
  const client = await givenClient(app);
  const token = await accessToken(app, client);
  await revoke(client, { token });
  const wrong = 'slt_secret-that-was-mistyped';
  await revoke({ ...client, clientSecret: wrong }, { token });
  const form = { grant_type: 'client_credentials', scope: 'alerts:publish not-a-scope' };
  await post(app, '/oauth/token', form, basic(client.clientId, client.clientSecret));
  await post(app, '/oauth/token', form, basic(client.clientId, wrong));
  await post(app, '/oauth/token', form, basic('c_name\nforged line', wrong));
  await post(app, '/oauth/token', { ...form, client_assertion: token, client_assertion_type: 'x' });
  const log = lines.join('\n');
  expect(log).toContain(`token refused: client ${client.clientId}, invalid_scope`);
  expect(log).toContain(`revocation refused: client ${client.clientId}, invalid_client`);
  for (const secret of [client.clientSecret, wrong, token, 'forged line', 'not-a-scope']) {
    expect(log).not.toContain(secret);
  }
  app.nest.useLogger(false);
});

describe('within two seconds, a token no longer works in any process', () => {
  it('once its client is revoked, whose own reader is closed with it', async () => {
    const partnerId = await givenPartner(app);
    const narrowed = await givenClient(app, {
      partnerId,
      scopes: ['alerts:read'],
      ceiling: { tlp: 'GREEN' },
    });
    const whole = await givenClient(app, { partnerId });
    const [token, sibling] = [await accessToken(app, narrowed), await accessToken(app, whole)];
    expect(await status(other, token)).toBe(200);
    await app.nest
      .get(Database)
      .asSystem((tx) => app.nest.get(ClientsService, { strict: false }).revoke(tx, narrowed.clientId));
    await refusedSoon(token);
    expect(await status(app, sibling)).toBe(200);
    const readers = await query<{ id: string; is_open: boolean }>(
      app.database.superuserUrl,
      'select id, is_open from reader where partner_id = $1',
      [partnerId],
    );
    expect(readers.map(({ id, is_open }) => [id === partnerId, is_open]).sort()).toEqual([
      [false, false],
      [true, true],
    ]);
  });

  it('once its client has expired', async () => {
    const client = await givenClient(app, { expiresAt: new Date(Date.now() + 5000) });
    const token = await accessToken(app, client);
    await eventually(5000 + SOON, async () => (await status(app, token)) === 401);
  });

  it('once its partner has withdrawn', async () => {
    const partnerId = await givenPartner(app);
    const token = await accessToken(app, await givenClient(app, { partnerId }));
    expect(await status(app, token)).toBe(200);
    await query(app.database.superuserUrl, `update partner set status = 'withdrawn' where id = $1`, [
      partnerId,
    ]);
    await refusedSoon(token);
  });

  it('once its scope was taken from the client', async () => {
    const client = await givenClient(app, { scopes: ['partners:read', 'alerts:read'] });
    const token = await accessToken(app, client);
    expect((await get(app, '/v1/partners', bearer(token))).status).toBe(200);
    await query(app.database.superuserUrl, `update client set scopes = '{alerts:read}' where id = $1`, [
      client.clientId,
    ]);
    await eventually(SOON, async () => (await get(app, '/v1/partners', bearer(token))).status === 403);
  });
});
