import { Body, Controller, Get, Headers, HttpCode, Patch, Post, Query, Res } from '@nestjs/common';
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
  ChangePartnerDto,
  CreatePartnerDto,
  ListPartnersQuery,
  PartnerPage,
  type PartnerRow,
  PartnerView,
  presentPartner,
} from './partners.dto.js';
import { PartnersService } from './partners.service.js';
import { StandingService } from './standing.service.js';

@ApiTags('partners')
@Controller('v1/partners')
export class PartnersController {
  constructor(
    private readonly partners: PartnersService,
    private readonly standing: StandingService,
  ) {}

  /** Admit a partner. */
  @Post()
  @RequireScope('partners:manage')
  @ApiIdempotencyKey()
  @ApiAnswerHeaders('ETag')
  @ApiProblems('conflict', 'unprocessable')
  async admitPartner(
    @CurrentActor() actor: Actor,
    @Body() dto: CreatePartnerDto,
    @Idempotency() idempotency: IdempotencyKey | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<PartnerView> {
    return answer(response, actor, await this.partners.admit(actor, dto, idempotency));
  }

  /** List the partners that you can see. */
  @Get()
  @RequireScope('partners:read')
  async listPartners(@CurrentActor() actor: Actor, @Query() query: ListPartnersQuery): Promise<PartnerPage> {
    const { rows, nextCursor } = await this.partners.list(actor, query);
    return { items: rows.map((row) => present(actor, row)), nextCursor };
  }

  /** Read a partner. */
  @Get(':id')
  @ApiId()
  @RequireScope('partners:read')
  @ApiAnswerHeaders('ETag')
  @ApiProblems('not-found')
  async getPartner(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Res({ passthrough: true }) response: Response,
  ): Promise<PartnerView> {
    return answer(response, actor, await this.partners.get(actor, id));
  }

  /** Change a partner's name, country, ceiling or end; a sponsor those of its sub-partners. */
  @Patch(':id')
  @ApiId()
  @RequireScope('partners:manage', 'sub-partners:manage')
  @ApiIfMatch()
  @ApiAnswerHeaders('ETag')
  @ApiProblems('not-found', 'precondition-failed')
  async changePartner(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Body() dto: ChangePartnerDto,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<PartnerView> {
    return answer(response, actor, await this.partners.change(actor, id, dto, ifMatch));
  }

  /** Suspend a partner: it loses everything it was given until it is reinstated. */
  @Post(':id/suspension')
  @HttpCode(200)
  @ApiId()
  @RequireScope('partners:manage', 'sub-partners:manage')
  @ApiProblems('not-found', 'conflict')
  async suspendPartner(@CurrentActor() actor: Actor, @Id() id: string): Promise<PartnerView> {
    return present(actor, await this.standing.change(actor, id, 'suspend'));
  }

  /** Reinstate a suspended partner. */
  @Post(':id/reinstatement')
  @HttpCode(200)
  @ApiId()
  @RequireScope('partners:manage', 'sub-partners:manage')
  @ApiProblems('not-found', 'conflict')
  async reinstatePartner(@CurrentActor() actor: Actor, @Id() id: string): Promise<PartnerView> {
    return present(actor, await this.standing.change(actor, id, 'reinstate'));
  }
}

function present(actor: Actor, row: PartnerRow): PartnerView {
  return presentPartner(row, isOwn(actor, row));
}

const isOwn = (actor: Actor, row: PartnerRow): boolean =>
  row.id === actor.partnerId || row.sponsor_id === actor.partnerId || actor.manages.includes('partners');

/** To others not even that something about the partner has changed is said: it may be its ceiling. */
function answer(response: Response, actor: Actor, row: PartnerRow): PartnerView {
  if (isOwn(actor, row)) response.set('ETag', versionTag(row.version));
  return present(actor, row);
}
