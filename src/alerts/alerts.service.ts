import { Injectable } from '@nestjs/common';
import { type Actor } from '../access/actor.js';
import { type Handling } from '../access/handling.js';
import { AuditService } from '../audit/audit.service.js';
import { Database, type Tx } from '../core/database.js';
import { requireVersion } from '../core/etag.js';
import { claimId, type IdempotencyKey } from '../core/idempotency.js';
import { type Fault, problems } from '../core/problem.js';
import { type ShareableRow, SharingService } from '../sharing/sharing.service.js';
import { type AlertContent, type MessageIdentity } from './alert-content.js';
import { textFromJson } from './alert-from-json.js';
import { AlertVersionsService } from './alert-versions.service.js';
import { alertFaults, flashFaults, translationFaults } from './alert.rules.js';
import { isDrill } from './alert.values.js';
import {
  type CancelAlertDto,
  type CreateAlertDto,
  type TranslateAlertDto,
  type UpdateAlertDto,
} from './alerts.dto.js';
import { AlertsRepository, type OwnRenditionRow } from './alerts.repository.js';
import { ReleaseGateService } from './release-gate.service.js';
import { type Subject } from './release.repository.js';
import { SensitivityGateService } from './sensitivity-gate.service.js';

/** What originators do with their alerts. Each verb is one transaction whose last statement shares the outcome. */
@Injectable()
export class AlertsService {
  constructor(
    private readonly database: Database,
    private readonly alerts: AlertsRepository,
    private readonly versions: AlertVersionsService,
    private readonly sharing: SharingService,
    private readonly audit: AuditService,
    private readonly gate: ReleaseGateService,
    private readonly sensitivity: SensitivityGateService,
  ) {}

  /**
   * Publishes, leaves to a second person, or keeps as a draft.
   * @param isFlash came as a flash, which is short and waits for nothing; what is only called one waits like the rest
   * @returns the alert's id
   */
  async publish(
    actor: Actor,
    dto: CreateAlertDto,
    idempotency?: IdempotencyKey,
    isFlash = false,
  ): Promise<string> {
    const { state = 'published' } = dto;
    if (state === 'draft') this.refuseNarrowed(actor);
    this.refuseFaults(dto);
    if (isFlash) refuseAll(flashFaults(dto));
    return this.database.as(actor, async (tx) => {
      const { id, repeated } = await claimId(tx, actor, idempotency);
      if (repeated) return id;
      const { status, expiresAt } = dto;
      const asks = state === 'published' && !isFlash;
      const waits = asks && (await this.gate.holds(tx, actor, dto.renditions));
      await this.sharing.create(tx, actor, { id, type: 'alert', state, isDrill: isDrill(status), expiresAt });
      await this.versions.write(tx, actor, id, dto, waits ? 'draft' : state);
      if (waits) await this.askIn(tx, actor, id, dto);
      else if (state === 'published') {
        await this.publishIn(tx, actor, id, 'alert.published', { ...reachOf(dto), isExempt: isFlash });
      }
      return id;
    });
  }

  /** Replaces what a draft says. */
  async redraft(actor: Actor, id: string, dto: UpdateAlertDto, ifMatch?: string): Promise<void> {
    this.refuseFaults(dto);
    await this.database.as(actor, async (tx) => {
      await this.lockToWrite(tx, actor, id, dto, ['draft'], ifMatch);
      await this.sharing.changeState(tx, id, 'draft');
      await this.sharing.changeExpiry(tx, id, dto.expiresAt);
      await this.versions.write(tx, actor, id, dto, 'draft');
    });
  }

  /** Publishes a draft as it stands, or leaves it to a second person. */
  async release(actor: Actor, id: string, ifMatch?: string): Promise<void> {
    await this.database.as(actor, async (tx) => {
      await this.lockIn(tx, actor, id, ['draft'], ifMatch);
      const { own, highest } = await this.unpublished(tx, id);
      const waits = await this.gate.holds(tx, actor, own.map(handlingOf));
      await (waits ? this.askIn(tx, actor, id, highest) : this.releaseIn(tx, actor, id));
    });
  }

