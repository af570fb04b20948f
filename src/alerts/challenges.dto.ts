import { IsIn } from 'class-validator';
import { HandlingView } from '../access/handling.dto.js';
import {
  classificationLabel,
  CLASSIFICATIONS,
  TLP_LABELS,
  tlpLabel,
  type Classification,
  type Tlp,
} from '../access/handling.js';
import { IfPresent } from '../core/if-present.decorator.js';
import { IsNested } from '../core/nested.decorator.js';
import { PageQuery } from '../core/page.dto.js';
import { IsText } from '../core/text.decorator.js';
import { OriginatorView } from './alerts.view.js';
import {
  CHALLENGE_STATES,
  type ChallengeState,
  type Decision,
  DECISIONS,
  stateOf,
} from './challenge.rules.js';
import { type ChallengeRow } from './challenges.repository.js';

export class ProposedHandlingDto {
  @IfPresent()
  @IsIn(TLP_LABELS)
  tlp?: Tlp;

  @IfPresent()
  @IsIn(CLASSIFICATIONS)
  classification?: Classification;
}

export class ChallengeAlertDto {
  /** Why the text should be handled otherwise; the originator and the steward read it. */
  @IsText(3, 2000)
  reason: string;

  /** One of them or both; what is left out stays. */
  @IsNested(() => ProposedHandlingDto)
  proposed: ProposedHandlingDto;
}

export class AnswerChallengeDto {
  /** What you decided. The change itself is an update or a withdrawal of the alert. */
  @IsIn(DECISIONS)
  decision: Decision;

  /** The challenger and the steward read it. */
  @IsText(3, 2000)
  reason: string;
}

export class ListChallengesQuery extends PageQuery {
  /** All of them when absent. */
  @IfPresent()
  @IsIn(CHALLENGE_STATES)
  state?: ChallengeState;
}

export class ProposedHandlingView {
  tlp?: Tlp;
  classification?: Classification;
}

export class ChallengeAnswerView {
  decision: Decision;
  reason: string;
  at: string;
}

export class ChallengeView {
  id: string;
  /** Id of the alert. */
  alert: string;
  /** Of the text that is challenged. */
  handling: HandlingView;
  proposed: ProposedHandlingView;
  reason: string;
  challenger: OriginatorView;
  /** For the steward alone. */
  originator?: OriginatorView;
  at: string;
  /** When the originator is to have answered. */
  answerBy: string;
  state: ChallengeState;
  answer?: ChallengeAnswerView;
}

export class ChallengeList {
  /** The latest first, at most 200. */
  items: ChallengeView[];
}

export class ChallengePage {
  items: ChallengeView[];
  nextCursor: string | null;
}

export function presentChallenge(row: ChallengeRow, now: Date): ChallengeView {
  const { proposed_tlp, proposed_classification, decision, answer, answered_at } = row;
  return {
    id: row.id,
    alert: row.alert_id,
    handling: { tlp: tlpLabel(row.tlp), classification: classificationLabel(row.classification) },
    proposed: {
      ...(proposed_tlp !== null && { tlp: tlpLabel(proposed_tlp) }),
      ...(proposed_classification !== null && {
        classification: classificationLabel(proposed_classification),
      }),
    },
    reason: row.reason,
    challenger: { code: row.challenger_code, name: row.challenger_name },
    ...(row.originator_code !== null &&
      row.originator_name !== null && {
        originator: { code: row.originator_code, name: row.originator_name },
      }),
    at: row.made_at.toISOString(),
    answerBy: row.answer_by.toISOString(),
    state: stateOf(row, now),
    ...(decision !== null &&
      answer !== null &&
      answered_at !== null && { answer: { decision, reason: answer, at: answered_at.toISOString() } }),
  };
}
