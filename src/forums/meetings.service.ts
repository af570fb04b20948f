import { Injectable } from '@nestjs/common';
import { type Actor } from '../access/actor.js';
import { AuditService } from '../audit/audit.service.js';
import { Cursors, idToPlace, placeToId } from '../core/cursor.js';
import { Database, hasCode, type Tx } from '../core/database.js';
import { requireVersion } from '../core/etag.js';
import { claimId, type IdempotencyKey } from '../core/idempotency.js';
import { problems } from '../core/problem.js';
import { type Minutes, withoutAttribution } from './forums.rules.js';
import { ForumsService } from './forums.service.js';
import {
  type CallMeetingDto,
  type ChangeMeetingDto,
  type ListMeetingsQuery,
  type MeetingRow,
  type RecordMinutesDto,
} from './meetings.dto.js';
import { MeetingsRepository } from './meetings.repository.js';

const REFUSED = '42501';

@Injectable()
export class MeetingsService {
  constructor(
    private readonly database: Database,
    private readonly meetings: MeetingsRepository,
    private readonly forums: ForumsService,
    private readonly audit: AuditService,
    private readonly cursors: Cursors,
  ) {}

  async call(
    actor: Actor,
    forumId: string,
    dto: CallMeetingDto,
    idempotency?: IdempotencyKey,
  ): Promise<MeetingRow> {
    requirePeriod(new Date(dto.startsAt), dto.endsAt === undefined ? null : new Date(dto.endsAt));
    return this.database.as(actor, async (tx) => {
      const { id, repeated } = await claimId(tx, actor, idempotency);
      if (!repeated) {
        const forum = await this.forums.getConvenedIn(tx, actor, forumId);
        if (forum.is_closed) throw problems.conflict('The forum is closed.');
        await this.meetings.insert(tx, id, forumId, dto).catch((error: unknown) => {
          throw hasCode(error, REFUSED) ? aboveCeiling() : error;
        });
        await this.record(tx, actor, 'meeting.called', id);
      }
      return this.getIn(tx, forumId, id);
    });
  }

  async get(actor: Actor, forumId: string, id: string): Promise<MeetingRow> {
    const row = await this.database.readAs(actor, (tx) => this.getIn(tx, forumId, id));
    await this.audit.recordReading(actor, { action: 'meeting.read', object: { type: 'meeting', id } });
    return row;
  }

  async list(
    actor: Actor,
    forumId: string,
    query: ListMeetingsQuery,
  ): Promise<{ rows: MeetingRow[]; nextCursor: string | null }> {
    const place = `meetings ${forumId}`;
    const before =
      query.cursor === undefined
        ? undefined
        : placeToId(this.cursors.open(actor.readerId, place, query.cursor));
    const found = await this.database.readAs(actor, async (tx) => {
      await this.forums.getIn(tx, forumId);
      return this.meetings.list(tx, forumId, before, query.limit + 1);
    });
    const rows = found.slice(0, query.limit);
    if (rows.length > 0) {
      await this.audit.recordReading(actor, {
        action: 'meeting.listed',
        object: { type: 'forum', id: forumId },
        details: { meetings: rows.map(({ id }) => id) },
      });
    }
    const last = rows.at(-1);
    const more = found.length > query.limit && last !== undefined;
    return { rows, nextCursor: more ? this.cursors.seal(actor.readerId, place, idToPlace(last.id)) : null };
  }

  async change(
    actor: Actor,
    forumId: string,
    id: string,
    dto: ChangeMeetingDto,
    ifMatch?: string,
  ): Promise<MeetingRow> {
    return this.database.as(actor, async (tx) => {
      const row = await this.lockConvened(tx, actor, forumId, id);
      requireVersion(ifMatch, row.version);
      const changed: MeetingRow = {
        ...row,
        title: dto.title ?? row.title,
        starts_at: dto.startsAt === undefined ? row.starts_at : new Date(dto.startsAt),
        ends_at: dto.endsAt === undefined ? row.ends_at : new Date(dto.endsAt),
        place: dto.place ?? row.place,
        agenda: dto.agenda ?? row.agenda,
        is_cancelled: dto.cancelled ?? row.is_cancelled,
      };
      requirePeriod(changed.starts_at, changed.ends_at);
      // Whoever was told that it does not take place does not come.
      if (row.is_cancelled && dto.cancelled === false) throw problems.conflict('The meeting was cancelled.');
      if (row.is_unattributed && dto.chathamHouse === false) {
        throw problems.conflict('What was said under the Chatham House Rule stays under it.');
      }
      await this.meetings.update(tx, changed);
      if (dto.chathamHouse === true && !row.is_unattributed) {
        const { minutes, actions } = withoutAttribution({ minutes: row.minutes ?? [], actions: row.actions });
        await this.meetings.writeDown(tx, id, true, {
          minutes: row.minutes === null ? null : minutes,
          actions,
        });
      }
      await this.record(tx, actor, 'meeting.changed', id);
      return this.getIn(tx, forumId, id);
    });
  }

  /** What is recorded takes the place of what was, as long as somebody finds something to correct. */
  async recordMinutes(
    actor: Actor,
    forumId: string,
    id: string,
    dto: RecordMinutesDto,
    ifMatch?: string,
  ): Promise<MeetingRow> {
    return this.database.as(actor, async (tx) => {
      const row = await this.lockConvened(tx, actor, forumId, id);
      requireVersion(ifMatch, row.version);
      if (row.is_cancelled) throw problems.conflict('The meeting was cancelled.');
      const said: Minutes = { minutes: dto.minutes, actions: dto.actions };
      const kept = row.is_unattributed ? withoutAttribution(said) : said;
      await this.meetings.writeDown(tx, id, row.is_unattributed, kept);
      await this.record(tx, actor, 'meeting.minutes_recorded', id);
      return this.getIn(tx, forumId, id);
    });
  }

  private async lockConvened(tx: Tx, actor: Actor, forumId: string, id: string): Promise<MeetingRow> {
    await this.getIn(tx, forumId, id);
    await this.forums.getConvenedIn(tx, actor, forumId);
    const row = await this.meetings.lock(tx, forumId, id);
    if (row === null) throw problems.notFound();
    return row;
  }

  private async getIn(tx: Tx, forumId: string, id: string): Promise<MeetingRow> {
    const row = await this.meetings.find(tx, forumId, id);
    if (row === null) throw problems.notFound();
    return row;
  }

  /** That it happened, and nothing of what was said or by whom. */
  private async record(tx: Tx, actor: Actor, action: string, id: string): Promise<void> {
    await this.audit.record(tx, actor, { action, object: { type: 'meeting', id } });
  }
}

function requirePeriod(startsAt: Date, endsAt: Date | null): void {
  if (endsAt !== null && endsAt <= startsAt) {
    throw problems.invalidInput([{ pointer: '#/endsAt', detail: 'must be after the beginning' }]);
  }
}

const aboveCeiling = () =>
  problems.invalidInput([{ pointer: '#/handling', detail: 'is above what you may receive here yourself' }]);
