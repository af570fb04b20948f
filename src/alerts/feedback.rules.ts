/** In the order in which the database counts them. */
export const FEEDBACK_KINDS = [
  'confirm',
  'dispute',
  'no_longer_valid',
  'helpful',
  'acted_on',
  'more_information',
] as const;
export type FeedbackKind = (typeof FEEDBACK_KINDS)[number];

const ASSESSMENTS: readonly FeedbackKind[] = ['confirm', 'dispute', 'no_longer_valid'];

/** An organisation has one word on each topic; whether the alert is true is one topic. */
export const topicOf = (kind: FeedbackKind): string => (ASSESSMENTS.includes(kind) ? 'assessment' : kind);
