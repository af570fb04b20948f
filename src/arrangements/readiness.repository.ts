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
         arrangement_id is not null as "isOwn",
         case when arrangement_id is not distinct from $1 then version else 0 end as version
       from level_setting where (arrangement_id = $1 or arrangement_id is null) and expectations is not null
       order by level, arrangement_id nulls last`,
      [arrangementId],
    );
  }

  /** Waits for whoever is deciding the same. @returns the version it has; 0 for none */
  async lockSetting(tx: Tx, arrangementId: string | null, level: ArrangementLevel): Promise<number> {
    await tx.query(`select pg_advisory_xact_lock(hashtextextended($1, 0))`, [
      `level setting ${arrangementId ?? ''} ${level}`,
    ]);
    const rows: { version: number }[] = await tx.query(
      `select version from level_setting
       where arrangement_id is not distinct from $1 and level = $2 and expectations is not null`,
      [arrangementId, level],
    );
    return rows[0]?.version ?? 0;
  }

  /** @returns the id under which it is kept, and its new version */
  async putSetting(
    tx: Tx,
    arrangementId: string | null,
    level: ArrangementLevel,
    expectations: Expectation[],
  ): Promise<{ id: string; version: number }> {
    const target = arrangementId === null ? '(level)' : '(arrangement_id, level)';
    const where = arrangementId === null ? 'is null' : 'is not null';
    const rows: { id: string; version: number }[] = await tx.query(
      `insert into level_setting (id, arrangement_id, level, expectations) values ($1, $2, $3, $4)
       on conflict ${target} where arrangement_id ${where}
       do update set expectations = excluded.expectations, is_proposal = false,
         version = level_setting.version + 1, updated_at = now()
       returning id, version`,
      [newId(), arrangementId, level, JSON.stringify(expectations)],
    );
    return rows[0] ?? { id: '', version: 0 };
  }

  /** Its version goes on from there. @returns false when the arrangement says nothing of its own */
  async endSetting(tx: Tx, arrangementId: string, level: ArrangementLevel): Promise<boolean> {
    const [, ended]: [unknown, number] = await tx.query(
      `update level_setting set expectations = null, updated_at = now()
       where arrangement_id = $1 and level = $2 and expectations is not null`,
      [arrangementId, level],
    );
    return ended > 0;
  }

  async listProvisions(tx: Tx, arrangementId: string): Promise<ProvisionRow[]> {
    return tx.query(
      `select code, starts_at, ends_at, note, version from readiness_provision
       where arrangement_id = $1 and starts_at is not null`,
      [arrangementId],
    );
  }

  /** What the exchange sees for itself: whether it is so, by code; none for what was never there. */
  async listEvidence(tx: Tx, arrangementId: string): Promise<{ code: string; holds: boolean }[]> {
    return tx.query(`select code, holds from arrangement_evidence($1)`, [arrangementId]);
  }

  /** Waits for whoever is saying the same. @returns the version it has; 0 for none */
  async lockProvision(tx: Tx, arrangementId: string, code: string): Promise<number> {
    await tx.query(`select pg_advisory_xact_lock(hashtextextended($1, 0))`, [
      `provision ${arrangementId} ${code}`,
    ]);
    const rows: { version: number }[] = await tx.query(
      `select version from readiness_provision
       where arrangement_id = $1 and code = $2 and starts_at is not null`,
      [arrangementId, code],
    );
    return rows[0]?.version ?? 0;
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
       set starts_at = excluded.starts_at, ends_at = excluded.ends_at, note = excluded.note,
         version = readiness_provision.version + 1, updated_at = now()`,
      [arrangementId, provision.code, provision.startsAt, provision.endsAt ?? null, provision.note ?? null],
    );
  }

  /** Its version goes on from there. @returns false when there is none */
  async endProvision(tx: Tx, arrangementId: string, code: string): Promise<boolean> {
    const [, ended]: [unknown, number] = await tx.query(
      `update readiness_provision set starts_at = null, ends_at = null, note = null, updated_at = now()
       where arrangement_id = $1 and code = $2 and starts_at is not null`,
      [arrangementId, code],
    );
    return ended > 0;
  }
}
