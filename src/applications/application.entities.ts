import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import { type MailLanguage } from '../mail/mail.module.js';
import { type PartnerKind } from '../partners/partners.service.js';
import {
  type ApplicationAct,
  type ApplicationSide,
  type ApplicationState,
  type DocumentKind,
} from './application.rules.js';

/** An organisation that asks to be admitted; no partner before it is. */
@Entity('partner_application')
@Unique('partner_application_case_key', ['caseHash'])
@Index('partner_application_state_idx', ['state', 'id'])
@Index('partner_application_name_idx', ['nameKey'])
@Index('partner_application_email_idx', ['contactEmail'])
@Index('partner_application_submitted_idx', ['submittedAt'])
@Index('partner_application_erase_idx', ['eraseAt'])
@Index('partner_application_partner_idx', ['partnerId'])
@Check(
  'partner_application_state_check',
  `state in ('unconfirmed', 'submitted', 'vetting', 'information_requested', 'approved', 'rejected', 'withdrawn',
    'expired')`,
)
@Check(
  'partner_application_kind_check',
  `kind in ('un_entity', 'unsms_mou', 'io', 'ingo', 'national_ngo', 'ngo_platform', 'red_cross_red_crescent',
    'private_sector', 'donor')`,
)
@Check('partner_application_language_check', `language in ('en', 'fr', 'es', 'ar', 'ru', 'zh')`)
@Check(
  'partner_application_submitted_check',
  `(state = 'unconfirmed') = (submitted_at is null) and (submitted_at is null) = (decide_by is null)`,
)
@Check('partner_application_answer_check', `(state = 'information_requested') = (answer_by is not null)`)
@Check('partner_application_partner_check', `(state = 'approved') = (partner_id is not null)`)
@Check(
  'partner_application_over_check',
  `erase_at is null or state in ('approved', 'rejected', 'withdrawn', 'expired')`,
)
export class ApplicationEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'partner_application_pkey' })
  id: string;

  @Column('text')
  state: ApplicationState;

  @Column('text')
  kind: PartnerKind;

  @Column('text')
  name: string;

  /** What its kind must say. */
  @Column('jsonb')
  statements: Record<string, unknown>;

  @Column('text', { nullable: true })
  country: string | null;

  /** This and the two that follow: by which duplicates are found. */
  @Column('text', { name: 'name_key' })
  nameKey: string;

  @Column('text', { name: 'registration_key', nullable: true })
  registrationKey: string | null;

  @Column('text', { array: true })
  domains: string[];

  @Column('text')
  language: MailLanguage;

  /** This and the two that follow are personal data, which go when the application is erased. */
  @Column('text', { name: 'contact_name', nullable: true })
  contactName: string | null;

  @Column('text', { name: 'contact_title', nullable: true })
  contactTitle: string | null;

  @Column('text', { name: 'contact_email', nullable: true })
  contactEmail: string | null;

  /** Of the private link; null when there is none. */
  @Column('bytea', { name: 'case_hash', nullable: true })
  caseHash: Buffer | null;

  /** Links to it that were used, which are good no more. */
  @Column('integer', { name: 'link_turn', default: 0 })
  linkTurn: number;

  @Column('timestamptz', { name: 'link_asked_at', default: () => 'now()' })
  linkAskedAt: Date;

  /** Who entered it by hand. */
  @Column('uuid', { name: 'entered_by', nullable: true })
  @ForeignKey('partner', { name: 'partner_application_entered_by_fkey' })
  enteredBy: string | null;

  @Column('timestamptz', { name: 'decide_by', nullable: true })
  decideBy: Date | null;

  @Column('timestamptz', { name: 'answer_by', nullable: true })
  answerBy: Date | null;

  /** Of the decision. */
  @Column('text', { nullable: true })
  reason: string | null;

  /** What it became. */
  @Column('uuid', { name: 'partner_id', nullable: true })
  @ForeignKey('partner', { name: 'partner_application_partner_fkey' })
  partnerId: string | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;

  @Column('timestamptz', { name: 'submitted_at', nullable: true })
  submittedAt: Date | null;

  @Column('timestamptz', { name: 'changed_at', default: () => 'now()' })
  changedAt: Date;

  @Column('timestamptz', { name: 'erase_at', nullable: true })
  eraseAt: Date | null;
}

