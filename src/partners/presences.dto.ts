import { IsIn, Matches } from 'class-validator';
import { IfPresent } from '../core/if-present.decorator.js';
import { PageQuery } from '../core/page.dto.js';
import { IsText } from '../core/text.decorator.js';
import { IsTimestamp } from '../core/timestamp.decorator.js';
import { PRESENCE_STATUSES, type PresenceState, type PresenceStatus } from './presence.rules.js';
import { type PresenceRow } from './presences.repository.js';

export class StatePresenceDto {
  /** ISO 3166-1 alpha-2 code. */
  @Matches(/^[A-Z]{2}$/, { message: 'must be an ISO 3166-1 alpha-2 code' })
  country: string;

  /** Suspended and closed both end what comes through arrangements of the country; suspended says that it is to go on. */
  @IsIn(PRESENCE_STATUSES)
  status: PresenceStatus;

  /**
   * From when on; it then takes effect by itself, until the next one does. Now when absent. What is said of a time before the
   * current one began goes into the history and changes nothing.
   */
  @IfPresent()
  @IsTimestamp()
  from?: string;

  /** Read by the partner itself and by whoever manages partners; by nobody else, also not by whoever confirms it. */
  @IfPresent()
  @IsText(1, 500)
  reason?: string;
}

export class PresenceView {
  id: string;
  country: string;
  status: PresenceStatus;
  from: string;
  /** `proposed` by the partner, then `refused` or `planned`; its time makes it `current`, the next one `past`. One that began later stays `current`. */
  state: PresenceState;
  /** For the partner itself and for whoever manages partners alone. */
  reason?: string;
}

export class ListPresencesQuery extends PageQuery {}

export class PresencePage {
  /** What was stated last comes first. */
  items: PresenceView[];
  nextCursor: string | null;
}

export const presentPresence = (row: PresenceRow): PresenceView => ({
  id: row.id,
  country: row.country,
  status: row.status,
  from: row.starts_at.toISOString(),
  state: row.state,
  ...(row.reason !== null && { reason: row.reason }),
});
