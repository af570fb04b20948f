import { Injectable } from '@nestjs/common';
import { type Actor } from '../access/actor.js';
import { ArrangementsService } from '../arrangements/arrangements.service.js';
import { type AskedLine, sayAsked, SensitivityService } from '../arrangements/sensitivity.service.js';
import { AttachmentsService } from '../attachments/attachments.service.js';
import { AuditService } from '../audit/audit.service.js';
import { Database, type Tx } from '../core/database.js';
import { claimId, type IdempotencyKey } from '../core/idempotency.js';
import { Problem, problems } from '../core/problem.js';
import { PartnersService } from '../partners/partners.service.js';
import { ReferenceService } from '../reference/reference.service.js';
import { SharingService } from '../sharing/sharing.service.js';
import { type Warning, warningsFor } from './crowd.rules.js';
import { onlySource, ReportAccessService } from './report-access.service.js';
import { contentOf, digestOf } from './report-content.js';
import { attributionFaults, reportFaults, statedCodes } from './report.rules.js';
import { type ReportDto } from './reports.dto.js';
import { type ReportAttribution } from './report.values.js';
import { ReportsRepository } from './reports.repository.js';

type Handling = Awaited<ReturnType<SharingService['settleHandling']>>[number];

/** What sources do with their reports; nothing that others can read says that it was they. */
@Injectable()
export class ReportsService {
  constructor(
    private readonly database: Database,
    private readonly access: ReportAccessService,
    private readonly reports: ReportsRepository,
    private readonly sharing: SharingService,
    private readonly partners: PartnersService,
    private readonly arrangements: ArrangementsService,
    private readonly sensitivity: SensitivityService,
    private readonly reference: ReferenceService,
    private readonly attachments: AttachmentsService,
    private readonly audit: AuditService,
  ) {}

  /** @returns the report's id, and what its source should know about being recognised */
  async submit(
    actor: Actor,
    dto: ReportDto,
    idempotency?: IdempotencyKey,
  ): Promise<{ id: string; warnings: Warning[] }> {
    refuseNarrowed(actor);
    return this.database.as(actor, async (tx) => {
      const { id, repeated } = await claimId(tx, actor, idempotency);
      const handling = await this.settle(tx, actor, dto);
      const asked = await this.listAsked(tx, dto, handling);
      const warnings = await this.warnings(tx, actor, dto, handling, asked);
      if (repeated) return { id, warnings };
      refuseBlocked(asked);
      await this.sharing.createInCustody(tx, actor, {
        id,
        type: 'report',
        state: 'published',
        isDrill: false,
        isProtected: dto.attribution === 'protected',
      });
      await this.reports.insert(tx, id);
      await this.write(tx, actor, id, dto, handling);
      await this.record(tx, actor, id, 'report.submitted');
      await this.sharing.share(tx, id);
      return { id, warnings };
    });
  }

  /** The warnings of a submission without the submission. */
  async preview(actor: Actor, dto: ReportDto): Promise<Warning[]> {
    refuseNarrowed(actor);
    return this.database.readAs(actor, async (tx) => {
      const handling = await this.settle(tx, actor, dto);
      return this.warnings(tx, actor, dto, handling, await this.listAsked(tx, dto, handling));
    });
  }

  /** A new version; it stays where it is in triage. */
  async update(actor: Actor, id: string, dto: ReportDto, ifMatch?: string): Promise<Warning[]> {
    return this.database.as(actor, async (tx) => {
      const { row, isSource } = await this.access.lock(tx, actor, id, 'update', { ifMatch });
      if (!isSource) throw onlySource();
      const handling = await this.settle(tx, actor, dto, row.content.attribution);
      const asked = await this.listAsked(tx, dto, handling);
      refuseBlocked(asked);
      const warnings = await this.warnings(tx, actor, dto, handling, asked);
      if (dto.attribution !== 'protected') await this.reports.unprotect(tx, id);
      await this.sharing.changeState(tx, id, 'published');
      await this.write(tx, actor, id, dto, handling);
      await this.record(tx, actor, id, 'report.updated');
      await this.sharing.share(tx, id);
      return warnings;
    });
  }

  /** Everybody who has it loses it and finds a tombstone; the source keeps what it wrote and what it was told. */
  async withdraw(actor: Actor, id: string, ifMatch?: string): Promise<void> {
    await this.database.as(actor, async (tx) => {
      const { isSource, next } = await this.access.lock(tx, actor, id, 'withdraw', { ifMatch });
      if (!isSource) throw onlySource();
      await this.reports.update(tx, id, { state: next });
      await this.sharing.changeState(tx, id, 'withdrawn');
      await this.record(tx, actor, id, 'report.withdrawn');
      await this.sharing.share(tx, id);
    });
  }

