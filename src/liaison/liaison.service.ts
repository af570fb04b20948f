import { Injectable } from '@nestjs/common';
import { type Actor } from '../access/actor.js';
import { AuditService } from '../audit/audit.service.js';
import { Cursors, idToPlace, placeToId } from '../core/cursor.js';
import { Database, type Tx } from '../core/database.js';
import { newId } from '../core/ids.js';
import { problems } from '../core/problem.js';
import {
  type FollowUpDto,
  type LiaisonContactDto,
  type ListLiaisonQuery,
  type RecordLiaisonMeetingDto,
  type RecordUndertakingDto,
} from './liaison.dto.js';
import { LiaisonRepository, type Slice } from './liaison.repository.js';
import { mayBecome } from './liaison.rules.js';
import { type ContactRow, type LiaisonMeetingRow, type UndertakingRow } from './liaison.view.js';

interface Page<Row> {
  rows: Row[];
  nextCursor: string | null;
}

/** Whoever may not see a register gets the answer of one that is not there, whatever is asked. */
@Injectable()
export class LiaisonService {
  constructor(
    private readonly database: Database,
    private readonly register: LiaisonRepository,
    private readonly audit: AuditService,
    private readonly cursors: Cursors,
  ) {}

  async addContact(actor: Actor, arrangementId: string, dto: LiaisonContactDto): Promise<ContactRow> {
    return this.write(actor, arrangementId, 'liaison.contact_added', newId(), async (tx, id) => {
      await this.register.insertContact(tx, id, arrangementId, dto);
      return found(await this.register.findContact(tx, arrangementId, id));
    });
  }

  async replaceContact(
    actor: Actor,
    arrangementId: string,
    id: string,
    dto: LiaisonContactDto,
  ): Promise<ContactRow> {
    return this.write(actor, arrangementId, 'liaison.contact_changed', id, async (tx) => {
      if (!(await this.register.replaceContact(tx, arrangementId, id, dto))) throw problems.notFound();
      return found(await this.register.findContact(tx, arrangementId, id));
    });
  }

  /** Nothing of the person remains, here or in the audit. */
  async forgetContact(actor: Actor, arrangementId: string, id: string): Promise<void> {
    await this.write(actor, arrangementId, 'liaison.contact_forgotten', id, async (tx) => {
      if (!(await this.register.deleteContact(tx, arrangementId, id))) throw problems.notFound();
    });
  }

  listContacts(actor: Actor, arrangementId: string, query: ListLiaisonQuery): Promise<Page<ContactRow>> {
    return this.list(actor, 'contacts', arrangementId, query, (tx, slice) =>
      this.register.listContacts(tx, slice),
    );
  }

  async recordMeeting(
    actor: Actor,
    arrangementId: string,
    dto: RecordLiaisonMeetingDto,
  ): Promise<LiaisonMeetingRow> {
    return this.write(actor, arrangementId, 'liaison.meeting_recorded', newId(), async (tx, id) => {
      await this.register.insertMeeting(tx, id, arrangementId, dto);
      return found(await this.register.findMeeting(tx, arrangementId, id));
    });
  }

  listMeetings(
    actor: Actor,
    arrangementId: string,
    query: ListLiaisonQuery,
  ): Promise<Page<LiaisonMeetingRow>> {
    return this.list(actor, 'meetings', arrangementId, query, (tx, slice) =>
      this.register.listMeetings(tx, slice),
    );
  }

  async recordUndertaking(
    actor: Actor,
    arrangementId: string,
    dto: RecordUndertakingDto,
  ): Promise<UndertakingRow> {
    return this.write(actor, arrangementId, 'liaison.undertaking_recorded', newId(), async (tx, id) => {
      const { meetingId } = dto;
      if (meetingId && (await this.register.findMeeting(tx, arrangementId, meetingId)) === null) {
        throw problems.invalidInput([{ pointer: '#/meetingId', detail: 'is no meeting of this register' }]);
      }
      await this.register.insertUndertaking(tx, id, arrangementId, dto);
      return found(await this.register.findUndertaking(tx, arrangementId, id));
    });
  }

  listUndertakings(
    actor: Actor,
    arrangementId: string,
    query: ListLiaisonQuery,
  ): Promise<Page<UndertakingRow>> {
    return this.list(actor, 'undertakings', arrangementId, query, (tx, slice) =>
      this.register.listUndertakings(tx, slice),
    );
  }

  async followUp(actor: Actor, arrangementId: string, id: string, dto: FollowUpDto): Promise<UndertakingRow> {
    return this.write(actor, arrangementId, 'liaison.undertaking_followed_up', id, async (tx) => {
      await this.register.lockUndertaking(tx, arrangementId, id);
      const { state } = found(await this.register.findUndertaking(tx, arrangementId, id));
      if (!mayBecome(state, dto.state)) throw problems.conflict('The undertaking is concluded.');
      await this.register.followUp(tx, newId(), id, dto);
      return found(await this.register.findUndertaking(tx, arrangementId, id));
    });
  }

  private async write<T>(
    actor: Actor,
    arrangementId: string,
    action: string,
    id: string,
    work: (tx: Tx, id: string) => Promise<T>,
  ): Promise<T> {
    return this.database.as(actor, async (tx) => {
      await this.requireHere(tx, arrangementId);
      const result = await work(tx, id);
      const [type = ''] = action.split('_');
      await this.audit.record(tx, actor, { action, object: { type: type.replace('.', '_'), id } });
      return result;
    });
  }

  private async list<Row extends { id: string }>(
    actor: Actor,
    name: string,
    arrangementId: string,
    { cursor, limit }: ListLiaisonQuery,
    find: (tx: Tx, slice: Slice) => Promise<Row[]>,
  ): Promise<Page<Row>> {
    const place = `liaison ${name} ${arrangementId}`;
    const beforeId =
      cursor === undefined ? undefined : placeToId(this.cursors.open(actor.readerId, place, cursor));
    const all = await this.database.readAs(actor, async (tx) => {
      await this.requireHere(tx, arrangementId);
      return find(tx, { arrangementId, beforeId, limit: limit + 1 });
    });
    const rows = all.slice(0, limit);
    const last = rows.at(-1);
    const more = all.length > limit && last !== undefined;
    return { rows, nextCursor: more ? this.cursors.seal(actor.readerId, place, idToPlace(last.id)) : null };
  }

  private async requireHere(tx: Tx, arrangementId: string): Promise<void> {
    if (!(await this.register.isHere(tx, arrangementId))) throw problems.notFound();
  }
}

function found<Row>(row: Row | null): Row {
  if (row === null) throw problems.notFound();
  return row;
}
