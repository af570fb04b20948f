import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor } from '../access/actor.js';
import { CurrentActor, RequireScope } from '../access/route.decorator.js';
import { ApiId, ApiIdempotencyKey, Id, Idempotency } from '../core/http.decorators.js';
import { type IdempotencyKey } from '../core/idempotency.js';
import { ApiProblems } from '../core/problem.decorator.js';
import {
  BreakGlassList,
  BreakGlassView,
  GrantBreakGlassDto,
  presentBreakGlass,
  ReviewBreakGlassDto,
} from './break-glass.dto.js';
import { ApiClientId, ClientId } from './client-id.decorators.js';
import { PartnerBreakGlassService } from './partner-break-glass.service.js';

@ApiTags('partners')
@Controller('v1/partners/:id')
export class BreakGlassController {
  constructor(private readonly grants: PartnerBreakGlassService) {}

  /** Let a client do more for some hours, for a reason; it ends by itself and is reviewed afterwards. */
  @Post('clients/:clientId/break-glass')
  @ApiId()
  @ApiClientId()
  @RequireScope('partners:manage')
  @ApiIdempotencyKey()
  @ApiProblems('not-found', 'conflict', 'unprocessable')
  async grantBreakGlass(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @ClientId() clientId: string,
    @Body() dto: GrantBreakGlassDto,
    @Idempotency() idempotency: IdempotencyKey | undefined,
  ): Promise<BreakGlassView> {
    return presentBreakGlass(await this.grants.grant(actor, id, clientId, dto, idempotency));
  }

  /** List what clients of a partner were let do for some hours. */
  @Get('break-glass')
  @ApiId()
  @RequireScope('partners:read')
  @ApiProblems('not-found')
  async listBreakGlass(@CurrentActor() actor: Actor, @Id() id: string): Promise<BreakGlassList> {
    return { items: (await this.grants.list(actor, id)).map(presentBreakGlass) };
  }

  /** End it before its time. */
  @Post('break-glass/:grantId/end')
  @HttpCode(200)
  @ApiId()
  @ApiId('grantId')
  @RequireScope('partners:manage')
  @ApiProblems('not-found', 'conflict')
  async endBreakGlass(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Id('grantId') grantId: string,
  ): Promise<BreakGlassView> {
    return presentBreakGlass(await this.grants.end(actor, id, grantId));
  }

  /** Say, once it has ended, whether it was right; by another client than the one that granted it. */
  @Post('break-glass/:grantId/review')
  @HttpCode(200)
  @ApiId()
  @ApiId('grantId')
  @RequireScope('partners:manage')
  @ApiProblems('not-found', 'conflict')
  async reviewBreakGlass(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Id('grantId') grantId: string,
    @Body() dto: ReviewBreakGlassDto,
  ): Promise<BreakGlassView> {
    return presentBreakGlass(await this.grants.review(actor, id, grantId, dto));
  }
}
