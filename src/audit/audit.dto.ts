import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsUUID, Matches } from 'class-validator';
import { IfPresent } from '../core/if-present.decorator.js';
import { PageQuery } from '../core/page.dto.js';
import { type AuditRow } from './audit.repository.js';

export class ListAuditQuery extends PageQuery {
  /** `own`: what concerns your organisation. `exchange`: all there is, for the steward. */
  @IfPresent()
  @IsIn(['own', 'exchange'])
  of: 'own' | 'exchange' = 'own';

  /** Such as `alert.withdrawn`. */
  @IfPresent()
  @Matches(/^[a-z_]{1,40}\.[a-z_]{1,40}$/, { message: 'must be an action such as alert.withdrawn' })
  action?: string;

  /** Id of what it was done to. */
  @IfPresent()
  @IsUUID()
  object?: string;
}

export class AuditedObjectView {
  type: string;
  id: string;
}

export class AuditEntryView {
  id: string;
  at: string;
  action: string;
  object: AuditedObjectView;
  /** Id of the organisation that acted; absent where you may not know it, and for what the exchange did by itself. */
  partner?: string;
  /** Client that acted, when it is one of yours. */
  client?: string;
  /** What the action is about, by name. */
  @ApiProperty({ type: 'object', additionalProperties: true })
  details: Record<string, unknown>;
}

export class AuditPage {
  items: AuditEntryView[];
  nextCursor: string | null;
}

export function presentAuditEntry(row: AuditRow): AuditEntryView {
  return {
    id: row.id,
    at: row.at.toISOString(),
    action: row.action,
    object: { type: row.object_type, id: row.object_id },
    ...(row.partner_id !== null && { partner: row.partner_id }),
    ...(row.client_id !== null && { client: row.client_id }),
    details: row.details,
  };
}
