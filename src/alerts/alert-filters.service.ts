import { Injectable } from '@nestjs/common';
import { ArrangementsService } from '../arrangements/arrangements.service.js';
import { type Tx } from '../core/database.js';
import { type Fault, problems } from '../core/problem.js';
import { placesOf } from './alert-place.js';
import { type AlertFilters } from './alert-search.dto.js';
import { type AlertSearch } from './alert-search.repository.js';
import { isDrill, severityRank } from './alert.values.js';
import { canonicalLanguage } from './language.js';

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
      language: query.language && canonicalLanguage(query.language),
      countries: query.country,
      geocodes: query.geocode?.map((one) => one.toLowerCase()),
      originator: query.originator,
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
    const arrangementId = known.get(arrangement);
    if (arrangementId === undefined) {
      throw problems.invalidInput([
        { pointer: '?arrangement', detail: 'is not an arrangement that you can see' },
      ]);
    }
    return { ...search, arrangementId };
  }
}

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
