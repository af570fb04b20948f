import { Injectable } from '@nestjs/common';
import { type Actor } from '../access/actor.js';
import { ArrangementsService } from '../arrangements/arrangements.service.js';
import { AuditService } from '../audit/audit.service.js';
import { Database, type Tx } from '../core/database.js';
import { requireVersion } from '../core/etag.js';
import { claimId, type IdempotencyKey } from '../core/idempotency.js';
import { canonicalLanguage } from '../core/language.js';
import { problems } from '../core/problem.js';
import { NoticesService } from '../mail/notices.service.js';
import { PartnersService } from '../partners/partners.service.js';
import { MAX_FOCAL_POINTS, nominationFaults, phoneFaults } from './focal-point.rules.js';
import { type ChangeFocalPointDto, type NominateFocalPointDto } from './focal-points.dto.js';
import { FocalPointsRepository } from './focal-points.repository.js';
import {
  type FocalPointRegister,
  type FocalPointRow,
  type OwnFocalPointView,
  presentCoverage,
  presentOwn,
} from './focal-points.view.js';

/** How many of those who are there no more are shown. */
const SHOWN = MAX_FOCAL_POINTS + 100;

/** The register of one partner: for itself, and without what is of persons for the steward. */
@Injectable()
export class FocalPointsService {
  constructor(
    private readonly database: Database,
    private readonly register: FocalPointsRepository,
    private readonly partners: PartnersService,
    private readonly arrangements: ArrangementsService,
    private readonly notices: NoticesService,
    private readonly audit: AuditService,
  ) {}

  async list(actor: Actor, partnerId: string): Promise<FocalPointRegister> {
    return this.database.readAs(actor, async (tx) => {
      await this.requireRegister(tx, actor, partnerId);
      const rows = await this.register.list(tx, partnerId, SHOWN);
      const handovers = await this.register.listHandovers(
        tx,
        rows.map(({ id }) => id),
      );
      return {
        items: rows.map((row) => presentOwn(row, handovers.get(row.id))),
        coverage: (await this.register.listCoverage(tx, partnerId)).map(presentCoverage),
        mailsReminders: this.notices.canBeSent,
      };
    });
  }

  async get(actor: Actor, partnerId: string, id: string): Promise<OwnFocalPointView> {
    return this.database.readAs(actor, async (tx) => {
      await this.requireRegister(tx, actor, partnerId);
      return this.view(tx, partnerId, id);
    });
  }

  /** Asked by mail to confirm as soon as the validity has begun. */
  async nominate(
    actor: Actor,
    partnerId: string,
    dto: NominateFocalPointDto,
    idempotency?: IdempotencyKey,
  ): Promise<OwnFocalPointView> {
    const faults = nominationFaults(dto, new Date());
    if (faults.length > 0) throw problems.invalidInput(faults);
    return this.database.as(actor, async (tx) => {
      await this.requireRegister(tx, actor, partnerId);
      const { id, repeated } = await claimId(tx, actor, idempotency);
      if (!repeated) {
        const arrangementId = await this.resolveArrangement(tx, partnerId, dto.arrangement);
        if ((await this.register.countThere(tx, partnerId)) >= MAX_FOCAL_POINTS) {
          throw problems.conflict('The partner has as many focal points as it can have.');
        }
        await this.register.insert(
          tx,
          {
            id,
            partner_id: partnerId,
            role: dto.role,
            arrangement_id: arrangementId,
            countries: dto.countries ?? [],
            area: dto.area ?? null,
            valid_from: dto.from === undefined ? null : new Date(dto.from),
            valid_until: dto.until === undefined ? null : new Date(dto.until),
          },
          {
            name: dto.name ?? null,
            email: dto.email,
            phones: dto.phones ?? [],
            call_sign: dto.callSign ?? null,
            languages: canonical(dto.languages ?? []),
          },
        );
        await this.record(tx, actor, 'nominated', partnerId, id, { role: dto.role });
      }
      return this.view(tx, partnerId, id);
    });
  }

