import { Injectable } from '@nestjs/common';
import { type Actor } from '../access/actor.js';
import { AuditService } from '../audit/audit.service.js';
import { Database, type Tx } from '../core/database.js';
import { problems } from '../core/problem.js';
import { ReferenceService } from '../reference/reference.service.js';
import { SharingService } from '../sharing/sharing.service.js';
import { onlyDesk, ReportAccessService } from './report-access.service.js';
import { outcomeFaults, targetOf } from './report.rules.js';
import { ReportsRepository } from './reports.repository.js';
import { type ConcludeReportDto } from './triage.dto.js';
import { TriageRepository } from './triage.repository.js';

/** What desks do with reports. Each verb is one transaction whose last statement tells the others. */
@Injectable()
export class TriageService {
  constructor(
    private readonly database: Database,
    private readonly access: ReportAccessService,
    private readonly reports: ReportsRepository,
    private readonly triage: TriageRepository,
    private readonly reference: ReferenceService,
    private readonly sharing: SharingService,
    private readonly audit: AuditService,
  ) {}

  /** Takes the report: the custodian any, whoever else it reaches one that nobody has taken. */
  async assign(actor: Actor, id: string, ifMatch?: string): Promise<void> {
    await this.database.as(actor, async (tx) => {
      const { row, isSource, isDesk, next } = await this.access.lock(tx, actor, id, 'assign', { ifMatch });
      const mayTake = !isSource && !actor.narrowed && row.assignee_id === null;
      if (!isDesk && !mayTake) throw onlyDesk();
      await this.reports.update(tx, id, { state: next, assigneeId: actor.partnerId });
      await this.record(tx, actor, id, 'report.assigned');
      await this.reports.tell(tx, [{ id, side: 'all' }]);
    });
  }

  /** Gives it an outcome, or another one in place of the last, which stays in its history. */
  async conclude(actor: Actor, id: string, dto: ConcludeReportDto, ifMatch?: string): Promise<void> {
    const faults = outcomeFaults(dto);
    if (faults.length > 0) throw problems.invalidInput(faults);
    const target = targetOf(dto);
    const heir = target?.type === 'report' ? target.id : undefined;
    await this.database.as(actor, async (tx) => {
      const found = await this.access.lock(tx, actor, id, 'conclude', {
        ifMatch,
        others: heir ? [heir] : [],
      });
      if (!found.isDesk) throw onlyDesk();
      if (found.row.state === 'concluded' && ifMatch === undefined) {
        throw problems.conflict('It has an outcome already: correct that with If-Match.');
      }
      await this.refuseTarget(tx, actor, id, target, dto.reason);
      await this.reports.update(tx, id, {
        state: found.next,
        outcome: dto.outcome,
        assigneeId: found.row.assignee_id ?? actor.partnerId,
      });
      await this.triage.insertOutcome(tx, id, {
        outcome: dto.outcome,
        reason: dto.reason,
        explanation: dto.explanation,
        decidedBy: actor.partnerId,
        targetId: target?.id,
      });
      await this.record(tx, actor, id, 'report.concluded', { outcome: dto.outcome });
      await this.reports.tell(tx, [
        { id, side: 'all' },
        ...(heir === undefined ? [] : [{ id: heir, side: 'desk' as const }]),
      ]);
    });
  }

  /** Tells the custodian once whose a protected report is; the source is told that, when and why. */
  async reveal(
    actor: Actor,
    id: string,
    reason: string,
  ): Promise<{ partner_id: string; code: string; name: string }> {
    return this.database.as(actor, async (tx) => {
      const { row } = await this.access.lock(tx, actor, id, 'reveal');
      if (!row.is_custodian) throw problems.forbidden('Only the custodian is told.');
      if (row.is_protected !== null) throw problems.conflict('You can see whose it is.');
      return this.triage.reveal(tx, id, actor.clientId, reason);
    });
  }

  /** @throws Problem 400 for what cannot be pointed at, 409 for what would make a chain */
  private async refuseTarget(
    tx: Tx,
    actor: Actor,
    id: string,
    target: ReturnType<typeof targetOf>,
    reason: string | undefined,
  ): Promise<void> {
    if (reason !== undefined) {
      const stated = [{ list: 'not-used-reasons', code: reason, pointer: '#/reason' }];
      const faults = await this.reference.faults(tx, stated);
      if (faults.length > 0) throw problems.invalidInput(faults);
    }
    if (target === null) return;
    const fault = (detail: string) => problems.invalidInput([{ pointer: target.pointer, detail }]);
    if (target.type === 'alert') {
      if (!(await this.sharing.isVisible(tx, target.id, 'alert')))
        throw fault('is not an alert that you can see');
      return;
    }
    if (target.id === id) throw fault('must be another report');
    const heir = await this.access.get(tx, actor, target.id).catch(() => null);
    if (!heir?.isDesk) throw fault('is not a report on your desk');
    if (heir.row.outcome === 'merged' || heir.row.outcome === 'duplicate') {
      throw problems.conflict('That report has gone into another one itself.');
    }
    if ((await this.triage.listMerged(tx, [id])).length > 0) {
      throw problems.conflict('Other reports have gone into this one.');
    }
  }

  private async record(
    tx: Tx,
    actor: Actor,
    id: string,
    action: string,
    details: Record<string, unknown> = {},
  ): Promise<void> {
    await this.audit.record(tx, actor, { action, object: { type: 'report', id }, details });
  }
}
