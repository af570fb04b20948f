import { Injectable } from '@nestjs/common';
import { type Actor } from '../access/actor.js';
import { AuditService } from '../audit/audit.service.js';
import { Cursors, idToPlace, placeToId } from '../core/cursor.js';
import { Database, type Tx } from '../core/database.js';
import { newId } from '../core/ids.js';
import { problems } from '../core/problem.js';
import { Rounds } from '../core/rounds.js';
import { PartnersService } from '../partners/partners.service.js';
import { AlertsRepository } from './alerts.repository.js';
import { AlertsService } from './alerts.service.js';
import { exchangeFor } from './exchange-actor.js';
import {
  type AnswerReleaseDto,
  type AskForReleaseDto,
  type ListReleaseRequestsQuery,
  type ReleaseRequestRow,
} from './onward.dto.js';
import { type DueRelease, OnwardRepository, type Refusal } from './onward.repository.js';

const WHY: Record<Refusal, string> = {
  replaced: 'The text was replaced meanwhile, or the alert does not stand any more.',
  'has it': 'It has this text already, or a higher one.',
  inactive: 'It is not an active partner.',
  excluded: 'The text excludes it.',
  ceiling: 'The text is above what it may read.',
  refused: 'The alert cannot be released to it.',
};

/** Readers ask the originator to pass their text on to one more organisation; it alone decides, and for a time. */
@Injectable()
export class OnwardService {
  private readonly due = new Rounds<DueRelease>(
    (after, limit) => this.database.asSystem((tx) => this.requests.listDue(tx, after, limit)),
    async ({ id, shareable_id: alertId, originator_id: originatorId }) => {
      const actor = exchangeFor(originatorId);
      return (await this.database.as(actor, (tx) => this.endIn(tx, actor, alertId, id))) !== null;
    },
  );

  constructor(
    private readonly database: Database,
    private readonly requests: OnwardRepository,
    private readonly alerts: AlertsService,
    private readonly readable: AlertsRepository,
    private readonly partners: PartnersService,
    private readonly audit: AuditService,
    private readonly cursors: Cursors,
  ) {}

  /** @throws Problem 404 when it is missing or hidden; 403 for a narrowed client; 409 when it cannot be released */
  async ask(actor: Actor, alertId: string, dto: AskForReleaseDto): Promise<ReleaseRequestRow> {
    const { partner, until, reason } = dto;
    return this.database.as(actor, async (tx) => {
      const readable = await this.readable.findReadable(tx, alertId);
      const originatorId = await this.requests.findOriginator(tx, alertId);
      if (readable === null || originatorId === null) throw problems.notFound();
      if (actor.narrowed) throw problems.forbidden('A narrowed client could not read the answer.');
      if (originatorId === actor.partnerId)
        throw problems.conflict('It is yours: address it to whom you like.');
      if (Date.parse(until) <= Date.now()) throw past();
      const known = await this.partners.resolveNamed(tx, [partner]);
      const partnerId = known.get(partner) ?? known.get(partner.toLowerCase());
      const code = [...known].find(([key, id]) => id === partnerId && key !== id)?.[0];
      if (partnerId === undefined || code === undefined) {
        throw problems.invalidInput([{ pointer: '#/partner', detail: 'is not a known partner' }]);
      }
      const refusal = await this.requests.findRefusal(tx, readable.rendition_id, partnerId);
      if (refusal !== null) throw problems.conflict(WHY.refused);
      const row = await this.requests.insert(tx, {
        id: newId(),
        alert_id: alertId,
        rendition_id: readable.rendition_id,
        asker_id: actor.partnerId,
        originator_id: originatorId,
        partner_id: partnerId,
        partner_code: code,
        asker_code: (await this.partners.describe(tx, actor.partnerId)).code,
        until,
        reason,
      });
      if (row === null) throw problems.conflict('You are asking for this already.');
      await this.record(tx, actor, 'release.requested', row, [originatorId]);
      return row;
    });
  }

  async list(
    actor: Actor,
    { state, cursor, limit }: ListReleaseRequestsQuery,
  ): Promise<{ rows: ReleaseRequestRow[]; nextCursor: string | null }> {
    const place = `release requests ${state ?? ''}`;
    const before = cursor === undefined ? undefined : this.cursors.open(actor.readerId, place, cursor);
    const found = await this.database.readAs(actor, (tx) =>
      this.requests.list(tx, state, before === undefined ? undefined : placeToId(before), limit + 1),
    );
    const rows = found.slice(0, limit);
    const last = rows.at(-1);
    const more = found.length > limit && last !== undefined;
    return {
      rows,
      nextCursor: more ? this.cursors.seal(actor.readerId, place, idToPlace(last.id)) : null,
    };
  }

