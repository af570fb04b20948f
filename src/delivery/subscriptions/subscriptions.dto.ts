import {
  ArrayMaxSize,
  ArrayNotEmpty,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  Matches,
  Max,
  MaxLength,
  Min,
} from 'class-validator';
import { CeilingDto } from '../../access/handling.dto.js';
import { SavedFilter } from '../../alerts/alert-pages.service.js';
import { IfPresent } from '../../core/if-present.decorator.js';
import { IsNested } from '../../core/nested.decorator.js';
import { IsMailAddress, IsText } from '../../core/text.decorator.js';
import { MAIL_LANGUAGES, type MailLanguage } from '../mail/languages.js';
import { TIME_OF_DAY } from './local-times.rules.js';

const TIME = { message: 'must be a time of the day as hh:mm' };
export const DELIVERIES = ['immediate', 'digest'] as const;
export type Delivery = (typeof DELIVERIES)[number];
export const MAX_PER_HOUR_DEFAULT = 20;
const MOST_RECIPIENTS = 50;

/** Local hours in which nothing is sent that can wait; they may end on the next day. */
export class QuietHoursDto {
  @Matches(TIME_OF_DAY, TIME)
  start: string;

  @Matches(TIME_OF_DAY, TIME)
  end: string;
}

/** Somebody who is to be told by mail, once having agreed. Each gets a mail of its own. */
export class RecipientDto {
  /** Nothing but a question is sent there until it is answered. */
  @MaxLength(254)
  @IsMailAddress()
  @Matches(/^[\w.!#$%&'*+/=?^`{|}~-]+@[A-Za-z0-9.-]+$/, { message: 'must be a plain mail address' })
  address: string;

  /** Of everything that the mails say by themselves; alerts come in it where they have a text in it. */
  @IsIn(MAIL_LANGUAGES)
  language: MailLanguage;

  /** IANA time zone, such as Africa/Khartoum. */
  @IsText(3, 64)
  timeZone: string;

  /** Severe and extreme alerts are sent at once either way. */
  @IsIn(DELIVERIES)
  delivery: Delivery;

  /** For `digest`: local times of the day at which it is sent. */
  @IfPresent()
  @IsArray()
  @ArrayNotEmpty()
  @ArrayUnique()
  @ArrayMaxSize(24)
  @Matches(TIME_OF_DAY, { each: true, ...TIME })
  digestAt?: string[];

  @IfPresent()
  @IsNested(() => QuietHoursDto)
  quietHours?: QuietHoursDto;

  /** Mails about single alerts; what is more comes in one digest when the hour is over. */
  @IfPresent()
  @IsInt()
  @Min(1)
  @Max(200)
  maxPerHour?: number = MAX_PER_HOUR_DEFAULT;
}

export class CreateSubscriptionDto {
  @IsText(1, 100)
  name: string;

  /** Absent: every alert that reaches you. */
  @IfPresent()
  @IsNested(() => SavedFilter)
  filter?: SavedFilter;

  @IsIn(['email'])
  channel: 'email';

  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(MOST_RECIPIENTS)
  @IsNested(() => RecipientDto, { each: true })
  recipients: RecipientDto[];

  /** Whether drills are sent too, marked as such. */
  @IfPresent()
  @IsBoolean()
  drills?: boolean;

  /** Up to which handling alerts are told by mail; GREEN when absent. What is above is announced with its address only. */
  @IfPresent()
  @IsNested(() => CeilingDto)
  mailCeiling?: CeilingDto;
}

/** What is left out stays as it is. Whoever changes a subscription keeps it from then on. */
export class ChangeSubscriptionDto {
  @IfPresent()
  @IsText(1, 100)
  name?: string;

  @IfPresent()
  @IsNested(() => SavedFilter)
  filter?: SavedFilter;

  /** These and no others; who has agreed need not agree again. */
  @IfPresent()
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(MOST_RECIPIENTS)
  @IsNested(() => RecipientDto, { each: true })
  recipients?: RecipientDto[];

  @IfPresent()
  @IsBoolean()
  drills?: boolean;

  @IfPresent()
  @IsNested(() => CeilingDto)
  mailCeiling?: CeilingDto;
}
