import { type Actor } from '../../src/access/actor.js';
import { newId } from '../../src/core/ids.js';
import { ARRANGEMENTS, type History, type RenditionSpec, type Step } from './history.arbitrary.js';
import { brokenLaws, readRecorded, type RecordedEntry } from './recorded.js';
import {
  grantsOf,
  type Handling,
  type Membership,
  type Partner,
  type Reader,
  type Rendition,
  type Shareable,
  type World,
} from './reference-rule.js';
import { actorOf, alertDto, CLASSIFYING, clear, type Workbench } from './workbench.js';

interface Alert extends Shareable {
  severity: string;
}

/** Texts and states that the design lets UN originators give, from TLP 2.0 and the rules of consistency. */
const HANDLINGS: Handling[] = [
  { tlp: 'CLEAR', classification: 'UNCLASSIFIED' },
  { tlp: 'GREEN', classification: 'UNCLASSIFIED' },
  { tlp: 'AMBER', classification: 'UNCLASSIFIED' },
  { tlp: 'AMBER', classification: 'CONFIDENTIAL' },
  { tlp: 'AMBER+STRICT', classification: 'UNCLASSIFIED' },
  { tlp: 'AMBER+STRICT', classification: 'CONFIDENTIAL' },
  { tlp: 'AMBER+STRICT', classification: 'STRICTLY_CONFIDENTIAL' },
  { tlp: 'RED', classification: 'UNCLASSIFIED' },
  { tlp: 'RED', classification: 'STRICTLY_CONFIDENTIAL' },
];

const LONG_AGO = '2020-01-01T00:00:00Z';
const FAR_OFF = '2090-01-01T00:00:00Z';

/** Everything that one history made, and its own picture of it: what it expects follows from the picture alone. */
class Story {
  readonly world: Omit<World, 'shareables'> & { shareables: Alert[] } = {
    partners: [],
    readers: [],
    memberships: [],
    shareables: [],
  };
  private readonly arrangements = Array.from({ length: ARRANGEMENTS }, newId);
  /** Membership, by the id that the database gave it. */
  private readonly membershipIds = new Map<Membership, string>();
  private readonly clientIds = new Map<Reader, string>();
  private told = new Map<string, Map<string, string>>();
  private readonly lengths = new Map<string, number>();

  constructor(private readonly bench: Workbench) {}

  async begin(history: History): Promise<void> {
    const { world, bench } = this;
    const { steward } = bench;
    await clear(bench);
    const highest = { tlp: 'RED', classification: 'STRICTLY_CONFIDENTIAL' };
    this.include({ id: steward.partnerId, kind: 'un_entity', status: 'active', ceiling: highest });
    for (const partner of history.partners) this.include({ id: newId(), ...partner });
    for (const { partner, arrangement, state, ceiling } of history.memberships) {
      const membership = {
        partnerId: at(world.partners, partner).id,
        arrangementId: this.arrangement(arrangement),
        state,
        ceiling,
      };
      if (state !== 'ended' && this.openMembership(membership.partnerId, membership.arrangementId)) continue;
      this.membershipIds.set(membership, newId());
      world.memberships.push(membership);
    }
    for (const { partner, ceiling, arrangements } of history.readers) {
      world.readers.push({
        id: newId(),
        partnerId: at(world.partners, partner).id,
        isOpen: true,
        ceiling,
        arrangements: arrangements?.map((one) => this.arrangement(one)) ?? null,
      });
    }
    await this.write();
  }

  /** @returns what came out otherwise than the rule says; empty when nothing did */
  async take(step: Step): Promise<string[]> {
    const done = await this.act(step);
    if (!done) return [];
    return this.check();
  }

