import { Injectable } from '@nestjs/common';
import { type Actor } from '../access/actor.js';
import { AuditService } from '../audit/audit.service.js';
import { Database, type Tx } from '../core/database.js';
import { requireTag, tagOf } from '../core/etag.js';
import { claimId, type IdempotencyKey } from '../core/idempotency.js';
import { type Fault, problems } from '../core/problem.js';
import { deadlineFaults, textFaults } from './commitment.rules.js';
import { type PublishCommitmentTextDto, type SetDeadlineDto, type TextRow } from './texts.dto.js';
import { TextsRepository } from './texts.repository.js';

/** The deadline is all of it that moves. */
export const textTag = ({ id, accept_by }: TextRow): string => tagOf(id, accept_by?.toISOString() ?? '');

@Injectable()
export class TextsService {
  constructor(
    private readonly database: Database,
    private readonly texts: TextsRepository,
    private readonly audit: AuditService,
  ) {}

  async list(actor: Actor): Promise<TextRow[]> {
    return this.database.readAs(actor, (tx) => this.texts.list(tx));
  }

  async get(actor: Actor, id: string): Promise<TextRow> {
    return this.database.readAs(actor, (tx) => this.getIn(tx, id));
  }

  /** What is published stays as it is: the next version replaces it, from its own date on. */
  async publish(actor: Actor, dto: PublishCommitmentTextDto, idempotency?: IdempotencyKey): Promise<TextRow> {
    return this.database.asPatiently(actor, async (tx) => {
      const { id, repeated } = await claimId(tx, actor, idempotency);
      if (!repeated) {
        await this.texts.lock(tx);
        const [latest] = await this.texts.list(tx);
        const now = await this.texts.now(tx);
        const effectiveAt = dto.effectiveAt === undefined ? now : new Date(dto.effectiveAt);
        const acceptBy = dto.acceptBy === undefined ? null : new Date(dto.acceptBy);
        refuse(textFaults({ effectiveAt, acceptBy }, latest?.effective_at ?? null, now));
        const { title, principles, commitments, validityDays, graceDays } = dto;
        const words = { title, principles, commitments };
        await this.texts.insert(tx, { id, ...words, effectiveAt, acceptBy, validityDays, graceDays });
        const details = { effectiveAt: effectiveAt.toISOString(), acceptBy: acceptBy?.toISOString() ?? null };
        await this.record(tx, actor, 'commitments.text_published', id, details);
      }
      return this.getIn(tx, id);
    });
  }

  async setDeadline(actor: Actor, id: string, dto: SetDeadlineDto, ifMatch?: string): Promise<TextRow> {
    return this.database.asPatiently(actor, async (tx) => {
      await this.texts.lock(tx);
      const text = await this.getIn(tx, id);
      requireTag(ifMatch, textTag(text));
      const acceptBy = new Date(dto.acceptBy);
      const dates = { effectiveAt: text.effective_at, acceptBy: text.accept_by };
      refuse(deadlineFaults(dates, acceptBy, await this.texts.now(tx)));
      await this.texts.setDeadline(tx, id, acceptBy);
      const details = { acceptBy: acceptBy.toISOString(), before: text.accept_by?.toISOString() ?? null };
      await this.record(tx, actor, 'commitments.deadline_set', id, details);
      return this.getIn(tx, id);
    });
  }

  private async getIn(tx: Tx, id: string): Promise<TextRow> {
    const text = await this.texts.find(tx, id);
    if (text === null) throw problems.notFound();
    return text;
  }

  private async record(
    tx: Tx,
    actor: Actor,
    action: string,
    id: string,
    details: Record<string, unknown>,
  ): Promise<void> {
    await this.audit.record(tx, actor, { action, object: { type: 'commitment_text', id }, details });
  }
}

function refuse(faults: Fault[]): void {
  if (faults.length > 0) throw problems.invalidInput(faults);
}
