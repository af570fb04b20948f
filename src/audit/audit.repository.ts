import { Injectable } from '@nestjs/common';
import { type Tx } from '../core/database.js';

export interface AuditRow {
  id: string;
  at: Date;
  action: string;
  object_type: string;
  object_id: string;
  partner_id: string | null;
  client_id: string | null;
  details: Record<string, unknown>;
}

export interface AuditCopy {
  id: string;
  viewerId: string | null;
  partnerId: string | null;
  clientId: string | null;
}

export interface AuditFilters {
  action?: string;
  objectId?: string;
  ofExchange: boolean;
}

@Injectable()
export class AuditRepository {
  async insert(
    tx: Tx,
    act: { action: string; object: { type: string; id: string }; details: Record<string, unknown> },
    copies: AuditCopy[],
  ): Promise<void> {
    await tx.query(
      `insert into audit_entry (id, viewer_id, action, object_type, object_id, partner_id, client_id, details)
       select c.id, c."viewerId", $1, $2, $3, c."partnerId", c."clientId", $4
       from jsonb_to_recordset($5::jsonb) as c (id uuid, "viewerId" uuid, "partnerId" uuid, "clientId" text)`,
      [act.action, act.object.type, act.object.id, act.details, JSON.stringify(copies)],
    );
  }

  async insertByItself(
    tx: Tx,
    act: { action: string; object: { type: string; id: string }; details: Record<string, unknown> },
    copies: { id: string; viewerId: string | null }[],
  ): Promise<void> {
    await tx.query(`select audit_by_itself($1, $2, $3, $4, $5, $6)`, [
      act.action,
      act.object.type,
      act.object.id,
      act.details,
      copies.map(({ id }) => id),
      copies.map(({ viewerId }) => viewerId),
    ]);
  }

  /** Newest first. */
  async list(
    tx: Tx,
    { action, objectId, ofExchange }: AuditFilters,
    beforeId: string | undefined,
    limit: number,
  ): Promise<AuditRow[]> {
    return tx.query(
      `select id, at, action, object_type, object_id, partner_id, client_id, details from audit_entry
       where ${ofExchange ? 'viewer_id is null' : 'viewer_id = acting_owner()'}
         and ($1::text is null or action = $1) and ($2::uuid is null or object_id = $2)
         and ($3::uuid is null or id < $3)
       order by id desc limit $4`,
      [action ?? null, objectId ?? null, beforeId ?? null, limit],
    );
  }
}
