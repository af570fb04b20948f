import { IsIn } from 'class-validator';
import { IfPresent } from '../core/if-present.decorator.js';
import { PageQuery } from '../core/page.dto.js';
import { IsText } from '../core/text.decorator.js';
import { IsTimestamp } from '../core/timestamp.decorator.js';

export const REQUEST_STATES = ['open', 'granted', 'denied', 'ended'] as const;
export type RequestState = (typeof REQUEST_STATES)[number];
const DECISIONS = ['granted', 'granted_with_conditions', 'denied'] as const;

export class AskForReleaseDto {
  /** Code or id of the organisation that should have it; you need not be able to look it up. */
  @IsText(1, 60)
  partner: string;

  /** Until when. */
  @IsTimestamp()
  until: string;

  /** Why it should have it. */
  @IsText(3, 1000)
  reason: string;
}

export class AnswerReleaseDto {
  @IsIn(DECISIONS)
  decision: (typeof DECISIONS)[number];

  /** Until when, of what is granted; as long as was asked for when absent. */
  @IfPresent()
  @IsTimestamp()
  until?: string;

  /** What who gets it must hold to; needed with `granted_with_conditions` and for nothing else. */
  @IfPresent()
  @IsText(3, 1000)
  conditions?: string;

  /** For who asked. */
  @IfPresent()
  @IsText(3, 1000)
  reason?: string;
}

export class ListReleaseRequestsQuery extends PageQuery {
  @IfPresent()
  @IsIn(REQUEST_STATES)
  state?: RequestState;
}

export class ReleaseAnswerView {
  at: string;
  /** Of what was granted. */
  until?: string;
  conditions?: string;
  /** To who asked and who answered. */
  reason?: string;
}

export class ReleaseRequestView {
  id: string;
  alertId: string;
  /** What you are in it. */
  role: 'originator' | 'asker' | 'receiver';
  /** A receiver hears of `granted` and `ended` alone. */
  state: RequestState;
  /** Code of the organisation that should have it. */
  partner: string;
  /** Code of who asked; not told to the receiver. */
  asker?: string;
  /** Until when it was asked for. */
  until?: string;
  reason?: string;
  askedAt?: string;
  answer?: ReleaseAnswerView;
}

export class ReleaseRequestPage {
  items: ReleaseRequestView[];
  nextCursor: string | null;
}

export interface ReleaseRequestRow {
  id: string;
  alert_id: string;
  rendition_id: string;
  asker_id: string;
  originator_id: string;
  partner_id: string;
  partner_code: string;
  asker_code: string;
  until: Date;
  reason: string;
  state: RequestState;
  asked_at: Date;
  answered_at: Date | null;
  granted_until: Date | null;
  conditions: string | null;
  answer_reason: string | null;
  release_id: string | null;
}

export function presentRequest(row: ReleaseRequestRow, partnerId: string): ReleaseRequestView {
  const roles = { [row.partner_id]: 'receiver', [row.asker_id]: 'asker', [row.originator_id]: 'originator' };
  const role = roles[partnerId] as ReleaseRequestView['role'];
  const isParty = role !== 'receiver';
  return {
    id: row.id,
    alertId: row.alert_id,
    role,
    state: row.state,
    partner: row.partner_code,
    ...(isParty && {
      asker: row.asker_code,
      until: row.until.toISOString(),
      reason: row.reason,
      askedAt: row.asked_at.toISOString(),
    }),
    answer:
      row.answered_at === null
        ? undefined
        : {
            at: row.answered_at.toISOString(),
            until: row.granted_until?.toISOString(),
            conditions: row.conditions ?? undefined,
            reason: isParty ? (row.answer_reason ?? undefined) : undefined,
          },
  };
}
