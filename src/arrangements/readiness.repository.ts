import { Injectable } from '@nestjs/common';
import { type Tx } from '../core/database.js';
import { newId } from '../core/ids.js';
import { type ArrangementLevel } from './arrangement.rules.js';
import { type ProvisionRow } from './readiness.dto.js';
import { type Expectation, type LevelSetting } from './readiness.rules.js';

/** All SQL on what levels expect and what is there. */
@Injectable()
export class ReadinessRepository {
  /** What holds at each level: the arrangement's own word before that of the exchange, which alone counts for null. */
  async listSettings(tx: Tx, arrangementId: string | null): Promise<LevelSetting[]> {
    return tx.query(
      `select distinct on (level) level, expectations, is_proposal as "isProposal",
         arrangement_id is not null as "isOwn"
       from level_setting where arrangement_id = $1 or arrangement_id is null
       order by level, arrangement_id nulls last`,
      [arrangementId],
    );
  }

  /** @returns the id under which it is kept */
  async putSetting(
    tx: Tx,
    arrangementId: string | null,
    level: ArrangementLevel,
    expectations: Expectation[],
  ): Promise<string> {
    const target = arrangementId === null ? '(level)' : '(arrangement_id, level)';
    const where = arrangementId === null ? 'is null' : 'is not null';
    const rows: { id: string }[] = await tx.query(
      `insert into level_setting (id, arrangement_id, level, expectations) values ($1, $2, $3, $4)
       on conflict ${target} where arrangement_id ${where}
       do update set expectations = excluded.expectations, is_proposal = false, updated_at = now()
       returning id`,
      [newId(), arrangementId, level, JSON.stringify(expectations)],
    );
    return rows[0]?.id ?? '';
  }

  /** @returns false when the arrangement says nothing of its own */
  async deleteSetting(tx: Tx, arrangementId: string, level: ArrangementLevel): Promise<boolean> {
    const [, deleted]: [unknown, number] = await tx.query(
      `delete from level_setting where arrangement_id = $1 and level = $2`,
      [arrangementId, level],
    );
    return deleted > 0;
  }

  async listProvisions(tx: Tx, arrangementId: string): Promise<ProvisionRow[]> {
    return tx.query(
      `select code, starts_at, ends_at, note from readiness_provision where arrangement_id = $1`,
      [arrangementId],
    );
  }

  /** What the exchange sees for itself: whether it is so, by code; none for what was never there. */
  async listEvidence(tx: Tx, arrangementId: string): Promise<{ code: string; holds: boolean }[]> {
    return tx.query(`select code, holds from arrangement_evidence($1)`, [arrangementId]);
  }

  async putProvision(
    tx: Tx,
    arrangementId: string,
    provision: { code: string; startsAt: Date; endsAt: Date | undefined; note: string | undefined },
  ): Promise<void> {
    await tx.query(
      `insert into readiness_provision (arrangement_id, code, starts_at, ends_at, note)
       values ($1, $2, $3, $4, $5)
       on conflict (arrangement_id, code) do update
       set starts_at = excluded.starts_at, ends_at = excluded.ends_at, note = excluded.note, updated_at = now()`,
      [arrangementId, provision.code, provision.startsAt, provision.endsAt ?? null, provision.note ?? null],
    );
  }

  /** @returns false when there is none */
  async deleteProvision(tx: Tx, arrangementId: string, code: string): Promise<boolean> {
    const [, deleted]: [unknown, number] = await tx.query(
      `delete from readiness_provision where arrangement_id = $1 and code = $2`,
      [arrangementId, code],
    );
    return deleted > 0;
  }
}
