import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor } from '../access/actor.js';
import { CurrentActor, RequireScope } from '../access/route.decorator.js';
import { ApiId, ApiIdempotencyKey, Id, Idempotency } from '../core/http.decorators.js';
import { type IdempotencyKey } from '../core/idempotency.js';
import { ApiProblems } from '../core/problem.decorator.js';
import {
  ListPresencesQuery,
  PresencePage,
  PresenceView,
  presentPresence,
  StatePresenceDto,
} from './presences.dto.js';
import { PresencesService } from './presences.service.js';

@ApiTags('partners')
@Controller('v1/partners/:id/presences')
export class PresencesController {
  constructor(private readonly presences: PresencesService) {}

  /** Say from when on a partner works in a country, or does not; for itself it is proposed to the steward. */
  @Post()
  @ApiId()
  @RequireScope('partners:manage', 'presences:propose')
  @ApiIdempotencyKey()
  @ApiProblems('not-found', 'conflict', 'unprocessable')
  async statePresence(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Body() dto: StatePresenceDto,
    @Idempotency() idempotency: IdempotencyKey | undefined,
  ): Promise<PresenceView> {
    return presentPresence(await this.presences.state(actor, id, dto, idempotency));
  }

  /** List where a partner works now, in countries of arrangements that you share; its own with plans, proposals and the past. */
  @Get()
  @ApiId()
  @RequireScope('partners:read')
  @ApiProblems('not-found')
  async listPresences(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Query() query: ListPresencesQuery,
  ): Promise<PresencePage> {
    const { rows, nextCursor } = await this.presences.list(actor, id, query);
    return { items: rows.map(presentPresence), nextCursor };
  }

  /** Confirm what a partner proposed about its presence, also as the chair of an arrangement of that country. */
  @Post(':presenceId/confirmation')
  @HttpCode(200)
  @ApiId()
  @ApiId('presenceId')
  @RequireScope('partners:manage', 'arrangements:manage', 'presences:confirm')
  @ApiProblems('not-found', 'conflict')
  async confirmPresence(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Id('presenceId') presenceId: string,
  ): Promise<PresenceView> {
    return presentPresence(await this.presences.decide(actor, id, presenceId, 'planned'));
  }

  /** Refuse what a partner proposed about its presence, as whoever may confirm it. */
  @Post(':presenceId/refusal')
  @HttpCode(200)
  @ApiId()
  @ApiId('presenceId')
  @RequireScope('partners:manage', 'arrangements:manage', 'presences:confirm')
  @ApiProblems('not-found', 'conflict')
  async refusePresence(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Id('presenceId') presenceId: string,
  ): Promise<PresenceView> {
    return presentPresence(await this.presences.decide(actor, id, presenceId, 'refused'));
  }
}
