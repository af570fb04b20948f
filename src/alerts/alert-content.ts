import { type Classification, type Tlp } from '../access/handling.js';
import { type AttachmentSummary } from '../attachments/attachments.service.js';
import {
  type Acknowledgement,
  type AlertKind,
  type AlertState,
  type AlertStatus,
  type AreaPrecision,
  type Attribution,
  type Category,
  type Certainty,
  type Credibility,
  type MessageType,
  type Provenance,
  type Reliability,
  type ResponseType,
  type Severity,
  type Urgency,
  type VerificationStatus,
} from './alert.values.js';
import { type CapMessage, type CapReference } from './cap/cap-message.js';
import { type Position } from './cap/cap-geometry.js';

export interface AlertText {
  language: string;
  /** Its author's own when absent. */
  provenance?: Provenance;
  headline?: string;
  description?: string;
  instruction?: string;
  /** As its author wrote it; derived from the rest when absent. */
  shortText?: string;
}

export interface AlertArea {
  description: string;
  precision?: AreaPrecision;
  polygons: Position[][];
  circles: { center: Position; radiusKm: number }[];
  geocodes: { name: string; value: string }[];
  /** ISO 3166-1 alpha-2. */
  countries?: string[];
}

export interface Grading {
  reliability: Reliability;
  credibility: Credibility;
}

/** One judgement of the originator on its own alert. */
export interface Verification {
  status: VerificationStatus;
  grading: Grading;
  at: string;
  note?: string;
}

/** What all renditions of one version of an alert have in common. */
export interface AlertFacts {
  kind: AlertKind;
  status: AlertStatus;
  state: AlertState;
  event: string;
  categories: Category[];
  /** Codes of the reference list `incident-acts`. */
  incidentTypes?: string[];
  urgency: Urgency;
  severity: Severity;
  certainty: Certainty;
  responses: ResponseType[];
  effectiveAt?: string;
  onsetAt?: string;
  expiresAt?: string;
  grading?: Grading;
  attribution: Attribution;
  /** Absent: none. */
  acknowledgement?: Exclude<Acknowledgement, 'none'>;
  acknowledgeBy?: string;
  originator?: { code: string; name: string };
  note?: string;
  /** What the originator found out about it since, oldest first. */
  verification?: Verification[];
}

/** Identity of one message towards other systems; none of the three ever moves (CAP 1.2 §3.2.1). */
export interface MessageIdentity {
  identifier: string;
  sender: string;
  /** Lexical form, as references must repeat it. */
  sent: string;
}

/** All that one rendition says. Immutable once written; views and formats are made from it. */
export interface AlertContent extends AlertFacts, MessageIdentity {
  messageType: MessageType;
  references: CapReference[];
  handling: { tlp: Tlp; classification: Classification };
  /** The originator's own note in its highest rendition: why some that it is addressed to get no text. */
  noLowerReason?: string;
  /** The same of the warnings of sensitivity matrices that it has read. */
  acceptedWarnings?: string[];
  texts: AlertText[];
  areas: AlertArea[];
  /** Absent when there are none. */
  attachments?: AttachmentSummary[];
}

/** One rendition ready to be written. */
export interface AlertRenditionDraft {
  content: AlertContent;
  /** The message as it came, when it came as CAP. */
  cap: CapMessage | null;
}
