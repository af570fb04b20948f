export interface Quota {
  /** What there may be so many of, at once or within a time. */
  name:
    | 'requests'
    | 'long_answers'
    | 'webhooks'
    | 'subscriptions'
    | 'feed_addresses'
    | 'uploads'
    | 'unused_attachments';
  /** Whose use counts together: of the client alone, of all clients that read as one, of all of the partner. */
  of: 'client' | 'reader' | 'partner';
  limit: number;
  /** Absent where it is counted by the answers themselves. */
  used?: number;
  /** Of those that are counted over a time. */
  perSeconds?: number;
  /** Another process of the service has as much again. */
  isPerProcess: boolean;
}