  /**
   * A new version, for whoever now may have it; a rendition that stays as it was tells its readers nothing.
   * @returns whether it waits for a second person, while what stands stays as it is
   */
  async update(actor: Actor, id: string, dto: UpdateAlertDto, ifMatch?: string): Promise<boolean> {
    this.refuseFaults(dto);
    return this.database.as(actor, async (tx) => {
      await this.lockToWrite(tx, actor, id, dto, STANDING, ifMatch);
      const waits = await this.gate.holds(tx, actor, dto.renditions);
      if (waits) {
        await this.versions.settle(tx, actor, dto);
        await this.gate.ask(tx, actor, id, { subject: 'update', proposal: dto });
      } else await this.updateIn(tx, actor, id, dto);
      return waits;
    });
  }

  /**
   * Adds languages to one rendition; whoever has it finds them there and is not woken for it.
   * @returns whether they wait for a second person
   */
  async translate(actor: Actor, id: string, dto: TranslateAlertDto, ifMatch?: string): Promise<boolean> {
    return this.database.as(actor, async (tx) => {
      const { state } = await this.lockIn(tx, actor, id, ['draft', ...STANDING], ifMatch);
      const own = await this.alerts.listOwnRenditions(tx, id);
      refuseAll(translationFaults(dto, own));
      const waits = state !== 'draft' && (await this.gate.holds(tx, actor, own.map(handlingOf)));
      if (waits) await this.gate.ask(tx, actor, id, { subject: 'translation', proposal: dto });
      else await this.translateIn(tx, actor, id, dto, state);
      return waits;
    });
  }

  /** It no longer holds; everybody who has it is told, and keeps it as cancelled. */
  async cancel(actor: Actor, id: string, dto: CancelAlertDto, ifMatch?: string): Promise<void> {
    await this.database.as(actor, async (tx) => {
      await this.lockIn(tx, actor, id, STANDING, ifMatch);
      await this.refuseNote(tx, actor, id, dto.note);
      await this.gate.drop(tx, id);
      await this.sharing.changeState(tx, id, 'cancelled');
      await this.versions.reissue(tx, actor, id, (own) => ({
        ...own.content,
        state: 'cancelled',
        messageType: 'cancel',
        note: dto.note ?? own.content.note,
        references: [identityOf(own.content)],
      }));
      await this.audit.record(tx, actor, { action: 'alert.cancelled', object: { type: 'alert', id } });
      await this.sharing.share(tx, id);
    });
  }

  /** It should not be with its readers: all lose it and find a tombstone in their logs. */
  async withdraw(actor: Actor, id: string, ifMatch?: string): Promise<void> {
    await this.database.as(actor, async (tx) => {
      const states = ['draft', 'pending_release', 'published', 'expired', 'cancelled'];
      await this.lockIn(tx, actor, id, states, ifMatch);
      await this.gate.drop(tx, id);
      await this.sharing.changeState(tx, id, 'withdrawn');
      await this.audit.record(tx, actor, { action: 'alert.withdrawn', object: { type: 'alert', id } });
      await this.sharing.share(tx, id);
    });
  }

  /** Publishes what is written down and not out yet, in the transaction of the caller, who has locked it. */
  async releaseIn(tx: Tx, actor: Actor, id: string): Promise<void> {
    const { own, highest } = await this.unpublished(tx, id);
    await this.sharing.changeState(tx, id, 'published');
    // A CAP message was whole when it came, and its identity is its own.
    if (own.some(({ content }) => content.state === 'draft')) {
      await this.versions.reissue(tx, actor, id, ({ content }) => ({ ...content, state: 'published' }));
    }
    await this.publishIn(tx, actor, id, 'alert.published', highest);
  }

