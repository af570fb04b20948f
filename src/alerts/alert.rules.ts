import { type Fault } from '../core/problem.js';
import { areaFaults } from './area.rules.js';
import { type RenditionDto, type UpdateAlertDto } from './alerts.dto.js';
import { canonicalLanguage } from './language.js';

/** Positions of all shapes of an alert together: telling whether a ring crosses itself takes the square of its size. */
const MAX_POINTS = 4000;

/** Everything that is wrong with an alert beyond the form of its single fields. */
export function alertFaults(dto: UpdateAlertDto, now: Date): Fault[] {
  const tooLarge = dto.renditions.reduce((sum, one) => sum + positionsOf(one), 0) > MAX_POINTS;
  return [
    ...timeFaults(dto, now),
    ...acknowledgementFaults(dto, now),
    ...dto.renditions.flatMap((one, i) => renditionFaults(one, `#/renditions/${i}`, tooLarge)),
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

function acknowledgementFaults({ acknowledgement, acknowledgeBy }: UpdateAlertDto, now: Date): Fault[] {
  const pointer = '#/acknowledgeBy';
  if (acknowledgeBy === undefined) return [];
  if (acknowledgement === undefined || acknowledgement === 'none') {
    return [{ pointer, detail: 'needs an acknowledgement that is requested or required' }];
  }
  return Date.parse(acknowledgeBy) <= now.getTime() ? [{ pointer, detail: 'must not be past' }] : [];
}

function positionsOf({ areas = [] }: RenditionDto): number {
  return areas
    .flatMap((area) => [...(area.polygons ?? []), ...(area.polygon ? [area.polygon] : [])])
    .reduce((sum, ring) => sum + (Array.isArray(ring) ? ring.length : 0), 0);
}

function renditionFaults(rendition: RenditionDto, pointer: string, tooLarge: boolean): Fault[] {
  const languages = rendition.texts.map((text) => canonicalLanguage(text.language));
  const faults = languages.flatMap((language, index) =>
    languages.indexOf(language) < index
      ? [{ pointer: `${pointer}/texts/${index}/language`, detail: 'is there already' }]
      : [],
  );
  const areas = rendition.areas ?? [];
  if (tooLarge && areas.length > 0) {
    const detail = `must have at most ${MAX_POINTS} positions in all renditions together`;
    return [...faults, { pointer: `${pointer}/areas`, detail }];
  }
  return [...faults, ...areas.flatMap((area, index) => areaFaults(area, `${pointer}/areas/${index}`))];
}
