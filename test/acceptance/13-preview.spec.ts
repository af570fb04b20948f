import { isWithin, type Membership, renditionFor, type Rendition } from '../sharing/reference-rule.js';
import { query } from '../support/database.js';
import { startApp, type TestApp } from '../support/app.js';
import {
  alert,
  alertInput,
  arrangement,
  client,
  join,
  partner,
  renditionInput,
} from '../support/factories.js';
import { type Answer, expectStatus, type Http, type Problem } from '../support/http.js';
import { draftRenditions, populate, type Scene } from './13-preview.world.js';
import { type Organisation } from './receipts.js';
import { effort } from '../support/effort.js';

interface ArrangementReference {
  id: string;
  code: string;
}

interface Audience {
  state?: string;
  receives: {
    organisation: Organisation;
    rendition: { index: number; handling: { tlp: string; classification: string } };
    rules: { rule: string; arrangement?: ArrangementReference }[];
  }[];
  notReached: {
    organisation: Organisation;
    reasons: { rendition: number; reason: string; arrangement?: ArrangementReference }[];
  }[];
  others: { receives: number | null; notReached: number | null };
}

const NO_OTHERS = { receives: 0, notReached: 0 };

const DRAFTS = effort(1000);
const AT_ONCE = 6;

describe('13: audience preview and explanation', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app.close());

  const preview = (http: Http, body: object): Promise<Answer<Audience>> =>
    http.post<Audience>('/v1/alerts/audience-preview', body);

  describe('of random drafts', () => {
    let scene: Scene;
    beforeAll(async () => {
      scene = await populate(app);
    });

    it('names the very organisations and renditions that the delivery log shows after publishing, as far as its originator may see them', async () => {
      const previewed = new Map<string, { seen: string[]; known: Set<string> }>();
      const faults: string[] = [];
      let next = 0;
      const work = async (): Promise<void> => {
        while (next < DRAFTS) {
          const seed = next++;
          const originator = scene.originators[seed % scene.originators.length]!;
          const { kind } = scene.world.partners.find(({ id }) => id === originator.partner.id)!;
          const renditions = draftRenditions(scene, kind, seed);
          const body = { ...bodyOf(renditions, kind), noLowerReason: 'It is a test.' };
          const audience = expectStatus(await preview(originator.http, body), 200);
          faults.push(
            ...faultsIn(scene, originator.partner.id, renditions, audience).map((one) => `${seed}: ${one}`),
          );
          const { id } = expectStatus(await originator.http.post<{ id: string }>('/v1/alerts', body), 201);
          const known = knownTo(scene, originator.partner.id);
          const seen = audience.receives
            .filter(({ organisation }) => known.has(organisation.id))
            .map(({ organisation, rendition }) => `${organisation.id} ${rendition.index}`);
          previewed.set(id, { seen: seen.sort(), known });
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, work));
      expect(faults).toEqual([]);

      const delivered = new Map<string, string[]>();
      const rows = await query<{ id: string; reader: string; ordinal: number }>(
        app.database.superuserUrl,
        `select e.shareable_id as id, e.reader_id as reader, r.ordinal
         from change_entry e join rendition r on r.id = e.rendition_id where e.change = 'published'`,
      );
      for (const { id, reader, ordinal } of rows) {
        if (previewed.get(id)?.known.has(reader) !== true) continue;
        delivered.set(id, [...(delivered.get(id) ?? []), `${reader} ${ordinal}`]);
      }
      expect(previewed.size).toBe(DRAFTS);
      for (const [id, { seen }] of previewed) expect([id, delivered.get(id)?.sort()]).toEqual([id, seen]);
    }, 600_000);
  });

  it('names the rule that reaches each, and every reason that keeps others out', async () => {
    const originator = await partner(app, { kind: 'un_entity' });
    const [named, member, kind, both] = [
      await partner(app),
      await partner(app),
      await partner(app, { kind: 'io' }),
      await partner(app),
    ];
    const [excluded, suspended, low, lower, coming, firm] = [
      await partner(app),
      await partner(app),
      await partner(app, { ceiling: { tlp: 'CLEAR' } }),
      await partner(app),
      await partner(app),
      await partner(app, { kind: 'private_sector' }),
    ];
    const place = await arrangement(app, { members: [member, both, excluded, suspended, low, firm] });
    await join(app, place, lower, { ceiling: { tlp: 'CLEAR' } });
    await join(app, place, coming, { from: '2090-01-01T00:00:00Z' });
    expectStatus(await app.steward.post(`/v1/partners/${suspended.partner.id}/suspension`), 200);
    const audience = {
      arrangements: [place.code],
      kinds: ['io'],
      partners: [named.partner.code, both.partner.code],
      except: [excluded.partner.code],
    };
    const body = { ...alertInput({ audience }), noLowerReason: 'It is a test.' };
    const seen = expectStatus(await preview(originator.http, body), 200);
    const rules = Object.fromEntries(seen.receives.map((one) => [one.organisation.id, one.rules]));
    const of = { arrangement: { id: place.id, code: place.code } };
    expect(rules[originator.partner.id]).toEqual([{ rule: 'originator' }]);
    expect(rules[named.partner.id]).toEqual([{ rule: 'named' }]);
    expect(rules[kind.partner.id]).toEqual([{ rule: 'kind' }]);
    expect(rules[member.partner.id]).toEqual([{ rule: 'arrangement', ...of }]);
    expect(rules[both.partner.id]).toHaveLength(2);
    expect(rules[both.partner.id]).toEqual(
      expect.arrayContaining([{ rule: 'named' }, { rule: 'arrangement', ...of }]),
    );
    const reasons = Object.fromEntries(seen.notReached.map((one) => [one.organisation.id, one.reasons]));
    expect(reasons).toEqual({
      [excluded.partner.id]: [{ rendition: 0, reason: 'excluded' }],
      [suspended.partner.id]: [{ rendition: 0, reason: 'suspended' }],
      [low.partner.id]: [{ rendition: 0, reason: 'ceiling_tlp' }],
      [lower.partner.id]: [{ rendition: 0, reason: 'membership_ceiling', ...of }],
      [coming.partner.id]: [{ rendition: 0, reason: 'membership_not_current', ...of }],
      [firm.partner.id]: [{ rendition: 0, reason: 'kind_not_reached_by_arrangement', ...of }],
    });
    expect(Object.keys(seen.receives[0]!.organisation).sort()).toEqual(['code', 'id', 'kind', 'name']);

    const { id } = expectStatus(await originator.http.post<{ id: string }>('/v1/alerts', body), 201);
    const after = expectStatus(await originator.http.get<Audience>(`/v1/alerts/${id}/audience`), 200);
    const { sensitivity, ...before } = seen as Audience & { sensitivity: object[] };
    expect(sensitivity).toEqual([]);
    expect(after).toEqual({ state: 'published', ...before });
  });

  it('says nothing of those who only applied for membership, or have left the exchange', async () => {
    const originator = await partner(app, { kind: 'un_entity' });
    const gone = await partner(app, { kind: 'unsms_mou' });
    expectStatus(await app.steward.post(`/v1/partners/${gone.partner.id}/withdrawal`), 200);
    const toKind = expectStatus(
      await preview(originator.http, alertInput({ audience: { kinds: ['unsms_mou'] } })),
      200,
    );
    expect(JSON.stringify(toKind)).not.toContain(gone.partner.code);
    const toName = expectStatus(
      await preview(originator.http, alertInput({ audience: { partners: [gone.partner.code] } })),
      200,
    );
    expect(toName.notReached.map(({ reasons }) => reasons)).toEqual([
      [{ rendition: 0, reason: 'not_active' }],
    ]);
  });

  it('leaves nothing behind but that somebody asked: no row, no number, no message', async () => {
    const [originator, reader] = [await partner(app), await partner(app)];
    const count = async () => {
      const tables = [
        'shareable',
        'rendition',
        'alert_rendition',
        'alert_shape',
        'share_grant',
        'change_entry',
      ];
      const counts = tables.map((table) => `(select count(*) from ${table}) as ${table}`).join(', ');
      return (await query(app.database.superuserUrl, `select ${counts}`))[0];
    };
    const log = async () => (await reader.http.get<{ items: unknown[] }>('/v1/changes')).body.items;
    // What was published to its kind before is in its log from the beginning.
    const [before, told] = [await count(), await log()];
    const body = alertInput({ audience: { partners: [reader.partner.code] } });
    const answers = await Promise.all(Array.from({ length: 5 }, () => preview(originator.http, body)));
    for (const answer of answers) expect(expectStatus(answer, 200).receives).toHaveLength(2);
    expect(await count()).toEqual(before);
    expect(await log()).toEqual(told);
    // To ask again and again would tell of others, so that it is on record.
    const entries = await query<{ viewer_id: string | null; object_type: string; details: object }>(
      app.database.superuserUrl,
      `select viewer_id, object_type, details from audit_entry where action = 'audience.previewed' and partner_id = $1`,
      [originator.partner.id],
    );
    expect(entries).toHaveLength(10);
    expect(new Set(entries.map(({ viewer_id }) => viewer_id))).toEqual(
      new Set([null, originator.partner.id]),
    );
    expect(entries[0]).toMatchObject({
      object_type: 'partner',
      details: { renditions: [{ tlp: 'GREEN', arrangements: [], kinds: [], partners: 1, except: 0 }] },
    });
  });

  it('refuses what publishing refuses, in the same words', async () => {
    const originator = await partner(app, { kind: 'un_entity' });
    for (const wrong of [
      { ...alertInput(), severity: 'awful' },
      { ...alertInput(), surprise: 1 },
      { ...alertInput(), expiresAt: '2020-01-01T00:00:00Z' },
      alertInput({ audience: { partners: ['NOBODY-AT-ALL'] } }),
      { ...alertInput(), renditions: [{ ...renditionInput(), classification: undefined }] },
    ]) {
      const published = await originator.http.post<Problem>('/v1/alerts', wrong);
      const previewed = await originator.http.post<Problem>('/v1/alerts/audience-preview', wrong);
      expect([previewed.status, previewed.body]).toEqual([400, published.body]);
    }
    const reader = await app.as(await client(app, originator.partner.id, { scopes: ['alerts:read'] }));
    expectStatus(await preview(reader, alertInput()), 403);
  });

  it('lets a narrowed client ask within its arrangements only', async () => {
    const originator = await partner(app);
    const [inside, outside] = [
      await arrangement(app, { members: [originator] }),
      await arrangement(app, { members: [originator] }),
    ];
    const narrowed = await app.as(
      await client(app, originator.partner.id, { ceiling: { tlp: 'GREEN' }, arrangements: [inside.code] }),
    );
    const to = (audience: object, more: object = {}) =>
      preview(narrowed, {
        ...alertInput(),
        renditions: [{ ...renditionInput({ audience, ...more }), classification: undefined }],
      });
    expectStatus(await to({ arrangements: [inside.code] }), 200);
    expectStatus(await to({ arrangements: [inside.code] }, { tlp: 'AMBER' }), 403);
    expectStatus(await to({ arrangements: [outside.code] }), 400);
    expectStatus(await to({ partners: [originator.partner.code] }), 403);
    expectStatus(await to({ kinds: ['ingo'] }), 403);
    expectStatus(await to({}), 403);
    const { id } = await alert(originator.http, { audience: { arrangements: [inside.code] } });
    expectStatus(await narrowed.get(`/v1/alerts/${id}/audience`), 403);
  });

  it('explains only to the originator and the steward', async () => {
    const [originator, reader, stranger] = [await partner(app), await partner(app), await partner(app)];
    const audience = { partners: [reader.partner.code] };
    const { id } = await alert(originator.http, { audience, attribution: 'a_partner' });
    const path = `/v1/alerts/${id}/audience`;
    const missing = await stranger.http.get(`/v1/alerts/${stranger.partner.id}/audience`);
    expect(missing.status).toBe(404);
    const hidden = await stranger.http.get(path);
    expect([hidden.status, hidden.text]).toEqual([404, missing.text]);
    expectStatus(await reader.http.get(path), 403);
    const own = expectStatus(await originator.http.get<Audience>(path), 200);
    expect(own.receives.map(({ organisation }) => organisation.id).sort()).toEqual(
      [originator.partner.id, reader.partner.id].sort(),
    );
    // Who wanted to stay unnamed stays so to the steward too.
    const asSteward = await app.steward.get<Audience>(path);
    expect(expectStatus(asSteward, 200).receives.map(({ organisation }) => organisation.id)).toEqual([
      reader.partner.id,
    ]);
    expect(asSteward.text).not.toContain(originator.partner.code);
    const publisher = await app.as(app.stewardClient, 'alerts:publish');
    expectStatus(await publisher.get(path), 404);

    expectStatus(await originator.http.post(`/v1/alerts/${id}/withdrawal`), 204);
    const after = expectStatus(await originator.http.get<Audience>(path), 200);
    expect(after).toEqual({ state: 'withdrawn', receives: [], notReached: [], others: NO_OTHERS });
  });

  it('explains a draft to its originator as if it were out, and to nobody else', async () => {
    const [originator, reader] = [await partner(app), await partner(app)];
    const draft = { ...alertInput({ audience: { partners: [reader.partner.code] } }), state: 'draft' };
    const { id } = expectStatus(await originator.http.post<{ id: string }>('/v1/alerts', draft), 201);
    const path = `/v1/alerts/${id}/audience`;
    const seen = expectStatus(await originator.http.get<Audience>(path), 200);
    expect([seen.state, seen.receives.length]).toEqual(['draft', 2]);
    expectStatus(await app.steward.get(path), 404);
    expectStatus(await reader.http.get(path), 404);
    const [row] = await query(
      app.database.superuserUrl,
      'select state, version from shareable where id = $1',
      [id],
    );
    expect(row).toEqual({ state: 'draft', version: 1 });
    expectStatus(await reader.http.get(`/v1/alerts/${id}`), 404);
  });
});

