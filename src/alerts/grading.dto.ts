import { IsIn } from 'class-validator';
import { type Credibility, CREDIBILITIES, type Reliability, RELIABILITIES } from './alert.values.js';

export class GradingDto {
  /** Admiralty scale, reliability of the source: A completely reliable … F cannot be judged. */
  @IsIn(RELIABILITIES)
  reliability: Reliability;

  /** Admiralty scale, credibility of the information: 1 confirmed … 6 cannot be judged. */
  @IsIn(CREDIBILITIES)
  credibility: Credibility;
}
