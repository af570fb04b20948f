import { Injectable } from '@nestjs/common';
import { type Actor } from '../access/actor.js';
import { AuditService } from '../audit/audit.service.js';
import { Cursors, idToPlace, placeToId } from '../core/cursor.js';
import { Database, type Tx } from '../core/database.js';
import { requireVersion } from '../core/etag.js';
import { claimId, type IdempotencyKey } from '../core/idempotency.js';
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

type Register = 'contact' | 'meeting' | 'undertaking';

/** Whoever may not see a register gets the answer of one that is not there, whatever is asked. */
@Injectable()
export class LiaisonService {
  constructor(
    private readonly database: Database,
    private readonly register: LiaisonRepository,
    private readonly audit: AuditService,
    private readonly cursors: Cursors,
  ) {}

  async addContact(
    actor: Actor,
    arrangementId: string,
    dto: LiaisonContactDto,
    idempotency?: IdempotencyKey,
  ): Promise<ContactRow> {
    return this.create(actor, arrangementId, idempotency, {
      register: 'contact',
      act: 'added',
      insert: (tx, id) => this.register.insertContact(tx, id, arrangementId, dto),
      find: (tx, id) => this.register.findContact(tx, arrangementId, id),
    });
  }

  async replaceContact(
    actor: Actor,
    arrangementId: string,
    id: string,
    dto: LiaisonContactDto,
    ifMatch?: string,
  ): Promise<ContactRow> {
    return this.write(actor, arrangementId, async (tx) => {
      requireVersion(ifMatch, found(await this.register.lockContact(tx, arrangementId, id)).version);
      await this.register.replaceContact(tx, arrangementId, id, dto);
      await this.record(tx, actor, 'contact', 'changed', id);
      return found(await this.register.findContact(tx, arrangementId, id));
    });
  }

  /** Nothing of the person remains, here or in the audit. */
  async forgetContact(actor: Actor, arrangementId: string, id: string): Promise<void> {
    await this.write(actor, arrangementId, async (tx) => {
      if (!(await this.register.deleteContact(tx, arrangementId, id))) throw problems.notFound();
      await this.record(tx, actor, 'contact', 'forgotten', id);
    });
  }

  /** Forgets one person whose time in office is over. @returns whether there may be another */
  async forgetDueAsSystem(): Promise<boolean> {
    return this.database.asSystem(async (tx) => {
      const id = await this.register.forgetDue(tx);
      if (id === null) return false;
      const object = { type: 'liaison_contact', id };
      await this.audit.recordAsSystem(tx, { action: 'liaison.contact_forgotten', object });
      return true;
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
    idempotency?: IdempotencyKey,
  ): Promise<LiaisonMeetingRow> {
    return this.create(actor, arrangementId, idempotency, {
      register: 'meeting',
      act: 'recorded',
      insert: (tx, id) => this.register.insertMeeting(tx, id, arrangementId, dto),
      find: (tx, id) => this.register.findMeeting(tx, arrangementId, id),
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
    idempotency?: IdempotencyKey,
  ): Promise<UndertakingRow> {
    return this.create(actor, arrangementId, idempotency, {
      register: 'undertaking',
      act: 'recorded',
      insert: async (tx, id) => {
        const { meetingId } = dto;
        if (meetingId && (await this.register.findMeeting(tx, arrangementId, meetingId)) === null) {
          throw problems.invalidInput([{ pointer: '#/meetingId', detail: 'is no meeting of this register' }]);
        }
        await this.register.insertUndertaking(tx, id, arrangementId, dto);
      },
      find: (tx, id) => this.register.findUndertaking(tx, arrangementId, id),
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

  async followUp(
    actor: Actor,
    arrangementId: string,
    id: string,
    dto: FollowUpDto,
    idempotency?: IdempotencyKey,
  ): Promise<UndertakingRow> {
    return this.write(actor, arrangementId, async (tx) => {
      const claimed = await claimId(tx, actor, idempotency);
      await this.register.lockUndertaking(tx, arrangementId, id);
      const { state } = found(await this.register.findUndertaking(tx, arrangementId, id));
      if (!claimed.repeated) {
        if (!mayBecome(state, dto.state)) throw problems.conflict('The undertaking is concluded.');
        await this.register.followUp(tx, claimed.id, id, dto);
        await this.record(tx, actor, 'undertaking', 'followed_up', id);
      }
      return found(await this.register.findUndertaking(tx, arrangementId, id));
    });
  }

  private async create<Row>(
    actor: Actor,
    arrangementId: string,
    idempotency: IdempotencyKey | undefined,
    one: {
      register: Register;
      act: string;
      insert: (tx: Tx, id: string) => Promise<void>;
      find: (tx: Tx, id: string) => Promise<Row | null>;
    },
  ): Promise<Row> {
    return this.write(actor, arrangementId, async (tx) => {
      const { id, repeated } = await claimId(tx, actor, idempotency);
      if (!repeated) {
        await one.insert(tx, id);
        await this.record(tx, actor, one.register, one.act, id);
      }
      return found(await one.find(tx, id));
    });
  }

  private async write<T>(actor: Actor, arrangementId: string, work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.database.as(actor, async (tx) => {
      await this.requireHere(tx, arrangementId);
      return work(tx);
    });
  }

  private async record(tx: Tx, actor: Actor, register: Register, act: string, id: string): Promise<void> {
    await this.audit.record(tx, actor, {
      action: `liaison.${register}_${act}`,
      object: { type: `liaison_${register}`, id },
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
    if (rows.length > 0) {
      await this.audit.recordReading(actor, {
        action: `liaison.${name}_read`,
        object: { type: 'arrangement', id: arrangementId },
        details: { [name]: rows.map(({ id }) => id) },
      });
    }
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