function bodyOf(renditions: Rendition[], originatorKind: string): object {
  return {
    ...alertInput(),
    renditions: renditions.map(({ text, tlp, classification, arrangements, kinds, partners, except }) => ({
      tlp,
      ...(originatorKind === 'un_entity' && { classification }),
      ...(classification !== 'UNCLASSIFIED' && { classificationReason: 'Names a source' }),
      audience: { arrangements, kinds, partners, except },
      texts: [{ language: 'en', headline: text, instruction: 'Keep away.' }],
    })),
  };
}

const TLP = ['CLEAR', 'GREEN', 'AMBER', 'AMBER+STRICT', 'RED'];
const CLASSIFICATION = ['UNCLASSIFIED', 'CONFIDENTIAL', 'STRICTLY_CONFIDENTIAL'];
const rank = ({ tlp, classification }: Rendition): number =>
  TLP.indexOf(tlp) * 10 + CLASSIFICATION.indexOf(classification);

/** What is wrong with an explanation, by the reference rule and by what each reason says. */
function faultsIn(
  { world, places }: Scene,
  originatorId: string,
  stated: Rendition[],
  seen: Audience,
): string[] {
  const sorted = [...stated].sort((a, b) => rank(a) - rank(b));
  const faults: string[] = [];
  const known = knownTo({ world }, originatorId);
  const others = { receives: 0, notReached: 0 };
  const receives = new Map(seen.receives.map((one) => [one.organisation.id, one]));
  const refused = new Map(seen.notReached.map((one) => [one.organisation.id, one]));
  if (receives.size + refused.size !== seen.receives.length + seen.notReached.length)
    faults.push('names somebody twice');

  for (const partner of world.partners) {
    const isIn = (one: Membership): boolean => one.partnerId === partner.id;
    const isPartOf = ['active', 'suspended'].includes(partner.status);
    const reader = world.readers.find(({ id }) => id === partner.id)!;
    // Of whom it may not see it sees what it says to them by name, and counts them by the rest as if not excepted.
    const renditions = known.has(partner.id)
      ? sorted
      : sorted.map((text) => ({ ...text, kinds: [], arrangements: [] }));
    const best = bestOf(renditions);
    if (!known.has(partner.id)) {
      const unnamed = sorted.map((text) => ({ ...text, partners: [], except: [] }));
      if (isAddressedBy(unnamed)) others[bestOf(unnamed) === undefined ? 'notReached' : 'receives']++;
    }
    const received = receives.get(partner.id);
    const reasons = refused.get(partner.id)?.reasons;
    const isAddressed = isAddressedBy(renditions);
    const says = (text: string): number => faults.push(`${partner.kind} ${partner.id} ${text}`);
    if ((best !== undefined) !== (received !== undefined)) says('does not receive what the rule gives');
    if ((isAddressed && best === undefined) !== (reasons !== undefined))
      says('is not refused as it should be');
    if (received !== undefined && best !== undefined) {
      if (renditions[received.rendition.index] !== best) says('receives another rendition');
      const rules = [
        ...(partner.id === originatorId ? ['originator'] : []),
        ...(best.partners.includes(partner.id) && admits(best) ? ['named'] : []),
        ...(best.kinds.includes(partner.kind) && admits(best) ? ['kind'] : []),
        ...places
          .filter(({ id }) => best.arrangements.includes(id) && admits(best) && isReachedBy(best, id))
          .map(({ id }) => `arrangement ${id}`),
      ].sort();
      const named = received.rules
        .map(({ rule, arrangement }) => [rule, arrangement?.id].filter(Boolean).join(' '))
        .sort();
      if (JSON.stringify(named) !== JSON.stringify(rules))
        says(`has it by ${named.join()} and should by ${rules.join()}`);
    }
    if (reasons?.length === 0) says('is refused for no reason');
    for (const { rendition, reason, arrangement } of reasons ?? []) {
      const text = renditions[rendition];
      const membership = world.memberships.find((one) => isIn(one) && one.arrangementId === arrangement?.id);
      const holds = text !== undefined && isTrue(reason, text, membership);
      if (!holds) says(`is wrongly said to be ${reason}`);
    }

    function bestOf(texts: Rendition[]): Rendition | undefined {
      const shareable = {
        id: '',
        type: 'alert',
        originatorId,
        sourceId: null,
        isDrill: false,
        state: 'published',
        renditions: texts,
      };
      return renditionFor({ ...world, shareables: [] }, reader, shareable);
    }
    function isAddressedBy(texts: Rendition[]): boolean {
      return texts.some(
        ({ partners, kinds, arrangements }) =>
          partners.includes(partner.id) ||
          (isPartOf && kinds.includes(partner.kind)) ||
          (isPartOf &&
            world.memberships.some((one) => isIn(one) && arrangements.includes(one.arrangementId))),
      );
    }
    function admits(text: Rendition): boolean {
      return (
        partner.status === 'active' && !text.except.includes(partner.id) && isWithin(text, partner.ceiling)
      );
    }
    function isReachedBy(text: Rendition, arrangementId: string): boolean {
      if (['private_sector', 'donor'].includes(partner.kind)) return false;
      return world.memberships.some(
        (one) =>
          isIn(one) &&
          one.arrangementId === arrangementId &&
          one.state === 'current' &&
          isWithin(text, one.ceiling),
      );
    }
    function isTrue(reason: string, text: Rendition, membership: Membership | undefined): boolean {
      switch (reason) {
        case 'excluded':
          return text.except.includes(partner.id);
        case 'suspended':
          return partner.status === 'suspended';
        case 'not_active':
          return !isPartOf && text.partners.includes(partner.id);
        case 'ceiling_tlp':
          return TLP.indexOf(text.tlp) > TLP.indexOf(partner.ceiling.tlp);
        case 'ceiling_classification':
          return (
            CLASSIFICATION.indexOf(text.classification) >
            CLASSIFICATION.indexOf(partner.ceiling.classification)
          );
        case 'membership_ceiling':
          return membership?.state === 'current' && !isWithin(text, membership.ceiling);
        case 'membership_not_current':
          return membership !== undefined && membership.state !== 'current';
        case 'kind_not_reached_by_arrangement':
          return membership !== undefined && ['private_sector', 'donor'].includes(partner.kind);
        default:
          return false;
      }
    }
  }
  // The steward is in no world, and has the highest ceiling.
  const isOfUn = known.size === world.partners.length;
  if (!isOfUn && sorted.some(({ kinds }) => kinds.includes('un_entity'))) others.receives++;
  const told = (count: number): number | null => (count === 1 || count === 2 ? null : count);
  const expected = { receives: told(others.receives), notReached: told(others.notReached) };
  if (JSON.stringify(seen.others) !== JSON.stringify(expected)) {
    faults.push(`counts ${JSON.stringify(seen.others)} others and should ${JSON.stringify(expected)}`);
  }
  return faults;
}

/** Whom an originator may see: of the UN everybody, others themselves and those they share an arrangement with. */
function knownTo({ world }: Pick<Scene, 'world'>, originatorId: string): Set<string> {
  const { partners, memberships } = world;
  const { kind } = partners.find(({ id }) => id === originatorId)!;
  const current = memberships.filter(({ state }) => state === 'current');
  const own = current.filter(({ partnerId }) => partnerId === originatorId).map((one) => one.arrangementId);
  const peers = current
    .filter(({ arrangementId }) => own.includes(arrangementId))
    .map((one) => one.partnerId);
  return new Set(kind === 'un_entity' ? partners.map(({ id }) => id) : [originatorId, ...peers]);
}
