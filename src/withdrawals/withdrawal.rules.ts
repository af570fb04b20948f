import { problems } from '../core/problem.js';

/** What a partner that withdraws wants done with what it contributed. */
export const WITHDRAWAL_CHOICES = ['return', 'deletion'] as const;
export type WithdrawalChoice = (typeof WITHDRAWAL_CHOICES)[number];

export const WITHDRAWAL_STATES = ['returning', 'withdrawing', 'done'] as const;
export type WithdrawalState = (typeof WITHDRAWAL_STATES)[number];

/** Days for which what it contributed can be fetched. */
export const FETCHED_WITHIN_DAYS = 30;

interface Transition {
  by: string;
  from: WithdrawalState | 'active';
  to: WithdrawalState;
  says: string;
}

/** All that can happen to a withdrawal: the code, the OpenAPI description and the README have it from here. */
export const WITHDRAWING = {
  ask_return: {
    by: 'the partner',
    from: 'active',
    to: 'returning',
    says: 'it leaves at once, and fetches what it contributed by a private link',
  },
  ask_deletion: {
    by: 'the partner, its sponsor, or the steward',
    from: 'active',
    to: 'withdrawing',
    says: 'it leaves at once',
  },
  take_over: {
    by: 'the partner',
    from: 'returning',
    to: 'withdrawing',
    says: 'by the private link, once it has everything; the link ends',
  },
  lapse: {
    by: 'exchange',
    from: 'returning',
    to: 'withdrawing',
    says: `after ${FETCHED_WITHIN_DAYS} days; the link ends`,
  },
  finish: {
    by: 'exchange',
    from: 'withdrawing',
    to: 'done',
    says: 'each alert and report in its name is withdrawn, and its readers have a tombstone',
  },
} as const satisfies Record<string, Transition>;
export type WithdrawalAct = keyof typeof WITHDRAWING;

/** @throws Problem 409 when that cannot be done in this state */
export function nextWithdrawalState(state: Transition['from'], act: WithdrawalAct): WithdrawalState {
  const { from, to } = WITHDRAWING[act];
  if (from !== state) throw problems.conflict(`The withdrawal is ${state}.`);
  return to;
}

/** The table as Markdown. */
export function describeWithdrawal(): string {
  const rows = Object.entries(WITHDRAWING).map(([act, { by, from, to, says }]) => [
    `\`${act}\``,
    by,
    `\`${from}\``,
    `\`${to}\``,
    says,
  ]);
  const lines = [['act', 'by', 'from', 'to', 'how'], ['---', '---', '---', '---', '---'], ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
