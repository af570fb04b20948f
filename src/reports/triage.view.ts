import { ApiProperty } from '@nestjs/swagger';
import { type LedgerRow } from './ledger.repository.js';
import { type MessageRow } from './triage.repository.js';
import { type Side } from './report.values.js';

export class MessageView {
  id: string;
  /** `source` is whoever the report comes from, named nowhere; `desk` is whoever triages it. */
  from: Side;
  text: string;
  sentAt: string;
}

export class MessagePage {
  items: MessageView[];
  nextCursor: string | null;
}

/** Whose a protected report is: in this answer and nowhere else. */
export class RevealedSourceView {
  id: string;
  code: string;
  name: string;
}

export class LedgerMonthView {
  /** Such as `2026-11`. */
  month: string;
  @ApiProperty({ type: 'integer' })
  reportsGiven: number;
  @ApiProperty({ type: 'integer' })
  outcomesReceived: number;
  @ApiProperty({ type: 'integer' })
  alertsReceived: number;
}

export class LedgerView {
  /** Newest month first; months without anything are left out. */
  items: LedgerMonthView[];
}

export const presentMessage = ({ id, side, text, sent_at }: MessageRow): MessageView => ({
  id,
  from: side,
  text,
  sentAt: sent_at.toISOString(),
});

export const presentLedger = (rows: LedgerRow[]): LedgerView => ({
  items: rows.map(({ month, given, outcomes, alerts }) => ({
    month,
    reportsGiven: given,
    outcomesReceived: outcomes,
    alertsReceived: alerts,
  })),
});
