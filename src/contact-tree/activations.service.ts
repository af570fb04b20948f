import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type Actor } from '../access/actor.js';
import { ArrangementsService } from '../arrangements/arrangements.service.js';
import { AuditService } from '../audit/audit.service.js';
import { Database, type Tx } from '../core/database.js';
import { claimId, type IdempotencyKey } from '../core/idempotency.js';
import { problems } from '../core/problem.js';
import { NoticesService } from '../mail/notices.service.js';
import { type ActivateContactTreeDto } from './contact-tree.dto.js';
import { type ActivationRow, type CallRow, ContactTreeRepository } from './contact-tree.repository.js';
import { CALLS, type CallOutcome } from './contact-tree.rules.js';
import { textsOf } from './contact-tree.words.js';

export interface Activation {
  row: ActivationRow;
  calls: CallRow[];
}

/** The tree being called, in earnest or as a drill, and whom it reached. */
@Injectable()
export class ActivationsService implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly trees: ContactTreeRepository,
    private readonly arrangements: ArrangementsService,
    private readonly audit: AuditService,
    private readonly notices: NoticesService,
  ) {}

  onModuleInit(): void {
    this.notices.define('focal_point.tree_called', { texts: textsOf('called') });
    this.notices.define('focal_point.tree_drill', { texts: textsOf('drill') });
  }

  /**
   * By an organisation with which the tree begins, or whoever manages arrangements. In earnest it ends a drill.
   * @throws Problem 403 for other members, 409 where there is no tree or it is being called already
   */
  async start(
    actor: Actor,
    arrangementId: string,
    { drill, reason }: ActivateContactTreeDto,
    idempotency?: IdempotencyKey,
  ): Promise<Activation> {
    refuseNarrowed(actor);
    return this.database.as(actor, async (tx) => {
      const { id, repeated } = await claimId(tx, actor, idempotency);
      if (repeated) return this.read(tx, arrangementId, id);
      const place = await this.arrangements.getIn(tx, arrangementId);
      const entries = (await this.trees.listEntries(tx, arrangementId)).filter((entry) => entry.is_member);
      if (entries.length === 0) throw problems.conflict('There is no contact tree yet.');
      const begins = entries.some((one) => one.partner_id === actor.partnerId && one.caller_id === null);
      if (!begins && !actor.manages.includes('arrangements')) {
        throw problems.forbidden('The tree does not begin with your organisation.');
      }
      await this.trees.lockCalling(tx, arrangementId);
      if (!drill) await this.endDrill(tx, actor, arrangementId, id);
      const activation = { id, arrangementId, isDrill: drill, reason, startedBy: actor.partnerId };
      if (!(await this.trees.start(tx, activation))) throw problems.conflict('The tree is being called.');
      await this.trees.insertCalls(tx, id, entries);
      await this.record(tx, actor, 'contact_tree.activated', id, { drill });
      await this.notices.tell(tx, {
        partnerIds: entries.map((entry) => entry.partner_id),
        arrangementId,
        kind: drill ? 'focal_point.tree_drill' : 'focal_point.tree_called',
        params: { place: place.code },
      });
      return this.read(tx, arrangementId, id);
    });
  }

  /** Newest first. */
  async list(actor: Actor, arrangementId: string): Promise<ActivationRow[]> {
    return this.database.readAs(actor, async (tx) => {
      await this.arrangements.getIn(tx, arrangementId);
      return this.trees.listActivations(tx, arrangementId);
    });
  }

  async get(actor: Actor, arrangementId: string, id: string): Promise<Activation> {
    return this.database.readAs(actor, (tx) => this.read(tx, arrangementId, id));
  }

  /**
   * Said by the organisation itself, or by who was to call it.
   * @throws Problem 403 for others, 409 once it was reached, or all is over
   */
  async say(
    actor: Actor,
    arrangementId: string,
    id: string,
    partnerId: string,
    outcome: CallOutcome,
  ): Promise<Activation> {
    refuseNarrowed(actor);
    return this.database.as(actor, async (tx) => {
      const { row, calls } = await this.read(tx, arrangementId, id);
      const call = calls.find((one) => one.partner_id === partnerId);
      if (call === undefined) throw problems.notFound();
      const { from, by } = CALLS[outcome];
      const speakers = { itself: call.partner_id, caller: call.caller_id, alternate: call.alternate_id };
      if (!by.some((role) => speakers[role] === actor.partnerId)) {
        throw problems.forbidden('That is said by the organisation itself or by who was to call it.');
      }
      if (row.closed_at !== null) throw problems.conflict('The tree is not being called any more.');
      const said = await this.trees.say(tx, id, partnerId, { state: outcome, from, by: actor.partnerId });
      if (!said && call.state !== outcome) throw problems.conflict('It was reached already.');
      if (said) await this.record(tx, actor, 'contact_tree.answered', id, { partner: partnerId, outcome });
      return this.read(tx, arrangementId, id);
    });
  }

  /** By whoever began, or manages arrangements. @throws Problem 403 for others, 409 once it is over */
  async close(actor: Actor, arrangementId: string, id: string): Promise<Activation> {
    refuseNarrowed(actor);
    return this.database.as(actor, async (tx) => {
      const { row } = await this.read(tx, arrangementId, id);
      if (row.started_by !== actor.partnerId && !actor.manages.includes('arrangements')) {
        throw problems.forbidden('It is ended by whoever began, or manages arrangements.');
      }
      if (!(await this.trees.close(tx, id))) throw problems.conflict('It is over already.');
      const { reached, organisations } = row;
      await this.record(tx, actor, 'contact_tree.closed', id, { reached, organisations });
      return this.read(tx, arrangementId, id);
    });
  }

  private async endDrill(tx: Tx, actor: Actor, arrangementId: string, endedBy: string): Promise<void> {
    const drill = await this.trees.findDrill(tx, arrangementId);
    if (drill === null || !(await this.trees.close(tx, drill.id))) return;
    const { reached, organisations } = drill;
    await this.record(tx, actor, 'contact_tree.closed', drill.id, { reached, organisations, endedBy });
  }

  private async read(tx: Tx, arrangementId: string, id: string): Promise<Activation> {
    const row = await this.trees.findActivation(tx, arrangementId, id);
    if (row === null) throw problems.notFound();
    return { row, calls: await this.trees.listCalls(tx, id) };
  }

  private async record(tx: Tx, actor: Actor, action: string, id: string, details: object): Promise<void> {
    await this.audit.record(tx, actor, {
      action,
      object: { type: 'contact_activation', id },
      details: { ...details },
    });
  }
}

/** It speaks for a part of its organisation only. */
function refuseNarrowed(actor: Actor): void {
  if (actor.narrowed)
    throw problems.forbidden('A client that may read less than its partner cannot say this.');
}
