import { requireVersion } from '../core/etag.js';
import { canonicalLanguage } from '../core/language.js';
import { type Fault } from '../core/problem.js';
import { type PutReferenceEntryDto, type ReferenceLabelDto } from './reference.dto.js';
import { type EntryRow, type ListRow } from './reference.repository.js';
import { type EntryContent, type EntryDetails, type Label } from './reference.values.js';

/** More would not be a list that anybody chooses from. */
export const MOST_ENTRIES = 1000;

/** Languages in their canonical form, English first, the others in order. */
export function canonicalLabels(labels: ReferenceLabelDto[]): Label[] {
  return labels
    .map(({ language, text }) => ({ language: canonicalLanguage(language) ?? language, text }))
    .sort((a, b) => rank(a).localeCompare(rank(b), 'en'));
}

const rank = ({ language }: Label): string => (language === 'en' ? '' : language);

/** What an entry will say; `before` is what it says now. */
export function contentOf(
  dto: PutReferenceEntryDto,
  before: EntryContent | undefined,
  lastOrdinal: number,
): EntryContent {
  const { crosswalks = [], ordinal = before?.ordinal ?? lastOrdinal + 1, details, ...rest } = dto;
  const known = details && nonEmpty({ ...details });
  return JSON.parse(
    JSON.stringify({
      ...rest,
      labels: canonicalLabels(dto.labels),
      ordinal,
      ...(known && { details: known }),
      crosswalks: [...crosswalks].sort((a, b) => keyOf(a).localeCompare(keyOf(b), 'en')),
    }),
  ) as EntryContent;
}

const keyOf = ({ scheme, target }: { scheme: string; target: string }): string => `${scheme} ${target}`;
const nonEmpty = (details: EntryDetails): EntryDetails | undefined =>
  Object.values(details).some((value) => value !== undefined) ? details : undefined;

/** An entry as it is kept in the history. */
export function contentOfRow(row: EntryRow): EntryContent {
  return {
    labels: row.labels,
    ordinal: row.ordinal,
    verification: row.verification,
    crosswalks: row.crosswalks,
    ...(row.parent !== null && { parent: row.parent }),
    ...(row.symbol !== null && { symbol: row.symbol }),
    ...(row.definition !== null && { definition: row.definition }),
    ...(row.source !== null && { source: row.source }),
    ...(Object.keys(row.details).length > 0 && { details: row.details }),
    ...(row.valid_from !== null && { validFrom: row.valid_from }),
    ...(row.valid_until !== null && { validUntil: row.valid_until }),
  };
}

/** Whatever order their names and members are in. */
export const sameContent = (a: EntryContent, b: EntryContent): boolean => canonical(a) === canonical(b);

const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, member: unknown) => {
    if (Array.isArray(member)) {
      return member.every((one) => typeof one === 'object')
        ? [...(member as unknown[])].sort((a, b) => (canonical(a) < canonical(b) ? -1 : 1))
        : (member as unknown[]);
    }
    return typeof member === 'object' && member !== null
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member;
  });

/** Languages that come twice. */
export function labelFaults(labels: ReferenceLabelDto[], pointer: string): Fault[] {
  const languages = labels.map(({ language }) => canonicalLanguage(language));
  return languages.flatMap((language, index) =>
    languages.indexOf(language) < index
      ? [{ pointer: `${pointer}/${index}/language`, detail: 'is there already' }]
      : [],
  );
}

/** Whoever says that something is sourced says by what. */
export const sourceFaults = (
  { verification, source }: { verification: string; source?: string },
  pointer: string,
): Fault[] =>
  verification === 'sourced' && source === undefined
    ? [{ pointer: `${pointer}/source`, detail: 'is needed for what is sourced' }]
    : [];

/** What an entry cannot say for itself, or not in this list. */
export function entryFaults(
  list: Pick<ListRow, 'is_closed' | 'is_translated'>,
  code: string,
  before: EntryContent | undefined,
  dto: PutReferenceEntryDto,
): Fault[] {
  const { crosswalks = [], validFrom, validUntil } = dto;
  const keys = crosswalks.map(keyOf);
  return [
    ...labelFaults(dto.labels, '#/labels'),
    ...sourceFaults(dto, '#'),
    ...crosswalks.flatMap((crosswalk, index) => [
      ...sourceFaults(crosswalk, `#/crosswalks/${index}`),
      ...(keys.indexOf(keys[index] ?? '') < index
        ? [{ pointer: `#/crosswalks/${index}/target`, detail: 'is there already' }]
        : []),
    ]),
    ...(validFrom !== undefined && validUntil !== undefined && validUntil < validFrom
      ? [{ pointer: '#/validUntil', detail: 'must not be before validFrom' }]
      : []),
    ...(dto.parent === code ? [{ pointer: '#/parent', detail: 'must be another entry' }] : []),
    ...(list.is_translated || !before ? [] : untranslatedFaults(before.labels, dto.labels)),
    ...(list.is_closed && before ? closedFaults(before, dto) : []),
  ];
}

/** TLP labels are never translated, even if the content is (TLP 2.0). */
const untranslatedFaults = (fixed: Label[], labels: ReferenceLabelDto[]): Fault[] =>
  labels.flatMap(({ language, text }, index) =>
    fixed.some((one) => one.language === canonicalLanguage(language) && one.text === text)
      ? []
      : [{ pointer: `#/labels/${index}`, detail: 'is not the label, which is never translated or changed' }],
  );

const CLOSED = ['parent', 'symbol', 'validFrom', 'validUntil'] as const;

const closedFaults = (before: EntryContent, dto: PutReferenceEntryDto): Fault[] =>
  CLOSED.filter((name) => dto[name] !== before[name]).map((name) => ({
    pointer: `#/${name}`,
    detail: 'cannot change in a list with which the service itself works',
  }));

/**
 * The tag of any form of a list names its version first, and so serves for changes of it too.
 * @throws Problem 412
 */
export function requireListVersion(ifMatch: string | undefined, version: number): void {
  requireVersion(ifMatch?.replaceAll(/"(\d+)-[\w-]*"/g, '"$1"'), version);
}
