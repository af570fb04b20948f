import { Injectable } from '@nestjs/common';
import { type Actor } from '../access/actor.js';
import { AuditService } from '../audit/audit.service.js';
import { Cursors, idToPlace, placeToId } from '../core/cursor.js';
import { Database, type Tx } from '../core/database.js';
import { claimId, type IdempotencyKey } from '../core/idempotency.js';
import { newId } from '../core/ids.js';
import { problems } from '../core/problem.js';
import { type ArrangementLevel } from './arrangement.rules.js';
import { type ArrangementRow } from './arrangements.dto.js';
import { ArrangementsRepository } from './arrangements.repository.js';
import { type LevelChangeRow, type ListLevelsQuery, type SetLevelDto } from './levels.dto.js';
import { LevelsRepository } from './levels.repository.js';
import { levelState } from './levels.rules.js';

@Injectable()
export class LevelsService {
  constructor(
    private readonly database: Database,
    private readonly levels: LevelsRepository,
    private readonly arrangements: ArrangementsRepository,
    private readonly audit: AuditService,
    private readonly cursors: Cursors,
  ) {}

  /** History begins with the arrangement. */
  async begin(tx: Tx, actor: Actor, arrangementId: string, level: ArrangementLevel): Promise<void> {
    const id = newId();
    await this.levels.insert(tx, { id, arrangementId, level, state: 'current', startsAt: new Date() });
    await this.record(tx, actor, 'arrangement.level_set', arrangementId, { level });
  }

  /** From now on, without a reason: the arrangement is locked, and takes the level itself. */
  async replace(tx: Tx, actor: Actor, arrangement: ArrangementRow, level: ArrangementLevel): Promise<void> {
    if (level === arrangement.level) return;
    const startsAt = new Date();
    await this.levels.endCurrent(tx, arrangement.id, startsAt);
    const entry = { id: newId(), arrangementId: arrangement.id, level, state: 'current', startsAt } as const;
    await this.levels.insert(tx, entry);
    await this.record(tx, actor, 'arrangement.level_set', arrangement.id, { level });
  }

  async set(
    actor: Actor,
    arrangementId: string,
    dto: SetLevelDto,
    idempotency?: IdempotencyKey,
  ): Promise<LevelChangeRow> {
    return this.database.as(actor, async (tx) => {
      const { id, repeated } = await claimId(tx, actor, idempotency);
      if (!repeated) await this.insert(tx, actor, arrangementId, id, dto);
      return this.getIn(tx, arrangementId, id);
    });
  }

  async list(
    actor: Actor,
    arrangementId: string,
    query: ListLevelsQuery,
  ): Promise<{ rows: LevelChangeRow[]; nextCursor: string | null }> {
    const place = `levels ${arrangementId}`;
    const before =
      query.cursor === undefined
        ? undefined
        : placeToId(this.cursors.open(actor.readerId, place, query.cursor));
    const found = await this.database.readAs(actor, async (tx) => {
      if ((await this.arrangements.find(tx, arrangementId)) === null) throw problems.notFound();
      return this.levels.list(tx, arrangementId, before, query.limit + 1);
    });
    const rows = found.slice(0, query.limit);
    const last = rows.at(-1);
    const more = found.length > query.limit && last !== undefined;
    return { rows, nextCursor: more ? this.cursors.seal(actor.readerId, place, idToPlace(last.id)) : null };
  }

  /** What has begun is history, and stays. */
  async cancel(actor: Actor, arrangementId: string, id: string): Promise<void> {
    await this.database.as(actor, async (tx) => {
      if ((await this.arrangements.lock(tx, arrangementId)) === null) throw problems.notFound();
      const { level, starts_at } = await this.getIn(tx, arrangementId, id);
      if (!(await this.levels.cancel(tx, id))) {
        throw problems.conflict('Only a level that is planned can be cancelled.');
      }
      const details = { level, from: starts_at.toISOString() };
      await this.record(tx, actor, 'arrangement.level_cancelled', arrangementId, details);
    });
  }

  /**
   * Lets the earliest level that is due begin, of one arrangement: the lock on it is what makes this happen once.
   * @returns how many were moved on, none or one
   */
  async advanceAsSystem(): Promise<number> {
    return this.database.asSystem(async (tx) => {
      const arrangementId = await this.levels.lockDue(tx);
      if (arrangementId === null) return 0;
      const due = await this.levels.findDue(tx, arrangementId);
      if (due === null) return 0;
      const current = await this.levels.findCurrent(tx, arrangementId);
      // What was decided since, while nothing ran, is the newer word.
      const isOvertaken = current !== null && current.starts_at > due.starts_at;
      if (isOvertaken) {
        await this.levels.cancel(tx, due.id);
      } else {
        await this.levels.endCurrent(tx, arrangementId, due.starts_at);
        await this.levels.begin(tx, due.id);
        await this.levels.setLevel(tx, arrangementId, due.level);
      }
      await this.audit.recordAsSystem(tx, {
        action: isOvertaken ? 'arrangement.level_overtaken' : 'arrangement.level_began',
        object: { type: 'arrangement', id: arrangementId },
        about: due.partner_id === null ? [] : [due.partner_id],
        details: { level: due.level, from: due.starts_at.toISOString() },
      });
      return 1;
    });
  }

  private async insert(
    tx: Tx,
    actor: Actor,
    arrangementId: string,
    id: string,
    { level, from, reason, issuer }: SetLevelDto,
  ): Promise<void> {
    if ((await this.arrangements.lock(tx, arrangementId)) === null) throw problems.notFound();
    const current = await this.levels.findCurrent(tx, arrangementId);
    const now = new Date();
    const startsAt = from === undefined ? now : new Date(from);
    const state = levelState(startsAt, now, current?.starts_at ?? startsAt);
    if (state === 'current') {
      await this.levels.endCurrent(tx, arrangementId, startsAt);
      await this.levels.setLevel(tx, arrangementId, level);
    }
    const entry = {
      id,
      arrangementId,
      level,
      state,
      startsAt,
      reason,
      ...(issuer !== undefined && { issuer }),
    };
    if (!(await this.levels.insert(tx, entry))) {
      throw problems.conflict('A level is planned for this time already.', [
        { pointer: '#/from', detail: 'is taken' },
      ]);
    }
    const action = state === 'planned' ? 'arrangement.level_planned' : 'arrangement.level_set';
    await this.record(tx, actor, action, arrangementId, { level, from: startsAt.toISOString(), reason });
  }

  private async getIn(tx: Tx, arrangementId: string, id: string): Promise<LevelChangeRow> {
    const row = await this.levels.find(tx, arrangementId, id);
    if (row === null) throw problems.notFound();
    return row;
  }

  private async record(
    tx: Tx,
    actor: Actor,
    action: string,
    id: string,
    details: Record<string, unknown>,
  ): Promise<void> {
    await this.audit.record(tx, actor, { action, object: { type: 'arrangement', id }, details });
  }
}
