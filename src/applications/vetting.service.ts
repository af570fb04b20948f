import { Inject, Injectable } from '@nestjs/common';
import { type Actor } from '../access/actor.js';
import { AuditService } from '../audit/audit.service.js';
import { Cursors, idToPlace, placeToId } from '../core/cursor.js';
import { PUBLIC_URL } from '../core/config.provider.js';
import { Database, type Tx } from '../core/database.js';
import { claimId, type IdempotencyKey } from '../core/idempotency.js';
import { problems } from '../core/problem.js';
import { ApplicationRecordService } from './application-record.service.js';
import { applicationFaults, newApplication } from './application.input.js';
import {
  ANSWERED_WITHIN_DAYS,
  type ApplicationAct,
  DECIDED_WITHIN_DAYS,
  ERASED_AFTER_DAYS,
  nextState,
} from './application.rules.js';
import {
  type ApplyDto,
  type ListApplicationsQuery,
  type RequestInformationDto,
  type TakeUpApplicationDto,
} from './applications.dto.js';
import { type ApplicationRow, ApplicationsRepository, type DocumentRow } from './applications.repository.js';
import { type DuplicateHintView, type WholeApplication } from './applications.view.js';
import { caseHashOf, casePath, newCaseToken } from './case-token.js';
import { DuplicatesService } from './duplicates.service.js';

const DAY_MS = 86_400_000;

export interface VettedApplication {
  whole: WholeApplication;
  duplicates: DuplicateHintView[];
}

/** What whoever vets sees and does, short of the decision. */
@Injectable()
export class VettingService {
  constructor(
    private readonly database: Database,
    private readonly applications: ApplicationsRepository,
    private readonly record: ApplicationRecordService,
    private readonly duplicates: DuplicatesService,
    private readonly audit: AuditService,
    private readonly cursors: Cursors,
    @Inject(PUBLIC_URL) private readonly publicUrl: string,
  ) {}

  async list(
    actor: Actor,
    { state, overdue, cursor, limit }: ListApplicationsQuery,
  ): Promise<{ rows: ApplicationRow[]; nextCursor: string | null }> {
    const place = `partner applications ${state ?? ''} ${overdue ?? ''}`;
    const afterId =
      cursor === undefined ? undefined : placeToId(this.cursors.open(actor.readerId, place, cursor));
    const found = await this.database.readAs(actor, (tx) =>
      this.applications.list(tx, { state, overdue: overdue === 'true', afterId, limit: limit + 1 }),
    );
    const rows = found.slice(0, limit);
    const last = rows.at(-1);
    const more = found.length > limit && last !== undefined;
    return { rows, nextCursor: more ? this.cursors.seal(actor.readerId, place, idToPlace(last.id)) : null };
  }

  /** @throws Problem 404 for what is missing, or nobody has confirmed yet */
  async get(actor: Actor, id: string): Promise<VettedApplication> {
    const application = await this.read(actor, id);
    await this.recordReading(actor, 'application.read', id);
    return application;
  }

  /** For whoever is in the audit already. */
  async read(actor: Actor, id: string): Promise<VettedApplication> {
    const whole = await this.database.readAs(actor, async (tx) => {
      const row = await this.applications.find(tx, id);
      if (row === null) throw problems.notFound();
      return this.record.whole(tx, row);
    });
    const duplicates = await this.database.asSystem((tx) => this.duplicates.listAsSystem(tx, whole.row));
    return { whole, duplicates };
  }

  async getDocument(
    actor: Actor,
    id: string,
    documentId: string,
  ): Promise<DocumentRow & { content: Buffer }> {
    const row = await this.database.readAs(actor, (tx) => this.applications.findDocument(tx, id, documentId));
    if (row === null) throw problems.notFound();
    await this.recordReading(actor, 'application.document_read', id, { document: documentId });
    return row;
  }

