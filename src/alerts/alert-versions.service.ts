import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { Inject, Injectable } from '@nestjs/common';
import { type Actor } from '../access/actor.js';
import { AttachmentsService } from '../attachments/attachments.service.js';
import { classificationLabel, tlpLabel } from '../access/handling.js';
import { PUBLIC_URL } from '../core/config.provider.js';
import { type Tx } from '../core/database.js';
import { newId } from '../core/ids.js';
import { problems } from '../core/problem.js';
import { PartnersService } from '../partners/partners.service.js';
import { ReferenceService, type StatedCode } from '../reference/reference.service.js';
import { type Downgrade, type RenditionDraft, SharingService } from '../sharing/sharing.service.js';
import { type AlertContent, type AlertRenditionDraft, type AlertText } from './alert-content.js';
import { describeAttachments, withAttachments } from './alert-attachments.js';
import { renditionFromJson } from './alert-from-json.js';
import { reissueCap } from './alert-to-cap.js';
import { type RenditionDto, type UpdateAlertDto } from './alerts.dto.js';
import { AlertsRepository, type OwnRenditionRow } from './alerts.repository.js';
import { type CapMessage } from './cap/cap-message.js';
import { formatCapTime } from './cap/cap-time.js';
import { downgradeOf } from './downgrade.rules.js';
import { carryOn } from './verification.rules.js';

/** Versions of alerts: what is written once, for each of their renditions, inside the transaction of a verb. */
@Injectable()
export class AlertVersionsService {
  private readonly host: string;

  constructor(
    private readonly alerts: AlertsRepository,
    private readonly sharing: SharingService,
    private readonly partners: PartnersService,
    private readonly attachments: AttachmentsService,
    private readonly reference: ReferenceService,
    @Inject(PUBLIC_URL) publicUrl: string,
  ) {
    this.host = new URL(publicUrl).hostname;
  }

  /** Writes what was said, the lowest rendition first, as a version of its own. */
  async write(
    tx: Tx,
    actor: Actor,
    id: string,
    stated: UpdateAlertDto,
    state: 'draft' | 'published',
  ): Promise<void> {
    const faults = await this.reference.faults(tx, (stated.incidentTypes ?? []).map(asStated));
    if (faults.length > 0) throw problems.invalidInput(faults);
    const settled = await this.settle(tx, actor, stated);
    const originator = await this.partners.describe(tx, actor.partnerId);
    const predecessors = await this.alerts.listPredecessors(tx, id);
    // What is not said again stays: an originator that was not named is not named by an omission.
    const attribution = stated.attribution ?? predecessors.at(-1)?.attribution ?? 'named';
    const judgements = carryOn(predecessors.at(-1), stated.grading, new Date());
    const dto = { ...stated, attribution, ...judgements };
    const sender = predecessors[0]?.sender ?? this.senderOf(originator.code, dto);
    if (attribution === 'a_partner' && sender !== this.senderOf(originator.code, dto)) {
      throw problems.invalidInput([
        { pointer: '#/attribution', detail: 'was given and cannot be taken back' },
      ]);
    }
    const sent = formatCapTime(new Date());
    const own = await this.alerts.listOwnRenditions(tx, id);
    const attachments = await describeAttachments(tx, this.attachments, dto.renditions, attribution);
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
      const text = renditionFromJson(dto, rendition, ranks, originator, message, state);
      const written = withAttachments(text, attachments[index]);
      return {
        ...ranks,
        audience,
        classificationReason: rendition.classificationReason ?? null,
        reviewAt: rendition.reviewAt ?? null,
        downgrade: rendition.downgrade && downgradeOf(rendition.downgrade, rendition),
        quietAfter: own.find((row) => isTranslationOf(row, ranks, written.content))?.rendition_id ?? null,
        ...written,
        capDigest: null,
      };
    });
    drafts.sort((a, b) => a.tlp - b.tlp || a.classification - b.classification);
    const highest = drafts.at(-1);
    // In a lower one it would tell that there is a higher.
    const { noLowerReason, acceptedWarnings } = stated;
    if (highest) highest.content = { ...highest.content, noLowerReason, acceptedWarnings };
    await this.writeRenditions(tx, actor, id, drafts);
    if (stated.knownAt !== undefined) await this.alerts.stateKnown(tx, id, stated.knownAt);
  }

  /** Handling and audiences in ids and ranks. @throws Problem 400 naming every fault; 403 beyond a narrowed client's reach */
  async settle(
    tx: Tx,
    actor: Actor,
    { renditions }: UpdateAlertDto,
  ): ReturnType<SharingService['settleHandling']> {
    return this.sharing.settleHandling(tx, actor, renditions.map(statedHandling));
  }

  /** Writes the renditions of one version; those whose text is already there stay. */
  async writeRenditions(
    tx: Tx,
    actor: Pick<Actor, 'partnerId'>,
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
    for (const { id: renditionId, content } of written) {
      const ids = (content.attachments ?? []).map((attachment) => attachment.id);
      await this.attachments.attach(tx, { shareableId: id, renditionId }, ids);
    }
  }

  /**
   * Writes every current rendition again with a changed content; handling and audiences stay, and so does a rendition
   * whose text does not change.
   */
  async reissue(
    tx: Tx,
    actor: Pick<Actor, 'partnerId'>,
    id: string,
    change: (own: OwnRenditionRow) => AlertContent,
  ): Promise<void> {
    const own = await this.alerts.listOwnRenditions(tx, id);
    const sent = formatCapTime(new Date());
    const drafts = own.map((row) => {
      const content = { ...change(row), identifier: newIdentifier(), sent };
      return {
        ...asItStands(row),
        quietAfter: isTranslationOf(row, row, content) ? row.rendition_id : null,
        content,
        cap: row.cap && reissueCap(row.cap, content),
        capDigest: null,
      };
    });
    await this.writeRenditions(tx, actor, id, drafts);
  }

  /** The same text as a message of its own at a lower handling; whoever had it is not woken for that. */
  lowered(row: OwnRenditionRow, { tlp, classification }: Pick<Downgrade, 'tlp' | 'classification'>) {
    const content = {
      ...row.content,
      identifier: newIdentifier(),
      sent: formatCapTime(new Date()),
      handling: { tlp: tlpLabel(tlp), classification: classificationLabel(classification) },
    };
    return {
      ...asItStands(row),
      tlp,
      classification,
      downgrade: null,
      quietAfter: row.rendition_id,
      content,
      cap: row.cap && reissueCap(row.cap, content),
      capDigest: null,
    };
  }

  /** A sender that stays unnamed is the exchange itself. */
  private senderOf(code: string, dto: UpdateAlertDto): string {
    return `${dto.attribution === 'a_partner' ? 'exchange' : code.toLowerCase()}@${this.host}`;
  }
}