  private async check(): Promise<string[]> {
    const now = this.expected();
    const recorded = await readRecorded(this.bench.superuser);
    const wrong = brokenLaws(recorded);

    const granted = new Map<string, Map<string, string>>();
    for (const { reader, id, said } of recorded.grants) {
      granted.set(reader, (granted.get(reader) ?? new Map<string, string>()).set(id, said));
    }
    const added = new Map<string, string[]>();
    const lengths = new Map<string, number>();
    for (const entry of recorded.entries) {
      lengths.set(entry.reader, entry.position);
      if (entry.position <= (this.lengths.get(entry.reader) ?? 0)) continue;
      added.set(entry.reader, [...(added.get(entry.reader) ?? []), describe(entry)]);
    }
    for (const { id } of this.world.readers) {
      const should = lines(now.get(id));
      const does = lines(granted.get(id));
      if (should !== does) wrong.push(`${this.nameOf(id)} has\n${does}\nand should have\n${should}`);
      const told = (added.get(id) ?? []).sort().join('\n');
      const ought = this.changes(this.told.get(id), now.get(id)).sort().join('\n');
      if (told !== ought) wrong.push(`${this.nameOf(id)} was told\n${told}\nand should have been\n${ought}`);
    }
    for (const [id, length] of lengths) this.lengths.set(id, length);
    this.told = now;
    return wrong;
  }

  private changes(
    before: ReadonlyMap<string, string> = new Map(),
    after: ReadonlyMap<string, string> = new Map(),
  ): string[] {
    return this.world.shareables.flatMap(({ id, state }) => {
      const [old, now] = [before.get(id), after.get(id)];
      if (old === now) return [];
      if (now === undefined) return [`withdrawn ${id}`];
      if (old === undefined) return [`published ${id}`];
      return [`${state === 'cancelled' ? 'cancelled' : 'updated'} ${id}`];
    });
  }

  private expected(): Map<string, Map<string, string>> {
    const severities = new Map(
      this.world.shareables.map(({ id, severity, state }) => [id, { severity, state }]),
    );
    return new Map(
      [...grantsOf(this.world)].map(([reader, grants]) => [
        reader,
        new Map(
          [...grants].map(([id, { text, tlp, classification }]) => {
            const { severity = '', state = '' } = severities.get(id) ?? {};
            return [id, [text, tlp, classification, severity, state].join(' | ')];
          }),
        ),
      ]),
    );
  }

