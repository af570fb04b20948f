import { Injectable } from '@nestjs/common';
import { type Actor } from '../access/actor.js';
import { AuditService } from '../audit/audit.service.js';
import { Database } from '../core/database.js';
import { requireVersion } from '../core/etag.js';
import { newId } from '../core/ids.js';
import { problems } from '../core/problem.js';
import { SharingService } from '../sharing/sharing.service.js';
import { type AlertContent, type Verification } from './alert-content.js';
import { type OwnRenditionRow } from './alerts.repository.js';
import { AlertsService } from './alerts.service.js';
import { formatCapTime } from './cap/cap-time.js';
import { type VerifyAlertDto } from './verification.dto.js';
import { judged } from './verification.rules.js';

/** What was withdrawn is with nobody, and a draft never was. */
const STANDING = ['published', 'expired', 'cancelled'];

/** What an originator finds out about its alert afterwards: whoever has the earlier text is told. */
@Injectable()
export class VerificationService {
  constructor(
    private readonly database: Database,
    private readonly alerts: AlertsService,
    private readonly sharing: SharingService,
    private readonly audit: AuditService,
  ) {}

  /** @throws Problem 404, 403 for another's alert, 409 for a draft or a withdrawn one, 412 */
  async verify(actor: Actor, id: string, dto: VerifyAlertDto, ifMatch?: string): Promise<void> {
    const now = new Date();
    const judgement: Verification = {
      status: dto.status,
      grading: { ...dto.grading },
      at: now.toISOString(),
      ...(dto.note !== undefined && { note: dto.note }),
    };
    await this.database.as(actor, async (tx) => {
      const { state, version } = await this.sharing.lockOwn(tx, actor, id, 'alert');
      requireVersion(ifMatch, version);
      if (!STANDING.includes(state)) throw problems.conflict(`The alert is ${state}.`);
      await this.alerts.refuseNote(tx, actor, id, dto.note);
      await this.audit.record(tx, actor, {
        action: 'alert.verified',
        object: { type: 'alert', id },
        details: { status: dto.status, ...dto.grading },
      });
      await this.sharing.changeState(tx, id, state);
      await this.alerts.reissueIn(tx, actor, id, (own) => withJudgement(own, judgement, now));
      await this.sharing.share(tx, id);
    });
  }
}

/** A message that came as CAP goes out with its references as they are kept; others get them when they are read. */
function withJudgement({ content, cap }: OwnRenditionRow, judgement: Verification, now: Date): AlertContent {
  const { sender, identifier, sent, messageType } = content;
  return {
    ...content,
    ...judged(content.verification, judgement),
    identifier: `urn:uuid:${newId()}`,
    sent: formatCapTime(now),
    ...(cap !== null && {
      messageType: messageType === 'cancel' ? ('cancel' as const) : ('update' as const),
      references: [{ sender, identifier, sent }],
    }),
  };
}
