import { ApiProperty } from '@nestjs/swagger';
import { IsBoolean, IsIn } from 'class-validator';
import { IfPresent } from '../core/if-present.decorator.js';
import { IsText } from '../core/text.decorator.js';
import { FEEDBACK_KINDS, type FeedbackKind } from './feedback.rules.js';
import { type OwnFeedbackRow, type ReceivedFeedbackRow } from './feedback.repository.js';

export class GiveFeedbackDto {
  /**
   * `confirm`, `dispute` and `no_longer_valid` replace each other, the last one counts; `helpful`, `acted_on` and
   * `more_information` stand beside them.
   */
  @IsIn(FEEDBACK_KINDS)
  kind: FeedbackKind;

  /** For the originator alone. An anonymous note is passed on as it is written: it must not tell who wrote it. */
  @IfPresent()
  @IsText(1, 2000)
  note?: string;

  /** True: nobody learns that it was you, the originator and the steward included. */
  @IsBoolean()
  anonymous: boolean;
}

/** Organisations, each counted once, among those that hold the same text as you or a lower one. */
export class CorroborationView {
  @ApiProperty({ type: 'integer' })
  confirmed: number;
  @ApiProperty({ type: 'integer' })
  disputed: number;
  @ApiProperty({ type: 'integer' })
  noLongerValid: number;
  @ApiProperty({ type: 'integer' })
  helpful: number;
  @ApiProperty({ type: 'integer' })
  actedOn: number;
  @ApiProperty({ type: 'integer' })
  moreInformation: number;
}

export class OwnFeedbackView {
  kind: FeedbackKind;
  note?: string;
  anonymous: boolean;
  /** The hour in which it was given. */
  at: string;
}

export class FeedbackSenderView {
  code: string;
  name: string;
}

export class ReceivedFeedbackView {
  kind: FeedbackKind;
  note?: string;
  /** Absent when the sender did not wish to be named. */
  organisation?: FeedbackSenderView;
  /** The hour in which it was given; absent when the sender did not wish to be named. */
  at?: string;
}

export class FeedbackView {
  corroboration: CorroborationView;
  /** What your organisation says. */
  mine: OwnFeedbackView[];
  /** For the originator alone: what everybody says, by kind. */
  received?: ReceivedFeedbackView[];
}

/** @param counts by kind, as the database counts them */
export function presentCorroboration(counts: readonly number[]): CorroborationView {
  const [confirmed = 0, disputed = 0, noLongerValid = 0, helpful = 0, actedOn = 0, moreInformation = 0] =
    counts;
  return { confirmed, disputed, noLongerValid, helpful, actedOn, moreInformation };
}

export function presentFeedback(
  counts: readonly number[],
  own: OwnFeedbackRow[],
  received: ReceivedFeedbackRow[] | null,
): FeedbackView {
  return {
    corroboration: presentCorroboration(counts),
    mine: own.map(({ kind, note, is_anonymous, at }) => ({
      kind,
      ...(note !== null && { note }),
      anonymous: is_anonymous,
      at: at.toISOString(),
    })),
    ...(received && { received: received.map(presentReceived) }),
  };
}

function presentReceived({ kind, note, code, name, given_at }: ReceivedFeedbackRow): ReceivedFeedbackView {
  return {
    kind,
    ...(note !== null && { note }),
    ...(code !== null && name !== null && { organisation: { code, name } }),
    ...(given_at !== null && { at: given_at.toISOString() }),
  };
}
