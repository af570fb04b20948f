/** What came of handing a mail to the mail server. */
export type Outcome =
  | { as: 'sent' }
  /** For good, and for this recipient; in the codes of SMTP alone. */
  | { as: 'refused'; code: string }
  | { as: 'failed'; reason: string };

/** What the library throws, as far as it counts. */
interface Failure {
  code?: unknown;
  command?: unknown;
  responseCode?: unknown;
  response?: unknown;
}

/** RFC 3463. */
const ENHANCED = /^\d{3}[ -](\d\.\d{1,3}\.\d{1,3})\b/;

/**
 * RFC 5321 §4.2.1: a reply of 5yz is for good. It is the recipient's when it came to its address or to the message; what
 * the server says to a login, a sender or a connection, or of its own policy (RFC 3463 §3.8), is for the operator to
 * mend, and nobody is cut off for it. 503 is about the session and not about the mail.
 */
export function outcomeOf(error: unknown): Outcome {
  const { code, command, responseCode, response } = (error ?? {}) as Failure;
  const enhanced = ENHANCED.exec(typeof response === 'string' ? response : '')?.[1];
  const status = Number(responseCode);
  const isOfRecipient = command === 'RCPT TO' || command === 'DATA';
  if (isOfRecipient && status >= 500 && status < 600 && status !== 503 && !enhanced?.startsWith('5.7.')) {
    return { as: 'refused', code: [status, enhanced].filter((one) => one !== undefined).join(' ') };
  }
  const words = [code, command, status || undefined, enhanced].filter((one) => one !== undefined);
  return { as: 'failed', reason: words.map(String).join(' ') || 'unknown' };
}

const SECOND_MS = 1000;
const FIRST_PAUSE_MS = 30 * SECOND_MS;
const LONGEST_PAUSE_MS = 15 * 60 * SECOND_MS;
/** After that, what the mail would have said is history. */
export const GIVE_UP_AFTER_MS = 48 * 60 * 60 * SECOND_MS;

/**
 * Longer each time, never longer than a quarter of an hour: when the server is back, nobody should wait for an alert
 * because others had to wait before. At random around it, lest all come back together.
 * @param attempts how often it was tried
 * @returns null when it has been tried for long enough
 */
export function retryAt(
  attempts: number,
  firstTriedAt: Date,
  now: Date,
  random = Math.random(),
): Date | null {
  if (now.getTime() - firstTriedAt.getTime() >= GIVE_UP_AFTER_MS) return null;
  const pause = Math.min(FIRST_PAUSE_MS * 2 ** Math.min(attempts - 1, 10), LONGEST_PAUSE_MS);
  return new Date(now.getTime() + pause * (0.75 + random / 2));
}
