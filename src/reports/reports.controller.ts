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
import { ReportReadingService } from './report-reading.service.js';
import { ListReportsQuery, ReportDto } from './reports.dto.js';
import { ReportsService } from './reports.service.js';
import {
  presentReport,
  presentSummary,
  ReportPage,
  ReportView,
  SubmittedReportView,
  WarningList,
} from './reports.view.js';
import { LedgerView, presentLedger } from './triage.view.js';

@ApiTags('reports')
@NamesNobody()
@Controller('v1/reports')
export class ReportsController {
  constructor(
    private readonly reports: ReportsService,
    private readonly reading: ReportReadingService,
  ) {}

  /** Submit a report; the exchange holds it in custody for you. What a country’s protocol wants marked higher is refused. */
  @Post()
  @HttpCode(201)
  @RequireScope('reports:submit')
  @Header('Cache-Control', 'private, no-store')
  @ApiIdempotencyKey()
  @ApiAnswerHeaders('Location', 'ETag')
  @ApiProblems('unprocessable')
  async submitReport(
    @CurrentActor() actor: Actor,
    @Body() dto: ReportDto,
    @Idempotency() idempotency: IdempotencyKey | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<SubmittedReportView> {
    const { id, warnings } = await this.reports.submit(actor, dto, idempotency);
    response.set('Location', `/v1/reports/${id}`);
    return { ...(await this.read(actor, id, response)), warnings };
  }

  /** See how a report could give you away, and what protocols ask of it, without submitting it. */
  @Post('preview')
  @HttpCode(200)
  @RequireScope('reports:submit')
  async previewReport(@CurrentActor() actor: Actor, @Body() dto: ReportDto): Promise<WarningList> {
    return { warnings: await this.reports.preview(actor, dto) };
  }

  /** List the reports that reach you, or your own, newest first. */
  @Get()
  @ReadsOnly()
  @RequireScope('reports:submit', 'reports:triage')
  @Header('Cache-Control', 'private, no-store')
  async listReports(@CurrentActor() actor: Actor, @Query() query: ListReportsQuery): Promise<ReportPage> {
    const { rows, nextCursor } = await this.reading.list(actor, query);
    return { items: rows.map(presentSummary), nextCursor };
  }

  /** Count what your organisation gave and got back in the last twelve months. */
  @Get('ledger')
  @ReadsOnly()
  @RequireScope('reports:submit')
  @Header('Cache-Control', 'private, no-store')
  async getReportLedger(@CurrentActor() actor: Actor): Promise<LedgerView> {
    return presentLedger(await this.reading.ledger(actor));
  }

  /** Read a report: each reader gets what it may know of it. */
  @Get(':id')
  @ApiId()
  @ReadsOnly()
  @RequireScope('reports:submit', 'reports:triage')
  @Header('Cache-Control', 'private, no-store')
  @ApiAnswerHeaders('ETag')
  @ApiProblems('not-found')
  async getReport(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ReportView> {
    return this.read(actor, id, response);
  }

  /** Replace what a report of yours says. */
  @Post(':id/updates')
  @HttpCode(200)
  @ApiId()
  @RequireScope('reports:submit')
  @Header('Cache-Control', 'private, no-store')
  @ApiIfMatch()
  @ApiAnswerHeaders('ETag')
  @ApiProblems('not-found', 'conflict', 'precondition-failed', 'unprocessable')
  async updateReport(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Body() dto: ReportDto,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<SubmittedReportView> {
    const warnings = await this.reports.update(actor, id, dto, ifMatch);
    return { ...(await this.read(actor, id, response)), warnings };
  }

  /** Take a report of yours back from everybody who has it. */
  @Post(':id/withdrawal')
  @HttpCode(204)
  @ApiId()
  @RequireScope('reports:submit')
  @ApiIfMatch()
  @ApiProblems('not-found', 'conflict', 'precondition-failed')
  async withdrawReport(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Headers('if-match') ifMatch: string | undefined,
  ): Promise<void> {
    await this.reports.withdraw(actor, id, ifMatch);
  }

  private async read(actor: Actor, id: string, response: Response): Promise<ReportView> {
    const report = await this.reading.get(actor, id);
    response.set('ETag', versionTag(report.row.version ?? 0));
    return presentReport(report);
  }
}
