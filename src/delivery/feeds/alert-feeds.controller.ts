import { Controller, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Request, type Response } from 'express';
import { type Actor } from '../../access/actor.js';
import { CurrentActor, RequireScope } from '../../access/route.decorator.js';
import { AlertPageQuery, cacheControl, isOpen } from '../../alerts/alert-feed.service.js';
import { PUBLIC_URL } from '../../core/config.provider.js';
import { FeedAnswers } from './feed-answers.js';
import { ApiAlertFeed } from './feed.decorators.js';

@ApiTags('feeds')
@Controller('v1/feeds')
export class AlertFeedsController {
  constructor(
    private readonly feeds: FeedAnswers,
    @Inject(PUBLIC_URL) private readonly publicUrl: string,
  ) {}

  /** Follow the alerts that you may read as a feed, filtered like the list. */
  @Get('alerts.:format')
  @RequireScope('alerts:read')
  @ApiAlertFeed()
  async getAlertFeed(
    @CurrentActor() actor: Actor,
    @Param('format') format: string,
    @Query() query: AlertPageQuery,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const way = {
      actor,
      title: 'alerts',
      addressOf: (id: string) => `${this.publicUrl}/v1/alerts/${id}`,
      headers: { Vary: 'Authorization, Accept-Language, Accept-Encoding' },
      cacheControl,
      mayCompress: isOpen,
    };
    await this.feeds.answer(way, format, query, request, response);
  }
}
