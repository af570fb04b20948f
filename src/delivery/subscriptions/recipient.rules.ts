import { type Fault } from '../../core/problem.js';
import { isTimeZone } from './local-times.rules.js';
import { MAX_PER_HOUR_DEFAULT, type RecipientDto } from './subscriptions.dto.js';
import { type RecipientWishes } from './subscriptions.repository.js';

/** What is wrong with what was said of recipients, beyond what each field says by itself. */
export function recipientFaults(recipients: readonly RecipientDto[]): Fault[] {
  const seen = new Set<string>();
  return recipients.flatMap(({ address, timeZone, delivery, digestAt, quietHours }, index) => {
    const at = `#/recipients/${index}`;
    const faults: Fault[] = [];
    const fault = (name: string, detail: string): void => {
      faults.push({ pointer: `${at}/${name}`, detail });
    };
    if (seen.has(normalAddress(address))) fault('address', 'must not be there twice');
    seen.add(normalAddress(address));
    if (!isTimeZone(timeZone)) fault('timeZone', 'must be an IANA time zone, such as Africa/Khartoum');
    if (delivery === 'digest' && digestAt === undefined) fault('digestAt', 'is needed for a digest');
    if (delivery === 'immediate' && digestAt !== undefined) fault('digestAt', 'belongs to a digest');
    if (quietHours !== undefined && quietHours.start === quietHours.end) {
      fault('quietHours/end', 'must be another time than the start');
    }
    return faults;
  });
}

/** RFC 5321 §2.4: the domain is the same in capitals; of the rest only its own server knows. */
export function normalAddress(address: string): string {
  const at = address.lastIndexOf('@');
  return `${address.slice(0, at)}${address.slice(at).toLowerCase()}`;
}

export const wishesOf = (recipient: RecipientDto): RecipientWishes => ({
  address: normalAddress(recipient.address),
  language: recipient.language,
  time_zone: recipient.timeZone,
  delivery: recipient.delivery,
  digest_at: [...(recipient.digestAt ?? [])].sort(),
  quiet_from: recipient.quietHours?.start ?? null,
  quiet_until: recipient.quietHours?.end ?? null,
  max_per_hour: recipient.maxPerHour ?? MAX_PER_HOUR_DEFAULT,
});
