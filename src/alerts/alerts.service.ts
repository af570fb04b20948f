import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { type Actor } from '../access/actor.js';
import { PUBLIC_URL } from '../core/config.provider.js';
import { Database, type Tx } from '../core/database.js';
import { requireVersion } from '../core/etag.js';
import { claimId, type IdempotencyKey } from '../core/idempotency.js';
import { newId } from '../core/ids.js';
import { problems } from '../core/problem.js';
import { PartnersService } from '../partners/partners.service.js';
import { type RenditionDraft, SharingService } from '../sharing/sharing.service.js';
import { type AlertContent, type AlertRenditionDraft, type MessageIdentity } from './alert-content.js';
import { renditionFromJson } from './alert-from-json.js';
import { reissueCap } from './alert-to-cap.js';
import { alertFaults } from './alert.rules.js';
import {
  type CancelAlertDto,
  type CreateAlertDto,
  type RenditionDto,
  type UpdateAlertDto,
} from './alerts.dto.js';
import { AlertsRepository, type OwnRenditionRow } from './alerts.repository.js';
import { type CapMessage } from './cap/cap-message.js';
import { formatCapTime } from './cap/cap-time.js';
import { carryOn } from './verification.rules.js';

/** What originators do with their alerts. Each verb is one transaction whose last statement shares the outcome. */
@Injectable()
export class AlertsService {
  private readonly host: string;

  constructor(
    private readonly database: Database,
    private readonly alerts: AlertsRepository,
    private readonly sharing: SharingService,
    private readonly partners: PartnersService,
    @Inject(PUBLIC_URL) publicUrl: string,
  ) {
    this.host = new URL(publicUrl).hostname;
  }

  /** Publishes, or keeps as a draft. @returns the alert's id */
  async publish(actor: Actor, dto: CreateAlertDto, idempotency?: IdempotencyKey): Promise<string> {
    const { state = 'published' } = dto;
    if (state === 'draft') this.refuseNarrowed(actor);
    this.refuseFaults(dto);
    return this.database.as(actor, async (tx) => {
      const { id, repeated } = await claimId(tx, actor, idempotency);
      if (repeated) return id;
      await this.sharing.create(tx, actor, { id, type: 'alert', state });
      await this.write(tx, actor, id, dto, state);
      if (state === 'published') await this.share(tx, actor, id);
      return id;
    });
  }

  /** Replaces what a draft says. */
  async redraft(actor: Actor, id: string, dto: UpdateAlertDto, ifMatch?: string): Promise<void> {
    this.refuseFaults(dto);
    await this.database.as(actor, async (tx) => {
      await this.lock(tx, actor, id, ['draft'], ifMatch);
      await this.sharing.changeState(tx, id, 'draft');
      await this.write(tx, actor, id, dto, 'draft');
    });
  }

  /** Publishes a draft as it stands. */
  async release(actor: Actor, id: string, ifMatch?: string): Promise<void> {
    await this.database.as(actor, async (tx) => {
      await this.lock(tx, actor, id, ['draft'], ifMatch);
      const sent = formatCapTime(new Date());
      const [own] = await this.alerts.listOwnRenditions(tx, id);
      if (Date.parse(own?.content.expiresAt ?? '') <= Date.now()) {
        throw problems.conflict('The draft has expired meanwhile: say until when it is to hold.');
      }
      await this.sharing.changeState(tx, id, 'published');
      await this.reissueIn(tx, actor, id, ({ content }) => ({
        ...content,
        state: 'published',
        identifier: newIdentifier(),
        sent,
      }));
      await this.sharing.share(tx, id);
    });
  }

  /** A new version, for whoever now may have it; a rendition that stays as it was tells its readers nothing. */
  async update(actor: Actor, id: string, dto: UpdateAlertDto, ifMatch?: string): Promise<void> {
    this.refuseFaults(dto);
    await this.database.as(actor, async (tx) => {
      await this.lock(tx, actor, id, ['published'], ifMatch);
      await this.sharing.changeState(tx, id, 'published');
      await this.write(tx, actor, id, dto, 'published');
      await this.sharing.share(tx, id);
    });
  }

  /** It no longer holds; everybody who has it is told, and keeps it as cancelled. */
  async cancel(actor: Actor, id: string, dto: CancelAlertDto, ifMatch?: string): Promise<void> {
    await this.database.as(actor, async (tx) => {
      await this.lock(tx, actor, id, ['published'], ifMatch);
      const sent = formatCapTime(new Date());
      await this.sharing.changeState(tx, id, 'cancelled');
      await this.reissueIn(tx, actor, id, (own) => ({
        ...own.content,
        state: 'cancelled',
        messageType: 'cancel',
        identifier: newIdentifier(),
        sent,
        note: dto.note ?? own.content.note,
        references: [identityOf(own.content)],
      }));
      await this.sharing.share(tx, id);
    });
  }

  /** It should not be with its readers: all lose it and find a tombstone in their logs. */
  async withdraw(actor: Actor, id: string, ifMatch?: string): Promise<void> {
    await this.database.as(actor, async (tx) => {
      await this.lock(tx, actor, id, ['draft', 'published', 'cancelled'], ifMatch);
      await this.sharing.changeState(tx, id, 'withdrawn');
      await this.sharing.share(tx, id);
    });
  }

  /** The last statements of the transaction that publishes. @throws Problem 403 */
  async share(tx: Tx, actor: Actor, id: string): Promise<void> {
    await this.sharing.share(tx, id);
    // It would have published what it could neither read nor change, and been told that there is no such thing.
    if (actor.narrowed && (await this.alerts.findReadable(tx, id)) === null) {
      throw problems.forbidden('The client may not publish what it could not read itself.');
    }
  }

