import { ArrayMaxSize, ArrayNotEmpty, IsArray, IsEmail, IsIn, IsUUID, MaxLength } from 'class-validator';
import { IfPresent } from '../core/if-present.decorator.js';
import { PageQuery } from '../core/page.dto.js';
import { IsText } from '../core/text.decorator.js';
import { IsTimestamp } from '../core/timestamp.decorator.js';
import {
  AUTHORITIES,
  type Authority,
  UNDERTAKING_SIDES,
  UNDERTAKING_STATES,
  type UndertakingSide,
  type UndertakingState,
} from './liaison.rules.js';

export class LiaisonContactDto {
  @IsIn(AUTHORITIES)
  authority: Authority;

  /** The office, which stays when its holder goes. */
  @IsText(2, 200)
  office: string;

  /** Who holds it; say until when, or leave the name out when that ends. */
  @IfPresent()
  @IsText(1, 200)
  name?: string;

  @IfPresent()
  @IsText(3, 64)
  phone?: string;

  @IfPresent()
  @IsEmail()
  @MaxLength(254)
  email?: string;

  @IfPresent()
  @IsText(1, 1000)
  note?: string;

  /** When who holds it leaves: then name, numbers, address and note are forgotten by themselves, and the office stays. */
  @IfPresent()
  @IsTimestamp()
  validUntil?: string;
}

export class RecordLiaisonMeetingDto {
  @IsTimestamp()
  heldAt: string;

  /** Which offices took part; offices, not persons. */
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(20)
  @IsText(2, 200, { each: true })
  offices: string[];

  @IsText(2, 200)
  subject: string;

  @IfPresent()
  @IsText(1, 10_000)
  summary?: string;
}

export class RecordUndertakingDto {
  /** Whose word it is. */
  @IsIn(UNDERTAKING_SIDES)
  side: UndertakingSide;

  @IsText(2, 2000)
  text: string;

  @IfPresent()
  @IsTimestamp()
  dueAt?: string;

  /** The meeting of this register at which it was given. */
  @IfPresent()
  @IsUUID()
  meetingId?: string;
}

export class FollowUpDto {
  @IsText(2, 2000)
  note: string;

  /** Where the undertaking stands now; what is concluded stays concluded. */
  @IsIn(UNDERTAKING_STATES)
  state: UndertakingState;
}

export class ListLiaisonQuery extends PageQuery {}

export class LiaisonContactView {
  id: string;
  authority: Authority;
  office: string;
  name?: string;
  phone?: string;
  email?: string;
  note?: string;
  validUntil?: string;
  /** For `If-Match` of the next change. */
  version: number;
  createdAt: string;
}

export class LiaisonContactPage {
  items: LiaisonContactView[];
  nextCursor: string | null;
}

export class LiaisonMeetingView {
  id: string;
  heldAt: string;
  offices: string[];
  subject: string;
  summary?: string;
  createdAt: string;
}

export class LiaisonMeetingPage {
  /** What was recorded last comes first. */
  items: LiaisonMeetingView[];
  nextCursor: string | null;
}

export class FollowUpView {
  note: string;
  state: UndertakingState;
  at: string;
}

export class UndertakingView {
  id: string;
  side: UndertakingSide;
  text: string;
  state: UndertakingState;
  dueAt?: string;
  /** It is open, and its date is past. */
  overdue: boolean;
  meetingId?: string;
  createdAt: string;
  /** In their order. */
  followUps: FollowUpView[];
}

export class UndertakingPage {
  /** What was recorded last comes first. */
  items: UndertakingView[];
  nextCursor: string | null;
}
