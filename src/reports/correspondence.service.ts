import { Injectable } from '@nestjs/common';
import { type Actor } from '../access/actor.js';
import { AuditService } from '../audit/audit.service.js';
import { Cursors, idToPlace, placeToId } from '../core/cursor.js';
import { Database } from '../core/database.js';
import { claimId, type IdempotencyKey } from '../core/idempotency.js';
import { problems } from '../core/problem.js';
import { onlyDesk, ReportAccessService } from './report-access.service.js';
import { ReportsRepository } from './reports.repository.js';
import { type ListMessagesQuery } from './triage.dto.js';
import { type MessageRow, TriageRepository } from './triage.repository.js';

/** What source and desk write to each other. */
@Injectable()
export class CorrespondenceService {
  constructor(
    private readonly database: Database,
    private readonly access: ReportAccessService,
    private readonly reports: ReportsRepository,
    private readonly triage: TriageRepository,
    private readonly audit: AuditService,
    private readonly cursors: Cursors,
  ) {}

  async write(
    actor: Actor,
    reportId: string,
    text: string,
    idempotency?: IdempotencyKey,
  ): Promise<MessageRow> {
    return this.database.as(actor, async (tx) => {
      const { id, repeated } = await claimId(tx, actor, idempotency);
      const { isSource, isDesk } = await this.access.lock(tx, actor, reportId, 'write');
      if (!isSource && !isDesk) throw onlyDesk();
      const side = isSource ? 'source' : 'desk';
      if (!repeated) {
        const deskId = isSource ? null : actor.partnerId;
        await this.triage.insertMessage(tx, { id, reportId, side, deskId, text });
      }
      const message = await this.triage.findMessage(tx, id);
      if (message === null) throw problems.notFound();
      if (repeated) return message;
      await this.audit.record(tx, actor, {
        action: 'report.message_sent',
        object: { type: 'report', id: reportId },
        escrowed: isSource,
      });
      await this.reports.tell(tx, [{ id: reportId, side: isSource ? 'desk' : 'source' }]);
      return message;
    });
  }

  async list(
    actor: Actor,
    reportId: string,
    { cursor, limit }: ListMessagesQuery,
  ): Promise<{ rows: MessageRow[]; nextCursor: string | null }> {
    const place = `messages of ${reportId}`;
    const after =
      cursor === undefined ? undefined : placeToId(this.cursors.open(actor.readerId, place, cursor));
    const found = await this.database.readAs(actor, async (tx) => {
      const { isSource, isDesk } = await this.access.get(tx, actor, reportId);
      if (!isSource && !isDesk) throw onlyDesk();
      return this.triage.listMessages(tx, reportId, after, limit + 1);
    });
    const rows = found.slice(0, limit);
    const last = rows.at(-1);
    const more = found.length > limit && last !== undefined;
    return { rows, nextCursor: more ? this.cursors.seal(actor.readerId, place, idToPlace(last.id)) : null };
  }
}
