import { Body, Controller, Delete, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor } from '../access/actor.js';
import { CurrentActor, RequireScope } from '../access/route.decorator.js';
import { ApiId, ApiIdempotencyKey, Id, Idempotency } from '../core/http.decorators.js';
import { type IdempotencyKey } from '../core/idempotency.js';
import { ApiProblems } from '../core/problem.decorator.js';
import {
  LevelChangeView,
  LevelHistoryPage,
  ListLevelsQuery,
  presentLevelChange,
  SetLevelDto,
} from './levels.dto.js';
import { LevelsService } from './levels.service.js';

@ApiTags('arrangements')
@Controller('v1/arrangements/:id/levels')
export class LevelsController {
  constructor(private readonly levels: LevelsService) {}

  /** Set the SLT level, now or from a time to come. */
  @Post()
  @ApiId()
  @RequireScope('arrangements:manage')
  @ApiIdempotencyKey()
  @ApiProblems('not-found', 'conflict', 'unprocessable')
  async setLevel(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Body() dto: SetLevelDto,
    @Idempotency() idempotency: IdempotencyKey | undefined,
  ): Promise<LevelChangeView> {
    return presentLevelChange(await this.levels.set(actor, id, dto, idempotency));
  }

  /** Read which levels there were, which holds and which are planned. */
  @Get()
  @ApiId()
  @RequireScope('arrangements:read')
  @ApiProblems('not-found')
  async listLevels(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Query() query: ListLevelsQuery,
  ): Promise<LevelHistoryPage> {
    const { rows, nextCursor } = await this.levels.list(actor, id, query);
    return { items: rows.map(presentLevelChange), nextCursor };
  }

  /** Cancel a level that is planned; the history keeps it as cancelled. */
  @Delete(':levelId')
  @HttpCode(204)
  @ApiId()
  @ApiId('levelId')
  @RequireScope('arrangements:manage')
  @ApiProblems('not-found', 'conflict')
  async cancelLevel(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Id('levelId') levelId: string,
  ): Promise<void> {
    await this.levels.cancel(actor, id, levelId);
  }
}
