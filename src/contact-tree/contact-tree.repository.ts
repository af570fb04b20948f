import { Injectable } from '@nestjs/common';
import { type Tx } from '../core/database.js';
import { type CallState } from './contact-tree.entities.js';
import { type Branch } from './contact-tree.rules.js';

export interface EntryRow {
  partner_id: string;
  /** Null, as the name, for one that the reader may not see any more. */
  code: string | null;
  name: string | null;
  caller_id: string | null;
  alternate_id: string | null;
  is_member: boolean;
}

export interface ActivationRow {
  id: string;
  arrangement_id: string;
  is_drill: boolean;
  reason: string;
  started_by: string;
  started_at: Date;
  closed_at: Date | null;
  organisations: number;
  reached: number;
  unreached: number;
  last_reached_at: Date | null;
}

export interface CallRow {
  partner_id: string;
  code: string | null;
  caller_id: string | null;
  alternate_id: string | null;
  state: CallState;
  said_by: string | null;
  said_at: Date | null;
}

const ACTIVATIONS = `select a.*,
    (select count(*) from contact_call c where c.activation_id = a.id)::int as organisations,
    (select count(*) from contact_call c where c.activation_id = a.id and c.state = 'reached')::int as reached,
    (select count(*) from contact_call c where c.activation_id = a.id and c.state = 'unreached')::int as unreached,
    (select max(said_at) from contact_call c where c.activation_id = a.id and c.state = 'reached') as last_reached_at
  from contact_activation a`;
const LISTED = 100;

@Injectable()
export class ContactTreeRepository {
  /** @returns 0 where nobody has made a tree yet */
  async version(tx: Tx, arrangementId: string): Promise<number> {
    const rows: { version: number }[] = await tx.query(
      `select version from contact_tree where arrangement_id = $1`,
      [arrangementId],
    );
    return rows[0]?.version ?? 0;
  }

  /** Makes the tree where there is none, and holds it against whoever writes it, too. @returns the version it had */
  async lock(tx: Tx, arrangementId: string): Promise<number> {
    await tx.query(`insert into contact_tree (arrangement_id) values ($1) on conflict do nothing`, [
      arrangementId,
    ]);
    const rows: { version: number }[] = await tx.query(
      `select version from contact_tree where arrangement_id = $1 for update`,
      [arrangementId],
    );
    return rows[0]?.version ?? 0;
  }

  async replace(tx: Tx, arrangementId: string, branches: readonly Branch[]): Promise<void> {
    await tx.query(`delete from contact_tree_entry where arrangement_id = $1`, [arrangementId]);
    await tx.query(
      `insert into contact_tree_entry (arrangement_id, partner_id, caller_id, alternate_id)
       select $1, * from unnest($2::uuid[], $3::uuid[], $4::uuid[])`,
      [
        arrangementId,
        branches.map(({ organisation }) => organisation),
        branches.map(({ caller }) => caller),
        branches.map(({ alternate }) => alternate),
      ],
    );
    await tx.query(
      `update contact_tree set version = version + 1, updated_at = now() where arrangement_id = $1`,
      [arrangementId],
    );
  }

  /** By code. Those that are members no more stay until the tree is written anew. */
  async listEntries(tx: Tx, arrangementId: string): Promise<EntryRow[]> {
    return tx.query(
      `select e.partner_id, p.code, p.name, e.caller_id, e.alternate_id,
         exists (select from membership m where m.arrangement_id = e.arrangement_id and m.partner_id = e.partner_id
           and m.state = 'current') as is_member
       from contact_tree_entry e left join partner p on p.id = e.partner_id
       where e.arrangement_id = $1 order by p.code, e.partner_id`,
      [arrangementId],
    );
  }