  /** @returns false when there was nothing to do it with */
  private async act(step: Step): Promise<boolean> {
    const { world, bench } = this;
    const { steward } = bench;
    switch (step.do) {
      case 'publish':
      case 'keep a draft': {
        const originator = at(world.partners, step.by);
        const renditions = this.renditions(step.renditions, originator.kind);
        const state = step.do === 'publish' ? 'published' : 'draft';
        const dto = alertDto(renditions, originator.kind, step.severity);
        const id = await bench.alerts.publish(this.actor(originator.id), { ...dto, state });
        world.shareables.push({
          id,
          originatorId: originator.id,
          state,
          severity: step.severity,
          renditions,
        });
        return true;
      }
      case 'update':
      case 'redraft': {
        const alert = this.alertIn(step.alert, step.do === 'update' ? ['published'] : ['draft']);
        if (alert === undefined) return false;
        const actor = this.actor(alert.originatorId);
        const renditions = this.renditions(step.renditions, actor.partnerKind);
        const dto = alertDto(renditions, actor.partnerKind, step.severity);
        await bench.alerts[step.do](actor, alert.id, dto);
        Object.assign(alert, { renditions, severity: step.severity });
        return true;
      }
      case 'release':
      case 'cancel':
      case 'withdraw': {
        const from = {
          release: ['draft'],
          cancel: ['published'],
          withdraw: ['draft', 'published', 'cancelled'],
        }[step.do];
        const alert = this.alertIn(step.alert, from);
        if (alert === undefined) return false;
        const actor = this.actor(alert.originatorId);
        if (step.do === 'release') await bench.alerts.release(actor, alert.id);
        else if (step.do === 'cancel') await bench.alerts.cancel(actor, alert.id, {});
        else await bench.alerts.withdraw(actor, alert.id);
        alert.state = { release: 'published', cancel: 'cancelled', withdraw: 'withdrawn' }[step.do];
        return true;
      }
      case 'join': {
        const partnerId = at(world.partners, step.partner).id;
        const arrangementId = this.arrangement(step.arrangement);
        if (this.openMembership(partnerId, arrangementId)) return false;
        await bench.arrangements.addMember(steward, arrangementId, {
          partnerId,
          ...(step.when === 'later' && { from: FAR_OFF }),
          ...(step.ceiling !== null && { ceiling: step.ceiling as never }),
        });
        const membership = {
          partnerId,
          arrangementId,
          state: step.when === 'later' ? 'future' : 'current',
          ceiling: step.ceiling,
        };
        const { rows } = await bench.superuser.query<{ id: string }>(
          `select id from membership where partner_id = $1 and arrangement_id = $2 and state <> 'ended'`,
          [partnerId, arrangementId],
        );
        this.membershipIds.set(membership, rows[0]?.id ?? '');
        world.memberships.push(membership);
        return true;
      }
      case 'leave': {
        const membership = this.membershipIn(step.membership, ['current', 'future']);
        if (membership === undefined) return false;
        await bench.arrangements.endMembership(steward, membership.arrangementId, membership.partnerId);
        membership.state = 'ended';
        return true;
      }
      case 'let the day of joining come':
      case 'let the day of leaving come': {
        const joining = step.do === 'let the day of joining come';
        const membership = this.membershipIn(step.membership, joining ? ['future'] : ['current', 'future']);
        if (membership === undefined) return false;
        await bench.superuser.query(
          `update membership set starts_at = $2, ends_at = case when $3 then ends_at else $2 end where id = $1`,
          [this.membershipIds.get(membership), LONG_AGO, joining],
        );
        while ((await bench.arrangements.advanceMembershipsAsSystem()) > 0);
        membership.state = joining ? 'current' : 'ended';
        return true;
      }
      case 'lower or raise a membership': {
        const membership = this.membershipIn(step.membership, ['current', 'future', 'ended']);
        if (membership === undefined) return false;
        await this.lower('membership', this.membershipIds.get(membership) ?? '', step.ceiling);
        membership.ceiling = step.ceiling;
        return true;
      }
      case 'lower or raise a partner': {
        const partner = at(world.partners, step.partner);
        await bench.partners.change(steward, partner.id, { ceiling: step.ceiling as never });
        partner.ceiling = step.ceiling;
        return true;
      }
      case 'change the standing': {
        const partner = at(world.partners, step.partner);
        await this.changeStanding(partner, step.status);
        partner.status = step.status;
        return true;
      }
      case 'admit a partner': {
        const id = newId();
        const row = await bench.partners.admit(steward, {
          code: codeOf(id),
          name: 'A partner admitted late',
          kind: step.kind as never,
          ceiling: step.ceiling as never,
        });
        this.include({ id: row.id, kind: step.kind, status: 'active', ceiling: step.ceiling });
        return true;
      }
      case 'narrow a client': {
        const partner = at(world.partners, step.partner);
        if (step.ceiling === null && step.arrangements === null) return false;
        const arrangements = step.arrangements?.map((one) => this.arrangement(one));
        const { row } = await bench.clients.create(steward, partner.id, {
          name: 'A client that needs less',
          scopes: ['alerts:read'],
          ...(step.ceiling !== null && { ceiling: step.ceiling as never }),
          ...(arrangements && { arrangements }),
        });
        const reader = {
          id: row.reader_id,
          partnerId: partner.id,
          isOpen: true,
          ceiling: step.ceiling,
          arrangements: arrangements ?? null,
        };
        this.clientIds.set(reader, row.id);
        world.readers.push(reader);
        return true;
      }
      case 'revoke a client': {
        const narrowed = world.readers.filter((reader) => reader.id !== reader.partnerId && reader.isOpen);
        if (narrowed.length === 0) return false;
        const reader = at(narrowed, step.reader);
        const clientId = this.clientIds.get(reader);
        if (clientId !== undefined) await bench.clients.revoke(steward, reader.partnerId, clientId);
        else {
          await bench.database.as(steward, (tx) =>
            tx.query(`update reader set is_open = false where id = $1`, [reader.id]),
          );
        }
        reader.isOpen = false;
        return true;
      }
      case 'lower or raise a client': {
        const narrowed = world.readers.filter((reader) => reader.id !== reader.partnerId);
        if (narrowed.length === 0) return false;
        const reader = at(narrowed, step.reader);
        await this.lower('reader', reader.id, step.ceiling);
        reader.ceiling = step.ceiling;
        return true;
      }
    }
  }

