import { Body, Controller, Get, Header, Headers, HttpCode, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Response } from 'express';
import { type Actor } from '../access/actor.js';
import { CurrentActor, NamesNobody, ReadsOnly, RequireScope } from '../access/route.decorator.js';
import { ApiAnswerHeaders } from '../core/answers.decorator.js';
import { versionTag } from '../core/etag.js';
import { ApiId, ApiIdempotencyKey, ApiIfMatch, Id, Idempotency } from '../core/http.decorators.js';
import { type IdempotencyKey } from '../core/idempotency.js';
import { ApiProblems } from '../core/problem.decorator.js';
import { CorrespondenceService } from './correspondence.service.js';
import { ReportReadingService } from './report-reading.service.js';
import { presentReport, ReportView } from './reports.view.js';
import { ConcludeReportDto, ListMessagesQuery, RevealSourceDto, WriteMessageDto } from './triage.dto.js';
import { TriageService } from './triage.service.js';
import { MessagePage, MessageView, presentMessage, RevealedSourceView } from './triage.view.js';

@ApiTags('reports')
@NamesNobody()
@Controller('v1/reports')
export class TriageController {
  constructor(
    private readonly triage: TriageService,
    private readonly correspondence: CorrespondenceService,
    private readonly reading: ReportReadingService,
  ) {}

  /** Take a report onto your desk. */
  @Post(':id/assignment')
  @HttpCode(200)
  @ApiId()
  @RequireScope('reports:triage')
  @Header('Cache-Control', 'private, no-store')
  @ApiIfMatch()
  @ApiAnswerHeaders('ETag')
  @ApiProblems('not-found', 'conflict', 'precondition-failed')
  async assignReport(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ReportView> {
    await this.triage.assign(actor, id, ifMatch);
    return this.read(actor, id, response);
  }

  /** Say what became of a report; its source is told. A later outcome corrects it and needs `If-Match`. */
  @Post(':id/outcome')
  @HttpCode(200)
  @ApiId()
  @RequireScope('reports:triage')
  @Header('Cache-Control', 'private, no-store')
  @ApiIfMatch()
  @ApiAnswerHeaders('ETag')
  @ApiProblems('not-found', 'conflict', 'precondition-failed')
  async concludeReport(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Body() dto: ConcludeReportDto,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ReportView> {
    await this.triage.conclude(actor, id, dto, ifMatch);
    return this.read(actor, id, response);
  }

  /** Learn whose a protected report is, as its custodian and for a reason; its source is told who asked and why. */
  @Post(':id/source-reveal')
  @HttpCode(200)
  @ApiId()
  @RequireScope('sources:reveal')
  @Header('Cache-Control', 'private, no-store')
  @ApiProblems('not-found', 'conflict')
  async revealSource(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Body() dto: RevealSourceDto,
  ): Promise<RevealedSourceView> {
    const source = await this.triage.reveal(actor, id, dto.reason);
    return { id: source.partner_id, code: source.code, name: source.name };
  }

  /** Read what the source of a report and its desk wrote to each other, oldest first. */
  @Get(':id/messages')
  @ApiId()
  @ReadsOnly()
  @RequireScope('reports:submit', 'reports:triage')
  @Header('Cache-Control', 'private, no-store')
  @ApiProblems('not-found')
  async listReportMessages(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Query() query: ListMessagesQuery,
  ): Promise<MessagePage> {
    const { rows, nextCursor } = await this.correspondence.list(actor, id, query);
    return { items: rows.map(presentMessage), nextCursor };
  }

  /** Write to the desk of a report of yours, or from the desk to its source. */
  @Post(':id/messages')
  @HttpCode(201)
  @ApiId()
  @RequireScope('reports:submit', 'reports:triage')
  @Header('Cache-Control', 'private, no-store')
  @ApiIdempotencyKey()
  @ApiProblems('not-found', 'conflict', 'unprocessable')
  async writeReportMessage(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Body() dto: WriteMessageDto,
    @Idempotency() idempotency: IdempotencyKey | undefined,
  ): Promise<MessageView> {
    return presentMessage(await this.correspondence.write(actor, id, dto.text, idempotency));
  }

  private async read(actor: Actor, id: string, response: Response): Promise<ReportView> {
    const report = await this.reading.get(actor, id);
    response.set('ETag', versionTag(report.row.version ?? 0));
    return presentReport(report);
  }
}
