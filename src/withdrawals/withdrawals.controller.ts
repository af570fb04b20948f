import { applyDecorators, Body, Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import { type Response } from 'express';
import { type Actor } from '../access/actor.js';
import { CurrentActor, Public, RequireScope } from '../access/route.decorator.js';
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
