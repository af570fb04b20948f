import { IsIn } from 'class-validator';
import { type Verification } from './alert-content.js';
import { IfPresent } from '../core/if-present.decorator.js';
import { IsNested } from '../core/nested.decorator.js';
import { IsText } from '../core/text.decorator.js';
import {
  type Credibility,
  type Reliability,
  VERIFICATION_STATUSES,
  type VerificationStatus,
} from './alert.values.js';
import { GradingDto } from './grading.dto.js';

export class VerifyAlertDto {
  @IsIn(VERIFICATION_STATUSES)
  status: VerificationStatus;

  /** How the source and the information are graded now; from here on the alert's own grading. */
  @IsNested(() => GradingDto)
  grading: GradingDto;

  /**
   * What changed your judgement; every reader of the alert sees it, whatever rendition it has. Refused where
   * a second person releases texts.
   */
  @IfPresent()
  @IsText(1, 1000)
  note?: string;
}

export class GradingView {
  reliability: Reliability;
  credibility: Credibility;
}

export class VerificationView {
  status: VerificationStatus;
  /** Admiralty scale. */
  grading: GradingView;
  at: string;
  note?: string;
}

export const presentVerification = (history: readonly Verification[] = []): VerificationView[] =>
  history.map(({ status, grading, at, note }) => ({
    status,
    grading: { reliability: grading.reliability, credibility: grading.credibility },
    at,
    ...(note !== undefined && { note }),
  }));
