import { dueFor, type Recent, WishedTimes, type Wishes } from './due.rules.js';

/** What of a change log concerns mail. */
export interface Entry {
  change: string;
  /** False when nobody needs to be woken. */
  alarm: boolean;
  type: string;
  shareable_id: string;
}

/** Of one alert, between the place before and the place after. */
export interface Turn {
  alertId: string;
  /** It was taken away, whether or not it came back. */
  isWithdrawn: boolean;
  /** Changes worth telling of, since it was last taken away. */
  changes: number;
}

/** The entries by alert, in the order in which they were first touched. */
export function turnsOf(entries: readonly Entry[]): Turn[] {
  const turns = new Map<string, Turn>();
  for (const { change, alarm, type, shareable_id: alertId } of entries) {
    if (type !== 'alert') continue;
    const turn = turns.get(alertId) ?? { alertId, isWithdrawn: false, changes: 0 };
    if (change === 'withdrawn') turns.set(alertId, { alertId, isWithdrawn: true, changes: 0 });
    else turns.set(alertId, { ...turn, changes: turn.changes + (alarm ? 1 : 0) });
  }
  return [...turns.values()].filter(({ isWithdrawn, changes }) => isWithdrawn || changes > 0);
}

export interface PlannedRecipient extends Wishes {
  id: string;
  recent: Recent;
  /** The alerts that it was told of as urgent. */
  urgent: ReadonlySet<string>;
}

export interface Telling {
  recipientId: string;
  alertId: string;
  changes: number;
  isUrgent: boolean;
  as: 'mail' | 'digest';
  at: Date;
}

/**
 * What each recipient is to be told, how and when.
 * @param isFor whether the alert is one for the recipient
 */
export function tellingsOf(
  recipients: readonly PlannedRecipient[],
  turns: readonly Turn[],
  urgentIds: ReadonlySet<string>,
  now: Date,
  isFor: (recipientId: string, alertId: string) => boolean = () => true,
): Telling[] {
  return recipients.flatMap((recipient) => {
    const recent = { ...recipient.recent };
    const times = new WishedTimes(recipient, now);
    const own = turns.filter(({ alertId }) => isFor(recipient.id, alertId));
    return own.map(({ alertId, changes, isWithdrawn }): Telling => {
      const isUrgent = urgentIds.has(alertId);
      const wasUrgent = !isWithdrawn && recipient.urgent.has(alertId);
      const due = dueFor(recipient, { isUrgent, wasUrgent }, recent, now, times);
      if (due.as === 'mail') {
        recent.count += 1;
        recent.oldest ??= now;
      }
      return { recipientId: recipient.id, alertId, changes, isUrgent, ...due };
    });
  });
}