  /** Does what a second person has released, in the transaction of the caller, who has locked the alert. */
  async publishReleasedIn(
    tx: Tx,
    actor: Actor,
    { id, state }: ShareableRow,
    { subject, proposal }: Subject,
  ): Promise<void> {
    if (subject === 'alert') return this.releaseIn(tx, actor, id);
    if (subject === 'update') {
      this.refuseFaults(proposal);
      return this.updateIn(tx, actor, id, proposal);
    }
    refuseAll(translationFaults(proposal, await this.alerts.listOwnRenditions(tx, id)));
    return this.translateIn(tx, actor, id, proposal, state);
  }

  /** Writes all renditions of one's own alert again with a changed content, in the transaction of the caller. */
  async reissueIn(
    tx: Tx,
    actor: Actor,
    id: string,
    change: (own: OwnRenditionRow) => AlertContent,
  ): Promise<void> {
    await this.versions.reissue(tx, actor, id, change);
  }

  /** One's own alert in one of these states. @throws Problem 404, 403, 409, 412 */
  async lockIn(tx: Tx, actor: Actor, id: string, states: string[], ifMatch?: string): Promise<ShareableRow> {
    const alert = await this.sharing.lockOwn(tx, actor, id, 'alert');
    requireVersion(ifMatch, alert.version);
    if (!states.includes(alert.state)) {
      throw problems.conflict(`The alert is ${alert.state.replace('_', ' ')}.`);
    }
    return alert;
  }

  /** The last statements of the transaction that publishes. @throws Problem 403 */
  async share(tx: Tx, actor: Actor, id: string): Promise<void> {
    await this.sharing.share(tx, id);
    // It would have published what it could neither read nor change, and been told that there is no such thing.
    if (actor.narrowed && (await this.alerts.findReadable(tx, id)) === null) {
      throw problems.forbidden('The client may not publish what it could not read itself.');
    }
  }

  /** Every reader of an alert would have a note at once. @throws Problem 409 where a second person releases texts */
  async refuseNote(tx: Tx, actor: Actor, id: string, note: string | undefined): Promise<void> {
    if (note === undefined) return;
    const own = await this.alerts.listOwnRenditions(tx, id);
    if (!(await this.gate.holds(tx, actor, own.map(handlingOf)))) return;
    throw problems.conflict(
      'At this handling a second person releases texts: state it without a note or by an update.',
    );
  }

  /** Leaves to a second person what is written down and nobody else has yet. @throws Problem 422 */
  async askIn(tx: Tx, actor: Actor, id: string, stated: Reach): Promise<void> {
    // Whom it would reach can only be told of what stands; nobody sees that it did.
    await this.sharing.changeState(tx, id, 'published');
    await this.refuseUnreached(tx, id, stated);
    await this.sensitivity.refuse(tx, id, stated);
    await this.sharing.changeState(tx, id, 'pending_release');
    await this.gate.ask(tx, actor, id, { subject: 'alert', proposal: null });
  }

  private async updateIn(tx: Tx, actor: Actor, id: string, dto: UpdateAlertDto): Promise<void> {
    await this.sharing.changeState(tx, id, 'published');
    await this.sharing.changeExpiry(tx, id, dto.expiresAt);
    await this.versions.write(tx, actor, id, dto, 'published');
    await this.publishIn(tx, actor, id, 'alert.updated', dto);
  }

  private async translateIn(
    tx: Tx,
    actor: Actor,
    id: string,
    dto: TranslateAlertDto,
    state: ShareableRow['state'],
  ): Promise<void> {
    const own = await this.alerts.listOwnRenditions(tx, id);
    const added = dto.texts.map((text) =>
      textFromJson({ ...text, provenance: text.provenance ?? 'translator' }),
    );
    await this.sharing.changeState(tx, id, state);
    await this.versions.reissue(tx, actor, id, ({ content }) =>
      own.length === 1 || content.identifier === dto.rendition
        ? { ...content, texts: [...content.texts, ...added] }
        : content,
    );
    if (state === 'draft') return;
    await this.audit.record(tx, actor, { action: 'alert.translated', object: { type: 'alert', id } });
    await this.sharing.share(tx, id);
  }

