import { canonicalLanguage } from '../core/language.js';
import { type Fault, problems } from '../core/problem.js';
import { type PlaceAreaDto } from './report-parts.dto.js';
import { type ReportDto } from './reports.dto.js';
import { REPORT_ATTRIBUTIONS, type ReportAttribution, type ReportState, type Side } from './report.values.js';
import { type ConcludeReportDto } from './triage.dto.js';

/** What can be done to a report, by which side, in which states, and what it becomes; `same` leaves it as it is. */
export const ACTS = {
  update: { side: 'source', from: ['submitted', 'in_triage', 'concluded'], to: 'same' },
  withdraw: { side: 'source', from: ['submitted', 'in_triage', 'concluded'], to: 'withdrawn' },
  assign: { side: 'desk', from: ['submitted', 'in_triage'], to: 'in_triage' },
  conclude: { side: 'desk', from: ['submitted', 'in_triage', 'concluded'], to: 'concluded' },
  reveal: { side: 'desk', from: ['submitted', 'in_triage', 'concluded'], to: 'same' },
  write: { side: 'both', from: ['submitted', 'in_triage', 'concluded'], to: 'same' },
} as const satisfies Record<
  string,
  { side: Side | 'both'; from: readonly ReportState[]; to: ReportState | 'same' }
>;
export type ReportAct = keyof typeof ACTS;

/** @throws Problem 409 when that cannot be done in this state */
export function nextState(state: ReportState, act: ReportAct): ReportState {
  const { from, to } = ACTS[act];
  if (!(from as readonly ReportState[]).includes(state)) {
    throw problems.conflict(`The report is ${state}.`);
  }
  return to === 'same' ? state : to;
}

/** Everything that is wrong with a report beyond the form of its single fields and the served lists. */
export function reportFaults(dto: ReportDto, now: Date): Fault[] {
  const faults: Fault[] = [];
  if (dto.kind !== 'threat' && Date.parse(dto.occurredAt) > now.getTime()) {
    faults.push({ pointer: '#/occurredAt', detail: 'must not be in the future' });
  }
  const harmed = dto.victims.some((one) => one.killed + one.wounded + one.kidnapped + one.detained > 0);
  if (dto.kind === 'near_miss' && harmed) {
    faults.push({ pointer: '#/victims', detail: 'of a near miss came to no harm' });
  }
  if (dto.audience.kinds.includes('public')) {
    faults.push({ pointer: '#/audience/kinds', detail: 'of a report is never the public' });
  }
  const languages = dto.texts.map(({ language }) => canonicalLanguage(language));
  languages.forEach((language, index) => {
    if (languages.indexOf(language) < index) {
      faults.push({ pointer: `#/texts/${index}/language`, detail: 'is there already' });
    }
  });
  const kinds = dto.victims.map(({ kind }) => kind);
  kinds.forEach((kind, index) => {
    if (kinds.indexOf(kind) < index) {
      faults.push({ pointer: `#/victims/${index}/kind`, detail: 'is there already' });
    }
  });
  return [...faults, ...placeFaults(dto)];
}

/** Nothing may say more of the place than its stated precision does: what is too precise tells of the source. */
function placeFaults({ place }: ReportDto): Fault[] {
  const areas = place.areas ?? [];
  if (place.precision === 'country') {
    return areas.length === 0 ? [] : [{ pointer: '#/place/areas', detail: 'say more than the country' }];
  }
  if (areas.length === 0) return [{ pointer: '#/place/areas', detail: 'must say where in the country' }];
  return areas.flatMap((area, index) => areaFaults(area, place.precision, `#/place/areas/${index}`));
}

function areaFaults(area: PlaceAreaDto, precision: string, pointer: string): Fault[] {
  const { center, radiusKm } = area;
  if (precision === 'district') {
    return center === undefined && radiusKm === undefined
      ? []
      : [{ pointer: `${pointer}/center`, detail: 'says more than the district' }];
  }
  if (center === undefined) {
    return radiusKm === undefined ? [] : [{ pointer: `${pointer}/radiusKm`, detail: 'needs a center' }];
  }
  const faults: Fault[] = [];
  const [latitude = NaN, longitude = NaN] = center;
  if (center.length !== 2 || !(Math.abs(latitude) <= 90) || !(Math.abs(longitude) <= 180)) {
    faults.push({ pointer: `${pointer}/center`, detail: 'must be [latitude, longitude]' });
  }
  const radius = radiusKm ?? 0;
  if (precision === 'exact' && radius > 1) {
    faults.push({ pointer: `${pointer}/radiusKm`, detail: 'must be at most 1 for an exact place' });
  }
  if (precision === 'approximate' && radius < 1) {
    faults.push({ pointer: `${pointer}/radiusKm`, detail: 'must be 1 to 100 for an approximate place' });
  }
  return faults;
}

/** What was said of the source cannot be unsaid: it can become known to more readers, never to fewer. */
export function attributionFaults(before: ReportAttribution, after: ReportAttribution): Fault[] {
  return REPORT_ATTRIBUTIONS.indexOf(after) < REPORT_ATTRIBUTIONS.indexOf(before)
    ? [{ pointer: '#/attribution', detail: 'was given and cannot be taken back' }]
    : [];
}

/** Codes of a report and the lists they must be of. */
export function statedCodes(dto: ReportDto): { list: string; code: string; pointer: string }[] {
  const one = (list: string, code: string | undefined, pointer: string) =>
    code === undefined ? [] : [{ list, code, pointer }];
  const many = (list: string, codes: string[], pointer: string) =>
    codes.map((code, index) => ({ list, code, pointer: `${pointer}/${index}` }));
  return [
    ...one('incident-acts', dto.act, '#/act'),
    ...one('actor-types', dto.actorType, '#/actorType'),
    ...one('location-types', dto.place.locationType, '#/place/locationType'),
    ...many('means', dto.means, '#/means'),
    ...many('contexts', dto.contexts, '#/contexts'),
    ...many('impacts', dto.impacts, '#/impacts'),
    ...many('delivery-effects', dto.deliveryEffects, '#/deliveryEffects'),
    ...dto.victims.map(({ kind }, index) => ({
      list: 'victim-kinds',
      code: kind,
      pointer: `#/victims/${index}/kind`,
    })),
  ];
}

const NEEDED = {
  alert: 'alertId',
  merged: 'mergedInto',
  duplicate: 'duplicateOf',
  not_used: 'reason',
} as const satisfies Partial<Record<ConcludeReportDto['outcome'], keyof ConcludeReportDto>>;

/** Most outcomes need one thing beside the explanation; none takes any other. */
export function outcomeFaults(dto: ConcludeReportDto): Fault[] {
  return Object.entries(NEEDED).flatMap(([outcome, name]) => {
    if (outcome === dto.outcome) {
      return dto[name] === undefined ? [{ pointer: `#/${name}`, detail: `is needed for ${outcome}` }] : [];
    }
    return dto[name] === undefined ? [] : [{ pointer: `#/${name}`, detail: `is for ${outcome} only` }];
  });
}

/** What an outcome points at: an alert, or the report that goes on. */
export function targetOf(
  dto: ConcludeReportDto,
): { type: 'alert' | 'report'; id: string; pointer: string } | null {
  if (dto.alertId !== undefined) {
    return { type: 'alert', id: dto.alertId.toLowerCase(), pointer: '#/alertId' };
  }
  const name = dto.mergedInto === undefined ? 'duplicateOf' : 'mergedInto';
  const id = dto[name];
  return id === undefined ? null : { type: 'report', id: id.toLowerCase(), pointer: `#/${name}` };
}
