import { Injectable } from '@nestjs/common';
import { type Tx } from '../core/database.js';
import { type AttestationOutcome } from './client-attestation.entity.js';

export interface AttestationRow {
  id: string;
  partner_id: string;
  client_id: string;
  outcome: AttestationOutcome;
  dropped: string[];
  note: string;
  created_at: Date;
}

/** Clients of one partner for which somebody must soon speak. */
export interface DueAttestations {
  partnerId: string;
  clientIds: string[];
  /** The first of their days. */
  by: Date;
}

export type NewAttestation = Omit<AttestationRow, 'created_at'> & { attested_by: string };

const COLUMNS = 'id, partner_id, client_id, outcome, dropped, note, created_at';
const LISTED = 200;

@Injectable()
export class AttestationsRepository {
  /** @returns the scopes that the client gave up; null for one that was revoked, or is not the actor's to attest */
  async attest(
    tx: Tx,
    clientId: string,
    { kept, revoke, by }: { kept: readonly string[]; revoke: boolean; by: Date },
  ): Promise<string[] | null> {
    const rows: { dropped: string[] | null }[] = await tx.query(
      `select client_attest($1, $2, $3, $4) as dropped`,
      [clientId, kept, revoke, by],
    );
    return rows[0]?.dropped ?? null;
  }

  async insert(tx: Tx, one: NewAttestation): Promise<AttestationRow> {
    const rows: AttestationRow[] = await tx.query(
      `insert into client_attestation (id, partner_id, client_id, outcome, dropped, note, attested_by)
       values ($1, $2, $3, $4, $5, $6, $7) returning ${COLUMNS}`,
      [one.id, one.partner_id, one.client_id, one.outcome, one.dropped, one.note, one.attested_by],
    );
    return rows[0] as AttestationRow;
  }

  /** Newest first; the latest of them. */
  async listOfPartner(tx: Tx, partnerId: string): Promise<AttestationRow[]> {
    return tx.query(
      `select ${COLUMNS} from client_attestation where partner_id = $1 order by id desc limit ${LISTED}`,
      [partnerId],
    );
  }

  /** Usable clients of the partner, other than this one, which may say what is still needed. */
  async countOthers(tx: Tx, partnerId: string, clientId: string): Promise<number> {
    const rows: { count: string }[] = await tx.query(
      `select count(*) from client where partner_id = $1 and id <> $2 and reader_id = partner_id
         and revoked_at is null and (expires_at is null or expires_at > now()) and 'clients:attest' = any (scopes)`,
      [partnerId, clientId],
    );
    return Number(rows[0]?.count);
  }

  /** Brings forward, never back, until when each of a partner's clients must be spoken for. @returns how many there are */
  async askBy(tx: Tx, partnerId: string, by: Date): Promise<number> {
    const [, count] = await tx.query<[unknown, number]>(
      `update client set attest_by = least(attest_by, $2) where partner_id = $1 and revoked_at is null`,
      [partnerId, by],
    );
    return count;
  }

  /**
   * Of the partner whose turn it is, the clients for which somebody must speak within 30 days, and again within 7: of each day
   * once, in one process at a time. What ends before its day by itself needs nobody; whoever is suspended then would come
   * back with keys that only read, and is told, too.
   */
  async takeDueAsSystem(tx: Tx): Promise<DueAttestations | null> {
    const [turn]: { mine: boolean }[] = await tx.query(
      `select pg_try_advisory_xact_lock(hashtextextended('slt attestations', 0)) as mine`,
    );
    if (turn?.mine !== true) return null;
    const [rows]: [{ id: string; partner_id: string; attest_by: Date }[]] = await tx.query(
      `with due as (
         select c.id, c.partner_id, c.attest_by, d.days
         from client c join partner p on p.id = c.partner_id
         cross join lateral (select case when c.attest_by <= now() + interval '168 hours' then 7 else 30 end as days) d
         where c.revoked_at is null and (c.expires_at is null or c.expires_at > c.attest_by)
           and p.status in ('active', 'suspended') and c.attest_by > now() and c.attest_by <= now() + interval '720 hours'
           and (c.attest_told_for is distinct from c.attest_by or c.attest_told_days > d.days))
       update client c set attest_told_for = d.attest_by, attest_told_days = d.days from due d
       where c.id = d.id and d.partner_id = (select partner_id from due order by attest_by, id limit 1)
       returning c.id, c.partner_id, c.attest_by`,
    );
    const [first] = rows;
    if (first === undefined) return null;
    return {
      partnerId: first.partner_id,
      clientIds: rows.map(({ id }) => id).sort(),
      by: new Date(Math.min(...rows.map(({ attest_by: by }) => by.getTime()))),
    };
  }
}
