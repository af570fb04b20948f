import { Injectable, type OnModuleInit } from '@nestjs/common';
import { AttestationsService } from '../access/attestations.service.js';
import { AuditService } from '../audit/audit.service.js';
import { Database } from '../core/database.js';
import { NoticesService } from '../mail/notices.service.js';
import { LivenessRepository } from './liveness.repository.js';
import { ReviewRemindersRepository } from './review-reminders.repository.js';
import { REVIEW_WORDS } from './words/review-words.js';
import { mailLanguage } from './words/words.js';

const MOST_NAMED = 10;

/** Tells those who administer a partner, or its sponsor, that its clients soon only read unless somebody speaks for them. */
@Injectable()
export class ReviewRemindersService implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly attestations: AttestationsService,
    private readonly reminders: ReviewRemindersRepository,
    private readonly liveness: LivenessRepository,
    private readonly notices: NoticesService,
    private readonly audit: AuditService,
  ) {}

  onModuleInit(): void {
    this.notices.define('focal_point.review', { texts: REVIEW_WORDS });
  }

  /** @returns whether there was a partner to be told */
  async remindAsSystem(): Promise<boolean> {
    return this.database.asSystem(async (tx) => {
      const due = await this.attestations.takeDueAsSystem(tx);
      if (due === null) return false;
      const { partnerId, clientIds, by } = due;
      await this.audit.recordAsSystem(tx, {
        action: 'client.attestation_due',
        object: { type: 'partner', id: partnerId },
        about: [partnerId],
        details: { clients: clientIds, attestBy: by.toISOString() },
      });
      // A mail that left months later would be wrong; it is in the audit, and each client finds its day in `GET /v1/me`.
      if (!this.notices.canBeSent) return true;
      const { partner } = await this.liveness.findNames(tx, partnerId, null);
      const date = `${by.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
      const clients = [...clientIds.slice(0, MOST_NAMED), ...(clientIds.length > MOST_NAMED ? ['…'] : [])];
      for (const { id, email, languages } of await this.reminders.listAddressees(tx, partnerId)) {
        await this.notices.post(tx, {
          to: email,
          language: mailLanguage(languages),
          kind: 'focal_point.review',
          params: { id, partner, date, clients: clients.join(', ') },
        });
      }
      return true;
    });
  }
}
