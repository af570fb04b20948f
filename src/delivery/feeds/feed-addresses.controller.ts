import { Body, Controller, Delete, Get, HttpCode, Inject, Post, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Response } from 'express';
import { type Actor } from '../../access/actor.js';
import { CurrentActor, ReadsOnly, RequireScope } from '../../access/route.decorator.js';
import { PUBLIC_URL } from '../../core/config.provider.js';
import { ApiId, Id } from '../../core/http.decorators.js';
import { ApiProblems } from '../../core/problem.decorator.js';
import {
  CreateFeedAddressDto,
  FeedAddressList,
  FeedAddressView,
  NewFeedAddressView,
  presentFeedAddress,
  presentNewFeedAddress,
} from './feed-addresses.dto.js';
import { FeedAddressesService } from './feed-addresses.service.js';

@ApiTags('feeds')
@Controller('v1/feed-addresses')
export class FeedAddressesController {
  constructor(
    private readonly addresses: FeedAddressesService,
    @Inject(PUBLIC_URL) private readonly publicUrl: string,
  ) {}

  /** Make an address at which a tool that can send no token reads your alerts; it is shown this once. */
  @Post()
  @RequireScope('feeds:manage')
  @ApiProblems('conflict')
  async createFeedAddress(
    @CurrentActor() actor: Actor,
    @Body() dto: CreateFeedAddressDto,
    @Res({ passthrough: true }) response: Response,
  ): Promise<NewFeedAddressView> {
    const { row, token } = await this.addresses.create(actor, dto);
    response.set('Cache-Control', 'private, no-store');
    return presentNewFeedAddress(row, token, this.publicUrl);
  }

  /** List your feed addresses, without what opens them. */
  @Get()
  @ReadsOnly()
  @RequireScope('feeds:manage')
  async listFeedAddresses(@CurrentActor() actor: Actor): Promise<FeedAddressList> {
    return { items: (await this.addresses.list(actor)).map(presentFeedAddress) };
  }

  /** Keep a feed address from now on, when the client that did has ended. */
  @Post(':id/keeper')
  @HttpCode(200)
  @ApiId()
  @RequireScope('feeds:manage')
  @ApiProblems('not-found')
  async takeFeedAddress(@CurrentActor() actor: Actor, @Id() id: string): Promise<FeedAddressView> {
    return presentFeedAddress(await this.addresses.take(actor, id));
  }

  /** Revoke a feed address: it stops answering at once, and for good. */
  @Delete(':id')
  @HttpCode(204)
  @ApiId()
  @RequireScope('feeds:manage')
  @ApiProblems('not-found')
  async revokeFeedAddress(@CurrentActor() actor: Actor, @Id() id: string): Promise<void> {
    await this.addresses.revoke(actor, id);
  }
}
