import { Injectable } from '@nestjs/common';
import { type Tx } from '../core/database.js';
import { type Due } from '../core/rounds.js';
import { type ReleaseRequestRow, type RequestState } from './onward.dto.js';

const COLUMNS = `id, alert_id, rendition_id, asker_id, originator_id, partner_id, partner_code, asker_code, until, reason,
  state, asked_at, answered_at, granted_until, conditions, answer_reason, release_id`;

/** Why a text cannot be released; all that who asks for it hears is `refused`. */
export type Refusal = 'replaced' | 'has it' | 'inactive' | 'excluded' | 'ceiling' | 'refused';

export interface DueRelease extends Due {
  shareable_id: string;
  originator_id: string;
}

/** All SQL on requests for onward release and on what they were granted. */
@Injectable()
export class OnwardRepository {
  /** Whose alert it is, as far as the acting reader may see it. */
  async findOriginator(tx: Tx, alertId: string): Promise<string | null> {
    const rows: { originator_id: string }[] = await tx.query(
      `select originator_id from shareable where id = $1 and type = 'alert'`,
      [alertId],
    );
    return rows[0]?.originator_id ?? null;
  }

  async findAttribution(tx: Tx, renditionId: string): Promise<string | null> {
    const rows: { attribution: string }[] = await tx.query(
      `select content->>'attribution' as attribution from alert_rendition where rendition_id = $1`,
      [renditionId],
    );
    return rows[0]?.attribution ?? null;
  }

  async findRefusal(tx: Tx, renditionId: string, partnerId: string): Promise<Refusal | null> {
    const rows: { refusal: Refusal | null }[] = await tx.query(`select release_refusal($1, $2) as refusal`, [
      renditionId,
      partnerId,
    ]);
    return rows[0]?.refusal ?? null;
  }

  /** @returns null when the same is being asked for already */
  async insert(
    tx: Tx,
    row: Pick<
      ReleaseRequestRow,
      | 'id'
      | 'alert_id'
      | 'rendition_id'
      | 'asker_id'
      | 'originator_id'
      | 'partner_id'
      | 'partner_code'
      | 'asker_code'
      | 'reason'
    > & { until: string },
  ): Promise<ReleaseRequestRow | null> {
    const rows: ReleaseRequestRow[] = await tx.query(
      `insert into release_request (id, alert_id, rendition_id, asker_id, originator_id, partner_id, partner_code,
         asker_code, until, reason)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
       on conflict (rendition_id, partner_id, asker_id) where state = 'open' do nothing
       returning ${COLUMNS}`,
      [
        row.id,
        row.alert_id,
        row.rendition_id,
        row.asker_id,
        row.originator_id,
        row.partner_id,
        row.partner_code,
        row.asker_code,
        row.until,
        row.reason,
      ],
    );
    return rows[0] ?? null;
  }

  async find(tx: Tx, id: string): Promise<ReleaseRequestRow | null> {
    const rows: ReleaseRequestRow[] = await tx.query(`select ${COLUMNS} from release_request where id = $1`, [
      id,
    ]);
    return rows[0] ?? null;
  }

  /** What the acting partner asked, was asked or was given, newest first. */
  async list(
    tx: Tx,
    state: RequestState | undefined,
    beforeId: string | undefined,
    limit: number,
  ): Promise<ReleaseRequestRow[]> {
    return tx.query(
      `select ${COLUMNS} from release_request
       where ($1::text is null or state = $1) and ($2::uuid is null or id < $2)
       order by id desc limit $3`,
      [state ?? null, beforeId ?? null, limit],
    );
  }

  /** Writes an answer where there is none. @returns null when there is */
  async answer(
    tx: Tx,
    id: string,
    answer: {
      state: RequestState;
      grantedUntil?: string;
      conditions?: string;
      reason?: string;
      releaseId?: string;
    },
  ): Promise<ReleaseRequestRow | null> {
    const { state, grantedUntil, conditions, reason, releaseId } = answer;
    const updated: [ReleaseRequestRow[], number] = await tx.query(
      `update release_request set state = $2, answered_at = now(), granted_until = $3, conditions = $4,
         answer_reason = $5, release_id = $6
       where id = $1 and state = 'open' returning ${COLUMNS}`,
      [id, state, grantedUntil ?? null, conditions ?? null, reason ?? null, releaseId ?? null],
    );
    return updated[0][0] ?? null;
  }

  /** Its receiver is given it when the transaction commits. */
  async insertRelease(
    tx: Tx,
    release: { id: string; renditionId: string; shareableId: string; partnerId: string; until: string },
  ): Promise<void> {
    const { id, renditionId, shareableId, partnerId, until } = release;
    await tx.query(
      `insert into onward_release (id, rendition_id, shareable_id, partner_id, until, state)
       values ($1, $2, $3, $4, $5, 'current')`,
      [id, renditionId, shareableId, partnerId, until],
    );
  }

  /** One in each transaction: receivers lose it when that commits. @returns the request, null without one */
  async end(tx: Tx, releaseId: string): Promise<ReleaseRequestRow | null> {
    await tx.query(`update onward_release set state = 'ended' where id = $1 and state = 'current'`, [
      releaseId,
    ]);
    const updated: [ReleaseRequestRow[], number] = await tx.query(
      `update release_request set state = 'ended' where release_id = $1 and state = 'granted'
       returning ${COLUMNS}`,
      [releaseId],
    );
    return updated[0][0] ?? null;
  }

  /** As the system. */
  async listDue(tx: Tx, after: Due | undefined, limit: number): Promise<DueRelease[]> {
    return tx.query(
      `select o.id, o.shareable_id, s.originator_id, o.until::text as due_at
       from onward_release o join shareable s on s.id = o.shareable_id
       where o.state = 'current' and o.until <= now() and s.type = 'alert'
         and ($1::timestamptz is null or (o.until, o.id) > ($1, $2::uuid))
       order by o.until, o.id limit $3`,
      [after?.due_at ?? null, after?.id ?? null, limit],
    );
  }
}
