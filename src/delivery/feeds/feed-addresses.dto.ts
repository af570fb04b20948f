import { IsIn } from 'class-validator';
import { HandlingView } from '../../access/handling.dto.js';
import {
  CLASSIFICATIONS,
  type Classification,
  classificationLabel,
  TLP_LABELS,
  type Tlp,
  tlpLabel,
} from '../../access/handling.js';
import { SavedFilter } from '../../alerts/alert-pages.service.js';
import { IfPresent } from '../../core/if-present.decorator.js';
import { IsNested } from '../../core/nested.decorator.js';
import { IsText } from '../../core/text.decorator.js';
import { IsTimestamp } from '../../core/timestamp.decorator.js';
import { type FeedAddressRow } from './feed-addresses.repository.js';
import { FEED_FORMATS } from './formats.js';

type FeedAddressState = 'open' | 'resting' | 'expired';

/** Whoever comes to know the address reads up to this. */
export class FeedCeilingDto {
  /** TLP 2.0 label. */
  @IsIn(TLP_LABELS)
  tlp: Tlp;

  /** Absent: UNCLASSIFIED. */
  @IfPresent()
  @IsIn(CLASSIFICATIONS)
  classification?: Classification;
}

export class CreateFeedAddressDto {
  /** What you will know it by: the tool, and who uses it. */
  @IsText(1, 120)
  name: string;

  /** Absent: GREEN and UNCLASSIFIED. Never more than you yourself may read. */
  @IfPresent()
  @IsNested(() => FeedCeilingDto)
  ceiling?: FeedCeilingDto;

  /** What of that is wanted: its fields hold whatever is asked for in them; others narrow it further. */
  @IfPresent()
  @IsNested(() => SavedFilter)
  filter?: SavedFilter;

  /** From then on it answers no more. */
  @IfPresent()
  @IsTimestamp()
  expiresAt?: string;
}

export class FeedAddressView {
  id: string;
  name: string;
  /** `resting`: its keeper may no longer read; another client of yours can take it over. */
  state: FeedAddressState;
  /** The client that keeps it. */
  keeper: string;
  /** As low as you yourself may read, when that is lower than what was asked for. */
  ceiling: HandlingView;
  filter?: SavedFilter;
  expiresAt?: string;
  /** In whole hours. */
  lastUsedAt?: string;
  createdAt: string;
}

export class NewFeedAddressView extends FeedAddressView {
  /** Where to read it, in each format. They are secrets: whoever knows one of them reads. Shown this once. */
  addresses: string[];
}

export class FeedAddressList {
  items: FeedAddressView[];
}

export function presentFeedAddress(row: FeedAddressRow): FeedAddressView {
  return {
    id: row.id,
    name: row.name,
    state: row.is_expired ? 'expired' : row.is_resting ? 'resting' : 'open',
    keeper: row.client_id,
    ceiling: { tlp: tlpLabel(row.tlp), classification: classificationLabel(row.classification) },
    ...(row.filter !== null && { filter: row.filter }),
    ...(row.expires_at !== null && { expiresAt: row.expires_at.toISOString() }),
    ...(row.last_used_at !== null && { lastUsedAt: row.last_used_at.toISOString() }),
    createdAt: row.created_at.toISOString(),
  };
}

export const presentNewFeedAddress = (
  row: FeedAddressRow,
  token: string,
  publicUrl: string,
): NewFeedAddressView => ({
  ...presentFeedAddress(row),
  addresses: FEED_FORMATS.map((format) => `${publicUrl}/v1/feeds/${token}/alerts.${format}`),
});
