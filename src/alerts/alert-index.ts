import { type AlertContent } from './alert-content.js';
import { severityRank } from './alert.values.js';
import { parseCapTime } from './cap/cap-time.js';
import { foldText } from './search-text.js';

/** What a rendition is found by, beside its shapes; in the names of the columns of alert_rendition. */
export interface AlertIndex {
  kind: string;
  status: string;
  state: string;
  severity: number;
  urgency: string;
  certainty: string;
  categories: string[];
  incident_types: string[];
  /** Each with the shorter tags that it is a case of: `ar-SD` is `ar` too. */
  languages: string[];
  countries: string[];
  /** `name:value` in lower case. */
  geocodes: string[];
  /** Null when the originator stays unnamed. */
  originator_code: string | null;
  begins_at: string;
  expires_at: string | null;
  /** Folded, for `to_tsvector`. */
  search: string;
}

export function indexOf(content: AlertContent): AlertIndex {
  const { areas } = content;
  return {
    kind: content.kind,
    status: content.status,
    state: content.state,
    severity: severityRank(content.severity),
    urgency: content.urgency,
    certainty: content.certainty,
    categories: content.categories,
    incident_types: content.incidentTypes ?? [],
    languages: unique(content.texts.flatMap(({ language }) => languageRanges(language))),
    countries: unique(
      areas.flatMap(({ countries = [], geocodes }) => [...countries, ...countriesOf(geocodes)]),
    ),
    geocodes: unique(areas.flatMap(({ geocodes }) => geocodes.map(geocodeKey))),
    originator_code: content.originator?.code ?? null,
    begins_at: content.onsetAt ?? content.effectiveAt ?? parseCapTime(content.sent).toISOString(),
    expires_at: content.expiresAt ?? null,
    search: searchText(content),
  };
}

/** `P-code:SD01` in the form in which place codes are kept. */
export const geocodeKey = ({ name, value }: { name: string; value: string }): string =>
  `${name.trim()}:${value.trim()}`.toLowerCase();

/** Countries that place codes of ISO 3166 name, of which the first two letters are the country. */
export const countriesOf = (geocodes: { name: string; value: string }[]): string[] =>
  geocodes.flatMap(({ name, value }) =>
    /^ISO ?3166(-?[12])?$/i.test(name) ? (/^[A-Z]{2}(?=$|-)/.exec(value.toUpperCase()) ?? []) : [],
  );

/** RFC 4647 §3.3.1: a range is the tag or what begins it. */
const languageRanges = (tag: string): string[] =>
  tag.split('-').map((_, index, parts) => parts.slice(0, index + 1).join('-'));

const unique = (values: string[]): string[] => [...new Set(values)];

/** The largest tsvector that PostgreSQL keeps is 1 MB, and a character can need 14 bytes; what is beyond is not searched. */
const MAX_SEARCHED = 60_000;

function searchText(content: AlertContent): string {
  const parts = [
    content.event,
    ...content.texts.flatMap(({ headline, description, instruction }) => [
      headline,
      description,
      instruction,
    ]),
    ...content.areas.map((area) => area.description),
  ];
  return foldText(
    parts
      .filter((part) => part !== undefined)
      .join(' ')
      .slice(0, MAX_SEARCHED),
  );
}
