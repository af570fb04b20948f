import { Injectable } from '@nestjs/common';
import { ArrangementsService } from '../arrangements/arrangements.service.js';
import { type Tx } from '../core/database.js';
import { canonicalLanguage } from '../core/language.js';
import { type Fault, problems } from '../core/problem.js';
import { placesOf } from './alert-place.js';
import { type AlertFilters } from './alert-search.dto.js';
import { type AlertSearch } from './alert-search.repository.js';
import { isDrill, severityRank } from './alert.values.js';
import { type SavedFilter } from './saved-filter.dto.js';

/** What is asked of lists, feeds, facets and trends, as their statements need it. */
@Injectable()
export class AlertFiltersService {
  constructor(private readonly arrangements: ArrangementsService) {}

  /** @throws Problem 400 for what cannot be a place or a time, before anything is read */
  read(query: AlertFilters): AlertSearch {
    refuseTurned(query);
    const places = placesOf(query);
    return {
      kinds: query.kind,
      isDrill: isDrill(query.status),
      // What is not a drill is actual, and needs no further looking.
      state: sharedState(query),
      status: isDrill(query.status) ? query.status : undefined,
      minSeverity: query.minSeverity && severityRank(query.minSeverity),
      urgencies: query.urgency,
      certainties: query.certainty,
      categories: query.category,
      incidentTypes: query.incidentType,
      languages: listOf(query.language && canonicalLanguage(query.language)),
      countries: query.country,
      geocodes: query.geocode?.map((one) => one.toLowerCase()),
      originators: listOf(query.originator),
      from: query.from,
      until: query.until,
      since: query.since,
      before: query.before,
      text: query.text,
      places: places.length > 0 ? places : undefined,
    };
  }

  /** With the arrangement that is meant. @throws Problem 400 when the actor sees none of that name */
  async resolve(tx: Tx, search: AlertSearch, { arrangement }: AlertFilters): Promise<AlertSearch> {
    if (arrangement === undefined) return search;
    const known = await this.arrangements.resolve(tx, [arrangement]);
    return { ...search, arrangementIds: [idOf(known, arrangement, '?arrangement')] };
  }

  /**
   * As it is kept: arrangements by their ids, for codes may change.
   * @param at where the request says it, such as `/filter/`
   * @throws Problem 400 for a place that is none, and an arrangement that the actor does not see
   */
  async settle(tx: Tx, filter: SavedFilter, at: string): Promise<SavedFilter> {
    placesOf(filter, at);
    const { arrangements } = filter;
    if (arrangements === undefined) return filter;
    const known = await this.arrangements.resolve(tx, arrangements);
    const ids = arrangements.map((one, place) => idOf(known, one, `${at}arrangements/${place}`));
    return { ...filter, arrangements: [...new Set(ids)] };
  }

  /** A filter that was kept, as it may be asked now: what the actor has left is nothing to it any more. */
  async recall(tx: Tx, filter: SavedFilter, isDrill: boolean): Promise<AlertSearch> {
    const { arrangements } = filter;
    const known = arrangements && (await this.arrangements.resolve(tx, arrangements));
    const places = placesOf(filter);
    return {
      isDrill,
      arrangementIds: known && [...new Set(known.values())],
      originators: filter.originators,
      kinds: filter.kinds,
      minSeverity: filter.minSeverity && severityRank(filter.minSeverity),
      urgencies: filter.urgencies,
      certainties: filter.certainties,
      categories: filter.categories,
      incidentTypes: filter.incidentTypes,
      languages: filter.languages?.flatMap((tag) => canonicalLanguage(tag) ?? []),
      countries: filter.countries,
      geocodes: filter.geocodes?.map((one) => one.toLowerCase()),
      places: places.length > 0 ? places : undefined,
      text: filter.text,
    };
  }
}

function idOf(known: Map<string, string>, reference: string, pointer: string): string {
  const id = known.get(reference);
  if (id !== undefined) return id;
  throw problems.invalidInput([{ pointer, detail: 'is not an arrangement that you can see' }]);
}

const listOf = <T>(one: T | undefined): T[] | undefined => (one === undefined ? undefined : [one]);

function sharedState({ state }: AlertFilters): AlertSearch['state'] {
  if (state !== 'draft' && state !== 'pending_release') return state;
  throw problems.invalidInput([{ pointer: '?state', detail: 'is one that only your own list has' }]);
}

function refuseTurned({ from, until, since, before }: AlertFilters): void {
  const isTurned = (start: string | undefined, end: string | undefined): boolean =>
    start !== undefined && end !== undefined && Date.parse(start) > Date.parse(end);
  const faults: Fault[] = [];
  if (isTurned(from, until)) faults.push({ pointer: '?until', detail: 'must not be before `from`' });
  if (isTurned(since, before)) faults.push({ pointer: '?before', detail: 'must not be before `since`' });
  if (faults.length > 0) throw problems.invalidInput(faults);
}
