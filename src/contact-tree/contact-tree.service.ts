import { Injectable } from '@nestjs/common';
import { type Actor } from '../access/actor.js';
import { ArrangementsService } from '../arrangements/arrangements.service.js';
import { AuditService } from '../audit/audit.service.js';
import { Database, type Tx } from '../core/database.js';
import { requireVersion } from '../core/etag.js';
import { type Fault, problems } from '../core/problem.js';
import { type PutContactTreeDto, type Tree } from './contact-tree.dto.js';
import { ContactTreeRepository } from './contact-tree.repository.js';
import { type Branch, treeFaults } from './contact-tree.rules.js';

/** Who calls whom: organisations, whose numbers are with their focal points. */
@Injectable()
export class ContactTreeService {
  constructor(
    private readonly database: Database,
    private readonly trees: ContactTreeRepository,
    private readonly arrangements: ArrangementsService,
    private readonly audit: AuditService,
  ) {}

  /** @throws Problem 404 for whoever is neither a member now nor manages arrangements */
  async get(actor: Actor, arrangementId: string): Promise<Tree> {
    return this.database.readAs(actor, async (tx) => {
      await this.arrangements.getIn(tx, arrangementId);
      return this.read(tx, arrangementId);
    });
  }

  /** @throws Problem 400 naming every fault, 412 when somebody wrote it meanwhile */
  async put(actor: Actor, arrangementId: string, dto: PutContactTreeDto, ifMatch?: string): Promise<Tree> {
    return this.database.as(actor, async (tx) => {
      await this.arrangements.getIn(tx, arrangementId);
      requireVersion(ifMatch, await this.trees.lock(tx, arrangementId));
      const branches = await this.resolve(tx, arrangementId, dto);
      const faults = treeFaults(branches);
      if (faults.length > 0) throw problems.invalidInput(faults);
      await this.trees.replace(tx, arrangementId, branches);
      await this.audit.record(tx, actor, {
        action: 'contact_tree.changed',
        object: { type: 'arrangement', id: arrangementId },
        details: { organisations: branches.length },
      });
      return this.read(tx, arrangementId);
    });
  }

  private async read(tx: Tx, arrangementId: string): Promise<Tree> {
    return {
      version: await this.trees.version(tx, arrangementId),
      entries: await this.trees.listEntries(tx, arrangementId),
      members: await this.trees.listMembers(tx, arrangementId),
    };
  }

  private async resolve(tx: Tx, arrangementId: string, { entries }: PutContactTreeDto): Promise<Branch[]> {
    const members = await this.trees.listMembers(tx, arrangementId);
    const ids = new Map(members.map(({ id, code }) => [code, id]));
    const faults: Fault[] = entries.flatMap((entry, index) =>
      (['organisation', 'caller', 'alternate'] as const).flatMap((field) =>
        entry[field] === undefined || ids.has(entry[field])
          ? []
          : [{ pointer: `#/entries/${index}/${field}`, detail: 'is not the code of a current member' }],
      ),
    );
    if (faults.length > 0) throw problems.invalidInput(faults);
    const idOf = (code: string | undefined): string | null => ids.get(code ?? '') ?? null;
    return entries.map(({ organisation, caller, alternate }) => ({
      organisation: idOf(organisation) ?? organisation,
      caller: idOf(caller),
      alternate: idOf(alternate),
    }));
  }
}
