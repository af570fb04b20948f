import { Controller, Get, Inject, Query, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { type Request, type Response } from 'express';
import { type Actor } from '../access/actor.js';
import { CurrentActor, RequireScope } from '../access/route.decorator.js';
import { AlertPageQuery, AlertPagesService } from '../alerts/alert-pages.service.js';
import { cacheControl } from '../alerts/alert-reading.service.js';
import { ApiAnswerHeaders } from '../core/answers.decorator.js';
import { PUBLIC_URL } from '../core/config.provider.js';
import { ApiAcceptLanguage } from '../core/http.decorators.js';
import { ATOM_TYPE, writeAtom } from './atom.js';
import { alertEntry } from './alert-entry.js';

@ApiTags('feeds')
@Controller('v1/feeds')
export class AlertFeedController {
  constructor(
    private readonly pages: AlertPagesService,
    @Inject(PUBLIC_URL) private readonly publicUrl: string,
  ) {}

  /** Follow the alerts that you may read as an Atom feed, filtered like the list. */
  @Get('alerts.atom')
  @RequireScope('alerts:read')
  @ApiAcceptLanguage()
  @ApiAnswerHeaders('ETag')
  @ApiOkResponse({ description: 'RFC 4287', content: { [ATOM_TYPE]: { schema: { type: 'string' } } } })
  async atomFeed(
    @CurrentActor() actor: Actor,
    @Query() query: AlertPageQuery,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const acceptLanguage = request.headers['accept-language'];
    const { tag, page } = await this.pages.list(
      actor,
      query,
      `atom ${acceptLanguage ?? ''}`,
      request.headers['if-none-match'],
    );
    if (tag !== undefined) response.set('ETag', tag);
    response.set({ Vary: 'Authorization, Accept-Language', 'Cache-Control': 'private, no-cache' });
    if (page === 'unchanged') {
      response.status(304).end();
      return;
    }
    const contents = page.alerts.map((alert) => alert.content);
    const feed = writeAtom({
      id: `${this.publicUrl}/v1/feeds/alerts.atom`,
      title: 'SLT Exchange: alerts',
      subtitle: 'Each at the handling that its entry states.',
      updated: page.alerts[0]?.row.changed_at ?? new Date(0),
      links: [
        { rel: 'self', href: `${this.publicUrl}${request.originalUrl}`, type: ATOM_TYPE },
        ...(page.nextCursor === null
          ? []
          : [{ rel: 'next', href: this.nextPage(request, page.nextCursor), type: ATOM_TYPE }]),
      ],
      entries: page.alerts.map((alert) => alertEntry(alert, acceptLanguage, this.publicUrl)),
    });
    response.set('Cache-Control', cacheControl(contents)).type(ATOM_TYPE).send(Buffer.from(feed));
  }

  private nextPage(request: Request, cursor: string): string {
    const url = new URL(request.originalUrl, this.publicUrl);
    url.searchParams.set('cursor', cursor);
    return url.toString();
  }
}
