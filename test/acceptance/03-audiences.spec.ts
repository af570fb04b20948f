import { changesOf, EVERYWHERE, visibleBy } from '../alerts/channels.js';
import { startApp, type TestApp } from '../support/app.js';
import {
  alert,
  alertInput,
  arrangement,
  join,
  leave,
  partner,
  renditionInput,
  type TestArrangement,
  type TestPartner,
} from '../support/factories.js';
import { expectStatus } from '../support/http.js';

describe('3: handling, several audiences and arrangements', () => {
  let app: TestApp;
  let originator: TestPartner;
  let a: TestArrangement;
  let b: TestArrangement;
  let everybody: Record<string, TestPartner>;

  beforeAll(async () => {
    app = await startApp();
    originator = await partner(app);
    everybody = {
      member: await partner(app),
      fellow: await partner(app),
      former: await partner(app),
      future: await partner(app),
      low: await partner(app, { ceiling: { tlp: 'GREEN' } }),
      lowered: await partner(app),
      firm: await partner(app, { kind: 'private_sector' }),
      donor: await partner(app, { kind: 'donor' }),
      named: await partner(app),
      namedLow: await partner(app, { ceiling: { tlp: 'GREEN' } }),
      elsewhere: await partner(app),
      both: await partner(app),
      stranger: await partner(app),
    };
    a = await arrangement(app, {
      members: those('member', 'fellow', 'former', 'low', 'firm', 'donor', 'both'),
    });
    b = await arrangement(app, { members: those('elsewhere', 'both') });
    await join(app, a, who('lowered'), { ceiling: { tlp: 'GREEN' } });
    await join(app, a, who('future'), { from: '2098-01-01T00:00:00Z' });
    await leave(app, a, who('former'));
  });
  afterAll(() => app.close());

  const who = (name: string): TestPartner => {
    const found = everybody[name];
    if (!found) throw new Error(`nobody is called ${name}`);
    return found;
  };
  const those = (...names: string[]): TestPartner[] => names.map(who);

  /** Who has it, each on every channel or on none. */
  async function readersOf(id: string): Promise<string[]> {
    const found: string[] = [];
    for (const [name, { http }] of Object.entries(everybody)) {
      const channels = await visibleBy(http, id);
      expect([name, channels]).toEqual([name, channels.length > 0 ? EVERYWHERE : []]);
      if (channels.length > 0) found.push(name);
    }
    return found.sort();
  }

  const audience = (parts: { arrangements?: TestArrangement[]; partners?: string[]; except?: string[] }) => ({
    arrangements: (parts.arrangements ?? []).map(({ code }) => code),
    partners: (parts.partners ?? []).map((name) => who(name).partner.code),
    except: (parts.except ?? []).map((name) => who(name).partner.code),
  });

  it('reaches exactly the current members of the arrangement and the named, at or above the level', async () => {
    const { id } = await alert(originator.http, {
      renditions: [
        renditionInput({
          tlp: 'AMBER',
          audience: audience({ arrangements: [a], partners: ['named', 'namedLow'] }),
        }),
      ],
    });
    expect(await readersOf(id)).toEqual(['both', 'fellow', 'member', 'named']);
  });

  it('changes only the readers of an audience when it is taken away', async () => {
    const version = (parts: Parameters<typeof audience>[0]) =>
      alertInput({ renditions: [renditionInput({ tlp: 'GREEN', audience: audience(parts) })] });
    const created = await originator.http.post<{ id: string }>(
      '/v1/alerts',
      version({ arrangements: [a, b], partners: ['named', 'firm'] }),
    );
    const { id } = expectStatus(created, 201);
    const inA = ['both', 'fellow', 'low', 'lowered', 'member'];
    expect(await readersOf(id)).toEqual([...inA, 'elsewhere', 'firm', 'named'].sort());

    const change = async (
      parts: Parameters<typeof audience>[0],
      left: string[],
      gone: string[],
    ): Promise<void> => {
      const before = await Promise.all(left.map((name) => changesOf(who(name).http, id)));
      expectStatus(await originator.http.post(`/v1/alerts/${id}/updates`, version(parts)), 200);
      expect(await readersOf(id)).toEqual([...left].sort());
      // Whoever keeps it finds not one word about it.
      expect(await Promise.all(left.map((name) => changesOf(who(name).http, id)))).toEqual(before);
      for (const name of gone) {
        expect([name, (await changesOf(who(name).http, id)).at(-1)?.[0]]).toEqual([name, 'withdrawn']);
      }
    };
    await change(
      { arrangements: [a], partners: ['named', 'firm'] },
      [...inA, 'firm', 'named'],
      ['elsewhere'],
    );
    await change({ arrangements: [a], partners: ['named'] }, [...inA, 'named'], ['firm']);
    await change({ arrangements: [a] }, inA, ['named']);
    await change(
      { arrangements: [a], except: ['fellow'] },
      inA.filter((name) => name !== 'fellow'),
      ['fellow'],
    );
    const log = await changesOf(who('both').http, id);
    expectStatus(await originator.http.post(`/v1/alerts/${id}/updates`, version({ arrangements: [b] })), 200);
    expect(await readersOf(id)).toEqual(['both', 'elsewhere']);
    expect(await changesOf(who('both').http, id)).toEqual(log);
  });

  it('asks for a lower text, or for a reason, when members of the arrangement would get none', async () => {
    const above = { tlp: 'AMBER' as const, audience: audience({ arrangements: [a] }) };
    const without = (renditions: ReturnType<typeof renditionInput>[]) =>
      alertInput({ renditions, noLowerReason: undefined });
    const refused = await originator.http.post<{ detail: string }>(
      '/v1/alerts',
      without([renditionInput(above)]),
    );
    expect([refused.status, refused.body.detail]).toEqual([422, expect.stringMatching(/^2 members/)]);

    const lower = renditionInput({ tlp: 'GREEN', audience: audience({ arrangements: [a] }) });
    const both = await originator.http.post<{ id: string }>(
      '/v1/alerts',
      without([renditionInput(above), lower]),
    );
    const { id } = expectStatus(both, 201);
    expect(await readersOf(id)).toEqual(['both', 'fellow', 'low', 'lowered', 'member']);
    const renditions = await originator.http.get<{ items: { handling: { tlp: string } }[] }>(
      `/v1/alerts/${id}/renditions`,
    );
    expect(renditions.body.items.map(({ handling }) => handling.tlp)).toEqual(['GREEN', 'AMBER']);

    const narrowed = await originator.http.post(`/v1/alerts/${id}/updates`, without([renditionInput(above)]));
    expect(narrowed.status).toBe(422);
    expect(await readersOf(id)).toEqual(['both', 'fellow', 'low', 'lowered', 'member']);
    const said = {
      ...without([renditionInput(above)]),
      noLowerReason: 'Every detail would give the place away.',
    };
    expectStatus(await originator.http.post(`/v1/alerts/${id}/updates`, said), 200);
    expect(await readersOf(id)).toEqual(['both', 'fellow', 'member']);
  });
});
