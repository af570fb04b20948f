import { PAGE_LIMIT_DEFAULT, PAGE_LIMIT_MAX } from '../core/limits.js';
import { IsInt, IsString, Max, MaxLength, Min } from 'class-validator';
import { type NeglectedRow } from '../access/clients.service.js';
import { type Config } from '../core/config.js';
import { IfPresent } from '../core/if-present.decorator.js';
import { ToNumber } from '../core/page.dto.js';
import { ClientReportQuery, ClientView, presentClient } from './clients.dto.js';

export class AllClientsReportQuery extends ClientReportQuery {
  /** Items on a page, at most 200. */
  @IfPresent()
  @ToNumber()
  @IsInt()
  @Min(1)
  @Max(PAGE_LIMIT_MAX)
  limit: number = PAGE_LIMIT_DEFAULT;

  /** `nextCursor` of the page before. */
  @IfPresent()
  @IsString()
  @MaxLength(64)
  cursor?: string;
}

/** A client that somebody should look at: revoke it if it is not needed, replace it if it ends. */
export class NeglectedClientView extends ClientView {
  partnerCode: string;
  partnerName: string;
  /** Usable, and not used for as long as you asked about, or ever since it was made. */
  dormant: boolean;
  /** Usable, but not for longer than you asked about. */
  expiring: boolean;
  /** Somebody must say soon that it is still needed, or nobody did in time. */
  toAttest: boolean;
}

export class NeglectedClientPage {
  items: NeglectedClientView[];
  nextCursor: string | null;
}

export const presentNeglected = (row: NeglectedRow, config: Config): NeglectedClientView => ({
  ...presentClient(row, config),
  partnerCode: row.partner_code,
  partnerName: row.partner_name,
  dormant: row.is_dormant,
  expiring: row.is_expiring,
  toAttest: row.is_to_attest,
});
