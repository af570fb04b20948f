import { Body, Controller, Get, Header, HttpCode, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor } from '../access/actor.js';
import { CurrentActor, RequireScope } from '../access/route.decorator.js';
import { ApiId, Id } from '../core/http.decorators.js';
import { ApiProblems } from '../core/problem.decorator.js';
import {
  AnswerChallengeDto,
  ChallengeAlertDto,
  ChallengeList,
  ChallengePage,
  ChallengeView,
  ListChallengesQuery,
  presentChallenge,
} from './challenges.dto.js';
import { ChallengesService } from './challenges.service.js';

@ApiTags('alerts')
@Controller('v1')
export class ChallengesController {
  constructor(private readonly challenges: ChallengesService) {}

  /** Challenge how the text that you have of an alert is handled; its originator is to answer in time. */
  @Post('alerts/:id/challenges')
  @HttpCode(201)
  @Header('Cache-Control', 'private, no-store')
  @ApiId()
  @RequireScope('alerts:respond')
  @ApiProblems('not-found', 'conflict')
  async challengeAlert(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Body() dto: ChallengeAlertDto,
  ): Promise<ChallengeView> {
    return presentChallenge(await this.challenges.make(actor, id, dto), new Date());
  }

  /** Answer a challenge of an alert of yours. */
  @Post('alerts/:id/challenges/:challengeId/answer')
  @HttpCode(200)
  @Header('Cache-Control', 'private, no-store')
  @ApiId()
  @ApiId('challengeId')
  @RequireScope('alerts:publish')
  @ApiProblems('not-found', 'conflict')
  async answerChallenge(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Id('challengeId') challengeId: string,
    @Body() dto: AnswerChallengeDto,
  ): Promise<ChallengeView> {
    return presentChallenge(await this.challenges.answer(actor, id, challengeId, dto), new Date());
  }

  /** List the challenges of an alert: all of yours as its originator, your own as its reader. */
  @Get('alerts/:id/challenges')
  @Header('Cache-Control', 'private, no-store')
  @ApiId()
  @RequireScope('alerts:read')
  @ApiProblems('not-found')
  async listAlertChallenges(@CurrentActor() actor: Actor, @Id() id: string): Promise<ChallengeList> {
    const rows = await this.challenges.listOf(actor, id);
    const now = new Date();
    return { items: rows.map((row) => presentChallenge(row, now)) };
  }

  /** List the challenges that you made and those that you are to answer, the latest first; the steward sees all. */
  @Get('challenges')
  @Header('Cache-Control', 'private, no-store')
  @RequireScope('alerts:read')
  async listChallenges(
    @CurrentActor() actor: Actor,
    @Query() query: ListChallengesQuery,
  ): Promise<ChallengePage> {
    const { rows, nextCursor } = await this.challenges.list(actor, query);
    const now = new Date();
    return { items: rows.map((row) => presentChallenge(row, now)), nextCursor };
  }
}
