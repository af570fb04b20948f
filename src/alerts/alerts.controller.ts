import { Body, Controller, Get, Headers, HttpCode, Post, Put, Query, Req, Res } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiBody,
  ApiOkResponse,
  ApiProduces,
  ApiTags,
  getSchemaPath,
} from '@nestjs/swagger';
import { type Request, type Response } from 'express';
import { type Actor } from '../access/actor.js';
import { CurrentActor, ReadsOnly, RequireScope } from '../access/route.decorator.js';
import { ApiAnswerHeaders } from '../core/answers.decorator.js';
import { versionTag } from '../core/etag.js';
import { ApiAcceptLanguage, ApiId, ApiIfMatch, Id } from '../core/http.decorators.js';
import { ApiProblems } from '../core/problem.decorator.js';
import { GEOJSON_SCHEMA } from './alert-geojson.js';
import {
  answerAlert,
  isHeld,
  ITEM_HEADERS,
  ITEM_TYPES,
  JSON_TYPE,
  negotiate,
  serialise,
} from './alert-answers.js';
import { cacheControl } from './alert-caching.js';
import { AlertPagesService, type ReadPage } from './alert-pages.service.js';
import { AlertReadingService, type ReadAlert } from './alert-reading.service.js';
import { ListAlertsQuery } from './alert-search.dto.js';
import { CancelAlertDto, TranslateAlertDto, UpdateAlertDto } from './alerts.dto.js';
import { AlertsService } from './alerts.service.js';
import { AlertPage, AlertView } from './alerts.view.js';
import { RenditionCache } from './rendition.cache.js';
import { presentRendition, RenditionList } from './renditions.view.js';

/** Of a change above what a partner lets pass by itself. */
const WAITS = 'It waits for a second person of yours; this is what stands until then.';

@ApiTags('alerts')
@Controller('v1/alerts')
export class AlertsController {
  constructor(
    private readonly alerts: AlertsService,
    private readonly reading: AlertReadingService,
    private readonly pages: AlertPagesService,
    private readonly cache: RenditionCache,
  ) {}

  /** List the alerts that you may read, newest change first, each in the one rendition that is yours. */
  @Get()
  @RequireScope('alerts:read')
  @ApiAcceptLanguage()
  @ApiAnswerHeaders('ETag')
  @ApiOkResponse({ type: AlertPage })
  async listAlerts(
    @CurrentActor() actor: Actor,
    @Query() query: ListAlertsQuery,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const acceptLanguage = request.headers['accept-language'];
    if (query.state === 'draft' || query.state === 'pending_release') {
      const page = await this.pages.listDrafts(actor, query.state, query.cursor, query.limit);
      this.answerPage(response, page, acceptLanguage);
      return;
    }
    const { tag, page } = await this.pages.list(actor, query, `json ${acceptLanguage ?? ''}`, {
      ifNoneMatch: request.headers['if-none-match'],
    });
    if (tag !== undefined) response.set('ETag', tag);
    if (page === 'unchanged') {
      response.set({ 'Cache-Control': 'private, no-cache', Vary: VARY }).status(304).end();
      return;
    }
    this.answerPage(response, page, acceptLanguage);
  }

  /** Read an alert as JSON, CAP 1.2 or GeoJSON. */
  @Get(':id')
  @ApiId()
  @RequireScope('alerts:read')
  @ApiAcceptLanguage()
  @ApiAnswerHeaders(...ITEM_HEADERS)
  @ApiOkResponse({
    description: 'The one rendition that you may have.',
    content: {
      'application/json': { schema: { $ref: getSchemaPath(AlertView) } },
      'application/cap+xml': { schema: { type: 'string' } },
      'application/geo+json': { schema: GEOJSON_SCHEMA },
    },
  })
  @ApiProduces(...ITEM_TYPES)
  @ApiProblems('not-found', 'not-acceptable')
  async getAlert(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const type = negotiate(request, ITEM_TYPES);
    const held = (read: ReadAlert): boolean => isHeld(request, read, type, actor.readerId);
    const alert =
      type === JSON_TYPE
        ? { ...(await this.reading.get(actor, id, held)), cap: null }
        : await this.reading.getWithCap(actor, id, held);
    answerAlert(request, response, alert, type, actor.readerId, this.cache);
  }

  /** Read all renditions of an alert of your own, with their audiences. */
  @Get(':id/renditions')
  @ApiId()
  @ReadsOnly()
  @RequireScope('alerts:publish')
  @ApiAnswerHeaders('ETag')
  @ApiProblems('not-found')
  async listRenditions(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Res({ passthrough: true }) response: Response,
  ): Promise<RenditionList> {
    const { version, state, knownAt, rows } = await this.reading.listRenditions(actor, id);
    response.set({ ETag: versionTag(version), 'Cache-Control': 'private, no-store' });
    return {
      state,
      ...(knownAt !== null && { knownAt: knownAt.toISOString() }),
      items: rows.map(presentRendition),
    };
  }

