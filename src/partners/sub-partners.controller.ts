import { Body, Controller, Get, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor } from '../access/actor.js';
import { CurrentActor, RequireScope } from '../access/route.decorator.js';
import { ApiId, ApiIdempotencyKey, Id, Idempotency } from '../core/http.decorators.js';
import { type IdempotencyKey } from '../core/idempotency.js';
import { ApiProblems } from '../core/problem.decorator.js';
import { PartnerView, presentPartner, RegisterSubPartnerDto, SubPartnerList } from './partners.dto.js';
import { SubPartnersService } from './sub-partners.service.js';

@ApiTags('partners')
@Controller('v1/partners/:id/sub-partners')
export class SubPartnersController {
  constructor(private readonly subPartners: SubPartnersService) {}

  /** Register a national NGO under an INGO: it has what AMBER and lower give it through its sponsor, and ends with it. */
  @Post()
  @ApiId()
  @RequireScope('sub-partners:manage', 'partners:manage')
  @ApiIdempotencyKey()
  @ApiProblems('not-found', 'conflict', 'unprocessable')
  async registerSubPartner(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Body() dto: RegisterSubPartnerDto,
    @Idempotency() idempotency: IdempotencyKey | undefined,
  ): Promise<PartnerView> {
    return presentPartner(await this.subPartners.register(actor, id, dto, idempotency), true);
  }

  /** List the organisations registered under a partner, as far as you can see them. */
  @Get()
  @ApiId()
  @RequireScope('partners:read')
  @ApiProblems('not-found')
  async listSubPartners(@CurrentActor() actor: Actor, @Id() id: string): Promise<SubPartnerList> {
    const rows = await this.subPartners.list(actor, id);
    const isOwn = id === actor.partnerId || actor.manages.includes('partners');
    return { items: rows.map((row) => presentPartner(row, isOwn || row.id === actor.partnerId)) };
  }
}
