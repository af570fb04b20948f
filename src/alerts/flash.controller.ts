import { Controller, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiCreatedResponse, ApiTags } from '@nestjs/swagger';
import { type Request, type Response } from 'express';
import { type Actor } from '../access/actor.js';
import { CurrentActor, RequireScope } from '../access/route.decorator.js';
import { ApiAnswerHeaders } from '../core/answers.decorator.js';
import { ApiIdempotencyKey, Idempotency } from '../core/http.decorators.js';
import { type IdempotencyKey } from '../core/idempotency.js';
import { NoQuery } from '../core/page.dto.js';
import { ApiProblems } from '../core/problem.decorator.js';
import { Problem, problems } from '../core/problem.js';
import { ValidatesItsOwnInput } from '../core/undeclared-input.js';
import { validate } from '../core/validation.pipe.js';
import { answerAlert, ITEM_HEADERS, JSON_TYPE } from './alert-answers.js';
import { AlertReadingService } from './alert-reading.service.js';
import { AlertsService } from './alerts.service.js';
import { AlertView } from './alerts.view.js';
import { alertOfFlash, FlashAlertDto, pointerInFlash } from './flash.dto.js';
import { RenditionCache } from './rendition.cache.js';

@ApiTags('alerts')
@Controller('v1/alerts/flash')
export class FlashController {
  constructor(
    private readonly alerts: AlertsService,
    private readonly reading: AlertReadingService,
    private readonly cache: RenditionCache,
  ) {}

  /** Publish a flash alert at once, with the fewest fields; nobody else has to look at it first. */
  @Post()
  @HttpCode(201)
  @ValidatesItsOwnInput()
  @RequireScope('alerts:flash', 'alerts:publish')
  @ApiIdempotencyKey()
  @ApiBody({ required: true, type: FlashAlertDto })
  @ApiAnswerHeaders('Location', ...ITEM_HEADERS)
  @ApiCreatedResponse({ type: AlertView, description: 'As you, its originator, see it.' })
  @ApiProblems('conflict', 'unprocessable')
  async publishFlash(
    @CurrentActor() actor: Actor,
    @Req() request: Request,
    @Res() response: Response,
    @Idempotency() idempotency: IdempotencyKey | undefined,
  ): Promise<void> {
    await validate(NoQuery, request.query, 'query');
    const flash = await validate(FlashAlertDto, request.body, 'body').catch((error: unknown) => {
      throw withoutHandling(error, request.body as Record<string, unknown>) ?? error;
    });
    const id = await this.alerts
      .publish(actor, alertOfFlash(flash, new Date()), idempotency, true)
      .catch((error: unknown) => {
        throw inFlash(error);
      });
    delete request.headers['if-none-match'];
    const alert = { ...(await this.reading.getPublished(actor, id)), cap: null };
    response.set('Location', `/v1/alerts/${id}`);
    answerAlert(request, response, alert, JSON_TYPE, actor.readerId, this.cache);
  }
}

/** All is well but that it says at no handling: 422 as for any other alert. */
function withoutHandling(error: unknown, body: Record<string, unknown>): Problem | undefined {
  if (!(error instanceof Problem) || error.errors === undefined) return undefined;
  const [fault, ...others] = error.errors;
  if (fault?.pointer !== '#/tlp' || others.length > 0 || body['tlp'] !== undefined) return undefined;
  return problems.unprocessable('Nothing is published without its handling.', error.errors);
}

function inFlash(error: unknown): unknown {
  if (!(error instanceof Problem) || error.errors === undefined) return error;
  const errors = error.errors.map(({ pointer, detail }) => ({ pointer: pointerInFlash(pointer), detail }));
  return new Problem(error.type, error.detail, errors, error.headers);
}
