/** In which an application can be seen by both sides. */
export const STATES = [
  'submitted',
  'vetting',
  'information_requested',
  'approved',
  'rejected',
  'withdrawn',
  'expired',
] as const;

/** Who may, as the tests try it. */
export const ACTS_BY_SIDE = {
  take_up: 'vetting',
  request_information: 'vetting',
  approve: 'vetting',
  reject: 'vetting',
  answer: 'applicant',
  supply: 'applicant',
  withdraw: 'applicant',
} as const;
export type Act = keyof typeof ACTS_BY_SIDE;
