import { Body, Controller, Get, Patch, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor } from '../access/actor.js';
import { CurrentActor, RequireScope } from '../access/route.decorator.js';
import { ApiId, ApiIdempotencyKey, Id, Idempotency } from '../core/http.decorators.js';
import { type IdempotencyKey } from '../core/idempotency.js';
import { ApiProblems } from '../core/problem.decorator.js';
import {
  ChangeForumDto,
  ForumPage,
  ForumView,
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
  @ApiProblems('not-found', 'unprocessable')
  async openForum(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Body() dto: OpenForumDto,
    @Idempotency() idempotency: IdempotencyKey | undefined,
  ): Promise<ForumView> {
    return presentForum(await this.forums.open(actor, id, dto, idempotency));
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
  @ApiProblems('not-found')
  async changeForum(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Body() dto: ChangeForumDto,
  ): Promise<ForumView> {
    return presentForum(await this.forums.change(actor, id, dto));
  }
}