  /** @throws Problem 400 naming every fault of content, codes, handling and audience */
  private async settle(tx: Tx, actor: Actor, dto: ReportDto, before?: ReportAttribution): Promise<Handling> {
    const faults = [
      ...reportFaults(dto, new Date()),
      ...(before === undefined ? [] : attributionFaults(before, dto.attribution)),
      ...(await this.reference.faults(tx, statedCodes(dto))),
    ];
    const { tlp, classification, classificationReason, reviewAt, audience } = dto;
    const stated = { tlp, classification, classificationReason, reviewAt, audience };
    const [settled] = await this.sharing
      .settleHandling(tx, actor, [stated], ['#'])
      .catch((error: unknown) => {
        if (!(error instanceof Problem) || error.errors === undefined) throw error;
        throw problems.invalidInput([...faults, ...error.errors]);
      });
    if (faults.length > 0 || settled === undefined) throw problems.invalidInput(faults);
    return { ...settled, audience: withoutSource(settled.audience, actor.partnerId) };
  }

  private async write(tx: Tx, actor: Actor, id: string, dto: ReportDto, handling: Handling): Promise<void> {
    const source = await this.partners.describe(tx, actor.partnerId);
    const attachments = await this.attachments.describe(tx, dto.attachments);
    const content = contentOf(dto, handling, source, attachments);
    const [rendition] = await this.sharing.replaceRenditions(tx, id, [
      {
        ...handling,
        ordinal: 0,
        classificationReason: dto.classificationReason ?? null,
        reviewAt: dto.reviewAt ?? null,
        digest: digestOf(content),
      },
    ]);
    if (!rendition?.isNew) return;
    await this.reports.insertRendition(tx, rendition.id, id, content);
    await this.attachments.attach(
      tx,
      { shareableId: id, renditionId: rendition.id },
      attachments.map((one) => one.id),
    );
  }

  /** Lines of information-sharing protocols that want it marked higher; a report waits for those that only warn as little as a flash. */
  private async listAsked(tx: Tx, dto: ReportDto, { tlp, audience }: Handling): Promise<AskedLine[]> {
    const { arrangementIds } = audience;
    return this.sensitivity.listAsked(tx, {
      ...{ acts: [dto.act], countries: [dto.place.country], tlp, arrangementIds },
    });
  }

  private async warnings(
    tx: Tx,
    actor: Actor,
    dto: ReportDto,
    { audience, classification }: Handling,
    asked: AskedLine[],
  ): Promise<Warning[]> {
    const { arrangementIds } = audience;
    const { country, precision, areas = [] } = dto.place;
    const crowds = await this.arrangements.listCrowds(tx, arrangementIds, country);
    const exposing = warningsFor(
      {
        attribution: dto.attribution,
        country,
        isExactPlace: precision === 'exact',
        isClassified: classification > 0,
        arrangementIds,
        texts: [
          ...dto.texts.flatMap(({ headline, description }) => [headline, description]),
          ...areas.map(({ description }) => description),
        ],
        source: await this.partners.describe(tx, actor.partnerId),
      },
      crowds,
    );
    return [
      ...exposing,
      ...asked.map((line): Warning => ({
        code: line.effect === 'block' ? 'protocol_blocks' : 'protocol_warns',
        detail: sayAsked(line),
      })),
    ];
  }

  /** Only the source's own copy says who it was. */
  private async record(tx: Tx, actor: Actor, id: string, action: string): Promise<void> {
    await this.audit.record(tx, actor, { action, object: { type: 'report', id }, escrowed: true });
  }
}

/** Readers can see whom a text is addressed to; the source reads it anyway, and must not be told apart by that. */
const withoutSource = (audience: Handling['audience'], sourceId: string): Handling['audience'] => ({
  ...audience,
  partnerIds: audience.partnerIds.filter((id) => id !== sourceId),
  exceptIds: audience.exceptIds.filter((id) => id !== sourceId),
});

/** @throws Problem 422 naming every line that blocks */
function refuseBlocked(asked: AskedLine[]): void {
  const blocking = asked.filter(({ effect }) => effect === 'block');
  if (blocking.length === 0) return;
  throw problems.unprocessable(
    'The information-sharing protocol does not allow this at so low a handling.',
    blocking.map((line) => ({ pointer: '#/tlp', detail: sayAsked(line) })),
  );
}

function refuseNarrowed(actor: Actor): void {
  if (actor.narrowed) {
    throw problems.forbidden('A client that may read less than its partner cannot submit reports for it.');
  }
}
