import { Body, Controller, Get, Headers, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { type Request, type Response } from 'express';
import { type Actor } from '../access/actor.js';
import { CurrentActor, ReadsOnly, RequireScope } from '../access/route.decorator.js';
import { ApiAnswerHeaders } from '../core/answers.decorator.js';
import { ApiId, ApiIfMatch, Id } from '../core/http.decorators.js';
import { ApiProblems } from '../core/problem.decorator.js';
import { answerAlert, ITEM_HEADERS, JSON_TYPE } from './alert-answers.js';
import { AlertReadingService } from './alert-reading.service.js';
import { AlertView } from './alerts.view.js';
import { presentRelease, RefuseReleaseDto, ReleaseView } from './release.dto.js';
import { ReleaseService, releaseTag } from './release.service.js';
import { RenditionCache } from './rendition.cache.js';

@ApiTags('alerts')
@Controller('v1/alerts')
export class ReleaseController {
  constructor(
    private readonly releases: ReleaseService,
    private readonly reading: AlertReadingService,
    private readonly cache: RenditionCache,
  ) {}

  /** Read what of an alert of yours waits, or last waited, for a second person, who asked, and what came of it. */
  @Get(':id/release')
  @ApiId()
  @ReadsOnly()
  @RequireScope('alerts:release', 'alerts:publish')
  @ApiAnswerHeaders('ETag')
  @ApiProblems('not-found')
  async getRelease(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ReleaseView> {
    const row = await this.releases.get(actor, id);
    response.set({ ETag: releaseTag(row), 'Cache-Control': 'private, no-store' });
    return presentRelease(row);
  }

  /** Release what waits and was looked at, by its `ETag`, with another client than the one that asked. */
  @Post(':id/release')
  @HttpCode(200)
  @ApiId()
  @RequireScope('alerts:release')
  @ApiIfMatch({ required: true })
  @ApiOkResponse({ type: AlertView })
  @ApiAnswerHeaders(...ITEM_HEADERS)
  @ApiProblems('not-found', 'conflict', 'precondition-failed', 'precondition-required')
  async releasePendingAlert(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Headers('if-match') ifMatch: string | undefined,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    await this.releases.release(actor, id, ifMatch);
    delete request.headers['if-none-match'];
    const alert = { ...(await this.reading.get(actor, id)), cap: null };
    answerAlert(request, response, alert, JSON_TYPE, actor.readerId, this.cache);
  }

  /** Refuse what waits: a new alert is a draft again, a proposed change is dropped. */
  @Post(':id/release-refusal')
  @HttpCode(200)
  @ApiId()
  @RequireScope('alerts:release')
  @ApiIfMatch()
  @ApiProblems('not-found', 'conflict', 'precondition-failed')
  async refuseRelease(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Body() dto: RefuseReleaseDto,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ReleaseView> {
    response.set('Cache-Control', 'private, no-store');
    return presentRelease(await this.releases.refuse(actor, id, dto.reason, ifMatch));
  }
}
