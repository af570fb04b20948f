import { Injectable } from '@nestjs/common';
import { type Actor } from '../access/actor.js';
import { ArrangementsService } from '../arrangements/arrangements.service.js';
import { Database, type Tx } from '../core/database.js';
import { newId } from '../core/ids.js';
import { Metrics } from '../core/metrics.js';
import { type Fault, problems } from '../core/problem.js';
import { Rounds } from '../core/rounds.js';
import { WakeUps } from '../core/wake-ups.js';
import { PartnersService } from '../partners/partners.service.js';
import { type Audience } from './audience.dto.js';
import { handlingFaults, handlingRanks, type StatedHandling } from './handling.rules.js';
import {
  type LatestChange,
  type LogRange,
  type Narrowing,
  type NewRendition,
  type NewShareable,
  type ShareableRow,
  type ShareableState,
  type ShareableType,
  SharingRepository,
  type WithdrawnRow,
} from './sharing.repository.js';

export {
  type Change,
  type ChangeRow,
  CHANGES,
  type Downgrade,
  type LatestChange,
  type WithdrawnRow,
  type ShareableRow,
  type ShareableState,
  type ShareableType,
  SHAREABLE_STATES,
  SHAREABLE_TYPES,
} from './sharing.repository.js';
export { AUDIENCE_KINDS, AudienceDto, type AudienceKind } from './audience.dto.js';

/** One text at one handling, ready to be written. */
export type RenditionDraft = Omit<NewRendition, 'id'>;

@Injectable()
export class SharingService {
  private readonly expiries = new Rounds(
    (after, limit) => this.database.asSystem((tx) => this.sharing.listDue(tx, after, limit)),
    async ({ id }) => {
      await this.database.asSystem(async (tx) => {
        await this.sharing.expire(tx, id);
        this.announce(tx);
      });
      return true;
    },
  );

  constructor(
    private readonly database: Database,
    private readonly sharing: SharingRepository,
    private readonly partners: PartnersService,
    private readonly arrangements: ArrangementsService,
    private readonly metrics: Metrics,
    private readonly wakeUps: WakeUps,
  ) {}

  /**
   * Checks what the originator says about handling and audience, all of it, and turns names into ids.
   * @param pointers where in the body each of them was stated
   * @throws Problem 400 naming every fault; 403 when a narrowed client reaches beyond what it may itself read
   */
  async settleHandling(
    tx: Tx,
    actor: Actor,
    stated: StatedHandling[],
    pointers = stated.map((_, index) => `#/renditions/${index}`),
  ): Promise<(Pick<NewRendition, 'tlp' | 'classification'> & { audience: Audience })[]> {
    const faults = stated.flatMap((one, index) =>
      handlingFaults(one, actor.partnerKind, pointers[index] ?? '#'),
    );
    const narrowing = actor.narrowed ? await this.sharing.findNarrowing(tx) : null;
    if (actor.narrowed) refuseBeyond(narrowing, stated);
    const audiences = await this.resolveAudiences(tx, actor, stated, pointers, faults);
    if (faults.length > 0) throw problems.invalidInput(faults);
    return stated.map((one, index) => ({ ...handlingRanks(one), audience: audiences[index] as Audience }));
  }

  async create(tx: Tx, actor: Actor, shareable: NewShareable): Promise<void> {
    await this.sharing.insertShareable(tx, { ...shareable, originatorId: actor.partnerId });
  }

  /**
   * For a source that others are not to know: in the tables it belongs to the custodian, and the source keeps it.
   * @param isProtected not even the custodian sees whose it is
   */
  async createInCustody(
    tx: Tx,
    actor: Actor,
    { isProtected, ...shareable }: NewShareable & { isProtected: boolean },
  ): Promise<void> {
    if (actor.narrowed) throw problems.forbidden('A narrowed client could not find it again.');
    await this.sharing.openCustody(tx, shareable, isProtected);
  }

  async appointCustodian(tx: Tx, partnerId: string): Promise<void> {
    await this.sharing.appointCustodian(tx, partnerId);
  }

  /**
   * The acting partner's own shareable, locked; what is in custody is its source's own.
   * @throws Problem 404 when it is missing or hidden; 403 when it is somebody else's, or the client is narrowed
   */
  async lockOwn(tx: Tx, actor: Actor, id: string, type: ShareableType): Promise<ShareableRow> {
    return (await this.sharing.lockOwn(tx, id, type)) ?? this.refuseForeign(tx, actor, id, type);
  }

  /** The same without the lock, for reading. */
  async getOwn(tx: Tx, actor: Actor, id: string, type: ShareableType): Promise<ShareableRow> {
    return (await this.sharing.findOwn(tx, id, type)) ?? this.refuseForeign(tx, actor, id, type);
  }

  /** Whether the actor may know that there is such a thing. */
  async isVisible(tx: Tx, id: string, type: ShareableType): Promise<boolean> {
    return this.sharing.isVisible(tx, id, type);
  }

  private async refuseForeign(tx: Tx, actor: Actor, id: string, type: ShareableType): Promise<never> {
    if (!(await this.sharing.isVisible(tx, id, type))) throw problems.notFound();
    throw problems.forbidden(
      actor.narrowed
        ? 'A client that may read less than its partner cannot change what the partner published.'
        : 'Only the originator can do this.',
    );
  }