  /** By the service where it knows the way; otherwise as a service to come will have to. */
  private async changeStanding(partner: Partner, status: string): Promise<void> {
    const { bench } = this;
    const own = partner.id === bench.steward.partnerId;
    const way = { active: 'reinstate', suspended: 'suspend', withdrawn: 'withdraw' }[status];
    const from = { active: ['suspended'], suspended: ['active'], withdrawn: ['active', 'suspended'] }[status];
    if (!own && way !== undefined && from?.includes(partner.status)) {
      await bench.partners.changeStanding(bench.steward, partner.id, way as 'suspend');
      return;
    }
    await bench.database.as(bench.steward, (tx) =>
      tx.query(`update partner set status = $2 where id = $1`, [partner.id, status]),
    );
  }

  private async lower(table: 'membership' | 'reader', id: string, ceiling: Handling): Promise<void> {
    const { bench } = this;
    await bench.database.as(bench.steward, (tx) =>
      tx.query(`update ${table} set ceiling_tlp = $2, ceiling_classification = $3 where id = $1`, [
        id,
        ...ranks(ceiling),
      ]),
    );
  }

  private renditions(specs: RenditionSpec[], originatorKind: string): Rendition[] {
    const { partners } = this.world;
    const allowed = HANDLINGS.filter(
      ({ classification }) => classification === 'UNCLASSIFIED' || CLASSIFYING.includes(originatorKind),
    );
    const ids = (places: number[]): string[] => [...new Set(places.map((one) => at(partners, one).id))];
    return specs.map(({ text, handling, audience }) => {
      const { tlp, classification } = at(allowed, handling);
      const isRed = tlp === 'RED';
      return {
        text: `text ${text}`,
        tlp,
        classification,
        arrangements: isRed ? [] : audience.arrangements.map((one) => this.arrangement(one)),
        kinds: isRed ? [] : audience.kinds,
        partners: ids(audience.partners),
        except: ids(audience.except),
      };
    });
  }

  private include(partner: Partner): void {
    this.world.partners.push({ ...partner });
    this.world.readers.push({
      id: partner.id,
      partnerId: partner.id,
      isOpen: true,
      ceiling: null,
      arrangements: null,
    });
  }

  private actor(partnerId: string): Actor {
    const partner = this.world.partners.find((one) => one.id === partnerId);
    return actorOf(partnerId, partner?.kind ?? '');
  }

  private arrangement(place: number): string {
    return at(this.arrangements, place);
  }

  private openMembership(partnerId: string, arrangementId: string): Membership | undefined {
    return this.world.memberships.find(
      (one) => one.partnerId === partnerId && one.arrangementId === arrangementId && one.state !== 'ended',
    );
  }

  private membershipIn(place: number, states: string[]): Membership | undefined {
    const found = this.world.memberships.filter((one) => states.includes(one.state));
    return found.length === 0 ? undefined : at(found, place);
  }

  private alertIn(place: number, states: string[]): Alert | undefined {
    const found = this.world.shareables.filter((one) => states.includes(one.state));
    return found.length === 0 ? undefined : at(found, place);
  }