  /** Current members by id and by code. */
  async listMembers(tx: Tx, arrangementId: string): Promise<{ id: string; code: string; name: string }[]> {
    return tx.query(
      `select p.id, p.code, p.name from membership m join partner p on p.id = m.partner_id
       where m.arrangement_id = $1 and m.state = 'current' order by p.code`,
      [arrangementId],
    );
  }

  /** Until the end of the transaction: nobody else begins to call it. */
  async lockCalling(tx: Tx, arrangementId: string): Promise<void> {
    await tx.query(`select pg_advisory_xact_lock(hashtextextended('slt contact tree ' || $1, 0))`, [
      arrangementId,
    ]);
  }

  /** The drill that goes on. */
  async findDrill(tx: Tx, arrangementId: string): Promise<ActivationRow | null> {
    const rows: ActivationRow[] = await tx.query(
      `${ACTIVATIONS} where a.arrangement_id = $1 and a.is_drill and a.closed_at is null`,
      [arrangementId],
    );
    return rows[0] ?? null;
  }

  /** @returns false while another goes on */
  async start(
    tx: Tx,
    one: { id: string; arrangementId: string; isDrill: boolean; reason: string; startedBy: string },
  ): Promise<boolean> {
    const rows: unknown[] = await tx.query(
      `insert into contact_activation (id, arrangement_id, is_drill, reason, started_by)
       values ($1, $2, $3, $4, $5) on conflict (arrangement_id) where closed_at is null do nothing returning id`,
      [one.id, one.arrangementId, one.isDrill, one.reason, one.startedBy],
    );
    return rows.length > 0;
  }

  async insertCalls(tx: Tx, activationId: string, entries: readonly EntryRow[]): Promise<void> {
    await tx.query(
      `insert into contact_call (activation_id, partner_id, caller_id, alternate_id)
       select $1, * from unnest($2::uuid[], $3::uuid[], $4::uuid[])`,
      [
        activationId,
        entries.map((entry) => entry.partner_id),
        entries.map((entry) => entry.caller_id),
        entries.map((entry) => entry.alternate_id),
      ],
    );
  }

  /** Newest first. */
  async listActivations(tx: Tx, arrangementId: string): Promise<ActivationRow[]> {
    return tx.query(`${ACTIVATIONS} where a.arrangement_id = $1 order by a.id desc limit ${LISTED}`, [
      arrangementId,
    ]);
  }

  async findActivation(tx: Tx, arrangementId: string, id: string): Promise<ActivationRow | null> {
    const rows: ActivationRow[] = await tx.query(`${ACTIVATIONS} where a.arrangement_id = $1 and a.id = $2`, [
      arrangementId,
      id,
    ]);
    return rows[0] ?? null;
  }

  async listCalls(tx: Tx, activationId: string): Promise<CallRow[]> {
    return tx.query(
      `select c.partner_id, p.code, c.caller_id, c.alternate_id, c.state, c.said_by, c.said_at
       from contact_call c left join partner p on p.id = c.partner_id
       where c.activation_id = $1 order by p.code, c.partner_id`,
      [activationId],
    );
  }

  /** @returns false unless it was in one of these states, and the activation goes on */
  async say(
    tx: Tx,
    activationId: string,
    partnerId: string,
    { state, from, by }: { state: CallState; from: readonly CallState[]; by: string },
  ): Promise<boolean> {
    const [, changed] = await tx.query<[unknown, number]>(
      `update contact_call set state = $3, said_by = $5, said_at = now()
       where activation_id = $1 and partner_id = $2 and state = any ($4)
         and exists (select from contact_activation a where a.id = $1 and a.closed_at is null)`,
      [activationId, partnerId, state, from, by],
    );
    return changed > 0;
  }

  /** @returns false when it is closed, or is not the actor's to close */
  async close(tx: Tx, id: string): Promise<boolean> {
    const [, changed] = await tx.query<[unknown, number]>(
      `update contact_activation set closed_at = now() where id = $1 and closed_at is null`,
      [id],
    );
    return changed > 0;
  }
}
