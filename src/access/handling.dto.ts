import { IsIn } from 'class-validator';
import { IfPresent } from '../core/if-present.decorator.js';
import { CLASSIFICATIONS, TLP_LABELS, type Classification, type Tlp } from './handling.js';

/** The highest handling that somebody may receive. */
export class CeilingDto {
  /** TLP 2.0 label. */
  @IsIn(TLP_LABELS)
  tlp: Tlp;

  /** Absent: the highest classification that the TLP label admits. */
  @IfPresent()
  @IsIn(CLASSIFICATIONS)
  classification?: Classification;
}

export class HandlingView {
  tlp: Tlp;
  classification: Classification;
}
