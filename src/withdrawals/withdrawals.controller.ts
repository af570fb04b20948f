import {
  applyDecorators,
  Body,
  Controller,
  Get,
  HttpCode,
  Param,
  Post,
  Query,
  Req,
  Res,
} from '@nestjs/common';
import { ApiOkResponse, ApiParam, ApiProduces, ApiTags } from '@nestjs/swagger';
import { type Request, type Response } from 'express';
import { type Actor } from '../access/actor.js';
import { CurrentActor, Public, RequireScope } from '../access/route.decorator.js';
import { ATTACHMENT_TYPES, contentType, fileHeaders, sendFile } from '../attachments/attachments.module.js';
import { ApiAnswerHeaders } from '../core/answers.decorator.js';
import { ApiId, Id } from '../core/http.decorators.js';
import { ApiProblems } from '../core/problem.decorator.js';
import { presentPartner } from '../partners/partners.service.js';
import { ContributionsService } from './contributions.service.js';
import { leavePath } from './withdrawal-link.js';
import {
  ContributionsPage,
  ContributionsQuery,
  presentWithdrawal,
  WithdrawalView,
  WithdrawnPartnerView,
  WithdrawPartnerDto,
} from './withdrawals.dto.js';
import { WithdrawalsService } from './withdrawals.service.js';

const CONTENT = Object.fromEntries(
  ATTACHMENT_TYPES.map((type) => [type, { schema: { type: 'string', format: 'binary' } } as const]),
);

const ApiLeaving = () =>
  applyDecorators(
    ApiParam({ name: 'token', schema: { type: 'string', maxLength: 100 } }),
    ApiProblems('not-found'),
  );

@ApiTags('partners')
@Controller('v1')
export class WithdrawalsController {
  constructor(
    private readonly withdrawals: WithdrawalsService,
    private readonly contributions: ContributionsService,
  ) {}

  /** End a partnership for good: its clients stop working, and what it contributed goes the way that it chooses. */
  @Post('partners/:id/withdrawal')
  @HttpCode(200)
  @ApiId()
  @RequireScope('partners:manage', 'partnership:end', 'sub-partners:manage')
  @ApiProblems('not-found', 'conflict')
  async withdrawPartner(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Body() { choice }: WithdrawPartnerDto,
    @Res({ passthrough: true }) response: Response,
  ): Promise<WithdrawnPartnerView> {
    const { partner, withdrawal, token } = await this.withdrawals.withdraw(actor, id, choice);
    if (token !== undefined) response.set('Cache-Control', 'private, no-store');
    return {
      ...presentPartner(partner, true),
      ...(withdrawal !== null && { withdrawal: presentWithdrawal(withdrawal) }),
      ...(token !== undefined && { contributions: leavePath(token) }),
    };
  }

  /** Read what becomes of what a partner contributed that has left. */
  @Get('partners/:id/withdrawal')
  @ApiId()
  @RequireScope('partners:read')
  @ApiProblems('not-found')
  async getWithdrawal(@CurrentActor() actor: Actor, @Id() id: string): Promise<WithdrawalView> {
    return presentWithdrawal(await this.withdrawals.get(actor, id));
  }

  /** Fetch what your organisation contributed, by the private address of its withdrawal. */
  @Get('contributions/:token')
  @Public()
  @ApiLeaving()
  async listContributions(
    @Param('token') token: string,
    @Query() { cursor, limit }: ContributionsQuery,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ContributionsPage> {
    response.set('Cache-Control', 'private, no-store');
    return this.contributions.list(token, cursor, limit);
  }

  /** Fetch a file of what your organisation contributed. */
  @Get('contributions/:token/files/:fileId')
  @Public()
  @ApiLeaving()
  @ApiId('fileId')
  @ApiAnswerHeaders('Content-Digest', 'Content-Disposition')
  @ApiOkResponse({ description: 'The file, to be saved.', content: CONTENT })
  @ApiProduces(...ATTACHMENT_TYPES)
  async fetchContributedFile(
    @Param('token') token: string,
    @Id('fileId') fileId: string,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const { file, content } = await this.contributions.openFile(token, fileId);
    response.set({
      'Cache-Control': 'private, no-store',
      ...fileHeaders(file),
      'Content-Type': contentType(file.type),
      'Content-Length': String(file.bytes),
    });
    if (request.method === 'HEAD') response.end();
    else await sendFile(content(), response);
  }

  /** Say that you have it all: the address ends, and what was in your name is withdrawn. */
  @Post('contributions/:token/receipt')
  @HttpCode(200)
  @Public()
  @ApiLeaving()
  async takeOverContributions(
    @Param('token') token: string,
    @Res({ passthrough: true }) response: Response,
  ): Promise<WithdrawalView> {
    response.set('Cache-Control', 'private, no-store');
    return presentWithdrawal(await this.contributions.takeOver(token));
  }
}
