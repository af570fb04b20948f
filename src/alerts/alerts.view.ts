import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { HandlingView } from '../access/handling.dto.js';
import { type AttachmentView } from '../attachments/attachments.service.js';
import { type AlertArea, type AlertContent, type AlertText } from './alert-content.js';
import {
  type Acknowledgement,
  type AlertKind,
  type AlertState,
  type AlertStatus,
  type AreaPrecision,
  type Attribution,
  type Category,
  type Certainty,
  type MessageType,
  NOTICE,
  type Provenance,
  type ResponseType,
  type Severity,
  type Urgency,
} from './alert.values.js';
import { CorroborationView } from './feedback.dto.js';
import { ApiPosition, ApiRings } from './position.decorators.js';
import { directionOf, shortTextOf } from './short-text.js';
import { GradingView, presentVerification, VerificationView } from './verification.dto.js';

export class OriginatorView {
  code: string;
  name: string;
}

export class TextView {
  /** BCP 47 tag. */
  language: string;
  direction: 'ltr' | 'rtl';
  /** Who answers for the wording. */
  provenance: Provenance;
  headline?: string;
  description?: string;
  instruction?: string;
  /** At most 160 characters, 70 in other scripts than Latin. */
  shortText?: string;
}

export class CircleView {
  /** [latitude, longitude] in degrees, WGS 84. */
  @ApiPosition()
  center: number[];
  radiusKm: number;
}

export class GeocodeView {
  name: string;
  value: string;
}

export class AreaView {
  description: string;
  precision?: AreaPrecision;
  /** Rings of [latitude, longitude]. */
  @ApiRings()
  polygons: number[][][];
  circles: CircleView[];
  geocodes: GeocodeView[];
  /** ISO 3166-1 alpha-2. */
  countries: string[];
}

export class ReferenceView {
  sender: string;
  identifier: string;
  sent: string;
}

/** What a reader needs of an alert where it cannot ask for more. */
export class PortableAlertView {
  id: string;
  /** Counts what you were given of this alert. */
  @ApiProperty({ type: 'integer' })
  version: number;
  /** When this version reached you. */
  changedAt: string;
  kind: AlertKind;
  /** Only `actual` is meant for action. */
  status: AlertStatus;
  state: AlertState;
  messageType: MessageType;
  event: string;
  categories: Category[];
  /** Codes of the reference list `incident-acts`. */
  incidentTypes: string[];
  urgency: Urgency;
  severity: Severity;
  certainty: Certainty;
  responses: ResponseType[];
  effectiveAt?: string;
  onsetAt?: string;
  expiresAt?: string;
  /** Admiralty scale. */
  grading?: GradingView;
  attribution: Attribution;
  /** Absent when the originator stays unnamed. */
  originator?: OriginatorView;
  /** Whether your organisation is asked to acknowledge it. */
  acknowledgement: Acknowledgement;
  acknowledgeBy?: string;
  handling: HandlingView;
  /** In the language that serves you best; absent when the message has no text. */
  text?: TextView;
  /** All languages at hand, its author's first. */
  languages: string[];
  areas: AreaView[];
  /** Files, to be read at `/v1/attachments/{id}`. */
  attachments: AttachmentView[];
  /** As the sender wrote it. */
  sent: string;
  note?: string;
  /** What the originator found out about it since, oldest first; the last one holds. */
  verification: VerificationView[];
}

/** The one rendition of an alert that you may have. */
export class AlertView extends PortableAlertView {
  identifier: string;
  sender: string;
  /** Messages that this one replaces. */
  references: ReferenceView[];
  /** What organisations say to it; with a single alert only. */
  corroboration?: CorroborationView;
  /** Decisions remain with the recipient. */
  notice: string;
}

export class AlertPage {
  items: AlertView[];
  nextCursor: string | null;
  /** Only when asked for with `count=true`. */
  @ApiPropertyOptional({ type: 'integer' })
  count?: number;
}

const presentAttachment = ({ id, name, type, bytes, digest }: AttachmentView): AttachmentView => ({
  id,
  name,
  type,
  bytes,
  digest,
});

/** The part of the view that is the same for every reader of the rendition. */
export type SharedAlertView = Omit<AlertView, 'id' | 'version' | 'changedAt' | 'state' | 'corroboration'>;

/** @param language one of those of the content's texts */
export function presentContent(content: AlertContent, language: string | undefined): SharedAlertView {
  const text = content.texts.find((one) => one.language === language);
  return {
    kind: content.kind,
    status: content.status,
    messageType: content.messageType,
    event: content.event,
    categories: content.categories,
    incidentTypes: content.incidentTypes ?? [],
    urgency: content.urgency,
    severity: content.severity,
    certainty: content.certainty,
    responses: content.responses,
    effectiveAt: content.effectiveAt,
    onsetAt: content.onsetAt,
    expiresAt: content.expiresAt,
    grading: content.grading && {
      reliability: content.grading.reliability,
      credibility: content.grading.credibility,
    },
    attribution: content.attribution,
    originator: content.originator && { code: content.originator.code, name: content.originator.name },
    acknowledgement: content.acknowledgement ?? 'none',
    acknowledgeBy: content.acknowledgeBy,
    handling: { tlp: content.handling.tlp, classification: content.handling.classification },
    text: text && presentText(text),
    languages: [...new Set(content.texts.map((one) => one.language))],
    areas: content.areas.map(presentArea),
    attachments: (content.attachments ?? []).map(presentAttachment),
    identifier: content.identifier,
    sender: content.sender,
    sent: content.sent,
    references: content.references.map(({ sender, identifier, sent }) => ({ sender, identifier, sent })),
    note: content.note,
    verification: presentVerification(content.verification),
    notice: NOTICE,
  };
}

export function presentText(text: AlertText): TextView {
  return {
    language: text.language,
    direction: directionOf(text.language),
    provenance: text.provenance ?? 'author',
    headline: text.headline,
    description: text.description,
    instruction: text.instruction,
    shortText: shortTextOf(text),
  };
}

function presentArea(area: AlertArea): AreaView {
  return {
    description: area.description,
    precision: area.precision,
    polygons: area.polygons as unknown as number[][][],
    circles: area.circles.map(({ center, radiusKm }) => ({ center: [...center], radiusKm })),
    geocodes: area.geocodes.map(({ name, value }) => ({ name, value })),
    countries: area.countries ?? [],
  };
}
