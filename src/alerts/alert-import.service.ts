import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import { type Actor } from '../access/actor.js';
import { Database, type Tx } from '../core/database.js';
import { claimId, type IdempotencyKey } from '../core/idempotency.js';
import { type Fault, Problem, problems } from '../core/problem.js';
import { PartnersService } from '../partners/partners.service.js';
import { type RenditionDraft, SharingService } from '../sharing/sharing.service.js';
import { type AlertRenditionDraft } from './alert-content.js';
import { alertTypeOf, renditionFromCap } from './alert-from-cap.js';
import { type ImportAlertQuery } from './alert-import.dto.js';
import { AlertsRepository, identityTaken } from './alerts.repository.js';
import { AlertVersionsService, asItStands } from './alert-versions.service.js';
import { isDrill } from './alert.values.js';
import { AlertsService } from './alerts.service.js';
import { CapFault, type CapMessage } from './cap/cap-message.js';
import { parseCap } from './cap/parse-cap.js';
import { ReleaseGateService } from './release-gate.service.js';
import { carryOn } from './verification.rules.js';

export interface Imported {
  id: string;
  /** False when the message was there already, or changed an alert that was. */
  created: boolean;
}

type ImportDraft = Omit<RenditionDraft, 'ordinal' | 'digest'> &
  AlertRenditionDraft & {
    cap: CapMessage;
    /** The message whose text it keeps. */
    before?: CapMessage | null;
  };

/** CAP messages of other systems: published by whoever posts them, at the handling that the poster states. */
@Injectable()
export class AlertImportService {
  constructor(
    private readonly database: Database,
    private readonly alerts: AlertsRepository,
    private readonly publishing: AlertsService,
    private readonly gate: ReleaseGateService,
    private readonly versions: AlertVersionsService,
    private readonly sharing: SharingService,
    private readonly partners: PartnersService,
  ) {}

  /**
   * Identifier, sender and sent time stay the message's own. An Update or Cancel of a message that this partner
   * published here changes that alert; one whose predecessors are not here stands by itself.
   * @throws Problem 422 for what is not a CAP alert, 409 for another message under a known identity
   */
  async publish(
    actor: Actor,
    bytes: Buffer,
    query: ImportAlertQuery,
    idempotency?: IdempotencyKey,
  ): Promise<Imported> {
    const cap = readCap(bytes);
    const capDigest = createHash('sha256').update(bytes).digest();
    return this.database.as(actor, async (tx) => {
      const claim = await claimId(tx, actor, idempotency);
      await this.alerts.lockMessage(tx, actor.partnerId, cap);
      const known = await this.alerts.findOwnMessage(tx, cap);
      if (known !== null) {
        if (known.cap_digest?.equals(capDigest)) return { id: known.alert_id, created: false };
        throw identityTaken();
      }
      let draft = await this.settle(tx, actor, cap, query);
      const predecessor = await this.findPredecessor(tx, actor, cap, draft);
      const kept = predecessor === null ? null : await this.keepText(tx, predecessor, draft);
      draft = kept ?? draft;
      const waits = await this.waits(tx, actor, draft, predecessor, kept !== null);
      if (predecessor === null) {
        const { status, expiresAt } = draft.content;
        await this.sharing.create(tx, actor, {
          id: claim.id,
          type: 'alert',
          state: stateOf(draft),
          isDrill: isDrill(status),
          expiresAt,
        });
      } else {
        await this.sharing.changeState(tx, predecessor, stateOf(draft));
        await this.sharing.changeExpiry(tx, predecessor, draft.content.expiresAt);
        // What waited was to take the place of what is now replaced.
        await this.gate.drop(tx, predecessor);
        if (kept === null) await this.keepGrading(tx, predecessor, draft);
      }
      const id = predecessor ?? claim.id;
      await this.versions.writeRenditions(tx, actor, id, [{ ...draft, capDigest }]);
      await this.send(tx, actor, id, draft, { waits, isNew: predecessor === null, asksReach: kept === null });
      return { id, created: predecessor === null };
    });
  }

