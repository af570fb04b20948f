import { Injectable } from '@nestjs/common';
import { type Actor } from '../access/actor.js';
import { AuditService } from '../audit/audit.service.js';
import { Cursors, idToPlace, placeToId } from '../core/cursor.js';
import { Database, type Tx } from '../core/database.js';
import { claimId, type IdempotencyKey } from '../core/idempotency.js';
import { problems } from '../core/problem.js';
import {
  type AcceptanceRow,
  type AcceptCommitmentsDto,
  type CommitmentStatus,
  type ListAcceptancesQuery,
} from './acceptances.dto.js';
import { AcceptancesRepository } from './acceptances.repository.js';
import { acceptanceFaults, commitmentState, daysAfter, isOpenTo } from './commitment.rules.js';
import { TextsRepository } from './texts.repository.js';

const REMINDERS_SHOWN = 50;

@Injectable()
export class AcceptancesService {
  constructor(
    private readonly database: Database,
    private readonly acceptances: AcceptancesRepository,
    private readonly texts: TextsRepository,
    private readonly audit: AuditService,
    private readonly cursors: Cursors,
  ) {}

  /** A partner signs for itself alone; the steward for its own organisation, as everybody. */
  async accept(
    actor: Actor,
    partnerId: string,
    dto: AcceptCommitmentsDto,
    idempotency?: IdempotencyKey,
  ): Promise<AcceptanceRow> {
    if (partnerId !== actor.partnerId || actor.narrowed) throw problems.notFound();
    return this.database.as(actor, async (tx) => {
      const { id, repeated } = await claimId(tx, actor, idempotency);
      if (!repeated) {
        await this.acceptances.lock(tx, partnerId);
        await this.insert(tx, id, partnerId, dto);
        const object = { type: 'commitment_acceptance', id };
        // Who signed is not the audit's to keep.
        const details = { textId: dto.textId, partnerId };
        await this.audit.record(tx, actor, { action: 'commitments.accepted', object, details });
      }
      const accepted = await this.acceptances.find(tx, partnerId, id);
      if (accepted === null) throw problems.notFound();
      return accepted;
    });
  }

  async list(
    actor: Actor,
    partnerId: string,
    { cursor, limit }: ListAcceptancesQuery,
  ): Promise<{ rows: AcceptanceRow[]; nextCursor: string | null }> {
    requireInsight(actor, partnerId);
    const place = `acceptances ${partnerId}`;
    const beforeId =
      cursor === undefined ? undefined : placeToId(this.cursors.open(actor.readerId, place, cursor));
    const found = await this.database.readAs(actor, async (tx) => {
      if ((await this.acceptances.findStanding(tx, partnerId)) === null) throw problems.notFound();
      return this.acceptances.list(tx, partnerId, beforeId, limit + 1);
    });
    const rows = found.slice(0, limit);
    const last = rows.at(-1);
    const more = found.length > limit && last !== undefined;
    return { rows, nextCursor: more ? this.cursors.seal(actor.readerId, place, idToPlace(last.id)) : null };
  }

  async status(actor: Actor, partnerId: string): Promise<CommitmentStatus> {
    requireInsight(actor, partnerId);
    return this.database.readAs(actor, async (tx) => {
      const standing = await this.acceptances.findStanding(tx, partnerId);
      if (standing === null) throw problems.notFound();
      const { version, renewBy, readOnlyFrom, now } = standing;
      return {
        ...{ version, renewBy, readOnlyFrom, state: commitmentState(standing, now) },
        versionInForce: (await this.texts.findInForce(tx))?.version ?? 0,
        reminders: await this.acceptances.listReminders(tx, partnerId, REMINDERS_SHOWN),
      };
    });
  }

  private async insert(tx: Tx, id: string, partnerId: string, dto: AcceptCommitmentsDto): Promise<void> {
    const now = await this.texts.now(tx);
    const signedAt = dto.signedAt === undefined ? now : new Date(dto.signedAt);
    const text = await this.texts.find(tx, dto.textId);
    if (text === null) throw problems.invalidInput([{ pointer: '#/textId', detail: 'is no text' }]);
    const faults = acceptanceFaults(dto.accepted, signedAt, text.published_at, now);
    if (faults.length > 0) throw problems.invalidInput(faults);
    const latest = await this.acceptances.findLatest(tx, partnerId);
    if (!isOpenTo(text, latest?.version ?? null, now)) {
      throw problems.conflict('A later text is in force, or accepted already: read and sign that one.');
    }
    if (latest !== null && signedAt <= latest.signed_at) {
      throw problems.conflict('What was signed as late, or later, has been accepted already.');
    }
    const validUntil = daysAfter(signedAt, text.validity_days);
    if (validUntil <= now) throw problems.conflict('What was signed then is over already: sign again.');
    await this.acceptances.insert(tx, {
      ...{ id, partnerId, textId: text.id, signedAt, validUntil },
      lapsesAt: daysAfter(validUntil, text.grace_days),
      officerName: dto.officerName,
      officerTitle: dto.officerTitle,
      reminderAddress: dto.reminderAddress ?? null,
      reminderLanguage: dto.reminderLanguage,
    });
  }
}

/** Of one's own organisation as a whole, or as the steward of all. */
function requireInsight(actor: Actor, partnerId: string): void {
  const isOwn = partnerId === actor.partnerId && !actor.narrowed;
  if (!isOwn && !actor.manages.includes('partners')) throw problems.notFound();
}