  /** Leaves what is not named as it is. @throws Problem 403 for anybody but the partner itself, 412 for what changed meanwhile */
  async change(
    actor: Actor,
    partnerId: string,
    id: string,
    dto: ChangeFocalPointDto,
    ifMatch?: string,
  ): Promise<OwnFocalPointView> {
    return this.database.as(actor, async (tx) => {
      const row = await this.lockIn(tx, actor, partnerId, id);
      if (actor.partnerId !== partnerId) throw problems.forbidden('That is for the partner to do.');
      if (row.email === null) throw problems.conflict(`The focal point is ${row.state}.`);
      requireVersion(ifMatch, row.version);
      const faults = dto.phones === undefined ? [] : phoneFaults(row.role, dto.phones);
      const until = dto.until === undefined ? undefined : new Date(dto.until);
      if (until !== undefined && (until <= row.valid_from || until <= new Date())) {
        faults.push({ pointer: '#/until', detail: 'must be after the beginning, and to come' });
      }
      if (faults.length > 0) throw problems.invalidInput(faults);
      await this.register.changeValidity(tx, id, until ?? null);
      if (dto.email !== undefined && dto.email !== row.email) await this.register.beginAsking(tx, id);
      await this.register.changeContact(tx, id, {
        email: dto.email ?? row.email,
        phones: dto.phones ?? row.phones ?? [],
        call_sign: dto.callSign ?? row.call_sign,
        languages: canonical(dto.languages ?? row.languages ?? []),
      });
      await this.record(tx, actor, 'changed', partnerId, id, { names: Object.keys(dto).sort() });
      return this.view(tx, partnerId, id);
    });
  }

  /** @throws Problem 404 for whoever may not see it */
  async lockIn(tx: Tx, actor: Actor, partnerId: string, id: string): Promise<FocalPointRow> {
    await this.requireRegister(tx, actor, partnerId);
    const row = await this.register.lock(tx, partnerId, id);
    if (row === null) throw problems.notFound();
    return row;
  }

  async view(tx: Tx, partnerId: string, id: string): Promise<OwnFocalPointView> {
    const row = await this.register.find(tx, partnerId, id);
    if (row === null) throw problems.notFound();
    const handovers = await this.register.listHandovers(tx, [id]);
    return presentOwn(row, handovers.get(id));
  }

  /** By opaque ids alone: what is of a person never gets there. */
  async record(
    tx: Tx,
    actor: Actor,
    act: string,
    partnerId: string,
    id: string,
    details: Record<string, unknown> = {},
  ): Promise<void> {
    await this.audit.record(tx, actor, {
      action: `focal_point.${act}`,
      object: { type: 'focal_point', id },
      about: [partnerId],
      details,
    });
  }

  /** A register of others is answered like one that is not there; a narrowed client speaks for nobody. */
  private async requireRegister(tx: Tx, actor: Actor, partnerId: string): Promise<void> {
    if (actor.narrowed) throw problems.forbidden('A client that is narrowed does not speak for its partner.');
    if (actor.partnerId !== partnerId && !actor.manages.includes('partners')) throw problems.notFound();
    await this.partners.describe(tx, partnerId);
  }

  private async resolveArrangement(
    tx: Tx,
    partnerId: string,
    reference: string | undefined,
  ): Promise<string | null> {
    if (reference === undefined) return null;
    const id = (await this.arrangements.resolve(tx, [reference])).get(reference);
    if (id === undefined || !(await this.register.isMember(tx, partnerId, id))) {
      throw problems.invalidInput([
        { pointer: '#/arrangement', detail: 'is not an arrangement of which the partner is a member' },
      ]);
    }
    return id;
  }
}

const canonical = (languages: readonly string[]): string[] => [
  ...new Set(languages.map((one) => canonicalLanguage(one) ?? one)),
];