  /** The last statements, as for any other alert. What takes a text back asks for no lower one. */
  private async send(
    tx: Tx,
    actor: Actor,
    id: string,
    { content }: ImportDraft,
    { waits, isNew, asksReach }: { waits: boolean; isNew: boolean; asksReach: boolean },
  ): Promise<void> {
    const { noLowerReason, acceptedWarnings } = content;
    const reach = { noLowerReason, acceptedWarnings, isExempt: !asksReach };
    const changed = isNew ? 'alert.published' : 'alert.updated';
    const action = content.state === 'cancelled' ? 'alert.cancelled' : changed;
    await (
      waits
        ? this.publishing.askIn(tx, actor, id, reach)
        : this.publishing.publishIn(tx, actor, id, action, reach)
    ).catch(unreachedInQuery);
  }

  /**
   * One alert waits like any other; what waits for an alert that stands, or does not hold itself, has no place to wait.
   * That something no longer holds is told at once, as long as nothing else is said with it.
   */
  private async waits(
    tx: Tx,
    actor: Actor,
    { content, cap, before }: ImportDraft,
    predecessor: string | null,
    isKept: boolean,
  ): Promise<boolean> {
    const isCancelled = content.state === 'cancelled';
    if (isKept && isCancelled && !saysMore(cap, before)) return false;
    if (!(await this.gate.holds(tx, actor, [content.handling]))) return false;
    if (predecessor === null && content.state === 'published') return true;
    if (predecessor === null) {
      throw problems.conflict('At this handling a second person releases it, and it does not hold any more.');
    }
    throw problems.conflict(
      isCancelled
        ? 'At this handling a second person releases texts: cancel it without any, or by POST /v1/alerts/{id}/cancellation.'
        : 'At this handling a second person releases changes: propose it by POST /v1/alerts/{id}/updates.',
    );
  }

  private async settle(tx: Tx, actor: Actor, cap: CapMessage, query: ImportAlertQuery): Promise<ImportDraft> {
    const { tlp, classification, classificationReason, reviewAt } = query;
    const { arrangements = [], kinds = [], partners = [], except = [] } = query;
    const stated = { tlp, classification, classificationReason, reviewAt };
    const [settled] = await this.sharing
      .settleHandling(tx, actor, [{ ...stated, audience: { arrangements, kinds, partners, except } }])
      .catch((error: unknown) => {
        throw inQuery(error);
      });
    if (settled === undefined) throw problems.notFound();
    const { audience, ...ranks } = settled;
    const originator = await this.partners.describe(tx, actor.partnerId);
    const { content } = renditionFromCap(cap, query.kind ?? 'advisory', ranks, originator, new Date());
    return {
      ...ranks,
      audience,
      classificationReason: classificationReason ?? null,
      reviewAt: reviewAt ?? null,
      content: {
        ...content,
        noLowerReason: query.noLowerReason,
        acceptedWarnings: query.acceptedWarnings,
      },
      cap,
    };
  }

  /**
   * The one alert of this partner, still standing, that the message is about.
   * @throws Problem 409 when the message would tell its readers of one that stands at a higher handling, or who it
   * was that was not to be named
   */
  private async findPredecessor(
    tx: Tx,
    actor: Actor,
    cap: CapMessage,
    draft: ImportDraft,
  ): Promise<string | null> {
    const found = new Set<string>();
    for (const reference of cap.references) {
      const message = await this.alerts.findOwnMessage(tx, reference);
      if (message?.attribution === 'a_partner') {
        throw problems.conflict(
          'It refers to a message whose originator is not named, and CAP names its sender: use POST /v1/alerts/{id}/updates or …/cancellation.',
        );
      }
      if (message === null || actor.narrowed || cap.msgType === 'Alert') continue;
      if (message.state === 'pending_release') {
        throw problems.conflict('It refers to a message that waits for its release.');
      }
      if (message.tlp > draft.tlp || message.classification > draft.classification) {
        throw problems.conflict('It refers to a message that stands at a higher handling here.', [
          { pointer: '/alert/references', detail: `must not name ${reference.identifier} at this handling` },
        ]);
      }
      // A drill about something actual stands by itself, and the other way round.
      const isOfKind = message.is_drill === isDrill(draft.content.status);
      if (isOfKind && isStanding(message.state)) found.add(message.alert_id);
    }
    const [id, ...others] = found;
    if (id === undefined || others.length > 0) return null;
    const { state } = await this.sharing.lockOwn(tx, actor, id, 'alert');
    return isStanding(state) ? id : null;
  }

