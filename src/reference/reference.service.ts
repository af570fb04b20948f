import { Injectable } from '@nestjs/common';
import { type Actor } from '../access/actor.js';
import { AuditService } from '../audit/audit.service.js';
import { Cursors } from '../core/cursor.js';
import { Database, type Tx } from '../core/database.js';
import { newId } from '../core/ids.js';
import { type Fault, problems } from '../core/problem.js';
import {
  type AddReferenceListDto,
  type ListReferenceRevisionsQuery,
  type PutReferenceEntryDto,
} from './reference.dto.js';
import {
  type EntryRow,
  type ListRow,
  ReferenceRepository,
  type RevisionRow,
} from './reference.repository.js';
import {
  canonicalLabels,
  contentOf,
  contentOfRow,
  entryFaults,
  labelFaults,
  MOST_ENTRIES,
  requireListVersion,
  sameContent,
  sourceFaults,
} from './reference.rules.js';
import { ENTRY_CODE, type EntryContent } from './reference.values.js';

export type CountedList = ListRow & { entries: number };

/** A code that somebody stated, and where. */
export interface StatedCode {
  list: string;
  code: string;
  pointer: string;
}

@Injectable()
export class ReferenceService {
  constructor(
    private readonly database: Database,
    private readonly reference: ReferenceRepository,
    private readonly audit: AuditService,
    private readonly cursors: Cursors,
  ) {}

  /** The stated codes that are no entry in force of their list, in one statement. */
  async faults(tx: Tx, stated: StatedCode[]): Promise<Fault[]> {
    if (stated.length === 0) return [];
    const places = await this.reference.unknown(tx, stated);
    return places.map((place) => {
      const { list = '', pointer = '' } = stated[place] ?? {};
      return { pointer, detail: `must be a code in force of /v1/reference/${list}` };
    });
  }

  async lists(actor: Actor): Promise<CountedList[]> {
    return this.database.readAs(actor, (tx) => this.reference.lists(tx, undefined));
  }

  /**
   * @param at day in UTC, today when absent
   * @throws Problem 404
   */
  async read(
    actor: Actor,
    list: string,
    at: string | undefined,
    all: boolean,
  ): Promise<{ list: CountedList; entries: EntryRow[] }> {
    return this.database.readAs(actor, async (tx) => {
      const row = await this.reference.findList(tx, list);
      if (row === null) throw problems.notFound();
      const rows = await this.reference.entries(tx, list, at);
      const inForce = rows.filter((entry) => entry.in_force);
      return { list: { ...row, entries: inForce.length }, entries: all ? rows : inForce };
    });
  }

  /** @throws Problem 404 */
  async get(actor: Actor, list: string, code: string): Promise<{ list: ListRow; entry: EntryRow }> {
    return this.database.readAs(actor, (tx) => this.getIn(tx, list, code));
  }

  /** @throws Problem 404, or 400 for a cursor of another list */
  async revisions(
    actor: Actor,
    list: string,
    query: ListReferenceRevisionsQuery,
  ): Promise<{ rows: RevisionRow[]; nextCursor: string | null }> {
    const place = `reference revisions ${list}`;
    const below =
      query.cursor === undefined ? undefined : Number(this.cursors.open(actor.readerId, place, query.cursor));
    const found = await this.database.readAs(actor, async (tx) => {
      if ((await this.reference.findList(tx, list)) === null) throw problems.notFound();
      return this.reference.revisions(tx, list, below, query.limit + 1);
    });
    const rows = found.slice(0, query.limit);
    const last = rows.at(-1);
    const more = found.length > query.limit && last !== undefined;
    return {
      rows,
      nextCursor: more ? this.cursors.seal(actor.readerId, place, BigInt(last.version)) : null,
    };
  }

