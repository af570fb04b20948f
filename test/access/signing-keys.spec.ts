import { decodeProtectedHeader } from 'jose';
import { SigningKeys } from '../../src/access/oauth/signing-keys.js';
import { query, testDatabase, type TestDatabase } from '../support/database.js';
import { accessToken, bearer, get, givenClient } from './issuing.js';
import { startApp, type TestApp } from '../support/app.js';

let database: TestDatabase;
let apps: [TestApp, TestApp, TestApp];
beforeAll(async () => {
  database = await testDatabase();
  const settings = { SLT_PUBLIC_URL: 'http://slt.example.org' };
  // All at once, on an empty database, as after a deployment.
  apps = (await Promise.all([1, 2, 3].map(() => startApp({ database, settings })))) as typeof apps;
});
afterAll(async () => {
  await Promise.all(apps.map((app) => app.close()));
  await database.drop();
});

const refresh = () => Promise.all(apps.map((app) => app.nest.get(SigningKeys, { strict: false }).refresh()));
const stored = () =>
  query<{ kid: string }>(database.superuserUrl, 'select kid from signing_key order by signs_from').then(
    (rows) => rows.map(({ kid }) => kid),
  );
const published = async (app: TestApp) =>
  ((await get(app, '/oauth/jwks')).body['keys'] as { kid: string }[]).map(({ kid }) => kid);
const move = (kid: string, interval: string) =>
  query(
    database.superuserUrl,
    `update signing_key set signs_from = signs_from - $2::interval, signs_until = signs_until - $2::interval,
       published_until = published_until - $2::interval where kid = $1`,
    [kid, interval],
  );
const signer = (token: string) => decodeProtectedHeader(token).kid;

it('keys are made once, however many processes start, and rotate in all of them with overlap', async () => {
  const [app, second, third] = apps;
  const client = await givenClient(app);
  const first = await stored();
  expect(first).toHaveLength(1);
  for (const process of apps) expect(await published(process)).toEqual(first);
  const [old = ''] = first;
  const oldToken = await accessToken(app, client);
  expect(signer(oldToken)).toBe(old);

  // Day 28: the successor is published and does not sign yet.
  await move(old, '28 days 1 minute');
  await refresh();
  const two = await stored();
  expect(two).toHaveLength(2);
  const [, next = ''] = two;
  for (const process of apps) {
    expect(await published(process)).toEqual(two);
    expect(signer(await accessToken(process, client))).toBe(old);
  }

  // Day 30: the successor signs, and what the old key signed is still good.
  for (const kid of two) await move(kid, '2 days');
  await refresh();
  expect(await stored()).toEqual(two);
  for (const process of apps) {
    expect(await published(process)).toEqual(two);
    expect(signer(await accessToken(process, client))).toBe(next);
    expect((await get(process, '/v1/me', bearer(oldToken))).status).toBe(200);
  }
  const newToken = await accessToken(second, client);

  // An hour later: the old key is gone, and with it whatever it signed.
  for (const kid of two) await move(kid, '1 hour');
  await refresh();
  for (const process of apps) {
    expect(await published(process)).toEqual([next]);
    expect((await get(process, '/v1/me', bearer(oldToken))).status).toBe(401);
    expect((await get(process, '/v1/me', bearer(newToken))).status).toBe(200);
  }

  // Thrown away in an emergency: a new key signs at once, known to the others as soon as they meet it.
  await query(database.superuserUrl, 'delete from signing_key');
  await app.nest.get(SigningKeys, { strict: false }).refresh();
  const emergency = await accessToken(app, client);
  expect(await stored()).toEqual([signer(emergency)]);
  await new Promise((resolve) => setTimeout(resolve, 5100));
  expect((await get(third, '/v1/me', bearer(emergency))).status).toBe(200);
  expect((await get(third, '/v1/me', bearer(newToken))).status).toBe(401);
});