  /** Writes the renditions of one version; those whose text is already there stay. */
  async writeRenditions(
    tx: Tx,
    actor: Actor,
    id: string,
    drafts: (Omit<RenditionDraft, 'ordinal' | 'digest'> &
      AlertRenditionDraft & { capDigest: Buffer | null })[],
  ): Promise<void> {
    const outcome = await this.sharing.replaceRenditions(
      tx,
      id,
      drafts.map(({ content, cap, capDigest: _digest, ...draft }, ordinal) => ({
        ...draft,
        ordinal,
        digest: digestOf(content, cap),
      })),
    );
    const written = drafts.flatMap(({ content, cap, capDigest }, index) => {
      const rendition = outcome[index];
      return rendition?.isNew ? [{ id: rendition.id, content, cap, capDigest }] : [];
    });
    await this.alerts.insertRenditions(tx, id, actor.partnerId, written);
  }

  private async write(
    tx: Tx,
    actor: Actor,
    id: string,
    stated: UpdateAlertDto,
    state: 'draft' | 'published',
  ): Promise<void> {
    const settled = await this.sharing.settleHandling(tx, actor, stated.renditions.map(statedHandling));
    const originator = await this.partners.describe(tx, actor.partnerId);
    const predecessors = await this.alerts.listPredecessors(tx, id);
    // What is not said again stays: an originator that was not named is not named by an omission.
    const attribution = stated.attribution ?? predecessors.at(-1)?.attribution ?? 'named';
    const dto = { ...stated, attribution };
    const judgements = carryOn(predecessors.at(-1), dto.grading, new Date());
    const sender = predecessors[0]?.sender ?? this.senderOf(originator.code, dto);
    if (attribution === 'a_partner' && sender !== this.senderOf(originator.code, dto)) {
      throw problems.invalidInput([
        { pointer: '#/attribution', detail: 'was given and cannot be taken back' },
      ]);
    }
    const sent = formatCapTime(new Date());
    const drafts = dto.renditions.map((rendition, index) => {
      const { audience, ...ranks } = settled[index] as (typeof settled)[number];
      // Which messages it replaces depends on which of them a reader had: that is said when it is read.
      const message = {
        identifier: newIdentifier(),
        sender,
        sent,
        messageType: 'alert' as const,
        references: [],
      };
      return {
        ...ranks,
        audience,
        classificationReason: rendition.classificationReason ?? null,
        reviewAt: rendition.reviewAt ?? null,
        ...renditionFromJson({ ...dto, ...judgements }, rendition, ranks, originator, message, state),
        capDigest: null,
      };
    });
    await this.writeRenditions(tx, actor, id, drafts);
  }

  /** Writes every current rendition again with a changed content; handling and audiences stay. */
  async reissueIn(
    tx: Tx,
    actor: Actor,
    id: string,
    change: (own: OwnRenditionRow) => AlertContent,
  ): Promise<void> {
    const own = await this.alerts.listOwnRenditions(tx, id);
    const drafts = own.map((row) => {
      const content = change(row);
      return {
        tlp: row.tlp,
        classification: row.classification,
        classificationReason: row.classification_reason,
        reviewAt: row.review_at,
        audience: {
          arrangementIds: row.audience_arrangements,
          kinds: row.audience_kinds,
          partnerIds: row.audience_partners,
          exceptIds: row.audience_except,
        },
        content,
        cap: row.cap && reissueCap(row.cap, content),
        capDigest: null,
      };
    });
    await this.writeRenditions(tx, actor, id, drafts);
  }

  private async lock(
    tx: Tx,
    actor: Actor,
    id: string,
    states: string[],
    ifMatch: string | undefined,
  ): Promise<void> {
    const alert = await this.sharing.lockOwn(tx, actor, id, 'alert');
    requireVersion(ifMatch, alert.version);
    if (!states.includes(alert.state)) throw problems.conflict(`The alert is ${alert.state}.`);
  }

  private refuseFaults(dto: UpdateAlertDto): void {
    const faults = alertFaults(dto, new Date());
    if (faults.length > 0) throw problems.invalidInput(faults);
  }

  /** It could not find its own draft again: a draft has no grants. */
  private refuseNarrowed(actor: Actor): void {
    if (actor.narrowed)
      throw problems.forbidden('A client that may read less than its partner cannot keep drafts.');
  }

  /** A sender that stays unnamed is the exchange itself. */
  private senderOf(code: string, dto: UpdateAlertDto): string {
    return `${dto.attribution === 'a_partner' ? 'exchange' : code.toLowerCase()}@${this.host}`;
  }
}

const identityOf = ({ sender, identifier, sent }: MessageIdentity) => ({ sender, identifier, sent });

const newIdentifier = (): string => `urn:uuid:${newId()}`;

function statedHandling({ tlp, classification, classificationReason, reviewAt, audience }: RenditionDto) {
  return { tlp, classification, classificationReason, reviewAt, audience };
}

/** Of what readers see, in whatever order the database gave it back; identity and references follow from it and so do not count, save those of a message given whole. */
function digestOf(content: AlertContent, cap: CapMessage | null): Buffer {
  const { identifier: _i, sent: _s, references: _r, messageType: _m, ...said } = content;
  return createHash('sha256')
    .update(JSON.stringify([said, cap], inOrder))
    .digest();
}

function inOrder(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
