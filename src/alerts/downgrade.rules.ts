import { classificationRank, tlpRank } from '../access/handling.js';
import { type Fault } from '../core/problem.js';
import { type Downgrade } from '../sharing/sharing.service.js';
import { type RenditionDto } from './alerts.dto.js';

/** What a rendition is to become by itself: lower, within the rules of consistency, and not at once. */
export function downgradeFaults(rendition: RenditionDto, pointer: string, now: Date): Fault[] {
  if (rendition.downgrade === undefined) return [];
  const { at, tlp, classification } = downgradeOf(rendition.downgrade, rendition);
  const before = {
    tlp: tlpRank(rendition.tlp),
    classification: classificationRank(rendition.classification ?? 'UNCLASSIFIED'),
  };
  const faults: Fault[] = [];
  const fault = (name: string, detail: string): void => {
    faults.push({ pointer: `${pointer}/downgrade/${name}`, detail });
  };
  if (at.length > LONGEST) fault('at', 'must lie within the years 1 to 9999');
  else if (Date.parse(at) <= now.getTime()) fault('at', 'must not be past');
  if (tlp > before.tlp) fault('tlp', 'must not be higher than now');
  if (classification > before.classification) fault('classification', 'must not be higher than now');
  if (tlp === before.tlp && classification === before.classification) fault('tlp', 'must be lower than now');
  if (classification === 2 && tlp < 3) fault('tlp', 'must be RED or AMBER+STRICT for STRICTLY_CONFIDENTIAL');
  if (classification === 1 && tlp < 2) fault('tlp', 'must be above GREEN for CONFIDENTIAL');
  return faults;
}

const LONGEST = '9999-12-31T23:59:59.999Z'.length;

/** The classification stays where none is stated; a day begins at midnight UTC. */
export const downgradeOf = (
  { at, tlp, classification }: NonNullable<RenditionDto['downgrade']>,
  now: Pick<RenditionDto, 'classification'>,
): Downgrade => ({
  at: new Date(at).toISOString(),
  tlp: tlpRank(tlp),
  classification: classificationRank(classification ?? now.classification ?? 'UNCLASSIFIED'),
});