  /** What is written down and not out yet, as long as it holds. */
  private async unpublished(tx: Tx, id: string): Promise<{ own: OwnRenditionRow[]; highest: AlertContent }> {
    const own = await this.alerts.listOwnRenditions(tx, id);
    const highest = own.at(-1)?.content;
    if (highest === undefined) throw problems.notFound();
    if (Date.parse(highest.expiresAt ?? '') <= Date.now()) {
      throw problems.conflict('The draft has expired meanwhile: say until when it is to hold.');
    }
    return { own, highest };
  }

  /**
   * @throws Problem 422 when somebody it is addressed to may read none of its texts and nobody said why, and when the
   * sensitivity matrix of an arrangement asks for a higher handling
   */
  async publishIn(tx: Tx, actor: Actor, id: string, action: string, stated: Reach): Promise<void> {
    await this.refuseUnreached(tx, id, stated);
    await this.sensitivity.refuse(tx, id, stated);
    const { noLowerReason, acceptedWarnings = [] } = stated;
    await this.audit.record(tx, actor, {
      action,
      object: { type: 'alert', id },
      details: {
        ...(noLowerReason !== undefined && { noLowerReason }),
        ...(acceptedWarnings.length > 0 && { acceptedWarnings }),
      },
    });
    await this.share(tx, actor, id);
  }

  private async refuseUnreached(
    tx: Tx,
    id: string,
    { isExempt = false, noLowerReason }: Reach,
  ): Promise<void> {
    const isAsked = !isExempt && noLowerReason === undefined;
    const unreached = isAsked ? await this.sharing.countUnreached(tx, id) : 0;
    if (unreached > 0) {
      throw problems.unprocessable(
        `${unreached} members of the arrangements that it is addressed to may read none of its texts.`,
        [{ pointer: '#/renditions', detail: 'must have a lower one, or noLowerReason must say why not' }],
      );
    }
  }

  private async lockToWrite(
    tx: Tx,
    actor: Actor,
    id: string,
    dto: UpdateAlertDto,
    states: string[],
    ifMatch: string | undefined,
  ): Promise<void> {
    const alert = await this.lockIn(tx, actor, id, states, ifMatch);
    if (alert.is_drill !== isDrill(dto.status)) {
      throw problems.conflict('What is actual and what is a drill never become each other.', [
        { pointer: '#/status', detail: `must ${alert.is_drill ? 'not ' : ''}be actual` },
      ]);
    }
  }

  private refuseFaults(dto: UpdateAlertDto): void {
    refuseAll(alertFaults(dto, new Date()));
  }

  /** It could not find its own draft again: a draft has no grants. */
  private refuseNarrowed(actor: Actor): void {
    if (actor.narrowed)
      throw problems.forbidden('A client that may read less than its partner cannot keep drafts.');
  }
}

const STANDING = ['published', 'expired'];

interface Reach {
  noLowerReason?: string;
  acceptedWarnings?: readonly string[];
  /** A flash waits for nothing, and what it leaves out comes by update; what takes back addresses nobody. */
  isExempt?: boolean;
}

const reachOf = ({ noLowerReason, acceptedWarnings }: Reach): Reach => ({ noLowerReason, acceptedWarnings });

const handlingOf = ({ content }: OwnRenditionRow): Handling => content.handling;

function refuseAll(faults: Fault[]): void {
  if (faults.length > 0) throw problems.invalidInput(faults);
}

const identityOf = ({ sender, identifier, sent }: MessageIdentity) => ({ sender, identifier, sent });
