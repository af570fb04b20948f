import { type Actor, PUBLIC_READER } from '../../src/access/actor.js';
import { classificationRank, tlpRank } from '../../src/access/handling.js';
import { type Tx } from '../../src/core/database.js';
import { newId } from '../../src/core/ids.js';
import { ARRANGEMENTS, type History, type RenditionSpec, type Step } from './history.arbitrary.js';
import { brokenLaws, logOf, readRecorded, type RecordedEntry } from './recorded.js';
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

interface Told extends Shareable {
  type: 'alert' | 'report';
  /** Of alerts. */
  severity: string;
  expiresAt?: string;
}

/** A current row of onward_release, whether or not its text still stands. */
interface Release {
  id: string;
  shareable: Told;
  rendition: Rendition;
  partnerId: string;
}

/** Whether it was suspended only because its sponsor was. */
type Sponsored = Partner & { hasFallen?: boolean };

/** A client that was narrowed. */
type Client = Reader & { partnerId: string };

/** Whoever reads without credentials. */
const PUBLIC: Reader = {
  id: PUBLIC_READER,
  partnerId: null,
  isOpen: true,
  ceiling: null,
  arrangements: null,
};

/** Texts and states that the design lets UN originators give, from TLP 2.0 and the rules of consistency. */
const CLEAR: Handling = { tlp: 'CLEAR', classification: 'UNCLASSIFIED' };
const HANDLINGS: Handling[] = [
  CLEAR,
  { tlp: 'GREEN', classification: 'UNCLASSIFIED' },
  { tlp: 'AMBER', classification: 'UNCLASSIFIED' },
  { tlp: 'AMBER', classification: 'CONFIDENTIAL' },
  { tlp: 'AMBER+STRICT', classification: 'UNCLASSIFIED' },
  { tlp: 'AMBER+STRICT', classification: 'CONFIDENTIAL' },
  { tlp: 'AMBER+STRICT', classification: 'STRICTLY_CONFIDENTIAL' },
  { tlp: 'RED', classification: 'UNCLASSIFIED' },
  { tlp: 'RED', classification: 'STRICTLY_CONFIDENTIAL' },
];

/** TLP 2.0: AMBER may go to clients. */
const OF_CLIENTS: Handling = { tlp: 'AMBER', classification: 'CONFIDENTIAL' };
const LONG_AGO = '2020-01-01T00:00:00Z';
const FAR_OFF = '2090-01-01T00:00:00Z';
const STANDING = ['published', 'expired', 'cancelled'];
const EXPIRED = ' | expired';

/** Everything that one history made, and its own picture of it: what it expects follows from the picture alone. */
class Story {
  readonly world: Omit<World, 'shareables'> & { shareables: Told[] } = {
    partners: [],
    readers: [],
    memberships: [],
    shareables: [],
  };
  private readonly arrangements = Array.from({ length: ARRANGEMENTS }, newId);
  /** Membership, by the id that the database gave it. */
  private readonly membershipIds = new Map<Membership, string>();
  private readonly clientIds = new Map<Reader, string>();
  private releases: Release[] = [];
  private extended = 0;
  private told = new Map<string, Map<string, string>>();
  private readonly lengths = new Map<string, number>();

  constructor(private readonly bench: Workbench) {}

