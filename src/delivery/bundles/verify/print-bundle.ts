import type { PortableAlertView } from '../../../alerts/alert-reading.service.js';
import type { BundleView } from '../bundles.dto.js';

const TLP = ['CLEAR', 'GREEN', 'AMBER', 'AMBER+STRICT', 'RED'];

/** A bundle to be read by people, with the highest label of all that it holds first. */
export function printBundle(bundle: BundleView, now: Date): string {
  const { arrangement, alerts, gone } = bundle;
  const highest = TLP.findLast((label) => alerts.some(({ handling }) => handling.tlp === label));
  const head = [
    `${highest ? `[TLP:${highest}] ` : ''}${bundle.drill ? 'EXERCISE, not for action: ' : ''}SLT Exchange, arrangement ${arrangement.code} (${flat(arrangement.name)})`,
    `Signature good. For ${bundle.for.partner} alone. Made ${bundle.madeAt}, good until ${bundle.expiresAt}.`,
    bundle.startsAt === undefined
      ? 'What happened since the bundle before it.'
      : `What happened since ${bundle.startsAt}.`,
    ...(now.getTime() < Date.parse(bundle.expiresAt) ? [] : ['THIS BUNDLE IS OLD: ask for a new one.']),
    ...(bundle.complete ? [] : ['THERE IS MORE: ask for the next bundle with the cursor below.']),
    flat(bundle.notice),
  ];
  const said = alerts.map((alert) => printAlert(alert, now).join('\n'));
  const lost = gone.length === 0 ? [] : [['GONE: delete what you hold of', ...gone].join('\n  ')];
  const blocks = [head.join('\n'), ...said, ...lost, `Cursor: ${bundle.cursor}`];
  return `${withoutControls(blocks.join('\n\n'))}\n`;
}

function printAlert(alert: PortableAlertView, now: Date): string[] {
  const { tlp, classification } = alert.handling;
  const { text, areas, attachments, expiresAt, originator } = alert;
  const isOver = expiresAt !== undefined && Date.parse(expiresAt) <= now.getTime();
  const standing = [
    ...(alert.status === 'actual' ? [] : [alert.status.toUpperCase()]),
    ...(alert.state === 'published' ? [] : [alert.state.toUpperCase()]),
    ...(isOver && alert.state !== 'expired' ? ['EXPIRED'] : []),
  ];
  const grading = alert.grading && `${alert.grading.reliability}${alert.grading.credibility}`;
  return [
    flat(`[TLP:${tlp}] ${[classification, ...standing, text?.headline ?? alert.event].join(' ')}`),
    `  ${flat(alert.event)}; ${alert.severity}, ${alert.urgency}, ${alert.certainty}`,
    ...line('From', originator?.name ?? 'an originator that stays unnamed'),
    ...line('Where', areas.map(({ description }) => description).join('; ')),
    ...line('Begins', alert.onsetAt ?? alert.effectiveAt),
    ...line('Ends', expiresAt),
    ...line('Graded', grading),
    ...line('Verification', alert.verification.at(-1)?.status),
    ...[text?.description, text?.instruction, alert.note].flatMap(indented),
    ...line('Files', attachments.map(({ name }) => name).join('; ')),
    `  ${alert.id}, version ${alert.version}, changed ${alert.changedAt}`,
  ];
}

const line = (name: string, value = ''): string[] => (value === '' ? [] : [`  ${name}: ${flat(value)}`]);

const flat = (text: string): string => text.replace(/\s+/g, ' ');

/** What begins a line of its own at the left is never somebody's text. */
const indented = (text = ''): string[] =>
  text === '' ? [] : text.split(/\r\n|[\n\r\u2028\u2029]/).map((one) => `    ${one}`);

/** A terminal would obey them, and marks of direction could make a line look like another one. */
const withoutControls = (text: string): string =>
  text.replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, ' ');
