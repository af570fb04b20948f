import { Injectable } from '@nestjs/common';
import { type Actor } from '../access/actor.js';
import { Database, type Tx } from '../core/database.js';
import { newId } from '../core/ids.js';
import { problems } from '../core/problem.js';
import { PartnersService } from '../partners/partners.service.js';
import { AuditService } from '../audit/audit.service.js';
import { ApplicationRecordService } from './application-record.service.js';
import { ERASED_AFTER_DAYS, missingDocuments, nextState } from './application.rules.js';
import { type ApproveApplicationDto, type RejectApplicationDto } from './applications.dto.js';
import { type ApplicationRow, ApplicationsRepository } from './applications.repository.js';
import { type VettedApplication, VettingService } from './vetting.service.js';

/** The decision over an application; approval admits the partner in the same transaction, or nothing happens. */
@Injectable()
export class DecisionsService {
  constructor(
    private readonly database: Database,
    private readonly applications: ApplicationsRepository,
    private readonly vetting: VettingService,
    private readonly partners: PartnersService,
    private readonly record: ApplicationRecordService,
    private readonly audit: AuditService,
  ) {}

  /** @throws Problem 403 without both scopes, or for oneself; 409 in another state, without evidence, for a code taken */
  async approve(actor: Actor, id: string, dto: ApproveApplicationDto): Promise<VettedApplication> {
    if (!actor.scopes.has('partners:vet')) throw problems.insufficientScope('partners:vet');
    const { duplicates } = await this.vetting.read(actor, id);
    const isOwn = duplicates.some(({ partnerId }) => partnerId === actor.partnerId);
    if (isOwn)
      throw problems.forbidden('It seems to be your own organisation: somebody else must approve it.');
    await this.database.asPatiently(actor, async (tx) => {
      const row = await this.vetting.lockIn(tx, id);
      await this.refuseWhoEntered(tx, actor, id);
      const state = nextState(row.state, 'approve', 'vetting');
      await this.requireEvidence(tx, row);
      const partnerId = newId();
      const { name, kind, country } = row;
      await this.partners.insert(tx, partnerId, {
        ...{ code: dto.code, name, kind, ceiling: dto.ceiling },
        ...(country !== null && { country }),
      });
      const { reason } = dto;
      await this.applications.decide(tx, id, {
        state,
        reason,
        partnerId,
        eraseInDays: ERASED_AFTER_DAYS[state],
      });
      await this.record.record(tx, actor, id, { act: 'approve', state, side: 'vetting', reason });
      const object = { type: 'partner', id: partnerId };
      await this.audit.record(tx, actor, {
        ...{ action: 'partner.admitted', object, about: [partnerId], details: { application: id } },
      });
      await this.record.tell(tx, row);
    });
    return this.vetting.read(actor, id);
  }

  async reject(actor: Actor, id: string, { reason }: RejectApplicationDto): Promise<VettedApplication> {
    await this.database.as(actor, async (tx) => {
      const row = await this.vetting.lockIn(tx, id);
      const state = nextState(row.state, 'reject', 'vetting');
      const eraseInDays = ERASED_AFTER_DAYS[state];
      await this.applications.decide(tx, id, { state, reason, partnerId: null, eraseInDays });
      await this.record.record(tx, actor, id, { act: 'reject', state, side: 'vetting', reason });
      await this.record.tell(tx, row);
    });
    return this.vetting.read(actor, id);
  }

  private async refuseWhoEntered(tx: Tx, actor: Actor, id: string): Promise<void> {
    const events = await this.applications.listEvents(tx, id);
    if (events.some(({ act, client_id }) => act === 'enter' && client_id === actor.clientId)) {
      throw problems.forbidden('You entered it: somebody else must approve it.');
    }
  }

  private async requireEvidence(tx: Tx, { id, kind }: ApplicationRow): Promise<void> {
    const documents = await this.applications.listDocuments(tx, id);
    const missing = missingDocuments(
      kind,
      documents.map((one) => one.kind),
    );
    if (missing.length > 0) throw problems.conflict(`Evidence is missing: ${missing.join(', ')}.`);
  }
}
