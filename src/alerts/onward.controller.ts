import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor } from '../access/actor.js';
import { CurrentActor, RequireScope } from '../access/route.decorator.js';
import { ApiId, Id } from '../core/http.decorators.js';
import { ApiProblems } from '../core/problem.decorator.js';
import {
  AnswerReleaseDto,
  AskForReleaseDto,
  ListReleaseRequestsQuery,
  presentRequest,
  ReleaseRequestPage,
  ReleaseRequestView,
} from './onward.dto.js';
import { OnwardService } from './onward.service.js';

@ApiTags('alerts')
@Controller('v1')
export class OnwardController {
  constructor(private readonly onward: OnwardService) {}

  /** Ask the originator to let one more organisation have the text that you have, for a time. */
  @Post('alerts/:id/release-requests')
  @ApiId()
  @RequireScope('alerts:respond')
  @ApiProblems('not-found', 'conflict')
  async askForRelease(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Body() dto: AskForReleaseDto,
  ): Promise<ReleaseRequestView> {
    return presentRequest(await this.onward.ask(actor, id, dto), actor.partnerId);
  }

  /** List what you asked to be released, what you are asked to release, and what was released to you, newest first. */
  @Get('release-requests')
  @RequireScope('alerts:read')
  async listReleaseRequests(
    @CurrentActor() actor: Actor,
    @Query() query: ListReleaseRequestsQuery,
  ): Promise<ReleaseRequestPage> {
    const { rows, nextCursor } = await this.onward.list(actor, query);
    return { items: rows.map((row) => presentRequest(row, actor.partnerId)), nextCursor };
  }

  /** Release the text of an alert of yours to who was named, exactly as it is, or refuse to. */
  @Post('release-requests/:requestId/answer')
  @HttpCode(200)
  @ApiId('requestId')
  @RequireScope('alerts:publish')
  @ApiProblems('not-found', 'conflict')
  async answerReleaseRequest(
    @CurrentActor() actor: Actor,
    @Id('requestId') id: string,
    @Body() dto: AnswerReleaseDto,
  ): Promise<ReleaseRequestView> {
    return presentRequest(await this.onward.answer(actor, id, dto), actor.partnerId);
  }

  /** End a release before its time: its receiver loses the text and finds a tombstone. */
  @Post('release-requests/:requestId/end')
  @HttpCode(200)
  @ApiId('requestId')
  @RequireScope('alerts:publish')
  @ApiProblems('not-found', 'conflict')
  async endRelease(@CurrentActor() actor: Actor, @Id('requestId') id: string): Promise<ReleaseRequestView> {
    return presentRequest(await this.onward.end(actor, id), actor.partnerId);
  }
}
