import { IsIn } from 'class-validator';
import { IfPresent } from '../core/if-present.decorator.js';
import { PageQuery } from '../core/page.dto.js';
import { IsText } from '../core/text.decorator.js';
import { IsTimestamp } from '../core/timestamp.decorator.js';
import { ARRANGEMENT_LEVELS, type ArrangementLevel } from './arrangement.rules.js';
import { type LevelState } from './levels.rules.js';

export class SetLevelDto {
  @IsIn(ARRANGEMENT_LEVELS)
  level: ArrangementLevel;

  /** Now when absent; in the future, it takes effect by itself. */
  @IfPresent()
  @IsTimestamp()
  from?: string;

  /** Why; every member reads it. */
  @IsText(3, 1000)
  reason: string;

  /** The office that decided, never a person; your organisation when absent. */
  @IfPresent()
  @IsText(2, 200)
  issuer?: string;
}

export class ListLevelsQuery extends PageQuery {}

export class LevelChangeView {
  id: string;
  level: ArrangementLevel;
  state: LevelState;
  from: string;
  until?: string;
  /** The office that decided; absent for what was there before history began. */
  issuer?: string;
  /** Absent where none was given. */
  reason?: string;
  recordedAt: string;
}

export class LevelHistoryPage {
  /** What was recorded last comes first. */
  items: LevelChangeView[];
  nextCursor: string | null;
}

export interface LevelChangeRow {
  id: string;
  level: ArrangementLevel;
  state: LevelState;
  starts_at: Date;
  ends_at: Date | null;
  issuer: string | null;
  reason: string | null;
  recorded_at: Date;
}

export function presentLevelChange(row: LevelChangeRow): LevelChangeView {
  return {
    id: row.id,
    level: row.level,
    state: row.state,
    from: row.starts_at.toISOString(),
    ...(row.ends_at !== null && { until: row.ends_at.toISOString() }),
    ...(row.issuer !== null && { issuer: row.issuer }),
    ...(row.reason !== null && { reason: row.reason }),
    recordedAt: row.recorded_at.toISOString(),
  };
}
