import { Controller, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Request, type Response } from 'express';
import { PUBLIC } from '../../access/actor.js';
import { Public } from '../../access/route.decorator.js';
import { AlertPageQuery, PUBLIC_CACHING } from '../../alerts/alert-feed.service.js';
import { PUBLIC_URL } from '../../core/config.provider.js';
import { FeedAnswers } from './feed-answers.js';
import { ApiAlertFeed } from './feed.decorators.js';

@ApiTags('public')
@Controller('v1/public')
export class PublicFeedsController {
  constructor(
    private readonly feeds: FeedAnswers,
    @Inject(PUBLIC_URL) private readonly publicUrl: string,
  ) {}

  /** Follow what originators publish to everybody, without credentials; always TLP:CLEAR. */
  @Get('alerts.:format')
  @Public()
  @ApiAlertFeed()
  async getPublicAlertFeed(
    @Param('format') format: string,
    @Query() query: AlertPageQuery,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const way = {
      actor: PUBLIC,
      title: 'public alerts',
      addressOf: (id: string) => `${this.publicUrl}/v1/public/alerts/${id}`,
      headers: { Vary: 'Accept-Language, Accept-Encoding' },
      cacheControl: () => PUBLIC_CACHING,
      mayCompress: () => true,
    };
    await this.feeds.answer(way, format, query, request, response);
  }
}
