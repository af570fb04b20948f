import { Body, Controller, Get, HttpCode, Post, Query, Res } from '@nestjs/common';
import { ApiOkResponse, ApiProduces, ApiTags } from '@nestjs/swagger';
import { type Response } from 'express';
import { type Actor } from '../access/actor.js';
import { CurrentActor, RequireScope } from '../access/route.decorator.js';
import { ATTACHMENT_TYPES, contentType, fileHeaders } from '../attachments/attachments.module.js';
import { ApiAnswerHeaders } from '../core/answers.decorator.js';
import { ApiId, ApiIdempotencyKey, Id, Idempotency } from '../core/http.decorators.js';
import { type IdempotencyKey } from '../core/idempotency.js';
import { ApiProblems } from '../core/problem.decorator.js';
import {
  ApplyDto,
  ApproveApplicationDto,
  ListApplicationsQuery,
  RejectApplicationDto,
  RequestInformationDto,
  TakeUpApplicationDto,
} from './applications.dto.js';
import {
  ApplicationPage,
  ApplicationView,
  EnteredApplicationView,
  presentApplication,
  presentSummary,
} from './applications.view.js';
import { DecisionsService } from './decisions.service.js';
import { type VettedApplication, VettingService } from './vetting.service.js';

const BINARY = { schema: { type: 'string', format: 'binary' } } as const;
const CONTENT = Object.fromEntries(ATTACHMENT_TYPES.map((type) => [type, BINARY]));

const present = ({ whole, duplicates }: VettedApplication): ApplicationView =>
  presentApplication(whole, duplicates);

@ApiTags('applications')
@Controller('v1/partner-applications')
export class VettingController {
  constructor(
    private readonly vetting: VettingService,
    private readonly decisions: DecisionsService,
  ) {}

  /** List the applications whose address was confirmed. */
  @Get()
  @RequireScope('partners:vet')
  async listApplications(
    @CurrentActor() actor: Actor,
    @Query() query: ListApplicationsQuery,
  ): Promise<ApplicationPage> {
    const { rows, nextCursor } = await this.vetting.list(actor, query);
    return { items: rows.map(presentSummary), nextCursor };
  }

  /** Enter an application that came by hand; the client that does cannot approve it. */
  @Post('entries')
  @RequireScope('partners:vet')
  @ApiIdempotencyKey()
  @ApiProblems('unprocessable')
  async enterApplication(
    @CurrentActor() actor: Actor,
    @Body() dto: ApplyDto,
    @Idempotency() idempotency: IdempotencyKey | undefined,
  ): Promise<EnteredApplicationView> {
    const { caseLink, ...entered } = await this.vetting.enter(actor, dto, idempotency);
    return { application: present(entered), ...(caseLink !== undefined && { caseLink }) };
  }

  /** Read an application with its evidence, correspondence, history and what it could be already. */
  @Get(':id')
  @ApiId()
  @RequireScope('partners:vet')
  @ApiProblems('not-found')
  async getApplication(@CurrentActor() actor: Actor, @Id() id: string): Promise<ApplicationView> {
    return present(await this.vetting.get(actor, id));
  }

  /** Read an evidence document. */
  @Get(':id/documents/:documentId')
  @ApiId()
  @ApiId('documentId')
  @RequireScope('partners:vet')
  @ApiAnswerHeaders('Content-Digest', 'Content-Disposition')
  @ApiOkResponse({ description: 'The file, to be saved.', content: CONTENT })
  @ApiProduces(...ATTACHMENT_TYPES)
  @ApiProblems('not-found')
  async getApplicationDocument(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Id('documentId') documentId: string,
    @Res() response: Response,
  ): Promise<void> {
    const { content, type, name, digest } = await this.vetting.getDocument(actor, id, documentId);
    response.set({ ...fileHeaders({ name, digest }), 'Cache-Control': 'private, no-store' });
    response.set('Content-Type', contentType(type)).end(content);
  }

  /** Take an application up for vetting. */
  @Post(':id/vetting')
  @HttpCode(200)
  @ApiId()
  @RequireScope('partners:vet')
  @ApiProblems('not-found', 'conflict')
  async takeUpApplication(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Body() dto: TakeUpApplicationDto,
  ): Promise<ApplicationView> {
    return present(await this.vetting.takeUp(actor, id, dto));
  }

  /** Ask the applicant something. */
  @Post(':id/information-requests')
  @HttpCode(200)
  @ApiId()
  @RequireScope('partners:vet')
  @ApiProblems('not-found', 'conflict')
  async requestInformation(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Body() dto: RequestInformationDto,
  ): Promise<ApplicationView> {
    return present(await this.vetting.requestInformation(actor, id, dto));
  }

  /** Approve an application: the organisation is a partner from then on. Needs partners:vet as well. */
  @Post(':id/approval')
  @HttpCode(200)
  @ApiId()
  @RequireScope('partners:manage')
  @ApiProblems('not-found', 'conflict')
  async approveApplication(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Body() dto: ApproveApplicationDto,
  ): Promise<ApplicationView> {
    return present(await this.decisions.approve(actor, id, dto));
  }

  /** Reject an application, with reasons that the applicant reads. */
  @Post(':id/rejection')
  @HttpCode(200)
  @ApiId()
  @RequireScope('partners:vet')
  @ApiProblems('not-found', 'conflict')
  async rejectApplication(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Body() dto: RejectApplicationDto,
  ): Promise<ApplicationView> {
    return present(await this.decisions.reject(actor, id, dto));
  }

  /** End the private link of an application; its contact can ask for another one. */
  @Post(':id/link-revocation')
  @HttpCode(204)
  @ApiId()
  @RequireScope('partners:vet')
  @ApiProblems('not-found')
  async revokeCaseLink(@CurrentActor() actor: Actor, @Id() id: string): Promise<void> {
    await this.vetting.revokeLink(actor, id);
  }
}
