import { Body, Controller, Get, Headers, Post, Put, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Response } from 'express';
import { type Actor } from '../access/actor.js';
import { CurrentActor, RequireScope } from '../access/route.decorator.js';
import { ApiAnswerHeaders } from '../core/answers.decorator.js';
import { ApiId, ApiIdempotencyKey, ApiIfMatch, Id, Idempotency } from '../core/http.decorators.js';
import { type IdempotencyKey } from '../core/idempotency.js';
import { ApiProblems } from '../core/problem.decorator.js';
import {
  CommitmentTextList,
  CommitmentTextView,
  presentText,
  PublishCommitmentTextDto,
  SetDeadlineDto,
  type TextRow,
} from './texts.dto.js';
import { textTag, TextsService } from './texts.service.js';

function answer(response: Response, text: TextRow): CommitmentTextView {
  response.set('ETag', textTag(text));
  return presentText(text);
}

@ApiTags('commitments')
@Controller('v1/commitments/texts')
export class TextsController {
  constructor(private readonly texts: TextsService) {}

  /** Read what partners commit to: every version. */
  @Get()
  @RequireScope('commitments:read', 'commitments:accept')
  async listCommitmentTexts(@CurrentActor() actor: Actor): Promise<CommitmentTextList> {
    return { items: (await this.texts.list(actor)).map(presentText) };
  }

  /** Read one version. */
  @Get(':id')
  @ApiId()
  @RequireScope('commitments:read', 'commitments:accept')
  @ApiAnswerHeaders('ETag')
  @ApiProblems('not-found')
  async getCommitmentText(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Res({ passthrough: true }) response: Response,
  ): Promise<CommitmentTextView> {
    return answer(response, await this.texts.get(actor, id));
  }

  /** Publish the next version, from a date on, with a deadline for accepting it. */
  @Post()
  @RequireScope('partners:manage')
  @ApiIdempotencyKey()
  @ApiAnswerHeaders('ETag')
  @ApiProblems('unprocessable')
  async publishCommitmentText(
    @CurrentActor() actor: Actor,
    @Body() dto: PublishCommitmentTextDto,
    @Idempotency() idempotency: IdempotencyKey | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<CommitmentTextView> {
    return answer(response, await this.texts.publish(actor, dto, idempotency));
  }

  /** Set the deadline of a version that has none, or move it later. */
  @Put(':id/deadline')
  @ApiId()
  @RequireScope('partners:manage')
  @ApiIfMatch()
  @ApiAnswerHeaders('ETag')
  @ApiProblems('not-found', 'precondition-failed')
  async setCommitmentDeadline(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Body() dto: SetDeadlineDto,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<CommitmentTextView> {
    return answer(response, await this.texts.setDeadline(actor, id, dto, ifMatch));
  }
}
