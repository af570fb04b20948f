import { ArrayMaxSize, ArrayUnique, IsArray, IsIn, Matches } from 'class-validator';
import { type Tlp, TLP_LABELS, tlpLabel } from '../access/handling.js';
import { IfPresent } from '../core/if-present.decorator.js';
import { IsNested } from '../core/nested.decorator.js';
import { IsText } from '../core/text.decorator.js';
import { IsTimestamp } from '../core/timestamp.decorator.js';
import { SENSITIVITY_EFFECTS, type SensitivityEffect } from './sensitivity.entities.js';
import { type MatrixRow } from './sensitivity.repository.js';

export class SensitivityLineDto {
  @Matches(/^[a-z][a-z0-9_]{0,63}$/, { message: 'must be small letters, digits and underscores, 64 at most' })
  code: string;

  @IsText(2, 200)
  title: string;

  /** Codes of the reference list `incident-acts`, and all that are kinds of them; every text falls under a line without any. */
  @IfPresent()
  @IsArray()
  @ArrayUnique()
  @ArrayMaxSize(50)
  @Matches(/^[a-z0-9_.-]{1,64}$/, { each: true, message: 'must be codes of the list incident-acts' })
  incidentTypes?: string[];

  /** What falls under it is to have this TLP at least. */
  @IsIn(TLP_LABELS.slice(1))
  lowestTlp: Exclude<Tlp, 'CLEAR'>;

  /** `warn`: whoever publishes must say that it was read; `block`: nobody publishes it lower. */
  @IsIn(SENSITIVITY_EFFECTS)
  effect: SensitivityEffect;

  /** Which the originator reads. */
  @IsText(3, 500)
  reason: string;
}

export class SetSensitivityDto {
  /** Name and date of the protocol. */
  @IsText(2, 200)
  protocol: string;

  /** Until then the present one holds; now when absent. */
  @IfPresent()
  @IsTimestamp()
  from?: string;

  /** None at all takes the matrix back. */
  @IsArray()
  @ArrayMaxSize(100)
  @ArrayUnique(({ code }: SensitivityLineDto) => code, { message: 'must have every code once' })
  @IsNested(() => SensitivityLineDto, { each: true })
  lines: SensitivityLineDto[];
}

export class SensitivityLineView {
  code: string;
  title: string;
  incidentTypes: string[];
  lowestTlp: Tlp;
  effect: SensitivityEffect;
  reason: string;
}

export class SensitivityMatrixView {
  /** That of the newest is for `If-Match` of the next, 0 where there is none. */
  version: number;
  protocol: string;
  from: string;
  state: 'past' | 'current' | 'planned';
  lines: SensitivityLineView[];
}

export class SensitivityMatrixList {
  /** Newest version first; the latest 100. */
  items: SensitivityMatrixView[];
}

export function presentMatrix(row: MatrixRow): SensitivityMatrixView {
  return {
    version: row.version,
    protocol: row.protocol,
    from: row.effective_from.toISOString(),
    state: row.state,
    lines: row.lines.map((line) => ({
      code: line.code,
      title: line.title,
      incidentTypes: line.incidentTypes,
      lowestTlp: tlpLabel(line.lowestTlp),
      effect: line.effect,
      reason: line.reason,
    })),
  };
}