  /** @throws Problem 404 when it is missing or hidden; 403 for who asked; 409 when it is answered or cannot be granted */
  async answer(actor: Actor, id: string, dto: AnswerReleaseDto): Promise<ReleaseRequestRow> {
    return this.database.as(actor, async (tx) => {
      const request = await this.getToAnswer(tx, actor, id);
      return dto.decision === 'denied'
        ? this.deny(tx, actor, request, dto)
        : this.grant(tx, actor, request, dto);
    });
  }

  /** Its receiver loses it. @throws Problem 404, 403; 409 when there is nothing to end */
  async end(actor: Actor, id: string): Promise<ReleaseRequestRow> {
    return this.database.as(actor, async (tx) => {
      const { release_id: releaseId, alert_id: alertId } = await this.getToAnswer(tx, actor, id);
      const row = releaseId === null ? null : await this.endIn(tx, actor, alertId, releaseId);
      if (row === null) throw problems.conflict('Nothing is released by this request.');
      return row;
    });
  }

  /** Ends some of what has had its time, each in a transaction of its own. @returns whether there may be more */
  async endDueAsSystem(): Promise<boolean> {
    return this.due.next();
  }

  private async grant(
    tx: Tx,
    actor: Actor,
    request: ReleaseRequestRow,
    { decision, until = request.until.toISOString(), conditions, reason }: AnswerReleaseDto,
  ): Promise<ReleaseRequestRow> {
    if ((decision === 'granted_with_conditions') !== (conditions !== undefined)) {
      const detail = 'must be stated with granted_with_conditions, and with nothing else';
      throw problems.invalidInput([{ pointer: '#/conditions', detail }]);
    }
    if (Date.parse(until) <= Date.now()) throw past();
    await this.alerts.lockIn(tx, actor, request.alert_id, ['published', 'expired']);
    if (request.state !== 'open') throw answered();
    const refusal = await this.requests.findRefusal(tx, request.rendition_id, request.partner_id);
    if (refusal !== null) throw problems.conflict(WHY[refusal]);
    const releaseId = newId();
    await this.requests.insertRelease(tx, {
      id: releaseId,
      renditionId: request.rendition_id,
      shareableId: request.alert_id,
      partnerId: request.partner_id,
      until,
    });
    const row = await this.requests.answer(tx, request.id, {
      state: 'granted',
      grantedUntil: until,
      conditions,
      reason,
      releaseId,
    });
    if (row === null) throw answered();
    await this.record(tx, actor, 'release.granted', row, [row.asker_id, row.partner_id]);
    return row;
  }

  /** Whom it named never hears of it. */
  private async deny(
    tx: Tx,
    actor: Actor,
    { id }: ReleaseRequestRow,
    { until, conditions, reason }: AnswerReleaseDto,
  ): Promise<ReleaseRequestRow> {
    const faults = Object.entries({ until, conditions }).flatMap(([name, value]) =>
      value === undefined ? [] : [{ pointer: `#/${name}`, detail: 'is for what is granted' }],
    );
    if (faults.length > 0) throw problems.invalidInput(faults);
    const row = await this.requests.answer(tx, id, { state: 'denied', reason });
    if (row === null) throw answered();
    await this.record(tx, actor, 'release.denied', row, [row.asker_id]);
    return row;
  }

  /** The alert first, as whoever changes it does; null when somebody else was quicker. */
  private async endIn(
    tx: Tx,
    actor: Actor,
    alertId: string,
    releaseId: string,
  ): Promise<ReleaseRequestRow | null> {
    const states = ['published', 'expired', 'cancelled', 'withdrawn'];
    await this.alerts.lockIn(tx, actor, alertId, states);
    const row = await this.requests.end(tx, releaseId);
    if (row !== null) await this.record(tx, actor, 'release.ended', row, [row.asker_id, row.partner_id]);
    return row;
  }

  private async getToAnswer(tx: Tx, actor: Actor, id: string): Promise<ReleaseRequestRow> {
    const request = await this.requests.find(tx, id);
    if (request === null) throw problems.notFound();
    if (request.originator_id !== actor.partnerId) {
      throw problems.forbidden('Only the originator can do this.');
    }
    return request;
  }

  /** An originator that stays unnamed stays so here. */
  private async record(
    tx: Tx,
    actor: Actor,
    action: string,
    row: ReleaseRequestRow,
    about: string[],
  ): Promise<void> {
    const escrowed =
      actor.partnerId === row.originator_id &&
      (await this.requests.findAttribution(tx, row.rendition_id)) === 'a_partner';
    const details = { alertId: row.alert_id, partner: row.partner_code };
    await this.audit.record(tx, actor, {
      action,
      object: { type: 'release_request', id: row.id },
      about,
      details,
      escrowed,
    });
  }
}

const past = () => problems.invalidInput([{ pointer: '#/until', detail: 'must not be past' }]);
const answered = () => problems.conflict('The request is answered already.');