  /** CAP cannot say how far it is verified: that stays as it was. */
  private async keepGrading(tx: Tx, alertId: string, draft: AlertRenditionDraft): Promise<void> {
    const predecessors = await this.alerts.listPredecessors(tx, alertId);
    draft.content = {
      ...draft.content,
      ...carryOn(predecessors.at(-1), draft.content.grading, new Date()),
    };
  }

  /**
   * A message without any text, such as a Cancel: whoever has the alert keeps seeing what it is about, at the handling
   * and for the audience that it had.
   * @returns null when it has a text, or there are several renditions, for which one message cannot stand
   */
  private async keepText(tx: Tx, alertId: string, draft: ImportDraft): Promise<ImportDraft | null> {
    if (draft.cap.infos.length > 0) return null;
    const [own, ...others] = await this.alerts.listOwnRenditions(tx, alertId);
    if (own === undefined || others.length > 0) return null;
    const { identifier, sender, sent, references, messageType, state, note } = draft.content;
    return {
      ...asItStands(own),
      content: { ...own.content, identifier, sender, sent, references, messageType, state, note },
      cap: draft.cap,
      before: own.cap,
    };
  }
}

const FREE_TEXTS = ['note', 'source', 'restriction', 'addresses', 'incidents', 'codes'] as const;

/** Beside its texts a message has other places for words; those that stand already say nothing new. */
const saysMore = (cap: CapMessage, before: CapMessage | null | undefined): boolean =>
  FREE_TEXTS.some((name) => (cap[name]?.length ?? 0) > 0 && !isDeepStrictEqual(cap[name], before?.[name]));

const isStanding = (state: string): boolean => state === 'published' || state === 'expired';

/** A cancelled message has no other fate; an old one came too late to be anything but expired. */
const stateOf = ({ content }: AlertRenditionDraft): 'published' | 'expired' | 'cancelled' =>
  content.state === 'cancelled' || content.state === 'expired' ? content.state : 'published';

function readCap(bytes: Buffer): CapMessage {
  try {
    const cap = parseCap(bytes);
    if (alertTypeOf(cap) !== undefined) return cap;
  } catch (error) {
    if (!(error instanceof CapFault)) throw error;
    throw problems.unprocessable(
      'The body is not a CAP 1.2 message.',
      error.findings.map(({ path, line, detail }) => ({
        pointer: path,
        detail: line === undefined ? detail : `${detail} (line ${line})`,
      })),
    );
  }
  throw problems.unprocessable('A message of this type answers an alert and is none.', [
    { pointer: '/alert/msgType', detail: 'must be Alert, Update or Cancel' },
  ]);
}

/** The handling was stated in the query, so that is where its faults are. */
function inQuery(error: unknown): unknown {
  const errors = (error as { errors?: Fault[] }).errors;
  if (errors === undefined) return error;
  return problems.invalidInput(
    errors.map(({ pointer, detail }) => ({
      pointer: pointer.replace(/^#\/renditions\/0\/(audience\/)?/, '?'),
      detail,
    })),
  );
}

/** So were the reason for having no lower text, and the warnings that were accepted. */
function unreachedInQuery(error: unknown): never {
  if (!(error instanceof Problem) || error.type !== 'unprocessable') throw error;
  throw problems.unprocessable(
    error.detail ?? '',
    (error.errors ?? []).map((fault) =>
      fault.pointer === '#/renditions'
        ? { pointer: '?noLowerReason', detail: 'must say why they get none' }
        : { ...fault, pointer: fault.pointer.replace(/^#\/renditions\/0\//, '?') },
    ),
  );
}
