import { type Partner, type Rendition, type World } from '../sharing/reference-rule.js';
import { type TestApp } from '../support/app.js';
import {
  arrangement,
  join,
  leave,
  partner,
  type TestArrangement,
  type TestPartner,
} from '../support/factories.js';
import { expectStatus } from '../support/http.js';

/** A stream of chances that comes out the same each time (mulberry32). */
export function chance(seed: number) {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (count: number): number => Math.floor(next() * count);
  return {
    below,
    one: <T>(all: readonly T[]): T => all[below(all.length)] as T,
    some: <T>(all: readonly T[], most: number): T[] => {
      const count = below(most + 1);
      return all
        .map((item) => [next(), item] as const)
        .sort(([a], [b]) => a - b)
        .slice(0, count)
        .map(([, item]) => item);
    },
  };
}

export const KINDS = ['un_entity', 'io', 'ingo', 'national_ngo', 'private_sector', 'donor'];

const CEILINGS = [
  { tlp: 'RED', classification: 'STRICTLY_CONFIDENTIAL' },
  { tlp: 'AMBER+STRICT', classification: 'CONFIDENTIAL' },
  { tlp: 'AMBER', classification: 'UNCLASSIFIED' },
  { tlp: 'GREEN', classification: 'UNCLASSIFIED' },
] as const;

const HANDLINGS = [
  ['CLEAR', 'UNCLASSIFIED'],
  ['GREEN', 'UNCLASSIFIED'],
  ['AMBER', 'UNCLASSIFIED'],
  ['AMBER', 'CONFIDENTIAL'],
  ['AMBER+STRICT', 'CONFIDENTIAL'],
  ['AMBER+STRICT', 'STRICTLY_CONFIDENTIAL'],
  ['RED', 'UNCLASSIFIED'],
  ['RED', 'STRICTLY_CONFIDENTIAL'],
] as const;

export interface Scene {
  world: Omit<World, 'shareables'>;
  originators: TestPartner[];
  everybody: TestPartner[];
  places: TestArrangement[];
}

/** Partners of all kinds, ceilings and standings; arrangements with members of all sorts, past and to come. */
export async function populate(app: TestApp): Promise<Scene> {
  const { one, below } = chance(20_261_122);
  const world: Scene['world'] = { partners: [], readers: [], memberships: [] };
  const everybody: TestPartner[] = [];
  for (let index = 0; index < 24; index++) {
    const kind = KINDS[index % KINDS.length] as string;
    const ceiling = index < 3 ? CEILINGS[0] : one(CEILINGS);
    const made = await partner(app, { kind, ceiling });
    everybody.push(made);
    world.partners.push({ id: made.partner.id, kind, status: 'active', ceiling });
    world.readers.push({
      id: made.partner.id,
      partnerId: made.partner.id,
      isOpen: true,
      ceiling: null,
      arrangements: null,
    });
  }
  const places: TestArrangement[] = [];
  for (let index = 0; index < 5; index++) {
    const place = await arrangement(app);
    places.push(place);
    for (const member of everybody) {
      if (below(5) < 3) continue;
      const ceiling = below(3) === 0 ? one(CEILINGS) : null;
      const fate = below(6);
      await join(app, place, member, {
        ...(ceiling !== null && { ceiling }),
        ...(fate === 0 && { from: '2090-01-01T00:00:00Z' }),
      });
      if (fate === 1) await leave(app, place, member);
      world.memberships.push({
        partnerId: member.partner.id,
        arrangementId: place.id,
        state: fate === 0 ? 'future' : fate === 1 ? 'ended' : 'current',
        ceiling,
      });
    }
  }
  for (const [index, change, status] of [
    [20, 'suspension', 'suspended'],
    [21, 'suspension', 'suspended'],
    [22, 'withdrawal', 'withdrawn'],
  ] as const) {
    const { partner: left } = everybody[index] as TestPartner;
    expectStatus(await app.steward.post(`/v1/partners/${left.id}/${change}`), 200);
    (world.partners.find(({ id }) => id === left.id) as Partner).status = status;
  }
  return { world, everybody, places, originators: everybody.slice(0, 3) };
}

/** Up to four texts at handlings that do not contradict themselves, the lowest first, for audiences of any sort. */
export function draftRenditions(
  { everybody, places }: Scene,
  originatorKind: string,
  seed: number,
): Rendition[] {
  const { one, some, below } = chance(seed);
  const ids = everybody.map(({ partner: { id } }) => id);
  return Array.from({ length: 1 + below(4) }, (_, index): Rendition => {
    const offered = HANDLINGS.filter(([, mark]) => originatorKind === 'un_entity' || mark === 'UNCLASSIFIED');
    const [tlp, classification] = one(offered);
    return {
      text: `Text ${index}`,
      tlp,
      classification,
      arrangements: tlp === 'RED' ? [] : some(places, 3).map(({ id }) => id),
      kinds: tlp === 'RED' ? [] : some(KINDS, below(3) === 0 ? 3 : 0),
      partners: some(ids, 3),
      except: some(ids, 3),
      releasedTo: [],
    };
  });
}
