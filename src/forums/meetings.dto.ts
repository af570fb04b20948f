import { ArrayMaxSize, IsArray, IsBoolean, IsIn } from 'class-validator';
import { HandlingView } from '../access/handling.dto.js';
import {
  CLASSIFICATIONS,
  type Classification,
  classificationLabel,
  TLP_LABELS,
  type Tlp,
  tlpLabel,
} from '../access/handling.js';
import { IfPresent } from '../core/if-present.decorator.js';
import { IsNested } from '../core/nested.decorator.js';
import { PageQuery } from '../core/page.dto.js';
import { IsText } from '../core/text.decorator.js';
import { IsTimestamp } from '../core/timestamp.decorator.js';
import { localTime, type MeetingAction, type MinuteItem } from './forums.rules.js';

/** What is RED is for those in the room, and is not written down. */
const MEETING_TLP_LABELS = TLP_LABELS.filter((label) => label !== 'RED');

export class MeetingHandlingDto {
  /** TLP 2.0 label of invitation and minutes; what is RED is for those in the room alone. */
  @IsIn(MEETING_TLP_LABELS)
  tlp: Exclude<Tlp, 'RED'>;

  @IsIn(CLASSIFICATIONS)
  classification: Classification;
}

export class CallMeetingDto {
  @IsText(2, 200)
  title: string;

  @IsTimestamp()
  startsAt: string;

  @IfPresent()
  @IsTimestamp()
  endsAt?: string;

  /** Where, or how to dial in. */
  @IfPresent()
  @IsText(2, 500)
  place?: string;

  @IsArray()
  @ArrayMaxSize(50)
  @IsText(2, 300, { each: true })
  agenda: string[];

  /** Members that may not receive this do not see the meeting. */
  @IsNested(() => MeetingHandlingDto)
  handling: MeetingHandlingDto;

  /** The Chatham House Rule: who said something, or took it on, is not kept, for anybody. */
  @IsBoolean()
  chathamHouse: boolean;
}

export class ChangeMeetingDto {
  @IfPresent()
  @IsText(2, 200)
  title?: string;

  @IfPresent()
  @IsTimestamp()
  startsAt?: string;

  @IfPresent()
  @IsTimestamp()
  endsAt?: string;

  @IfPresent()
  @IsText(2, 500)
  place?: string;

  @IfPresent()
  @IsArray()
  @ArrayMaxSize(50)
  @IsText(2, 300, { each: true })
  agenda?: string[];

  /** Once cancelled, it stays so; call another one instead. */
  @IfPresent()
  @IsBoolean()
  cancelled?: boolean;

  /** Once given, the promise stays; what was attributed before is deleted. */
  @IfPresent()
  @IsBoolean()
  chathamHouse?: boolean;
}

export class MinuteItemDto {
  @IsText(1, 5000)
  text: string;

  /** Not kept under the Chatham House Rule. */
  @IfPresent()
  @IsText(1, 200)
  speaker?: string;
}

export class MeetingActionDto {
  @IsText(1, 1000)
  text: string;

  /** Who does it; not kept under the Chatham House Rule. */
  @IfPresent()
  @IsText(1, 200)
  owner?: string;

  @IfPresent()
  @IsTimestamp()
  dueAt?: string;

  @IsBoolean()
  done: boolean;
}

export class RecordMinutesDto {
  @IsArray()
  @ArrayMaxSize(200)
  @IsNested(() => MinuteItemDto, { each: true })
  minutes: MinuteItemDto[];

  @IsArray()
  @ArrayMaxSize(100)
  @IsNested(() => MeetingActionDto, { each: true })
  actions: MeetingActionDto[];
}

export class ListMeetingsQuery extends PageQuery {}

export class MinuteItemView {
  text: string;
  speaker?: string;
}

export class MeetingActionView {
  text: string;
  owner?: string;
  dueAt?: string;
  done: boolean;
}

export class MeetingView {
  id: string;
  forumId: string;
  title: string;
  startsAt: string;
  /** When it begins by the clocks of the forum, `2026-03-29T10:00`. */
  startsAtLocal: string;
  timeZone: string;
  endsAt?: string;
  place?: string;
  agenda: string[];
  handling: HandlingView;
  chathamHouse: boolean;
  cancelled: boolean;
  /** Absent until they are recorded. */
  minutes?: MinuteItemView[];
  actions: MeetingActionView[];
  /** For `If-Match` of the next change; what others do shows without a new one. */
  version: number;
}

export class MeetingPage {
  /** What was called last comes first. */
  items: MeetingView[];
  nextCursor: string | null;
}

export interface MeetingRow {
  id: string;
  forum_id: string;
  title: string;
  starts_at: Date;
  ends_at: Date | null;
  time_zone: string;
  place: string | null;
  agenda: string[];
  tlp: number;
  classification: number;
  is_unattributed: boolean;
  is_cancelled: boolean;
  minutes: MinuteItem[] | null;
  actions: MeetingAction[];
  version: number;
}

export function presentMeeting(row: MeetingRow): MeetingView {
  return {
    id: row.id,
    forumId: row.forum_id,
    title: row.title,
    startsAt: row.starts_at.toISOString(),
    startsAtLocal: localTime(row.starts_at, row.time_zone),
    timeZone: row.time_zone,
    ...(row.ends_at !== null && { endsAt: row.ends_at.toISOString() }),
    ...(row.place !== null && { place: row.place }),
    agenda: row.agenda,
    handling: { tlp: tlpLabel(row.tlp), classification: classificationLabel(row.classification) },
    chathamHouse: row.is_unattributed,
    cancelled: row.is_cancelled,
    ...(row.minutes !== null && {
      minutes: row.minutes.map(({ text, speaker }) => ({ text, ...(speaker !== undefined && { speaker }) })),
    }),
    actions: row.actions.map(({ text, owner, dueAt, done }) => ({
      text,
      ...(owner !== undefined && { owner }),
      ...(dueAt !== undefined && { dueAt }),
      done,
    })),
    version: row.version,
  };
}
