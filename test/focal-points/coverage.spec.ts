import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { LivenessService } from '../../src/focal-points/liveness.service.js';
import { until } from '../sharing/gate.js';
import { startApp, type TestApp } from '../support/app.js';
import { query } from '../support/database.js';
import { arrangement, type TestPartner } from '../support/factories.js';
import { confirm, countryFocalPoint, namer, nominate, passDays, register, registerOf } from './naming.js';

let app: TestApp;
let twin: TestApp;

beforeAll(async () => {
  app = await startApp();
  twin = await startApp({ database: app.database });
});
afterAll(async () => {
  await twin.close();
  await app.close();
});

const suspended = async (one: TestPartner): Promise<number> =>
  (await register(one)).coverage.filter(({ suspendedSince }) => suspendedSince !== undefined).length;
const entries = async (one: TestPartner): Promise<number> => {
  const { body } = await one.http.get<{ items: unknown[] }>('/v1/audit', {
    query: { object: one.partner.id, action: 'partner.unconfirmed' },
  });
  return body.items.length;
};

it('a member that never named anybody is restricted on day 91, once, by whichever process', async () => {
  const one = await namer(app);
  await arrangement(app, { members: [one] });
  await passDays(app, one, 90);
  const liveness = [app, twin].map(({ nest }) => nest.get(LivenessService, { strict: false }));
  const everybody = (): Promise<boolean[]> =>
    Promise.all(liveness.flatMap((service) => [service.restrictAsSystem(), service.restrictAsSystem()]));
  await everybody();
  expect(await suspended(one)).toBe(0);
  await passDays(app, one, 1);
  for (let round = 0; round < 5; round++) await everybody();
  expect(await suspended(one)).toBe(2);
  expect(await entries(one)).toBe(2);
});

it('a confirmation that comes together with day 91 always holds', async () => {
  const one = await namer(app);
  const here = await arrangement(app, { members: [one] });
  const focalPoint = await countryFocalPoint(one, here);
  const headquarters = await confirm(one, await nominate(one));
  const services = [app, twin].map(({ nest }) => nest.get(LivenessService, { strict: false }));
  for (let round = 0; round < 6; round++) {
    await passDays(app, one, 91);
    await Promise.all([
      confirm(one, focalPoint),
      ...services.map((service) => service.restrictAsSystem()),
      confirm(one, headquarters),
    ]);
    expect(await suspended(one)).toBe(0);
  }
});

it('an alternate answers for the place that it is named for, and nobody of another role does', async () => {
  const one = await namer(app);
  const here = await arrangement(app, { members: [one] });
  await passDays(app, one, 91);
  await until(async () => (await suspended(one)) === 2);
  const inputs = [
    ['training', here.code, 2],
    ['duty_line', here.code, 2],
    ['alternate', here.code, 1],
    ['administrator', undefined, 1],
    ['alternate', undefined, 0],
  ] as const;
  for (const [role, place, left] of inputs) {
    const made = await nominate(one, {
      role,
      ...(place !== undefined && { arrangement: place }),
      ...(role !== 'duty_line' && { name: 'Somebody' }),
      email: 'somebody@office.example',
      phones: ['+41225550100'],
    });
    await confirm(one, made);
    expect([role, await suspended(one)]).toEqual([role, left]);
  }
});

it('a departure restricts nobody before day 91, or nobody would report it', async () => {
  const one = await namer(app);
  const here = await arrangement(app, { members: [one] });
  const focalPoint = await countryFocalPoint(one, here);
  await passDays(app, one, 30);
  await one.http.post(`${registerOf(one)}/${focalPoint.id}/departure`, {});
  const [row] = await query<{ is_restricted: boolean }>(
    app.database.superuserUrl,
    `select restricted_since is not null as is_restricted from membership where partner_id = $1`,
    [one.partner.id],
  );
  expect(row?.is_restricted).toBe(false);
  await passDays(app, one, 61);
  await until(async () => (await suspended(one)) > 0);
});
