import { type Fault } from '../core/problem.js';
import { areaFaults } from './area.rules.js';
import { type RenditionDto, type UpdateAlertDto } from './alerts.dto.js';
import { canonicalLanguage } from './language.js';

/** Points of all shapes of one rendition together. */
const MAX_POINTS = 10_000;

/** Everything that is wrong with an alert beyond the form of its single fields. */
export function alertFaults(dto: UpdateAlertDto, now: Date): Fault[] {
  return [
    ...timeFaults(dto, now),
    ...dto.renditions.flatMap((one, i) => renditionFaults(one, `#/renditions/${i}`)),
  ];
}

function timeFaults({ onsetAt, effectiveAt, expiresAt }: UpdateAlertDto, now: Date): Fault[] {
  const faults: Fault[] = [];
  if (expiresAt === undefined) return faults;
  const end = Date.parse(expiresAt);
  if (end <= now.getTime()) faults.push({ pointer: '#/expiresAt', detail: 'must not be past' });
  for (const [name, value] of Object.entries({ onsetAt, effectiveAt })) {
    if (value !== undefined && Date.parse(value) >= end) {
      faults.push({ pointer: `#/${name}`, detail: 'must be before the alert expires' });
    }
  }
  return faults;
}

function renditionFaults(rendition: RenditionDto, pointer: string): Fault[] {
  const languages = rendition.texts.map((text) => canonicalLanguage(text.language));
  const faults = languages.flatMap((language, index) =>
    languages.indexOf(language) < index
      ? [{ pointer: `${pointer}/texts/${index}/language`, detail: 'is there already' }]
      : [],
  );
  const areas = rendition.areas ?? [];
  const points = areas
    .flatMap((area) => [...(area.polygons ?? []), ...(area.polygon ? [area.polygon] : [])])
    .reduce((sum, ring) => sum + (Array.isArray(ring) ? ring.length : 0), 0);
  if (points > MAX_POINTS) {
    return [...faults, { pointer: `${pointer}/areas`, detail: `must have at most ${MAX_POINTS} positions` }];
  }
  return [...faults, ...areas.flatMap((area, index) => areaFaults(area, `${pointer}/areas/${index}`))];
}
