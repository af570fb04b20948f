import { Body, Controller, Get, Headers, HttpCode, Patch, Post, Put, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Response } from 'express';
import { type Actor } from '../access/actor.js';
import { CurrentActor, RequireScope } from '../access/route.decorator.js';
import { ApiAnswerHeaders } from '../core/answers.decorator.js';
import { versionTag } from '../core/etag.js';
import { ApiId, ApiIdempotencyKey, ApiIfMatch, Id, Idempotency } from '../core/http.decorators.js';
import { type IdempotencyKey } from '../core/idempotency.js';
import { ApiProblems } from '../core/problem.decorator.js';
import {
  ChangeForumDto,
  ForumPage,
  type ForumRow,
  ForumView,
  HandOverForumDto,
  ListForumsQuery,
  OpenForumDto,
  presentForum,
} from './forums.dto.js';
import { ForumsService } from './forums.service.js';

@ApiTags('forums')
@Controller('v1')
export class ForumsController {
  constructor(private readonly forums: ForumsService) {}

  /** Open a forum of an arrangement of which you are a member; you convene it. */
  @Post('arrangements/:id/forums')
  @ApiId()
  @RequireScope('forums:manage')
  @ApiIdempotencyKey()
  @ApiAnswerHeaders('ETag')
  @ApiProblems('not-found', 'conflict', 'unprocessable')
  async openForum(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Body() dto: OpenForumDto,
    @Idempotency() idempotency: IdempotencyKey | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ForumView> {
    return answer(response, await this.forums.open(actor, id, dto, idempotency));
  }

  /** List the forums of an arrangement of which you are a member. */
  @Get('arrangements/:id/forums')
  @ApiId()
  @RequireScope('arrangements:read')
  @ApiProblems('not-found')
  async listForums(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Query() query: ListForumsQuery,
  ): Promise<ForumPage> {
    const { rows, nextCursor } = await this.forums.list(actor, id, query);
    return { items: rows.map(presentForum), nextCursor };
  }

  /** Read a forum. */
  @Get('forums/:id')
  @ApiId()
  @RequireScope('arrangements:read')
  @ApiProblems('not-found')
  async getForum(@CurrentActor() actor: Actor, @Id() id: string): Promise<ForumView> {
    return presentForum(await this.forums.get(actor, id));
  }

  /** Change a forum that you convene, or close it. */
  @Patch('forums/:id')
  @ApiId()
  @RequireScope('forums:manage')
  @ApiIfMatch()
  @ApiAnswerHeaders('ETag')
  @ApiProblems('not-found', 'conflict', 'precondition-failed')
  async changeForum(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Body() dto: ChangeForumDto,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ForumView> {
    return answer(response, await this.forums.change(actor, id, dto, ifMatch));
  }

  /** Hand a forum over to another member, as its convenor or as whoever manages arrangements. */
  @Put('forums/:id/convenor')
  @HttpCode(204)
  @ApiId()
  @RequireScope('forums:manage', 'arrangements:manage')
  @ApiProblems('not-found', 'conflict')
  async handOverForum(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Body() { partnerId }: HandOverForumDto,
  ): Promise<void> {
    await this.forums.handOver(actor, id, partnerId.toLowerCase());
  }
}

function answer(response: Response, row: ForumRow): ForumView {
  response.set('ETag', versionTag(row.version));
  return presentForum(row);
}