  /**
   * Makes these renditions the current ones. A rendition whose text and handling are already there stays as it is, so
   * that its readers notice nothing.
   * @returns for each draft its id, and whether it was written now
   */
  async replaceRenditions(
    tx: Tx,
    shareableId: string,
    drafts: RenditionDraft[],
  ): Promise<{ id: string; isNew: boolean }[]> {
    const current = await this.sharing.listCurrentRenditions(tx, shareableId);
    const kept = new Set<string>();
    const outcome: { id: string; isNew: boolean }[] = [];
    const added: NewRendition[] = [];
    for (const draft of drafts) {
      const same = current.find(
        (row) =>
          !kept.has(row.id) &&
          row.tlp === draft.tlp &&
          row.classification === draft.classification &&
          row.digest.equals(draft.digest),
      );
      if (same !== undefined) {
        kept.add(same.id);
        await this.sharing.readdressRendition(tx, { ...draft, id: same.id });
      } else {
        added.push({ ...draft, id: newId() });
      }
      outcome.push(same ? { id: same.id, isNew: false } : { id: added.at(-1)?.id ?? '', isNew: true });
    }
    await this.sharing.retireRenditions(
      tx,
      current.filter((row) => !kept.has(row.id)).map((row) => row.id),
    );
    await this.sharing.insertRenditions(tx, shareableId, added);
    return outcome;
  }

  async changeState(tx: Tx, id: string, state: ShareableState): Promise<void> {
    await this.sharing.updateShareable(tx, id, state);
  }

  async changeExpiry(tx: Tx, id: string, expiresAt: string | undefined): Promise<void> {
    await this.sharing.updateExpiry(tx, id, expiresAt ?? null);
  }

  /**
   * Members of the arrangements that it is addressed to above GREEN and that, for their ceiling, get none of its
   * texts. To be asked once its state and renditions are written.
   */
  async countUnreached(tx: Tx, id: string): Promise<number> {
    return this.sharing.countUnreached(tx, id);
  }

  /** Ends some of what has had its time, each in a transaction of its own. @returns whether there may be more */
  async expireDueAsSystem(): Promise<boolean> {
    return this.expiries.next();
  }

  /** Decides who sees what and writes it down. Nothing may follow in the transaction: readers' logs stay locked. */
  async share(tx: Tx, id: string): Promise<void> {
    await this.sharing.publish(tx, id);
    this.metrics.countPublication();
    this.announce(tx);
  }

  private announce(tx: Tx): void {
    this.database.afterCommit(tx, () => this.wakeUps.announce());
  }

  /** Latest position in the acting reader's log: as long as it stands, nothing it can see has changed. */
  async head(tx: Tx, isDrill: boolean): Promise<bigint> {
    return this.sharing.head(tx, isDrill);
  }

  /** The same with its time in whole seconds; no time while a later change could have the same. */
  async latestChange(tx: Tx, isDrill: boolean): Promise<LatestChange> {
    return this.sharing.latestChange(tx, isDrill);
  }

  /** What the acting reader had and may no longer have, newest first; it may have lost one several times. */
  async listWithdrawn(tx: Tx, type: ShareableType, range: LogRange): Promise<WithdrawnRow[]> {
    return this.sharing.listWithdrawn(tx, type, range);
  }

  /** A narrowed client addresses only the arrangements that it sees; nobody needs to see whom it otherwise addresses. */
  private async resolveAudiences(
    tx: Tx,
    actor: Actor,
    stated: StatedHandling[],
    pointers: string[],
    faults: Fault[],
  ): Promise<Audience[]> {
    const audiences = stated.map((one) => one.audience);
    const resolve = actor.narrowed ? 'resolve' : 'resolveNamed';
    const arrangements = await this.arrangements[resolve](
      tx,
      audiences.flatMap((one) => one.arrangements),
    );
    const partners = await this.partners.resolveNamed(
      tx,
      audiences.flatMap((one) => [...one.partners, ...one.except]),
    );
    return audiences.map((audience, index) => {
      const ids = (name: 'arrangements' | 'partners' | 'except', known: Map<string, string>): string[] =>
        audience[name].flatMap((reference, place) => {
          const id = known.get(reference) ?? known.get(reference.toLowerCase());
          if (id === undefined) {
            const pointer = `${pointers[index]}/audience/${name}/${place}`;
            const thing = name === 'arrangements' ? 'a known arrangement' : 'a known partner';
            faults.push({ pointer, detail: `is not ${thing}` });
          }
          return id ?? [];
        });
      return {
        arrangementIds: ids('arrangements', arrangements),
        kinds: audience.kinds,
        partnerIds: ids('partners', partners),
        exceptIds: ids('except', partners),
      };
    });
  }
}

/** A narrowed client shares no more than it may itself read; what it says is looked at before any name is looked up. */
function refuseBeyond(narrowing: Narrowing | null, stated: StatedHandling[]): void {
  const beyond = stated.some((one) => {
    const { tlp, classification } = handlingRanks(one);
    const { kinds, partners } = one.audience;
    return (
      narrowing === null ||
      tlp > narrowing.tlp ||
      classification > narrowing.classification ||
      (narrowing.arrangementIds !== null && kinds.length + partners.length > 0)
    );
  });
  if (beyond) throw problems.forbidden('The client may not share beyond its own ceiling and arrangements.');
}
