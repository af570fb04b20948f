import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Param,
  type PipeTransform,
  Post,
  Res,
} from '@nestjs/common';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import { type Response } from 'express';
import { type Actor } from '../access/actor.js';
import { CurrentActor, RequireScope } from '../access/route.decorator.js';
import { ApiId, Id } from '../core/http.decorators.js';
import { ApiProblems } from '../core/problem.decorator.js';
import { problems } from '../core/problem.js';
import { FeedbackView, GiveFeedbackDto, presentFeedback } from './feedback.dto.js';
import { FEEDBACK_KINDS, type FeedbackKind } from './feedback.rules.js';
import { type Feedback, FeedbackService } from './feedback.service.js';

class KindPipe implements PipeTransform<string, FeedbackKind> {
  /** What is no kind is answered like feedback that is not there. */
  transform(value: string): FeedbackKind {
    const kind = FEEDBACK_KINDS.find((one) => one === value);
    if (kind === undefined) throw problems.notFound();
    return kind;
  }
}

@ApiTags('alerts')
@Controller('v1/alerts/:id/feedback')
export class FeedbackController {
  constructor(private readonly feedback: FeedbackService) {}

  /** Say what your organisation knows of an alert that you may read; each organisation counts once. */
  @Post()
  @HttpCode(200)
  @ApiId()
  @RequireScope('alerts:respond')
  @ApiProblems('not-found', 'conflict')
  async giveFeedback(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Body() dto: GiveFeedbackDto,
    @Res({ passthrough: true }) response: Response,
  ): Promise<FeedbackView> {
    return answer(response, await this.feedback.give(actor, id, dto));
  }

  /** Read how many organisations say what, and what your own says; the originator also reads what it received. */
  @Get()
  @ApiId()
  @RequireScope('alerts:read')
  @ApiProblems('not-found')
  async getFeedback(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Res({ passthrough: true }) response: Response,
  ): Promise<FeedbackView> {
    return answer(response, await this.feedback.get(actor, id));
  }

  /** Take back what your organisation says. */
  @Delete(':kind')
  @HttpCode(204)
  @ApiId()
  @ApiParam({ name: 'kind', enum: FEEDBACK_KINDS, enumName: 'FeedbackKind' })
  @RequireScope('alerts:respond')
  @ApiProblems('not-found')
  async withdrawFeedback(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Param('kind', KindPipe) kind: FeedbackKind,
  ): Promise<void> {
    await this.feedback.withdraw(actor, id, kind);
  }
}

function answer(response: Response, { counts, own, received }: Feedback): FeedbackView {
  response.set('Cache-Control', 'private, no-store');
  return presentFeedback(counts, own, received);
}
