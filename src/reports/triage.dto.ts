import { IsIn, IsUUID } from 'class-validator';
import { IfPresent } from '../core/if-present.decorator.js';
import { PageQuery } from '../core/page.dto.js';
import { IsText } from '../core/text.decorator.js';
import { IsCode } from './code.decorator.js';
import { REPORT_OUTCOMES, type ReportOutcome } from './report.values.js';

export class ConcludeReportDto {
  @IsIn(REPORT_OUTCOMES)
  outcome: ReportOutcome;

  /** The alert that it led to; needed for `alert`. The source learns its id if the alert reaches it. */
  @IfPresent()
  @IsUUID()
  alertId?: string;

  /** The report that goes on for both; needed for `merged`. */
  @IfPresent()
  @IsUUID()
  mergedInto?: string;

  /** The report that said the same before; needed for `duplicate`. */
  @IfPresent()
  @IsUUID()
  duplicateOf?: string;

  /** Code of the list `not-used-reasons`; needed for `not_used`. */
  @IfPresent()
  @IsCode()
  reason?: string;

  /** What the source is told. */
  @IsText(1, 2000)
  explanation: string;
}

export class RevealSourceDto {
  /** Why it must be known; the source reads it. */
  @IsText(10, 1000)
  reason: string;
}

export class WriteMessageDto {
  @IsText(1, 5000)
  text: string;
}

export class ListMessagesQuery extends PageQuery {}
