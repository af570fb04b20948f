import { Body, Controller, Get, Header, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Response } from 'express';
import { type Actor } from '../access/actor.js';
import { CurrentActor, RequireScope } from '../access/route.decorator.js';
import { ApiAnswerHeaders } from '../core/answers.decorator.js';
import { tagOf } from '../core/etag.js';
import { ApiId, ApiIdempotencyKey, Id, Idempotency } from '../core/http.decorators.js';
import { type IdempotencyKey } from '../core/idempotency.js';
import { ApiProblems } from '../core/problem.decorator.js';
import {
  AcceptancePage,
  AcceptanceView,
  AcceptCommitmentsDto,
  CommitmentStatusView,
  ListAcceptancesQuery,
  presentAcceptance,
  presentStatus,
} from './acceptances.dto.js';
import { AcceptancesService } from './acceptances.service.js';

const PRIVATE = 'private, no-store';

@ApiTags('commitments')
@Controller('v1/partners/:id')
export class AcceptancesController {
  constructor(private readonly acceptances: AcceptancesService) {}

  /** Accept the commitments for your organisation, as a senior officer signed; within a second it may write again. */
  @Post('acceptances')
  @Header('Cache-Control', PRIVATE)
  @ApiId()
  @RequireScope('commitments:accept', 'partners:manage')
  @ApiIdempotencyKey()
  @ApiProblems('not-found', 'conflict', 'unprocessable')
  async acceptCommitments(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Body() dto: AcceptCommitmentsDto,
    @Idempotency() idempotency: IdempotencyKey | undefined,
  ): Promise<AcceptanceView> {
    return presentAcceptance(await this.acceptances.accept(actor, id, dto, idempotency));
  }

  /** Read who signed for your organisation, and until when; the steward, of each. */
  @Get('acceptances')
  @Header('Cache-Control', PRIVATE)
  @ApiId()
  @RequireScope('commitments:read', 'commitments:accept')
  @ApiProblems('not-found')
  async listAcceptances(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Query() query: ListAcceptancesQuery,
  ): Promise<AcceptancePage> {
    const { rows, nextCursor } = await this.acceptances.list(actor, id, query);
    return { items: rows.map(presentAcceptance), nextCursor };
  }

  /** Read where your organisation stands, what is due when, and what it was reminded of; the steward, of each. */
  @Get('commitment-status')
  @ApiId()
  @RequireScope('commitments:read', 'commitments:accept')
  @ApiAnswerHeaders('ETag')
  @ApiProblems('not-found')
  async getCommitmentStatus(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Res({ passthrough: true }) response: Response,
  ): Promise<CommitmentStatusView> {
    const view = presentStatus(await this.acceptances.status(actor, id));
    response.set('ETag', tagOf(actor.readerId, id, JSON.stringify(view)));
    return view;
  }
}
