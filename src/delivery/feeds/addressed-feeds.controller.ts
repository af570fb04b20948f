import { Controller, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import { type Request, type Response } from 'express';
import { Public } from '../../access/route.decorator.js';
import { AlertPageQuery } from '../../alerts/alert-feed.service.js';
import { PUBLIC_URL } from '../../core/config.provider.js';
import { FeedAddressesService } from './feed-addresses.service.js';
import { FeedAnswers } from './feed-answers.js';
import { ApiAlertFeed } from './feed.decorators.js';
import { urnOf } from './feed.js';

/** Nobody on the way may keep it, and no search engine that comes to know the address. */
const HEADERS = {
  Vary: 'Accept-Language, Accept-Encoding',
  'X-Robots-Tag': 'noindex, nofollow, noarchive',
};

@ApiTags('feeds')
@Controller('v1/feeds/:token')
export class AddressedFeedsController {
  constructor(
    private readonly feeds: FeedAnswers,
    private readonly addresses: FeedAddressesService,
    @Inject(PUBLIC_URL) private readonly publicUrl: string,
  ) {}

  /** Follow alerts at a feed address, which needs no token beside it. */
  @Get('alerts.:format')
  @Public()
  @ApiParam({
    name: 'token',
    description: 'As it stands in the address that was shown once.',
    schema: { type: 'string', maxLength: 64 },
  })
  @ApiAlertFeed()
  async getAddressedAlertFeed(
    @Param('token') token: string,
    @Param('format') format: string,
    @Query() query: AlertPageQuery,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const { id, actor, filter } = await this.addresses.present(token, request.ip);
    request.user = actor;
    const way = {
      actor,
      title: 'alerts',
      filter,
      id: urnOf(id),
      addressOf: (alertId: string) => `${this.publicUrl}/v1/alerts/${alertId}`,
      headers: HEADERS,
      cacheControl: () => 'private, no-store',
      // Its own address stands on every page.
      mayCompress: () => false,
    };
    await this.feeds.answer(way, format, query, request, response);
  }
}