  /** Replace what a draft of yours says. */
  @Put(':id')
  @ApiId()
  @RequireScope('alerts:publish')
  @ApiIfMatch()
  @ApiBody({ type: UpdateAlertDto })
  @ApiOkResponse({ type: AlertView })
  @ApiAnswerHeaders(...ITEM_HEADERS)
  @ApiProblems('not-found', 'conflict', 'precondition-failed')
  async redraftAlert(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Body() dto: UpdateAlertDto,
    @Headers('if-match') ifMatch: string | undefined,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    await this.alerts.redraft(actor, id, dto, ifMatch);
    await this.answerItem(actor, id, request, response);
  }

  /** Publish a draft of yours; where a second person must release it, it waits for that. */
  @Post(':id/publication')
  @HttpCode(200)
  @ApiId()
  @RequireScope('alerts:publish')
  @ApiIfMatch()
  @ApiOkResponse({ type: AlertView })
  @ApiAnswerHeaders(...ITEM_HEADERS)
  @ApiProblems('not-found', 'conflict', 'precondition-failed', 'unprocessable')
  async releaseAlert(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Headers('if-match') ifMatch: string | undefined,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    await this.alerts.release(actor, id, ifMatch);
    await this.answerItem(actor, id, request, response);
  }

  /** Publish a new version; who may have it is decided anew. */
  @Post(':id/updates')
  @HttpCode(200)
  @ApiId()
  @RequireScope('alerts:publish')
  @ApiIfMatch()
  @ApiBody({ type: UpdateAlertDto })
  @ApiOkResponse({ type: AlertView })
  @ApiAcceptedResponse({ type: AlertView, description: WAITS })
  @ApiAnswerHeaders(...ITEM_HEADERS)
  @ApiProblems('not-found', 'conflict', 'precondition-failed', 'unprocessable')
  async updateAlert(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Body() dto: UpdateAlertDto,
    @Headers('if-match') ifMatch: string | undefined,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    if (await this.alerts.update(actor, id, dto, ifMatch)) response.status(202);
    await this.answerItem(actor, id, request, response);
  }

  /** Add languages to an alert of yours, without alarm for its readers. */
  @Post(':id/translations')
  @HttpCode(200)
  @ApiId()
  @RequireScope('alerts:publish')
  @ApiIfMatch()
  @ApiBody({ type: TranslateAlertDto })
  @ApiOkResponse({ type: AlertView })
  @ApiAcceptedResponse({ type: AlertView, description: WAITS })
  @ApiAnswerHeaders(...ITEM_HEADERS)
  @ApiProblems('not-found', 'conflict', 'precondition-failed')
  async translateAlert(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Body() dto: TranslateAlertDto,
    @Headers('if-match') ifMatch: string | undefined,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    if (await this.alerts.translate(actor, id, dto, ifMatch)) response.status(202);
    await this.answerItem(actor, id, request, response);
  }

  /** Say that an alert no longer holds; its readers keep it as cancelled. */
  @Post(':id/cancellation')
  @HttpCode(200)
  @ApiId()
  @RequireScope('alerts:publish')
  @ApiIfMatch()
  @ApiBody({ type: CancelAlertDto })
  @ApiOkResponse({ type: AlertView })
  @ApiAnswerHeaders(...ITEM_HEADERS)
  @ApiProblems('not-found', 'conflict', 'precondition-failed')
  async cancelAlert(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Body() dto: CancelAlertDto,
    @Headers('if-match') ifMatch: string | undefined,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    await this.alerts.cancel(actor, id, dto, ifMatch);
    await this.answerItem(actor, id, request, response);
  }

  /** Take an alert back from everybody who has it; their logs show a tombstone without content. */
  @Post(':id/withdrawal')
  @HttpCode(204)
  @ApiId()
  @RequireScope('alerts:publish')
  @ApiIfMatch()
  @ApiProblems('not-found', 'conflict', 'precondition-failed')
  async withdrawAlert(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Headers('if-match') ifMatch: string | undefined,
  ): Promise<void> {
    await this.alerts.withdraw(actor, id, ifMatch);
  }

  private async answerItem(actor: Actor, id: string, request: Request, response: Response): Promise<void> {
    delete request.headers['if-none-match'];
    const alert = { ...(await this.reading.get(actor, id)), cap: null };
    answerAlert(request, response, alert, JSON_TYPE, actor.readerId, this.cache);
  }

  private answerPage(response: Response, page: ReadPage, acceptLanguage: string | undefined): void {
    const items = page.alerts.map((alert) => serialise(alert, acceptLanguage, this.cache));
    const rest = JSON.stringify({ nextCursor: page.nextCursor, count: page.count }).slice(1);
    response
      .set({ 'Cache-Control': cacheControl(page.alerts.map((alert) => alert.content)), Vary: VARY })
      .type('application/json')
      .send(Buffer.from(`{"items":[${items.join(',')}],${rest}`));
  }
}

const VARY = 'Authorization, Accept, Accept-Language';