/** Handling and audience of a rendition that is written anew at the same ones. */
export const asItStands = (row: OwnRenditionRow) => ({
  tlp: row.tlp,
  classification: row.classification,
  classificationReason: row.classification_reason,
  reviewAt: row.review_at,
  downgrade: row.downgrade,
  audience: {
    arrangementIds: row.audience_arrangements,
    kinds: row.audience_kinds,
    partnerIds: row.audience_partners,
    exceptIds: row.audience_except,
  },
});

const newIdentifier = (): string => `urn:uuid:${newId()}`;

function statedHandling({ tlp, classification, classificationReason, reviewAt, audience }: RenditionDto) {
  return { tlp, classification, classificationReason, reviewAt, audience };
}

/** Nothing but languages was added: who had the other one has no reason to be woken. */
function isTranslationOf(
  earlier: OwnRenditionRow,
  { tlp, classification }: { tlp: number; classification: number },
  content: AlertContent,
): boolean {
  if (earlier.tlp !== tlp || earlier.classification !== classification) return false;
  const before = said(earlier.content);
  const after = said(content);
  const kept = (text: AlertText): boolean => after.texts.some((one) => isDeepStrictEqual(one, text));
  return (
    after.texts.length > before.texts.length &&
    before.texts.every(kept) &&
    isDeepStrictEqual({ ...before, texts: [] }, { ...after, texts: [] })
  );
}

const UNSAID = {
  identifier: undefined,
  sent: undefined,
  references: undefined,
  messageType: undefined,
  noLowerReason: undefined,
  acceptedWarnings: undefined,
};

/** What readers see of it; identity and references follow from it. As JSON, which is how it was kept. */
const said = (content: AlertContent): AlertContent =>
  JSON.parse(JSON.stringify({ ...content, ...UNSAID })) as AlertContent;

/** In whatever order the database gave it back. Identity does not count, save that of a message given whole. */
const digestOf = (content: AlertContent, cap: CapMessage | null): Buffer =>
  createHash('sha256')
    .update(JSON.stringify([{ ...content, ...UNSAID }, cap], inOrder))
    .digest();

function inOrder(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

const asStated = (code: string, index: number): StatedCode => ({
  list: 'incident-acts',
  code,
  pointer: `#/incidentTypes/${index}`,
});
