/** What there may be so many of, at once or within a time. */
export const QUOTA_NAMES = [
  'requests',
  'long_answers',
  'webhooks',
  'subscriptions',
  'feed_addresses',
  'uploads',
  'unused_attachments',
] as const;
export type QuotaName = (typeof QUOTA_NAMES)[number];

/** Whose use counts together: of the client alone, of all clients that read as one, of all of the partner. */
export const QUOTA_HOLDERS = ['client', 'reader', 'partner'] as const;
export type QuotaHolder = (typeof QUOTA_HOLDERS)[number];

export interface Quota {
  name: QuotaName;
  of: QuotaHolder;
  limit: number;
  /** Absent where it is counted by the answers themselves. */
  used?: number;
  /** Of those that are counted over a time. */
  perSeconds?: number;
  /** Another process of the service has as much again. */
  isPerProcess: boolean;
}