  /** One that came by hand: nobody needs to confirm an address, but whoever entered it may not approve it. */
  async enter(
    actor: Actor,
    dto: ApplyDto,
    idempotency?: IdempotencyKey,
  ): Promise<VettedApplication & { caseLink?: string }> {
    const faults = applicationFaults(dto);
    if (faults.length > 0) throw problems.invalidInput(faults);
    const token = newCaseToken();
    const { id, repeated } = await this.database.as(actor, async (tx) => {
      const claimed = await claimId(tx, actor, idempotency);
      if (claimed.repeated) return claimed;
      const { id } = claimed;
      await this.applications.insert(tx, {
        ...newApplication(id, dto),
        ...{ state: 'submitted', enteredBy: actor.partnerId, caseHash: caseHashOf(token) },
        decideWithinDays: DECIDED_WITHIN_DAYS,
      });
      await this.record.record(tx, actor, id, { act: 'enter', state: 'submitted', side: 'vetting' });
      return claimed;
    });
    const entered = await this.read(actor, id);
    return repeated ? entered : { ...entered, caseLink: `${this.publicUrl}${casePath(token)}` };
  }

  async takeUp(
    actor: Actor,
    id: string,
    { decisionDueAt, reason }: TakeUpApplicationDto,
  ): Promise<VettedApplication> {
    return this.change(actor, id, 'take_up', {
      reason,
      decideBy: laterThanNow(decisionDueAt, 'decisionDueAt'),
    });
  }

  async requestInformation(
    actor: Actor,
    id: string,
    { text, answerDueAt }: RequestInformationDto,
  ): Promise<VettedApplication> {
    const answerBy =
      laterThanNow(answerDueAt, 'answerDueAt') ?? new Date(Date.now() + ANSWERED_WITHIN_DAYS * DAY_MS);
    return this.change(actor, id, 'request_information', { answerBy, question: text });
  }

  /** Whoever has the private link has it no more; another one is sent to the contact who asks for it. */
  async revokeLink(actor: Actor, id: string): Promise<void> {
    await this.database.as(actor, async (tx) => {
      const { state } = await this.lockIn(tx, id);
      await this.applications.closeCase(tx, id);
      await this.record.record(tx, actor, id, { act: 'revoke_link', state, side: 'vetting' });
    });
  }

  async lockIn(tx: Tx, id: string): Promise<ApplicationRow> {
    const row = await this.applications.lock(tx, id);
    if (row === null) throw problems.notFound();
    return row;
  }

  private async recordReading(actor: Actor, action: string, id: string, details = {}): Promise<void> {
    await this.audit.recordReading(actor, { action, object: { type: 'partner_application', id }, details });
  }

  private async change(
    actor: Actor,
    id: string,
    act: ApplicationAct,
    more: { reason?: string | undefined; decideBy?: Date | undefined; answerBy?: Date; question?: string },
  ): Promise<VettedApplication> {
    await this.database.as(actor, async (tx) => {
      const row = await this.lockIn(tx, id);
      const state = nextState(row.state, act, 'vetting');
      await this.applications.changeState(tx, id, {
        state,
        decideBy: more.decideBy ?? row.decide_by,
        answerBy: more.answerBy ?? null,
        eraseInDays: ERASED_AFTER_DAYS[state],
      });
      if (more.question !== undefined) {
        await this.applications.insertMessage(tx, id, 'vetting', more.question);
      }
      const { reason } = more;
      await this.record.record(tx, actor, id, {
        ...{ act, state, side: 'vetting' },
        ...(reason !== undefined && { reason }),
      });
      await this.record.tell(tx, row);
    });
    return this.read(actor, id);
  }
}

/** @throws Problem 400 for a time that has passed */
function laterThanNow(at: string | undefined, name: string): Date | undefined {
  if (at === undefined) return undefined;
  const date = new Date(at);
  if (date.getTime() <= Date.now()) {
    throw problems.invalidInput([{ pointer: `#/${name}`, detail: 'must be in the future' }]);
  }
  return date;
}