/** An evidence document: clean, whole, for whoever vets. */
@Entity('partner_application_document')
@Index('partner_application_document_application_idx', ['applicationId', 'id'])
@Check(
  'partner_application_document_kind_check',
  `kind in ('cover_letter', 'registration_certificate', 'un_partnership', 'unsms_memorandum', 'founding_act',
    'member_list', 'contract', 'other')`,
)
@Check('partner_application_document_bytes_check', 'octet_length(content) between 1 and 5242880')
export class ApplicationDocumentEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'partner_application_document_pkey' })
  id: string;

  @Column('uuid', { name: 'application_id' })
  @ForeignKey('partner_application', {
    name: 'partner_application_document_application_fkey',
    onDelete: 'CASCADE',
  })
  applicationId: string;

  @Column('text')
  kind: DocumentKind;

  @Column('text')
  name: string;

  @Column('text')
  type: string;

  /** SHA-256. */
  @Column('bytea')
  digest: Buffer;

  @Column('bytea')
  content: Buffer;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;
}

/** What vetting asked and the applicant answered. */
@Entity('partner_application_message')
@Index('partner_application_message_application_idx', ['applicationId', 'id'])
@Check('partner_application_message_side_check', `side in ('applicant', 'vetting')`)
export class ApplicationMessageEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'partner_application_message_pkey' })
  id: string;

  @Column('uuid', { name: 'application_id' })
  @ForeignKey('partner_application', {
    name: 'partner_application_message_application_fkey',
    onDelete: 'CASCADE',
  })
  applicationId: string;

  @Column('text')
  side: 'applicant' | 'vetting';

  @Column('text')
  text: string;

  @Column('timestamptz', { default: () => 'now()' })
  at: Date;
}

/** One step of its own history; append-only. */
@Entity('partner_application_event')
@Index('partner_application_event_application_idx', ['applicationId', 'id'])
@Check('partner_application_event_side_check', `side in ('applicant', 'vetting', 'exchange')`)
@Check('partner_application_event_actor_check', `(side = 'vetting') = (partner_id is not null)`)
export class ApplicationEventEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'partner_application_event_pkey' })
  id: string;

  @Column('uuid', { name: 'application_id' })
  @ForeignKey('partner_application', {
    name: 'partner_application_event_application_fkey',
    onDelete: 'CASCADE',
  })
  applicationId: string;

  @Column('text')
  act: ApplicationAct | 'enter' | 'revoke_link';

  /** What it became. */
  @Column('text')
  state: ApplicationState;

  @Column('text')
  side: ApplicationSide;

  @Column('uuid', { name: 'partner_id', nullable: true })
  @ForeignKey('partner', { name: 'partner_application_event_partner_fkey' })
  partnerId: string | null;

  @Column('text', { name: 'client_id', nullable: true })
  clientId: string | null;

  @Column('text', { nullable: true })
  reason: string | null;

  @Column('timestamptz', { default: () => 'now()' })
  at: Date;
}

/** Who asked in the last day without credentials, which sends mail to an address that anybody may name. */
@Entity('partner_application_asking')
@Index('partner_application_asking_at_idx', ['at'])
@Index('partner_application_asking_address_idx', ['id'], { where: 'address is not null' })
export class ApplicationAskingEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'partner_application_asking_pkey' })
  id: string;

  /** SHA-256 of the network from which. */
  @Column('bytea')
  network: Buffer;

  /** The same of the wider network around it. */
  @Column('bytea')
  prefix: Buffer;

  /** Who is to get a link to an application, if there is one, until that is looked at. */
  @Column('text', { nullable: true })
  address: string | null;

  @Column('timestamptz', { default: () => 'now()' })
  at: Date;
}
