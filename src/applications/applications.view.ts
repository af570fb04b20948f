import { ApiProperty } from '@nestjs/swagger';
import { contentDigest } from '../attachments/attachments.module.js';
import { type MailLanguage } from '../mail/mail.module.js';
import { type PartnerKind } from '../partners/partners.service.js';
import {
  type ApplicationSide,
  type ApplicationState,
  type DocumentKind,
  missingDocuments,
  REQUIREMENTS,
} from './application.rules.js';
import {
  type ApplicationRow,
  type DocumentRow,
  type EventRow,
  type MessageRow,
} from './applications.repository.js';
import { type HintReason } from './duplicates.rules.js';

/** The same for everybody, whatever is known here already. */
export class ApplicationReceivedView {
  /** Until when the link that was sent to the contact is good; nobody sees the application before it is used. */
  @ApiProperty({ type: 'integer' })
  confirmWithinDays: number;
}

export class ApplicationDocumentView {
  id: string;
  kind: DocumentKind;
  name: string;
  type: string;
  @ApiProperty({ type: 'integer' })
  bytes: number;
  /** As in `Content-Digest` (RFC 9530), such as `sha-256=:…:`. */
  digest: string;
  at: string;
}

export class ApplicationMessageView {
  from: ApplicationSide;
  text: string;
  at: string;
}

export class ApplicationEventView {
  act: string;
  /** What the application became. */
  state: ApplicationState;
  by: ApplicationSide;
  reason?: string;
  /** Id of the organisation that acted; for whoever vets. */
  partner?: string;
  /** Client that acted; for whoever vets. */
  client?: string;
  at: string;
}

/** What the applicant and those who vet see alike. */
export class ApplicationCaseView {
  state: ApplicationState;
  kind: PartnerKind;
  name: string;
  submittedAt: string;
  /** By when it is to be decided. */
  decisionDueAt: string;
  /** By when the last question is to be answered, while it waits for that. */
  answerDueAt?: string;
  /** Of the decision. */
  reason?: string;
  requiredDocuments: DocumentKind[];
  missingDocuments: DocumentKind[];
  documents: ApplicationDocumentView[];
  messages: ApplicationMessageView[];
  history: ApplicationEventView[];
}

export class UnPartnershipView {
  entity: string;
  reference: string;
}

export class ApplicationContactView {
  name: string;
  title: string;
  email: string;
}

/** Something that this could be already. */
export class DuplicateHintView {
  /** In what they are alike. */
  alike: HintReason[];
  name: string;
  partnerId?: string;
  partnerCode?: string;
  applicationId?: string;
  state?: ApplicationState;
}

export class ApplicationView extends ApplicationCaseView {
  id: string;
  country?: string;
  registrationNumber?: string;
  website?: string;
  unPartnership?: UnPartnershipView;
  mandate?: string;
  countries?: string[];
  /** Absent once it is deleted. */
  contact?: ApplicationContactView;
  language: MailLanguage;
  isOverdue: boolean;
  /** When the contact, the documents and the correspondence are deleted. */
  eraseAt?: string;
  /** What it became. */
  partnerId?: string;
  duplicates: DuplicateHintView[];
}

export class EnteredApplicationView {
  application: ApplicationView;
  /** The private link, for the applicant alone; shown this once, and not for a repeat. */
  caseLink?: string;
}

export class ApplicationSummaryView {
  id: string;
  state: ApplicationState;
  kind: PartnerKind;
  name: string;
  country?: string;
  submittedAt: string;
  decisionDueAt: string;
  isOverdue: boolean;
}

export class ApplicationPage {
  items: ApplicationSummaryView[];
  nextCursor: string | null;
}

/** One application with all that belongs to it. */
export interface WholeApplication {
  row: ApplicationRow;
  documents: DocumentRow[];
  messages: MessageRow[];
  events: EventRow[];
}

const isoOf = (date: Date | null): string => (date ?? new Date(0)).toISOString();

export const presentDocument = (row: DocumentRow): ApplicationDocumentView => ({
  id: row.id,
  kind: row.kind,
  name: row.name,
  type: row.type,
  bytes: row.bytes,
  digest: contentDigest(row.digest),
  at: row.created_at.toISOString(),
});

/** @param isVetting who it was is nothing that the applicant must know */
export function presentCase(
  { row, documents, messages, events }: WholeApplication,
  isVetting = false,
): ApplicationCaseView {
  return {
    state: row.state,
    kind: row.kind,
    name: row.name,
    submittedAt: isoOf(row.submitted_at),
    decisionDueAt: isoOf(row.decide_by),
    ...(row.answer_by !== null && { answerDueAt: row.answer_by.toISOString() }),
    ...(row.reason !== null && { reason: row.reason }),
    requiredDocuments: [...REQUIREMENTS[row.kind].documents],
    missingDocuments: missingDocuments(
      row.kind,
      documents.map(({ kind }) => kind),
    ),
    documents: documents.map(presentDocument),
    messages: messages.map(({ side, text, at }) => ({ from: side, text, at: at.toISOString() })),
    history: events.map((event) => ({
      act: event.act,
      state: event.state,
      by: event.side,
      ...(event.reason !== null && { reason: event.reason }),
      ...(isVetting && event.partner_id !== null && { partner: event.partner_id }),
      ...(isVetting && event.client_id !== null && { client: event.client_id }),
      at: event.at.toISOString(),
    })),
  };
}

export const presentSummary = (row: ApplicationRow): ApplicationSummaryView => ({
  id: row.id,
  state: row.state,
  kind: row.kind,
  name: row.name,
  ...(row.country !== null && { country: row.country }),
  submittedAt: isoOf(row.submitted_at),
  decisionDueAt: isoOf(row.decide_by),
  isOverdue: row.is_overdue,
});

export function presentApplication(
  whole: WholeApplication,
  duplicates: DuplicateHintView[],
): ApplicationView {
  const { row } = whole;
  const { contact_name: name, contact_title: title, contact_email: email } = row;
  return {
    ...presentCase(whole, true),
    ...presentSummary(row),
    ...row.statements,
    ...(name !== null && title !== null && email !== null && { contact: { name, title, email } }),
    language: row.language,
    ...(row.erase_at !== null && { eraseAt: row.erase_at.toISOString() }),
    ...(row.partner_id !== null && { partnerId: row.partner_id }),
    duplicates,
  };
}
