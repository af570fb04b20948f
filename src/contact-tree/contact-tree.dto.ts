import { ArrayMaxSize, IsArray, IsBoolean, IsIn } from 'class-validator';
import { IfPresent } from '../core/if-present.decorator.js';
import { IsNested } from '../core/nested.decorator.js';
import { IsText } from '../core/text.decorator.js';
import { type CallState } from './contact-tree.entities.js';
import { type ActivationRow, type CallRow, type EntryRow } from './contact-tree.repository.js';
import { CALL_OUTCOMES, type CallOutcome } from './contact-tree.rules.js';

export class ContactTreeEntryDto {
  /** Code of a current member. */
  @IsText(1, 64)
  organisation: string;

  /** Code of whoever calls it; absent for one that begins. */
  @IfPresent()
  @IsText(1, 64)
  caller?: string;

  /** Code of whoever calls it when the caller does not. */
  @IfPresent()
  @IsText(1, 64)
  alternate?: string;
}

export class PutContactTreeDto {
  @IsArray()
  @ArrayMaxSize(500)
  @IsNested(() => ContactTreeEntryDto, { each: true })
  entries: ContactTreeEntryDto[];
}

export class ActivateContactTreeDto {
  /** To see whether it holds. */
  @IsBoolean()
  drill: boolean;

  /** What happened; all members of the arrangement read it. */
  @IsText(3, 500)
  reason: string;
}

export class SayCallDto {
  @IsIn(CALL_OUTCOMES)
  outcome: CallOutcome;
}

export class TreeOrganisationView {
  id: string;
  /** Absent, as the name, for one that you may not see any more. */
  code?: string;
  name?: string;
}

export class ContactTreeEntryView {
  organisation: TreeOrganisationView;
  /** Id of whoever calls it; absent for one that begins. */
  callerId?: string;
  /** Id of whoever calls it when the caller does not. */
  alternateId?: string;
  /** It is a member no more. */
  hasLeft: boolean;
  /** Nobody who is still a member calls it. */
  isCutOff: boolean;
}

export class ContactTreeView {
  /** For `If-Match` of the next change. Who left meanwhile shows without a new version. */
  version: number;
  entries: ContactTreeEntryView[];
  /** Current members that do not stand in it. */
  missing: TreeOrganisationView[];
}

export class ContactCallView {
  organisationId: string;
  /** Absent for one that you may not see any more. */
  code?: string;
  callerId?: string;
  alternateId?: string;
  state: CallState;
  /** Id of the organisation that said so. */
  saidBy?: string;
  at?: string;
}

export class ContactActivationView {
  id: string;
  drill: boolean;
  reason: string;
  /** Id of the organisation that began. */
  startedBy: string;
  startedAt: string;
  closedAt?: string;
  organisations: number;
  reached: number;
  unreached: number;
  /** When the last of those that were reached was. */
  lastReachedAt?: string;
}

export class ContactActivationList {
  /** Newest first; the latest 100. */
  items: ContactActivationView[];
}

export class ContactActivationDetailView extends ContactActivationView {
  calls: ContactCallView[];
}

export interface Tree {
  version: number;
  entries: EntryRow[];
  members: { id: string; code: string; name: string }[];
}

export function presentTree({ version, entries, members }: Tree): ContactTreeView {
  const here = new Set(entries.filter((entry) => entry.is_member).map((entry) => entry.partner_id));
  const standing = new Set(entries.map((entry) => entry.partner_id));
  return {
    version,
    entries: entries.map((entry) => ({
      organisation: {
        id: entry.partner_id,
        ...(entry.code !== null && { code: entry.code }),
        ...(entry.name !== null && { name: entry.name }),
      },
      ...(entry.caller_id !== null && { callerId: entry.caller_id }),
      ...(entry.alternate_id !== null && { alternateId: entry.alternate_id }),
      hasLeft: !entry.is_member,
      isCutOff: entry.caller_id !== null && !here.has(entry.caller_id) && !here.has(entry.alternate_id ?? ''),
    })),
    missing: members.filter(({ id }) => !standing.has(id)).map(({ id, code, name }) => ({ id, code, name })),
  };
}

export function presentActivation(row: ActivationRow): ContactActivationView {
  return {
    id: row.id,
    drill: row.is_drill,
    reason: row.reason,
    startedBy: row.started_by,
    startedAt: row.started_at.toISOString(),
    ...(row.closed_at !== null && { closedAt: row.closed_at.toISOString() }),
    organisations: row.organisations,
    reached: row.reached,
    unreached: row.unreached,
    ...(row.last_reached_at !== null && { lastReachedAt: row.last_reached_at.toISOString() }),
  };
}

export function presentDetail(row: ActivationRow, calls: CallRow[]): ContactActivationDetailView {
  return {
    ...presentActivation(row),
    calls: calls.map((call) => ({
      organisationId: call.partner_id,
      ...(call.code !== null && { code: call.code }),
      ...(call.caller_id !== null && { callerId: call.caller_id }),
      ...(call.alternate_id !== null && { alternateId: call.alternate_id }),
      state: call.state,
      ...(call.said_by !== null && { saidBy: call.said_by }),
      ...(call.said_at !== null && { at: call.said_at.toISOString() }),
    })),
  };
}