  async begin(history: History): Promise<void> {
    const { world, bench } = this;
    const { steward } = bench;
    await clear(bench);
    const highest = { tlp: 'RED', classification: 'STRICTLY_CONFIDENTIAL' };
    world.readers.push(PUBLIC);
    this.include({ id: steward.partnerId, kind: 'un_entity', status: 'active', ceiling: highest });
    for (const { sponsor, ...partner } of history.partners) {
      this.include(this.under(sponsor, { id: newId(), ...partner }));
    }
    for (const { partner, arrangement, state, ceiling } of history.memberships) {
      const membership = {
        partnerId: at(world.partners, partner).id,
        arrangementId: this.arrangement(arrangement),
        state,
        ceiling,
      };
      if (state !== 'ended' && this.openMembership(membership.partnerId, membership.arrangementId)) continue;
      if (state !== 'ended' && !this.mayJoin(membership)) continue;
      if (state !== 'ended' && at(world.partners, partner).status === 'withdrawn') continue;
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
      lengths.set(logOf(entry), entry.position);
      if (entry.position <= (this.lengths.get(logOf(entry)) ?? 0)) continue;
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
    return this.world.shareables.flatMap(({ id, state, isDrill }) => {
      const [old, now] = [before.get(id), after.get(id)];
      if (old === now) return [];
      const entry = (change: string, alarm = true): string[] => [describe({ change, id, isDrill, alarm })];
      if (now === undefined) return entry('withdrawn');
      // What is over wakes nobody, also whoever gets it only now.
      if (old === undefined) return entry('published', state !== 'expired');
      if (state === 'cancelled') return entry('cancelled');
      return now.endsWith(EXPIRED) && !old.endsWith(EXPIRED) ? entry('expired', false) : entry('updated');
    });
  }

  private expected(): Map<string, Map<string, string>> {
    const shareables = new Map(this.world.shareables.map((one) => [one.id, one]));
    return new Map(
      [...grantsOf(this.world)].map(([reader, grants]) => [
        reader,
        new Map(
          [...grants].map(([id, { text, tlp, classification }]) => {
            const { type, severity, state } = shareables.get(id) ?? {};
            const ofAlert = type === 'alert' ? [severity, state] : [];
            return [id, [text, tlp, classification, ...ofAlert].join(' | ')];
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
        const status = step.isDrill ? 'exercise' : 'actual';
        const dto = alertDto(renditions, originator.kind, step.severity, { status });
        const id = await bench.alerts.publish(this.actor(originator.id), { ...dto, state });
        world.shareables.push({
          id,
          type: 'alert',
          originatorId: originator.id,
          sourceId: null,
          isDrill: step.isDrill,
          state,
          severity: step.severity,
          renditions,
        });
        return true;
      }
      case 'update':
      case 'redraft': {
        const alert = this.alertIn(step.alert, step.do === 'update' ? ['published', 'expired'] : ['draft']);
        if (alert === undefined) return false;
        const { isDrill, severity, state } = alert;
        const actor = this.actor(alert.originatorId);
        const renditions = this.renditions(step.renditions, actor.partnerKind);
        // It says until when it holds from now on, and so none of its texts is the one that there was.
        if (state === 'expired') alert.expiresAt = this.newExpiry();
        const dto = alertDto(renditions, actor.partnerKind, step.severity, {
          status: isDrill ? 'exercise' : 'actual',
          expiresAt: alert.expiresAt,
        });
        await bench.alerts[step.do](actor, alert.id, dto);
        if (state !== 'expired' && severity === step.severity) this.carryOn(alert, renditions);
        Object.assign(alert, { renditions, severity: step.severity });
        if (state === 'expired') alert.state = 'published';
        return true;
      }
      case 'release':
      case 'cancel':
      case 'withdraw': {
        const from = {
          release: ['draft'],
          cancel: ['published', 'expired'],
          withdraw: ['draft', 'published', 'expired', 'cancelled'],
        }[step.do];
        const alert = this.alertIn(step.alert, from);
        if (alert === undefined) return false;
        const actor = this.actor(alert.originatorId);
        if (step.do === 'release') await bench.alerts.release(actor, alert.id);
        else if (step.do === 'cancel') await bench.alerts.cancel(actor, alert.id, {});
        else await bench.alerts.withdraw(actor, alert.id);
        alert.state = { release: 'published', cancel: 'cancelled', withdraw: 'withdrawn' }[step.do];
        // Cancelled is another text, which nobody has released.
        if (step.do === 'cancel') for (const rendition of alert.renditions) rendition.releasedTo = [];
        return true;
      }
      case 'let its time be over': {
        const alert = this.alertIn(step.alert, ['published']);
        if (alert === undefined) return false;
        await bench.superuser.query(`update shareable set expires_at = $2 where id = $1`, [
          alert.id,
          LONG_AGO,
        ]);
        while (await bench.sharing.expireDueAsSystem());
        alert.state = 'expired';
        return true;
      }
      case 'release onward': {
        const standing = world.shareables.filter(({ state }) => STANDING.includes(state));
        if (standing.length === 0) return false;
        const shareable = at(standing, step.alert);
        const rendition = at(shareable.renditions, step.rendition);
        const partnerId = at(world.partners, step.partner).id;
        if (rendition.releasedTo.includes(partnerId)) return false;
        const id = newId();
        // Whomever the service would refuse it as well: the rule stands without it.
        await this.asOwner(shareable, (tx) =>
          tx.query(
            `insert into onward_release (id, rendition_id, shareable_id, partner_id, until, state)
             select $1, r.id, r.shareable_id, $3, $4, 'current' from rendition r
             left join alert_rendition a on a.rendition_id = r.id
             where r.shareable_id = $2 and r.is_current
               and coalesce(a.content->'texts'->0->>'headline', split_part(convert_from(r.digest, 'UTF8'), ' | ', 1)) = $5`,
            [id, shareable.id, partnerId, FAR_OFF, rendition.text],
          ),
        );
        rendition.releasedTo.push(partnerId);
        this.releases.push({ id, shareable, rendition, partnerId });
        return true;
      }
      case 'end a release':
      case 'let the time of a release be over': {
        if (this.releases.length === 0) return false;
        const release = at(this.releases, step.release);
        const end = `update onward_release set state = 'ended' where id = $1`;
        // The source of a report sees no releases of what is held for it, and so ends none.
        if (step.do === 'end a release' && release.shareable.sourceId === null) {
          await this.asOwner(release.shareable, (tx) => tx.query(end, [release.id]));
        } else {
          await bench.database.asSystem((tx) => tx.query(end, [release.id]));
        }
        const { rendition, partnerId } = release;
        rendition.releasedTo = rendition.releasedTo.filter((one) => one !== partnerId);
        this.releases = this.releases.filter((one) => one !== release);
        return true;
      }
      case 'report': {
        const source = at(world.partners, step.by);
        const renditions = this.renditions(step.renditions, 'un_entity');
        const { isProtected } = step;
        const id = newId();
        await bench.database.as(this.actor(source.id), async (tx) => {
          const report = { id, type: 'report', state: 'published', isDrill: false, isProtected } as const;
          await bench.sharing.createInCustody(tx, this.actor(source.id), report);
          await this.writeReport(tx, id, renditions);
        });
        world.shareables.push({
          id,
          type: 'report',
          originatorId: steward.partnerId,
          sourceId: source.id,
          isDrill: false,
          state: 'published',
          severity: '',
          renditions,
        });
        return true;
      }
      case 'report otherwise':
      case 'take back a report': {
        const reports = world.shareables.filter((one) => one.type === 'report' && one.state === 'published');
        if (reports.length === 0) return false;
        const report = at(reports, step.report);
        if (step.do === 'report otherwise') {
          const renditions = this.renditions(step.renditions, 'un_entity');
          await this.asOwner(report, (tx) => this.writeReport(tx, report.id, renditions));
          this.carryOn(report, renditions);
          report.renditions = renditions;
        } else {
          await this.asOwner(report, async (tx) => {
            await bench.sharing.changeState(tx, report.id, 'withdrawn');
            await bench.sharing.share(tx, report.id);
          });
          report.state = 'withdrawn';
        }
        return true;
      }
      case 'join': {
        const partnerId = at(world.partners, step.partner).id;
        const arrangementId = this.arrangement(step.arrangement);
        if (this.openMembership(partnerId, arrangementId)) return false;
        if (!this.mayJoin({ partnerId, arrangementId })) return false;
        if (!['active', 'suspended'].includes(at(world.partners, step.partner).status)) return false;
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
        this.end(membership);
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
        if (joining) membership.state = 'current';
        else this.end(membership);
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
        const ceiling = lowest([step.ceiling, ...this.above(partner)]);
        await bench.partners.change(steward, partner.id, { ceiling: ceiling as never });
        partner.ceiling = ceiling;
        for (const one of this.below(partner)) one.ceiling = lowest([one.ceiling, ceiling]);
        return true;
      }
      case 'let nobody answer':
      case 'answer': {
        const one =
          step.of === 'partner'
            ? at(world.partners, step.which)
            : this.membershipIn(step.which, ['current', 'future']);
        if (one === undefined) return false;
        const id = 'kind' in one ? one.id : (this.membershipIds.get(one) ?? '');
        one.isUnanswered = step.do === 'let nobody answer';
        await bench.database.asSystem((tx) =>
          tx.query(`update ${step.of} set restricted_since = $2 where id = $1`, [
            id,
            one.isUnanswered === true ? LONG_AGO : null,
          ]),
        );
        return true;
      }
      case 'change the standing': {
        const partner = at(world.partners, step.partner);
        if (this.sponsorOf(partner) !== undefined && this.sponsorOf(partner)?.status !== 'active')
          return false;
        await this.changeStanding(partner, step.status);
        // Whoever has left is a member of nothing.
        if (step.status === 'withdrawn' && partner.status !== 'withdrawn') {
          for (const one of world.memberships) {
            if (one.partnerId === partner.id && one.state !== 'ended') this.end(one);
          }
        }
        partner.status = step.status;
        for (const one of this.below(partner)) this.takeAlong(one, step.status);
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
        const narrowed = this.narrowed().filter((reader) => reader.isOpen);
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
        const narrowed = this.narrowed();
        if (narrowed.length === 0) return false;
        const reader = at(narrowed, step.reader);
        await this.lower('reader', reader.id, step.ceiling);
        reader.ceiling = step.ceiling;
        return true;
      }
    }
  }

  /** As whoever may change it, which is locked. */
  private async asOwner(
    { id, type, originatorId, sourceId }: Told,
    work: (tx: Tx) => Promise<unknown>,
  ): Promise<void> {
    const actor = this.actor(sourceId ?? originatorId);
    await this.bench.database.as(actor, async (tx) => {
      await this.bench.sharing.lockOwn(tx, actor, id, type);
      await work(tx);
    });
  }

  private async writeReport(tx: Tx, id: string, renditions: Rendition[]): Promise<void> {
    const drafts = renditions.map(({ text, tlp, classification, ...audience }, ordinal) => ({
      ordinal,
      tlp: tlpRank(tlp as never),
      classification: classificationRank(classification as never),
      classificationReason: 'Names a source',
      reviewAt: null,
      digest: Buffer.from([text, tlp, classification].join(' | ')),
      audience: {
        arrangementIds: audience.arrangements,
        kinds: audience.kinds as never[],
        partnerIds: audience.partners,
        exceptIds: audience.except,
      },
    }));
    await this.bench.sharing.replaceRenditions(tx, id, drafts);
    await this.bench.sharing.share(tx, id);
  }

  /** A text that is the same at the same handling is the same: who had it released has it. */
  private carryOn(shareable: Told, renditions: Rendition[]): void {
    for (const rendition of renditions) {
      const same = shareable.renditions.find(
        (one) =>
          one.text === rendition.text &&
          one.tlp === rendition.tlp &&
          one.classification === rendition.classification,
      );
      if (same === undefined) continue;
      rendition.releasedTo = same.releasedTo;
      for (const release of this.releases) {
        if (release.rendition === same) release.rendition = rendition;
      }
    }
  }

  private newExpiry(): string {
    return new Date(Date.parse(FAR_OFF) + this.extended++ * 1000).toISOString();
  }

  /** By the service where it knows the way; otherwise as a service to come will have to. */
  private async changeStanding(partner: Partner, status: string): Promise<void> {
    const { bench } = this;
    const own = partner.id === bench.steward.partnerId;
    const way = { active: 'reinstate', suspended: 'suspend', withdrawn: 'withdraw' }[status];
    const from = { active: ['suspended'], suspended: ['active'], withdrawn: ['active', 'suspended'] }[status];
    if (!own && way !== undefined && from?.includes(partner.status)) {
      await bench.standing.change(bench.steward, partner.id, way as 'suspend');
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
      // What is for everybody is CLEAR, and kept from nobody.
      const isPublic = audience.kinds.includes('public');
      const { tlp, classification } = isPublic ? CLEAR : at(allowed, handling);
      const isRed = tlp === 'RED';
      return {
        text: `text ${text}`,
        tlp,
        classification,
        arrangements: isRed ? [] : audience.arrangements.map((one) => this.arrangement(one)),
        kinds: isRed ? [] : audience.kinds,
        partners: ids(audience.partners),
        except: isPublic ? [] : ids(audience.except),
        releasedTo: [],
      };
    });
  }

  /** Only an INGO sponsors, and only a national NGO of AMBER at most is sponsored. */
  private under(place: number | null, partner: Sponsored): Sponsored {
    const sponsors = this.world.partners.filter(({ kind, sponsorId }) => kind === 'ingo' && !sponsorId);
    if (place === null || sponsors.length === 0) return partner;
    const sponsor = at(sponsors, place);
    const status = sponsor.status === 'active' ? partner.status : 'withdrawn';
    const sponsored = { ...partner, kind: 'national_ngo', sponsorId: sponsor.id, status };
    return { ...sponsored, ceiling: lowest([partner.ceiling, sponsor.ceiling, OF_CLIENTS]) };
  }

  private sponsorOf({ sponsorId }: Partner): Partner | undefined {
    return this.world.partners.find(({ id }) => id === sponsorId);
  }

  private above(partner: Partner): Handling[] {
    const sponsor = this.sponsorOf(partner);
    return sponsor === undefined ? [] : [sponsor.ceiling, OF_CLIENTS];
  }

  private below({ id }: Partner): Sponsored[] {
    return this.world.partners.filter(({ sponsorId }) => sponsorId === id);
  }

  private takeAlong(partner: Sponsored, status: string): void {
    if (status === 'active') {
      if (partner.hasFallen === true) partner.status = 'active';
    } else if (status === 'suspended') {
      if (partner.status === 'active') partner.hasFallen = true;
      if (partner.status === 'active') partner.status = 'suspended';
      return;
    } else if (['active', 'suspended'].includes(partner.status)) partner.status = status;
    partner.hasFallen = false;
  }

  private mayJoin({ partnerId, arrangementId }: Pick<Membership, 'partnerId' | 'arrangementId'>): boolean {
    const sponsorId = this.world.partners.find(({ id }) => id === partnerId)?.sponsorId ?? null;
    return sponsorId === null || this.openMembership(sponsorId, arrangementId)?.state === 'current';
  }

  private end(membership: Membership): void {
    membership.state = 'ended';
    const partner = this.world.partners.find(({ id }) => id === membership.partnerId);
    for (const { id } of partner === undefined ? [] : this.below(partner)) {
      const followed = this.openMembership(id, membership.arrangementId);
      if (followed !== undefined) followed.state = 'ended';
    }
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

  private narrowed(): Client[] {
    return this.world.readers.filter(
      (reader): reader is Client => reader.partnerId !== null && reader.id !== reader.partnerId,
    );
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

  private alertIn(place: number, states: string[]): Told | undefined {
    const found = this.world.shareables.filter((one) => one.type === 'alert' && states.includes(one.state));
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
          insert into partner (id, code, name, kind, status, ceiling_tlp, ceiling_classification, sponsor_id)
          select id, 'P-' || upper(right(id::text, 12)), 'A partner', kind, status, tlp, classification, "sponsorId"
          from jsonb_to_recordset($1) as x (id uuid, kind text, status text, tlp smallint, classification smallint,
            "sponsorId" uuid)
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
          where id <> $5 and "partnerId" is not null)
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

const describe = ({
  change,
  id,
  isDrill,
  alarm,
}: Pick<RecordedEntry, 'change' | 'id' | 'isDrill' | 'alarm'>): string =>
  `${change} ${id}${isDrill ? ', a drill' : ''}${alarm ? '' : ', quietly'}`;

const lines = (grants: ReadonlyMap<string, string> = new Map()): string =>
  [...grants]
    .map(([id, said]) => `  ${id}: ${said}`)
    .sort()
    .join('\n');

const codeOf = (id: string): string => `P-${id.slice(-12).toUpperCase()}`;

const TLPS = ['CLEAR', 'GREEN', 'AMBER', 'AMBER+STRICT', 'RED'];
const CLASSIFICATIONS = ['UNCLASSIFIED', 'CONFIDENTIAL', 'STRICTLY_CONFIDENTIAL'];

function ranks({ tlp, classification }: Handling): [number, number] {
  return [TLPS.indexOf(tlp), CLASSIFICATIONS.indexOf(classification)];
}

function lowest(ceilings: Handling[]): Handling {
  const ranked = ceilings.map(ranks);
  return {
    tlp: TLPS[Math.min(...ranked.map(([tlp]) => tlp))] ?? '',
    classification: CLASSIFICATIONS[Math.min(...ranked.map(([, classification]) => classification))] ?? '',
  };
}

function at<T>(list: readonly T[], place: number): T {
  const one = list[place % list.length];
  if (one === undefined) throw new Error('There is nothing to choose from.');
  return one;
}
