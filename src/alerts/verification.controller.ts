import { Body, Controller, Headers, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { type Request, type Response } from 'express';
import { type Actor } from '../access/actor.js';
import { CurrentActor, RequireScope } from '../access/route.decorator.js';
import { ApiAnswerHeaders } from '../core/answers.decorator.js';
import { ApiId, ApiIfMatch, Id } from '../core/http.decorators.js';
import { ApiProblems } from '../core/problem.decorator.js';
import { answerAlert, ITEM_HEADERS, JSON_TYPE } from './alert-answers.js';
import { AlertReadingService } from './alert-reading.service.js';
import { AlertView } from './alerts.view.js';
import { RenditionCache } from './rendition.cache.js';
import { VerifyAlertDto } from './verification.dto.js';
import { VerificationService } from './verification.service.js';

@ApiTags('alerts')
@Controller('v1/alerts/:id/verification')
export class VerificationController {
  constructor(
    private readonly verification: VerificationService,
    private readonly reading: AlertReadingService,
    private readonly cache: RenditionCache,
  ) {}

  /** Say how far an alert of yours is verified now; everybody who has it gets it anew, with the whole history. */
  @Post()
  @HttpCode(200)
  @ApiId()
  @RequireScope('alerts:publish')
  @ApiIfMatch()
  @ApiOkResponse({ type: AlertView })
  @ApiAnswerHeaders(...ITEM_HEADERS)
  @ApiProblems('not-found', 'conflict', 'precondition-failed')
  async verifyAlert(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Body() dto: VerifyAlertDto,
    @Headers('if-match') ifMatch: string | undefined,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    await this.verification.verify(actor, id, dto, ifMatch);
    delete request.headers['if-none-match'];
    const alert = { ...(await this.reading.get(actor, id)), cap: null };
    answerAlert(request, response, alert, JSON_TYPE, actor.readerId, this.cache);
  }
}
