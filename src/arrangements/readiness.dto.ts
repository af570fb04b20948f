import { ArrayMaxSize, ArrayUnique, IsArray, IsInt, Matches, Max, Min } from 'class-validator';
import { IfPresent } from '../core/if-present.decorator.js';
import { IsNested } from '../core/nested.decorator.js';
import { IsText } from '../core/text.decorator.js';
import { IsTimestamp } from '../core/timestamp.decorator.js';
import { type ArrangementLevel } from './arrangement.rules.js';
import {
  dueAt,
  type LevelSetting,
  type ReadinessState,
  readinessState,
  SEEN_CODES,
  seenState,
} from './readiness.rules.js';

export const EXPECTATION_CODE = /^[a-z][a-z0-9_]{0,63}$/;

export class ExpectationDto {
  /** The same code on several levels means the same thing. */
  @Matches(EXPECTATION_CODE, { message: 'must be small letters, digits and underscores, 64 at most' })
  code: string;

  @IsText(2, 200)
  label: string;

  /** Days from the beginning of the level until it is to be there; no date when absent. */
  @IfPresent()
  @IsInt()
  @Min(0)
  @Max(3650)
  dueDays?: number;
}

export class SetLevelSettingDto {
  /** What the level switches on, in the order in which it is shown; nothing at all is an answer, too. */
  @IsArray()
  @ArrayMaxSize(50)
  @ArrayUnique(({ code }: ExpectationDto) => code, { message: 'must have every code once' })
  @IsNested(() => ExpectationDto, { each: true })
  expectations: ExpectationDto[];
}

export class ProvideDto {
  /** Since when, or from when on, it is in place; now when absent. */
  @IfPresent()
  @IsTimestamp()
  from?: string;

  /** When it ends unless it is renewed. */
  @IfPresent()
  @IsTimestamp()
  until?: string;

  /** Where it is found; nothing about persons. */
  @IfPresent()
  @IsText(2, 500)
  note?: string;
}

export class ExpectationView {
  code: string;
  label: string;
  dueDays?: number;
}

export class LevelSettingView {
  level: ArrangementLevel;
  /** Whose word it is: of this arrangement, or of the exchange for all that say nothing of their own. */
  setBy: 'arrangement' | 'exchange';
  /** It came with the service, from no source, and nobody has decided on it. */
  proposal: boolean;
  /** For `If-Match` of the next change; 0 as long as nobody decided here. */
  version: number;
  expectations: ExpectationView[];
}

export class LevelSettingList {
  items: LevelSettingView[];
}

export class ReadinessItemView {
  code: string;
  label: string;
  state: ReadinessState;
  /**
   * Nobody has to say so: `focal_points` holds while somebody confirms for each member on both sides, the UN and others;
   * `scheduled_meetings` while a meeting of a forum is to come or was in the last 30 days; `contact_list` while all members
   * stand in the contact tree.
   */
  derived?: boolean;
  /** When the level wants it to be there. */
  dueAt?: string;
  from?: string;
  until?: string;
  note?: string;
  /** For `If-Match` of the next change; absent until something is said of it. */
  version?: number;
}

export class ArrangementReadinessView {
  level: ArrangementLevel;
  levelSince: string;
  asOf: string;
  /** Whether everything that the level expects is in place. */
  ready: boolean;
  /** The list of what is expected came with the service, from no source, and nobody has decided on it. */
  proposal: boolean;
  items: ReadinessItemView[];
}

export interface ProvisionRow {
  code: string;
  starts_at: Date;
  ends_at: Date | null;
  note: string | null;
  version: number;
}

export interface Readiness {
  setting: LevelSetting;
  levelSince: Date;
  now: Date;
  provisions: Map<string, ProvisionRow>;
  evidence: Map<string, boolean>;
}

export function presentLevelSetting({
  level,
  isOwn,
  isProposal,
  version,
  expectations,
}: LevelSetting): LevelSettingView {
  return {
    level,
    setBy: isOwn ? 'arrangement' : 'exchange',
    proposal: isProposal,
    version,
    expectations: expectations.map(({ code, label, dueDays }) => ({
      code,
      label,
      ...(dueDays !== undefined && { dueDays }),
    })),
  };
}

export function presentReadiness({
  setting,
  levelSince,
  now,
  provisions,
  evidence,
}: Readiness): ArrangementReadinessView {
  const items = setting.expectations.map((expected): ReadinessItemView => {
    const derived = SEEN_CODES.includes(expected.code);
    const row = derived ? undefined : provisions.get(expected.code);
    const due = dueAt(expected, levelSince);
    const provision = row && { startsAt: row.starts_at, endsAt: row.ends_at };
    return {
      code: expected.code,
      label: expected.label,
      state: derived ? seenState(due, evidence.get(expected.code), now) : readinessState(due, provision, now),
      ...(derived && { derived }),
      ...(due && { dueAt: due.toISOString() }),
      ...(row && { from: row.starts_at.toISOString() }),
      ...(row?.ends_at && { until: row.ends_at.toISOString() }),
      ...(row && row.note !== null && { note: row.note }),
      ...(row && { version: row.version }),
    };
  });
  return {
    level: setting.level,
    levelSince: levelSince.toISOString(),
    asOf: now.toISOString(),
    ready: items.every(({ state }) => state === 'in_place'),
    proposal: setting.isProposal,
    items,
  };
}
