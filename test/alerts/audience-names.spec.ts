import { startApp, type TestApp } from '../support/app.js';
import {
  alertInput,
  arrangement,
  client,
  join,
  partner,
  renditionInput,
  type TestArrangement,
  type TestPartner,
} from '../support/factories.js';
import { expectStatus, type Http } from '../support/http.js';

interface Audience {
  receives: { organisation: { id: string }; rendition: { index: number }; rules: { rule: string }[] }[];
  notReached: { organisation: { id: string }; reasons: { reason: string; arrangement?: object }[] }[];
  others: { receives: number | null; notReached: number | null };
}

describe('the names in an audience', () => {
  let app: TestApp;
  let un: TestPartner;
  let ngo: TestPartner;
  /** A member, with the NGO, of `home` alone. */
  let peer: TestPartner;
  /** Members of `away` alone, the last with a ceiling too low. */
  let strangers: TestPartner[];
  let home: TestArrangement;
  let away: TestArrangement;

  beforeAll(async () => {
    app = await startApp();
    un = await partner(app, { kind: 'un_entity' });
    ngo = await partner(app);
    peer = await partner(app);
    strangers = [];
    for (let count = 0; count < 5; count++) strangers.push(await partner(app));
    home = await arrangement(app, { members: [ngo, peer] });
    away = await arrangement(app, { members: strangers });
    const low = await partner(app);
    await join(app, away, low, { ceiling: { tlp: 'CLEAR' } });
    strangers.push(low);
  });
  afterAll(() => app.close());

  const preview = async (http: Http, audience: object, ...more: object[]): Promise<Audience> => {
    const renditions = [renditionInput({ audience }), ...more] as never;
    const body = { ...alertInput({ renditions }), noLowerReason: 'It is a test.' };
    return expectStatus(await http.post<Audience>('/v1/alerts/audience-preview', body), 200);
  };
  const named = ({ receives, notReached }: Audience): string[] =>
    [...receives, ...notReached].map(({ organisation }) => organisation.id).sort();
  const ids = (...partners: TestPartner[]): string[] => partners.map((one) => one.partner.id).sort();

  it('are all there for originators of the UN and for the steward', async () => {
    const seen = await preview(un.http, { arrangements: [home.code, away.code] });
    expect(named(seen)).toEqual(ids(un, ngo, peer, ...strangers));
    expect(seen.others).toEqual({ receives: 0, notReached: 0 });
    const { id } = expectStatus(
      await ngo.http.post<{ id: string }>(
        '/v1/alerts',
        alertInput({ audience: { arrangements: [away.code] } }),
      ),
      201,
    );
    const asSteward = expectStatus(await app.steward.get<Audience>(`/v1/alerts/${id}/audience`), 200);
    expect(named(asSteward)).toEqual(ids(...strangers));
    const own = expectStatus(await ngo.http.get<Audience>(`/v1/alerts/${id}/audience`), 200);
    expect([named(own), own.others]).toEqual([ids(ngo), { receives: 5, notReached: null }]);
  });

  it('are for others those that partners:read shows them, and the rest are numbers', async () => {
    const seen = await preview(ngo.http, { arrangements: [home.code, away.code] });
    expect(named(seen)).toEqual(ids(ngo, peer));
    expect(seen.others).toEqual({ receives: 5, notReached: null });
    const directory = expectStatus(await ngo.http.get<{ items: { id: string }[] }>('/v1/partners'), 200);
    expect(directory.items.map(({ id }) => id).sort()).toEqual(ids(ngo, peer));
    const text = JSON.stringify(seen);
    for (const { partner: stranger } of strangers) {
      expect(text).not.toContain(stranger.id);
      expect(text).not.toContain(stranger.code);
    }
  });

  it('do not show through numbers of one or two', async () => {
    const small = await arrangement(app, { members: strangers.slice(0, 2) });
    const { others } = await preview(ngo.http, { arrangements: [small.code] });
    expect(others).toEqual({ receives: null, notReached: 0 });
  });

  it('are those that the originator names, by what it says to them by name alone', async () => {
    const [one, , , , , low] = strangers as [TestPartner, ...TestPartner[]];
    const seen = await preview(
      ngo.http,
      { partners: [one.partner.code, low?.partner.code] },
      renditionInput({ tlp: 'AMBER', audience: { arrangements: [away.code] } }),
    );
    expect(named(seen)).toEqual(ids(ngo, one, low as TestPartner));
    // That it is a member where the higher text goes is not said: neither by its rendition, nor by its rules.
    for (const { organisation, rendition, rules } of seen.receives) {
      if (organisation.id === ngo.partner.id) continue;
      expect([rendition.index, rules]).toEqual([0, [{ rule: 'named' }]]);
    }
  });

  it.each(['partners', 'except'])(
    'change no number by being stated as %s, which would tell of a membership',
    async (as) => {
      const outsider = await partner(app);
      const [inside] = strangers as [TestPartner];
      const arrangements = [away.code];
      const plain = await preview(ngo.http, { arrangements });
      const numbers = async (tested: TestPartner) => {
        const seen = await preview(ngo.http, { arrangements, [as]: [tested.partner.code] });
        const about = (list: Audience['receives'] | Audience['notReached']) =>
          list.filter(({ organisation }) => organisation.id === tested.partner.id).map(withoutIdentity);
        return [seen.others, about(seen.receives), about(seen.notReached)];
      };
      expect(await numbers(inside)).toEqual(await numbers(outsider));
      expect((await numbers(inside))[0]).toEqual(plain.others);
    },
  );

  it('are for a narrowed client those that it sees itself, also of the UN', async () => {
    await join(app, away, un);
    const narrowed = await app.as(await client(app, un.partner.id, { arrangements: [away.code] }));
    const seen = await preview(narrowed, { arrangements: [away.code] });
    expect(named(seen)).toEqual(ids(un, ...strangers));
    const lowered = await app.as(await client(app, un.partner.id, { ceiling: { tlp: 'GREEN' } }));
    await partner(app, { kind: 'unsms_mou' });
    const elsewhere = await preview(lowered, { kinds: ['unsms_mou'] });
    expect([named(elsewhere), elsewhere.others.receives]).toEqual([ids(un), null]);
  });

  it('are on record as asked for, also of a draft', async () => {
    const draft = { ...alertInput({ audience: { arrangements: [away.code] } }), state: 'draft' };
    const { id } = expectStatus(await ngo.http.post<{ id: string }>('/v1/alerts', draft), 201);
    expectStatus(await ngo.http.get(`/v1/alerts/${id}/audience`), 200);
    const reading = await app.as(await client(app, ngo.partner.id, { scopes: ['audit:read'] }));
    const path = `/v1/audit?action=audience.previewed&object=${id}`;
    expect(expectStatus(await reading.get<{ items: unknown[] }>(path), 200).items).toHaveLength(1);
  });
});

function withoutIdentity(one: Audience['receives'][number] | Audience['notReached'][number]): object {
  const { organisation, ...rest } = one;
  return { ...rest, isOrganisation: organisation.id !== '' };
}
