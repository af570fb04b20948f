import { type ReportAttribution } from './report.values.js';

/** With fewer who could be the source, not being named protects nobody. */
export const SMALLEST_CROWD = 5;

export const WARNING_CODES = [
  'small_crowd',
  'crowd_unknown',
  'names_you',
  'exact_place',
  'classified',
  // Of the information-sharing protocol, and not of being recognised.
  'protocol_warns',
  'protocol_blocks',
] as const;
export type WarningCode = (typeof WARNING_CODES)[number];

export interface Warning {
  code: WarningCode;
  detail: string;
}

/** Members of one arrangement that could be meant when a report does not say whose it is. */
export interface Crowd {
  id: string;
  code: string;
  countries: string[];
  partnerIds: string[];
}

export interface Exposure {
  attribution: ReportAttribution;
  country: string;
  isExactPlace: boolean;
  /** Above UNCLASSIFIED, which only some kinds of partner can say. */
  isClassified: boolean;
  /** Arrangements of the audience, by id. */
  arrangementIds: string[];
  /** All that readers can read. */
  texts: string[];
  source: { code: string; name: string };
}

/**
 * How somebody who reads the report could come to know its source. Every angle counts by itself: who shares an
 * arrangement with the source looks at that arrangement, who knows the country at those of the country.
 */
export function warningsFor(exposure: Exposure, crowds: Crowd[]): Warning[] {
  if (exposure.attribution === 'named') return [];
  const warnings: Warning[] = [];
  const look = (angle: string, seen: Crowd[]): void => {
    const size = new Set(seen.flatMap(({ partnerIds }) => partnerIds)).size;
    if (seen.length === 0) {
      const detail = `You cannot see who else could be meant ${angle}: count on being the only one.`;
      warnings.push({ code: 'crowd_unknown', detail });
    } else if (size < SMALLEST_CROWD) {
      const detail = `Fewer than ${SMALLEST_CROWD} partners could be meant ${angle}.`;
      warnings.push({ code: 'small_crowd', detail });
    }
  };
  look(
    `in ${exposure.country}`,
    crowds.filter(({ countries }) => countries.includes(exposure.country)),
  );
  for (const id of exposure.arrangementIds) {
    const seen = crowds.filter((crowd) => crowd.id === id);
    look(seen[0] ? `among the members of ${seen[0].code}` : 'in an arrangement of the audience', seen);
  }
  if (exposure.isExactPlace) {
    warnings.push({ code: 'exact_place', detail: 'An exact place can tell whose it is: say less of it.' });
  }
  if (exposure.isClassified) {
    warnings.push({
      code: 'classified',
      detail: 'Only UN entities classify: readers will take you for one.',
    });
  }
  if (namesSource(exposure)) {
    warnings.push({ code: 'names_you', detail: 'The text has your code or name in it.' });
  }
  return warnings;
}

/** As whole words, however they are written and parted. */
function namesSource({ texts, source }: Exposure): boolean {
  const fold = (text: string): string =>
    ` ${text
      .normalize('NFKC')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, ' ')
      .trim()} `;
  const all = fold(texts.join('\n'));
  return all.includes(fold(source.code)) || all.includes(fold(source.name));
}
