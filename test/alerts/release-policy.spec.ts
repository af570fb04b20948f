import { startApp, type TestApp } from '../support/app.js';
import { alertInput, client, partner, renditionInput, USUAL_SCOPES } from '../support/factories.js';
import { type Answer, expectStatus, type Http, type Problem } from '../support/http.js';

const SCOPES = [...USUAL_SCOPES, 'alerts:release', 'audit:read'];
const PATH = '/v1/alerts/release-policy';

interface Policy {
  tlp?: string;
  classification?: string;
  proposed?: { tlp?: string; classification?: string; proposedBy: string; proposedAt: string };
}

describe('the policy of release by a second person', () => {
  let app: TestApp;
  let id: string;
  let [first, second]: Http[] = [];
  let [firstId, secondId]: string[] = [];
  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app.close());
  beforeEach(async () => {
    const own = await partner(app, { scopes: SCOPES });
    const other = await client(app, own.partner.id, { scopes: SCOPES });
    id = own.partner.id;
    [first, second] = [own.http, await app.as(other)];
    [firstId, secondId] = [own.client.clientId, other.clientId];
  });

  const read = async (by = first): Promise<Policy> => expectStatus(await by!.get<Policy>(PATH), 200);
  const state = async (policy: Policy, by = first): Promise<Policy> =>
    expectStatus(await by!.put<Policy>(PATH, policy), 200);
  const tag = async (): Promise<string> => (await first!.get(PATH)).headers.get('etag') ?? '';
  const confirm = (by: Http | undefined, ifMatch?: string): Promise<Answer<Policy>> =>
    by!.post<Policy>(`${PATH}/confirmation`, undefined, {
      headers: ifMatch === undefined ? {} : { 'If-Match': ifMatch },
    });
  const acts = async (): Promise<unknown[]> => {
    const { items } = expectStatus(
      await first!.get<{ items: { action: string; client: string; details: object }[] }>('/v1/audit', {
        query: { object: id },
      }),
      200,
    );
    return items
      .filter(({ action }) => action.startsWith('release_policy.'))
      .map((one) => [one.action, one.client, one.details])
      .reverse();
  };
  const stateOfNew = async (): Promise<string> => {
    const renditions = [renditionInput({ tlp: 'AMBER' })];
    return expectStatus(await first!.post<{ state: string }>('/v1/alerts', alertInput({ renditions })), 201)
      .state;
  };

  it('is tightened by one client at once, for its own organisation alone', async () => {
    const stranger = await partner(app, { scopes: SCOPES });
    expect(await read()).toEqual({});
    for (const policy of [
      { tlp: 'RED' },
      { tlp: 'RED', classification: 'CONFIDENTIAL' },
      { tlp: 'GREEN', classification: 'CONFIDENTIAL' },
    ]) {
      expect(await state(policy)).toEqual(policy);
      expect(await read(second)).toEqual(policy);
    }
    expect(expectStatus(await stranger.http.get<Policy>(PATH), 200)).toEqual({});
    expect(await stateOfNew()).toBe('pending_release');
  });

  it.each([
    ['lifted', {}],
    ['raised', { tlp: 'RED', classification: 'CONFIDENTIAL' }],
    ['halved', { tlp: 'GREEN' }],
  ])('is not %s by one client alone', async (_, looser) => {
    const standing = { tlp: 'GREEN', classification: 'CONFIDENTIAL' };
    await state(standing);
    const proposed = { ...looser, proposedBy: firstId, proposedAt: expect.any(String) as string };
    expect(await state(looser)).toEqual({ ...standing, proposed });
    expect(await read(second)).toEqual({ ...standing, proposed });
    expect(await stateOfNew()).toBe('pending_release');

    const own = await confirm(first, await tag());
    expect([own.status, (own.body as Problem).detail]).toEqual([
      403,
      'Another client of your organisation than the one that proposed it must confirm it.',
    ]);
    expect(await stateOfNew()).toBe('pending_release');
    expect(expectStatus(await confirm(second, await tag()), 200)).toEqual(looser);
    expect(await read()).toEqual(looser);
  });

  it('tightens at once what a proposal tightens beside what it loosens', async () => {
    await state({ tlp: 'GREEN' });
    const wished = { tlp: 'RED', classification: 'CONFIDENTIAL' };
    expect(await state(wished)).toMatchObject({
      tlp: 'GREEN',
      classification: 'CONFIDENTIAL',
      proposed: wished,
    });
    expect(expectStatus(await confirm(second, await tag()), 200)).toEqual(wished);
  });

  it('is loosened only by who says what it looked at, and only while it stands', async () => {
    await state({ tlp: 'GREEN' });
    await state({ tlp: 'AMBER' });
    const seen = await tag();
    expect((await confirm(second)).status).toBe(428);
    expect((await confirm(second, '*')).status).toBe(428);
    await state({});
    expect((await confirm(second, seen)).status).toBe(412);
    expect(await read()).toMatchObject({ tlp: 'GREEN', proposed: { proposedBy: firstId } });
    // Stating what stands withdraws what was proposed in its place.
    const open = await tag();
    expect(await state({ tlp: 'GREEN' }, second)).toEqual({ tlp: 'GREEN' });
    expect((await confirm(second, open)).status).toBe(409);
    expect(await read()).toEqual({ tlp: 'GREEN' });
  });

  it('belongs to whoever proposed last', async () => {
    await state({ tlp: 'GREEN' });
    await state({});
    await state({}, second);
    expect(await read()).toMatchObject({ proposed: { proposedBy: secondId } });
    expect((await confirm(second, await tag())).status).toBe(403);
    expectStatus(await confirm(first, await tag()), 200);
  });

  it('has all of it on record', async () => {
    await state({ tlp: 'GREEN' });
    await state({ tlp: 'RED', classification: 'CONFIDENTIAL' });
    expectStatus(await confirm(second, await tag()), 200);
    const [green, both, red] = [
      { tlp: 'GREEN', classification: null },
      { tlp: 'GREEN', classification: 'CONFIDENTIAL' },
      { tlp: 'RED', classification: 'CONFIDENTIAL' },
    ];
    expect(await acts()).toEqual([
      ['release_policy.changed', firstId, green],
      ['release_policy.changed', firstId, both],
      ['release_policy.loosening_proposed', firstId, red],
      ['release_policy.loosening_confirmed', secondId, red],
    ]);
  });

  it('is confirmed once, however many confirm at the same time', async () => {
    for (let round = 0; round < 5; round++) {
      await state({ tlp: 'GREEN' });
      await state({ tlp: 'RED' });
      const seen = await tag();
      const answers = await Promise.all(Array.from({ length: 4 }, () => confirm(second, seen)));
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409]);
      expect(await read()).toEqual({ tlp: 'RED' });
    }
  });

  it('holds the most of what is stated at the same time, from the first time on', async () => {
    const stated = ['RED', 'AMBER', 'GREEN', 'AMBER+STRICT'];
    await Promise.all(stated.map((tlp, index) => state({ tlp }, index % 2 === 0 ? first : second)));
    expect(await read()).toMatchObject({ tlp: 'GREEN' });
  });

  it('is never looser than what was confirmed, when it is tightened and confirmed at the same time', async () => {
    for (let round = 0; round < 5; round++) {
      await state({ tlp: 'GREEN' });
      await state({ tlp: 'RED' });
      const seen = await tag();
      const [confirmed] = await Promise.all([confirm(second, seen), state({ tlp: 'CLEAR' })]);
      expect([200, 409]).toContain(confirmed.status);
      expect(await read()).toEqual({ tlp: 'CLEAR' });
      await state({}, first);
      expectStatus(await confirm(second, await tag()), 200);
    }
  });
});
