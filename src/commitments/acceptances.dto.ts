import { ApiProperty } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayUnique, IsArray, IsIn, IsUUID, MaxLength } from 'class-validator';
import { IfPresent } from '../core/if-present.decorator.js';
import { PageQuery } from '../core/page.dto.js';
import { IsMailAddress, IsText } from '../core/text.decorator.js';
import { IsTimestamp } from '../core/timestamp.decorator.js';
import { MAIL_LANGUAGES, type MailLanguage } from '../mail/mail.module.js';
import {
  type Commitment,
  COMMITMENTS,
  type CommitmentState,
  type Stage,
  stageOf,
} from './commitment.rules.js';

export class AcceptCommitmentsDto {
  /** The text that was signed: the one in force, or one that is announced already. */
  @IsUUID()
  textId: string;

  /** Each commitment, explicitly: all of them or none. */
  @IsArray()
  @ArrayMaxSize(6)
  @ArrayUnique()
  @IsIn(COMMITMENTS, { each: true })
  accepted: Commitment[];

  /** The senior officer who signed; seen by your organisation and the steward alone. */
  @IsText(2, 200)
  officerName: string;

  @IsText(2, 200)
  officerTitle: string;

  /**
   * When it was signed: in the last 90 days, and not before the text was published; now when absent. What is signed is good from
   * then on.
   */
  @IfPresent()
  @IsTimestamp()
  signedAt?: string;

  /** A mailbox of an office, not of a person, that is reminded; absent, reminders are found in the status alone. */
  @IfPresent()
  @IsMailAddress()
  @MaxLength(254)
  reminderAddress?: string;

  @IfPresent()
  @IsIn(MAIL_LANGUAGES)
  reminderLanguage: MailLanguage = 'en';
}

export class ListAcceptancesQuery extends PageQuery {}

export class AcceptanceView {
  id: string;
  textId: string;
  @ApiProperty({ type: 'integer' })
  version: number;
  /** Of what was signed last alone, until its organisation reports that this person has left. */
  officerName?: string;
  officerTitle: string;
  signedAt: string;
  acceptedAt: string;
  /** When it is to be renewed. */
  validUntil: string;
  /** When the days of grace after that are over. */
  lapsesAt: string;
  reminderAddress?: string;
  reminderLanguage: MailLanguage;
}

export class AcceptancePage {
  /** What was accepted last comes first. */
  items: AcceptanceView[];
  nextCursor: string | null;
}

export class CommitmentReminderView {
  /** Of which date. */
  dueAt: string;
  stage: Stage;
  at: string;
  /** Whether it went to the address, too. */
  mailed: boolean;
}

export class CommitmentStatusView {
  state: CommitmentState;
  /** Until somebody signs again: everything but reading, answering and accepting is refused. */
  readOnly: boolean;
  /** Version of the text that was accepted last. */
  @ApiProperty({ type: 'integer' })
  acceptedVersion?: number;
  /** Version of the text to accept now. */
  @ApiProperty({ type: 'integer' })
  versionInForce: number;
  /** The next date: the end of an acceptance, or the deadline of a newer text. */
  renewBy?: string;
  /** From then on your organisation may only read, unless it accepts before. */
  readOnlyFrom?: string;
  /** Latest first, at most 50. */
  reminders: CommitmentReminderView[];
}

export interface AcceptanceRow {
  id: string;
  text_id: string;
  version: number;
  officer_name: string | null;
  officer_title: string;
  signed_at: Date;
  accepted_at: Date;
  valid_until: Date;
  lapses_at: Date;
  reminder_address: string | null;
  reminder_language: MailLanguage;
}

export interface ReminderRow {
  due_at: Date;
  stage: number;
  at: Date;
  is_mailed: boolean;
}

export interface CommitmentStatus {
  state: CommitmentState;
  version: number | null;
  versionInForce: number;
  renewBy: Date | null;
  readOnlyFrom: Date | null;
  reminders: ReminderRow[];
}

export const presentAcceptance = (row: AcceptanceRow): AcceptanceView => ({
  id: row.id,
  textId: row.text_id,
  version: row.version,
  ...(row.officer_name !== null && { officerName: row.officer_name }),
  officerTitle: row.officer_title,
  signedAt: row.signed_at.toISOString(),
  acceptedAt: row.accepted_at.toISOString(),
  validUntil: row.valid_until.toISOString(),
  lapsesAt: row.lapses_at.toISOString(),
  ...(row.reminder_address !== null && { reminderAddress: row.reminder_address }),
  reminderLanguage: row.reminder_language,
});

export const presentStatus = (status: CommitmentStatus): CommitmentStatusView => ({
  state: status.state,
  readOnly: status.state === 'lapsed',
  ...(status.version !== null && { acceptedVersion: status.version }),
  versionInForce: status.versionInForce,
  ...(status.renewBy !== null && { renewBy: status.renewBy.toISOString() }),
  ...(status.readOnlyFrom !== null && { readOnlyFrom: status.readOnlyFrom.toISOString() }),
  reminders: status.reminders.map(({ due_at, stage, at, is_mailed }) => ({
    dueAt: due_at.toISOString(),
    stage: stageOf(stage),
    at: at.toISOString(),
    mailed: is_mailed,
  })),
});
