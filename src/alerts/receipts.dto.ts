import { ApiProperty } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import { IfPresent } from '../core/if-present.decorator.js';
import { PageQuery } from '../core/page.dto.js';
import { IsText } from '../core/text.decorator.js';
import {
  type AcknowledgementRow,
  type ConfirmationRow,
  type Loss,
  type ReceiptRow,
  type RecallRow,
} from '../sharing/receipts.service.js';
import { type Acknowledgement } from './alert.values.js';
import { OrganisationView, presentOrganisation } from './organisation.view.js';

export class ListReceiptsQuery extends PageQuery {
  /** `true`: only those from whom it is still to come. */
  @IfPresent()
  @IsIn(['true'])
  outstanding?: 'true';
}

export class AcknowledgeDto {
  /** For the originator of the alert. */
  @IfPresent()
  @IsText(1, 1000)
  note?: string;
}

export class ConfirmPurgeDto {
  /** For the originator of the alert. */
  @IfPresent()
  @IsText(1, 1000)
  note?: string;
}

/** What your organisation was asked to acknowledge of an alert, and said. */
export class AcknowledgementView {
  acknowledgement: Acknowledgement;
  acknowledgeBy?: string;
  /** Whole hours; absent when your organisation has not acknowledged it. */
  acknowledgedAt?: string;
  note?: string;
}

/** How far an alert has come with one organisation. Times are whole hours (UTC). */
export class ReceiptView {
  organisation: OrganisationView;
  /** When the latest version that it was given went into its change log. */
  sentAt: string;
  /** False when it has lost the alert since. */
  hasIt: boolean;
  /** When it first fetched that version, by any channel; absent when it has not. */
  fetchedAt?: string;
  acknowledgedAt?: string;
  /** False when it acknowledged an earlier version. */
  acknowledgedLatest?: boolean;
  note?: string;
}

export class ReceiptPage {
  acknowledgement: Acknowledgement;
  acknowledgeBy?: string;
  items: ReceiptView[];
  nextCursor: string | null;
}

/** An organisation that was to delete what it had. Times are whole hours (UTC). */
export class RecallView {
  organisation: OrganisationView;
  /** `replaced_by_lower`: it has a text at a lower handling now, or another one that was for others before. */
  loss: Loss;
  lostAt: string;
  /** Absent: outstanding. */
  confirmedAt?: string;
  note?: string;
}

export class RecallPage {
  items: RecallView[];
  nextCursor: string | null;
}

export class PurgeConfirmationView {
  /** Whole hours (UTC). */
  confirmedAt: string;
  note?: string;
}

/** An alert that your organisation still has to acknowledge. */
export class UnacknowledgedView {
  id: string;
  @ApiProperty({ type: 'integer' })
  version: number;
  event: string;
  acknowledgement: Acknowledgement;
  acknowledgeBy?: string;
}

export class UnacknowledgedPage {
  items: UnacknowledgedView[];
  nextCursor: string | null;
}

export interface Asked {
  acknowledgement?: Acknowledgement;
  acknowledgeBy?: string;
}

export const presentAsked = ({ acknowledgement = 'none', acknowledgeBy }: Asked) => ({
  acknowledgement,
  ...(acknowledgeBy !== undefined && { acknowledgeBy }),
});

export const presentAcknowledgement = (
  asked: Asked,
  row: AcknowledgementRow | null,
): AcknowledgementView => ({
  ...presentAsked(asked),
  ...(row !== null && { acknowledgedAt: row.acknowledged_at.toISOString() }),
  ...(row !== null && row.note !== null && { note: row.note }),
});

export const presentReceipt = (row: ReceiptRow): ReceiptView => ({
  organisation: presentOrganisation(row),
  sentAt: row.sent_at.toISOString(),
  hasIt: row.has_it,
  ...(row.fetched_at !== null && { fetchedAt: row.fetched_at.toISOString() }),
  ...(row.acknowledged_at !== null && {
    acknowledgedAt: row.acknowledged_at.toISOString(),
    acknowledgedLatest: row.is_latest === true,
  }),
  ...(row.note !== null && { note: row.note }),
});

export const presentRecall = (row: RecallRow): RecallView => ({
  organisation: presentOrganisation(row),
  loss: row.loss,
  lostAt: row.lost_at.toISOString(),
  ...(row.confirmed_at !== null && { confirmedAt: row.confirmed_at.toISOString() }),
  ...(row.note !== null && { note: row.note }),
});

export const presentConfirmation = (row: ConfirmationRow): PurgeConfirmationView => ({
  confirmedAt: row.confirmed_at.toISOString(),
  ...(row.note !== null && { note: row.note }),
});
