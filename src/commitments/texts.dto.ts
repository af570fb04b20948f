import { ApiProperty } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayNotEmpty,
  ArrayUnique,
  IsArray,
  IsIn,
  IsInt,
  Max,
  Min,
} from 'class-validator';
import { IfPresent } from '../core/if-present.decorator.js';
import { IsNested } from '../core/nested.decorator.js';
import { IsText } from '../core/text.decorator.js';
import { IsTimestamp } from '../core/timestamp.decorator.js';
import { type Commitment, COMMITMENTS, type Wording } from './commitment.rules.js';

export class WordingDto {
  @IsIn(COMMITMENTS)
  code: Commitment;

  @IsText(2, 200)
  title: string;

  @IsText(2, 4000)
  text: string;
}

export class PublishCommitmentTextDto {
  @IsText(2, 200)
  title: string;

  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(20)
  @IsText(2, 2000, { each: true })
  principles: string[];

  /** All six, each once, in the order in which they are shown. */
  @IsArray()
  @ArrayMinSize(6)
  @ArrayMaxSize(6)
  @ArrayUnique(({ code }: WordingDto) => code, { message: 'must have every commitment once' })
  @IsNested(() => WordingDto, { each: true })
  commitments: WordingDto[];

  /** From when on it is the text to accept; now when absent. */
  @IfPresent()
  @IsTimestamp()
  effectiveAt?: string;

  /**
   * From then on whoever has not accepted it may only read: 14 days after it comes into force, at least. Absent, nobody has to
   * accept it yet.
   */
  @IfPresent()
  @IsTimestamp()
  acceptBy?: string;

  /** For how many days of 24 hours an acceptance is good. */
  @IfPresent()
  @IsInt()
  @Min(30)
  @Max(1830)
  validityDays: number = 365;

  /** Days after that in which everything still works. */
  @IfPresent()
  @IsInt()
  @Min(0)
  @Max(365)
  graceDays: number = 30;
}

export class SetDeadlineDto {
  /** An instant to come: 14 days from now and from when the text is in force, at least; later than one that was set before. */
  @IsTimestamp()
  acceptBy: string;
}

export class WordingView {
  code: Commitment;
  title: string;
  text: string;
}

export class CommitmentTextView {
  id: string;
  @ApiProperty({ type: 'integer' })
  version: number;
  title: string;
  principles: string[];
  commitments: WordingView[];
  /** It is the one to accept now; the next can be accepted as soon as it is announced. */
  inForce: boolean;
  effectiveAt: string;
  /** Absent: nobody has to accept it yet. */
  acceptBy?: string;
  @ApiProperty({ type: 'integer' })
  validityDays: number;
  @ApiProperty({ type: 'integer' })
  graceDays: number;
  publishedAt: string;
}

export class CommitmentTextList {
  /** Latest version first. */
  items: CommitmentTextView[];
}

export interface TextRow {
  id: string;
  version: number;
  title: string;
  principles: string[];
  commitments: Wording[];
  effective_at: Date;
  accept_by: Date | null;
  validity_days: number;
  grace_days: number;
  published_at: Date;
  is_in_force: boolean;
}

export const presentText = (row: TextRow): CommitmentTextView => ({
  id: row.id,
  version: row.version,
  title: row.title,
  principles: row.principles,
  commitments: row.commitments.map(({ code, title, text }) => ({ code, title, text })),
  inForce: row.is_in_force,
  effectiveAt: row.effective_at.toISOString(),
  ...(row.accept_by !== null && { acceptBy: row.accept_by.toISOString() }),
  validityDays: row.validity_days,
  graceDays: row.grace_days,
  publishedAt: row.published_at.toISOString(),
});
