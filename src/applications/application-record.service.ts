import { Injectable } from '@nestjs/common';
import { type Actor } from '../access/actor.js';
import { AuditService } from '../audit/audit.service.js';
import { type Tx } from '../core/database.js';
import { NoticesService } from '../mail/notices.service.js';
import { type ApplicationAct, type ApplicationSide, type ApplicationState } from './application.rules.js';
import { type ApplicationRow, ApplicationsRepository } from './applications.repository.js';
import { type WholeApplication } from './applications.view.js';

/** As the audit names what was done. */
const AUDITED = {
  confirm: 'submitted',
  supply: 'evidence_supplied',
  take_up: 'taken_up',
  request_information: 'information_requested',
  answer: 'answered',
  approve: 'approved',
  reject: 'rejected',
  withdraw: 'withdrawn',
  lapse: 'expired',
  enter: 'entered',
  revoke_link: 'link_revoked',
} as const satisfies Record<ApplicationAct | 'enter' | 'revoke_link', string>;

export interface Step {
  act: keyof typeof AUDITED;
  state: ApplicationState;
  side: ApplicationSide;
  reason?: string;
}

/** What every step of an application leaves behind, in its own history and in the audit, and whom it is told. */
@Injectable()
export class ApplicationRecordService {
  constructor(
    private readonly applications: ApplicationsRepository,
    private readonly audit: AuditService,
    private readonly notices: NoticesService,
  ) {}

  /** @param actor null for what no partner did: the applicant, who is none, or the exchange by itself */
  async record(tx: Tx, actor: Actor | null, id: string, { act, state, side, reason }: Step): Promise<void> {
    await this.applications.insertEvent(tx, id, {
      act,
      state,
      side,
      partner_id: actor?.partnerId ?? null,
      client_id: actor?.clientId ?? null,
      reason: reason ?? null,
    });
    const entry = {
      action: `application.${AUDITED[act]}`,
      object: { type: 'partner_application', id },
      // Why stands in the application alone, from which it is erased in time.
      details: { state, by: side },
    };
    if (actor === null) await this.audit.recordAsSystem(tx, entry);
    else await this.audit.record(tx, actor, entry);
  }

  /** That there is something new, and nothing of what it is. */
  async tell(tx: Tx, { contact_email: to, language, name }: ApplicationRow): Promise<void> {
    if (to === null || !this.notices.canBeSent) return;
    await this.notices.post(tx, { to, language, kind: 'application.news', params: { name } });
  }

  async whole(tx: Tx, row: ApplicationRow): Promise<WholeApplication> {
    return {
      row,
      documents: await this.applications.listDocuments(tx, row.id),
      messages: await this.applications.listMessages(tx, row.id),
      events: await this.applications.listEvents(tx, row.id),
    };
  }
}