  /** @throws Problem 409 when there is such a list already */
  async addList(actor: Actor, dto: AddReferenceListDto): Promise<CountedList> {
    const faults = [...labelFaults(dto.names, '#/names'), ...sourceFaults(dto, '#')];
    if (faults.length > 0) throw problems.invalidInput(faults);
    const { code, description, source = null, verification } = dto;
    return this.database.as(actor, async (tx) => {
      const names = canonicalLabels(dto.names);
      const id = newId();
      if (!(await this.reference.insertList(tx, { code, id, names, description, source, verification }))) {
        throw problems.conflict(`There is a list ${code} already.`, [
          { pointer: '#/code', detail: 'is taken' },
        ]);
      }
      const revision = { version: 1, change: 'list_added', codes: [], before: null, after: null } as const;
      await this.reference.insertRevision(tx, code, actor, { ...revision, codes: [] });
      await this.audit.record(tx, actor, {
        action: 'reference_list.added',
        object: { type: 'reference_list', id },
        details: { list: code },
      });
      return { ...(await this.lockIn(tx, code)), entries: 0 };
    });
  }

  /**
   * Adds an entry, or makes it say just this; what says this already raises no version.
   * @throws Problem 404 for no such list, 412 for another version, 400 for what cannot be said, 409 for a closed or full list
   */
  async put(
    actor: Actor,
    list: string,
    code: string,
    dto: PutReferenceEntryDto,
    ifMatch: string | undefined,
  ): Promise<{ list: ListRow; entry: EntryRow; isNew: boolean }> {
    if (!ENTRY_CODE.test(code)) {
      throw problems.invalidInput([{ pointer: 'code', detail: 'must be in lower_snake_case' }]);
    }
    return this.database.as(actor, async (tx) => {
      const row = await this.lockIn(tx, list);
      requireListVersion(ifMatch, row.version);
      const [existing] = await this.reference.entries(tx, list, undefined, code);
      const before = existing && contentOfRow(existing);
      const { entries, lastOrdinal } = await this.reference.size(tx, list);
      if (!before && row.is_closed) {
        throw problems.conflict('The service itself works with the codes of this list: none can be added.');
      }
      if (!before && entries >= MOST_ENTRIES) {
        throw problems.conflict(`A list has ${MOST_ENTRIES} entries at most.`);
      }
      const faults = [
        ...entryFaults(row, code, before, dto),
        ...(await this.parentFaults(tx, list, code, dto.parent)),
      ];
      if (faults.length > 0) throw problems.invalidInput(faults);
      const after = contentOf(dto, before, lastOrdinal);
      if (!before || !sameContent(before, after)) await this.write(tx, actor, row, code, before, after);
      return { ...(await this.getIn(tx, list, code)), isNew: before === undefined };
    });
  }

  private async write(
    tx: Tx,
    actor: Actor,
    { code: list, id, version }: ListRow,
    code: string,
    before: EntryContent | undefined,
    after: EntryContent,
  ): Promise<void> {
    await this.reference.writeEntry(tx, list, code, after);
    await this.reference.raiseVersion(tx, list);
    await this.reference.insertRevision(tx, list, actor, {
      version: version + 1,
      change: before ? 'entry_changed' : 'entry_added',
      codes: [code],
      before: before ?? null,
      after,
    });
    await this.audit.record(tx, actor, {
      action: before ? 'reference_entry.changed' : 'reference_entry.added',
      object: { type: 'reference_list', id },
      details: { list, code, version: version + 1 },
    });
  }

  private async parentFaults(
    tx: Tx,
    list: string,
    code: string,
    parent: string | undefined,
  ): Promise<Fault[]> {
    if (parent === undefined || parent === code) return [];
    const above = await this.reference.ancestors(tx, list, parent);
    if (above.length === 0) return [{ pointer: '#/parent', detail: 'is not an entry of this list' }];
    return above.includes(code) ? [{ pointer: '#/parent', detail: 'belongs to this entry itself' }] : [];
  }

  private async getIn(tx: Tx, list: string, code: string): Promise<{ list: ListRow; entry: EntryRow }> {
    const row = await this.reference.findList(tx, list);
    const [entry] = row === null ? [] : await this.reference.entries(tx, list, undefined, code);
    if (row === null || entry === undefined) throw problems.notFound();
    return { list: row, entry };
  }

  private async lockIn(tx: Tx, list: string): Promise<ListRow> {
    const row = await this.reference.lockList(tx, list);
    if (row === null) throw problems.notFound();
    return row;
  }
}
