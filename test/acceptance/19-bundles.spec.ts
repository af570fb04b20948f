import { checkBundle } from '../../src/delivery/bundles/verify/check-bundle.js';
import { getBundle, portable, publishedKeys, readBundle, type Bundle } from '../delivery/bundles/bundles.js';
import { madeUp } from '../delivery/bundles/made-up.js';
import { chance } from '../sharing/chance.js';
import { startApp, type TestApp } from '../support/app.js';
import {
  alert,
  alertInput,
  arrangement,
  partner,
  type TestArrangement,
  type TestPartner,
} from '../support/factories.js';
import { expectStatus } from '../support/http.js';

const ALERTS = 50;
const WHOLE_MOST = 20_000;
const DELTA_MOST = 3_000;

describe('19: low-bandwidth bundle', () => {
  const random = chance(20_261_102);
  let app: TestApp;
  let originators: TestPartner[];
  let reader: TestPartner;
  let here: TestArrangement;
  const ids: string[] = [];
  let whole: Bundle;

  beforeAll(async () => {
    app = await startApp();
    originators = [await partner(app), await partner(app), await partner(app)];
    reader = await partner(app);
    here = await arrangement(app, { members: [...originators, reader] });
    for (let number = 0; number < ALERTS; number++) {
      const { id } = await alert(by(number), madeUp(random, here.code));
      ids.push(id);
    }
  });
  afterAll(() => app.close());
  const by = (number: number): TestPartner['http'] => (originators[number % 3] as TestPartner).http;

  it('the last 24 hours with 50 alerts is at most 20 kB, and says what each of them says', async () => {
    const { status, bytes } = await getBundle(reader.http, here.id);
    expect(status).toBe(200);
    whole = checkBundle(bytes, await publishedKeys(app.anonymous), { now: new Date() }) as unknown as Bundle;
    expect(whole.alerts.map(({ id }) => id)).toEqual([...ids].reverse());
    const items = await Promise.all(
      whole.alerts.map(async ({ id }) => (await reader.http.get(`/v1/alerts/${id}`)).body),
    );
    expect(whole.alerts).toEqual(items.map(portable));
    const texts = whole.alerts.map(({ text }) => `${text?.headline} ${text?.description}`);
    expect(new Set(texts).size).toBe(ALERTS);
    expect(texts.join(' ').length / ALERTS).toBeGreaterThan(300);
    expect(new Set(whole.alerts.map(({ text }) => text?.language)).size).toBe(4);
    console.info(`bundle of ${ALERTS} alerts: ${bytes.length} bytes of ${JSON.stringify(whole).length}`);
    expect(bytes.length).toBeLessThanOrEqual(WHOLE_MOST);
  });

  it('it is checked without the service, by the published keys alone', async () => {
    const { bytes } = await getBundle(reader.http, here.id);
    const keys = await publishedKeys(app.anonymous);
    const [signer] = keys.keys;
    const elsewhere = {
      keys: keys.keys.map((key) => ({ ...key, x: Buffer.alloc(32, 1).toString('base64url') })),
    };
    const now = new Date();
    expect(checkBundle(bytes, { keys: [signer as (typeof keys.keys)[number]] }, { now }).alerts).toHaveLength(
      ALERTS,
    );
    expect(() => checkBundle(bytes, elsewhere, { now })).toThrow(/signature/);
    const changed = Buffer.from(bytes);
    changed[changed.length - 100] = (changed[changed.length - 100] ?? 0) ^ 1;
    expect(() => checkBundle(changed, keys, { now })).toThrow(/signature/);
  });

  it('after five changes the rest is at most 3 kB, and brings the holder to what there is now', async () => {
    const path = (place: number, act: string): string => `/v1/alerts/${ids[place]}/${act}`;
    for (const place of [3, 17]) {
      const body = alertInput(madeUp(random, here.code));
      expectStatus(await by(place).post(path(place, 'updates'), body), 200);
    }
    expectStatus(await by(8).post(path(8, 'cancellation'), {}), 200);
    expectStatus(await by(30).post(path(30, 'withdrawal')), 204);
    ids.push((await alert(by(0), madeUp(random, here.code))).id);
    const query = { after: whole.cursor };
    const { bytes } = await getBundle(reader.http, here.id, { query });
    const delta = await readBundle(reader.http, here.id, { query });
    console.info(`delta of 5 changes: ${bytes.length} bytes of ${JSON.stringify(delta).length}`);
    expect(bytes.length).toBeLessThanOrEqual(DELTA_MOST);
    expect([delta.alerts.length, delta.gone]).toEqual([4, [ids[30]]]);
    const held = new Map(whole.alerts.map((one) => [one.id, one]));
    for (const id of delta.gone) held.delete(id);
    for (const one of delta.alerts) held.set(one.id, one);
    const now = await readBundle(reader.http, here.id);
    expect(new Map(now.alerts.map((one) => [one.id, one]))).toEqual(held);
  });
});