  private nameOf(readerId: string): string {
    const { readers, partners } = this.world;
    const reader = readers.find((one) => one.id === readerId);
    const partner = partners.find((one) => one.id === reader?.partnerId);
    return `reader ${JSON.stringify(reader)} of ${JSON.stringify(partner)}`;
  }

  /** The world as it is before anything is published: nothing follows from it yet, so no decision is skipped. */
  private async write(): Promise<void> {
    const { world, bench } = this;
    const stewardId = bench.steward.partnerId;
    const ranked = ({ ceiling, ...rest }: Partner | Membership | Reader): object => {
      const [tlp, classification] = ranks(ceiling ?? { tlp: 'RED', classification: 'STRICTLY_CONFIDENTIAL' });
      return { ...rest, tlp, classification };
    };
    await bench.superuser.query(
      `with
        partners as (
          insert into partner (id, code, name, kind, status, ceiling_tlp, ceiling_classification)
          select id, 'P-' || upper(right(id::text, 12)), 'A partner', kind, status, tlp, classification
          from jsonb_to_recordset($1) as x (id uuid, kind text, status text, tlp smallint, classification smallint)
          where id <> $5),
        arrangements as (
          insert into arrangement (id, code, name, countries, level)
          select id, 'A-' || upper(right(id::text, 12)), 'An arrangement', '{SD}', 'regular'
          from jsonb_array_elements_text($2) as x (text), lateral (select text::uuid as id) y),
        readers as (
          insert into reader (id, partner_id, ceiling_tlp, ceiling_classification, arrangement_ids)
          select id, "partnerId", tlp, classification, arrangements
          from jsonb_to_recordset($3) as x (id uuid, "partnerId" uuid, tlp smallint, classification smallint,
            arrangements uuid[])
          where id <> $5)
       insert into membership (id, arrangement_id, partner_id, starts_at, state, ceiling_tlp, ceiling_classification)
       select id, "arrangementId", "partnerId", case state when 'future' then $6 else $7 end::timestamptz, state, tlp,
         classification
       from jsonb_to_recordset($4) as x (id uuid, "arrangementId" uuid, "partnerId" uuid, state text, tlp smallint,
         classification smallint)`,
      [
        JSON.stringify(world.partners.map(ranked)),
        JSON.stringify(this.arrangements),
        JSON.stringify(world.readers.map(ranked)),
        JSON.stringify(world.memberships.map((one) => ({ ...ranked(one), id: this.membershipIds.get(one) }))),
        stewardId,
        FAR_OFF,
        LONG_AGO,
      ],
    );
  }
}

/** @throws Error that tells at which step the written decisions left the rule, and how */
export async function live(bench: Workbench, history: History): Promise<void> {
  const story = new Story(bench);
  await story.begin(history);
  for (const [place, step] of history.steps.entries()) {
    const wrong = await story.take(step);
    if (wrong.length > 0)
      throw new Error(`after step ${place}, ${JSON.stringify(step)}:\n${wrong.join('\n')}`);
  }
}

const describe = ({ change, id }: RecordedEntry): string => `${change} ${id}`;

const lines = (grants: ReadonlyMap<string, string> = new Map()): string =>
  [...grants]
    .map(([id, said]) => `  ${id}: ${said}`)
    .sort()
    .join('\n');

const codeOf = (id: string): string => `P-${id.slice(-12).toUpperCase()}`;

function ranks({ tlp, classification }: Handling): [number, number] {
  return [
    ['CLEAR', 'GREEN', 'AMBER', 'AMBER+STRICT', 'RED'].indexOf(tlp),
    ['UNCLASSIFIED', 'CONFIDENTIAL', 'STRICTLY_CONFIDENTIAL'].indexOf(classification),
  ];
}

function at<T>(list: readonly T[], place: number): T {
  const one = list[place % list.length];
  if (one === undefined) throw new Error('There is nothing to choose from.');
  return one;
}
