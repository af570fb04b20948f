import { Controller, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiCreatedResponse, ApiOkResponse, ApiQuery, ApiTags } from '@nestjs/swagger';
import { type Request, type Response } from 'express';
import { type Actor } from '../access/actor.js';
import { CurrentActor, RequireScope } from '../access/route.decorator.js';
import { ApiAnswerHeaders, ApiOtherBody } from '../core/answers.decorator.js';
import { ApiIdempotencyKey, Idempotency } from '../core/http.decorators.js';
import { type IdempotencyKey } from '../core/idempotency.js';
import { ApiProblems } from '../core/problem.decorator.js';
import { type Fault, Problem, problems } from '../core/problem.js';
import { NoQuery } from '../core/page.dto.js';
import { ValidatesItsOwnInput } from '../core/undeclared-input.js';
import { validate } from '../core/validation.pipe.js';
import { answerAlert, CAP_TYPE, ITEM_HEADERS, JSON_TYPE } from './alert-answers.js';
import { ImportAlertQuery } from './alert-import.dto.js';
import { AlertImportService } from './alert-import.service.js';
import { AlertReadingService } from './alert-reading.service.js';
import { CreateAlertDto } from './alerts.dto.js';
import { AlertsService } from './alerts.service.js';
import { AlertView } from './alerts.view.js';
import { RenditionCache } from './rendition.cache.js';

/** Media types under which CAP travels; the first is the customary one. */
export const CAP_TYPES = [CAP_TYPE, 'application/xml', 'text/xml'];

/** One address takes two forms of the same thing, so the form decides which input is validated. */
@ApiTags('alerts')
@Controller('v1/alerts')
export class PublishController {
  constructor(
    private readonly alerts: AlertsService,
    private readonly imports: AlertImportService,
    private readonly reading: AlertReadingService,
    private readonly cache: RenditionCache,
  ) {}

  /** Publish an alert, as JSON or as a CAP 1.2 message with its handling in the query. */
  @Post()
  @HttpCode(201)
  @ValidatesItsOwnInput()
  @RequireScope('alerts:publish')
  @ApiIdempotencyKey()
  @ApiBody({
    required: true,
    description: 'JSON carries its handling; with CAP it is in the query, where it is never guessed.',
    type: CreateAlertDto,
  })
  @ApiOtherBody(CAP_TYPE)
  @ApiQuery({ type: ImportAlertQuery })
  @ApiAnswerHeaders('Location', ...ITEM_HEADERS)
  @ApiCreatedResponse({
    type: AlertView,
    description:
      'As you, its originator, see it; `pending_release` while it waits for a second person of yours.',
  })
  @ApiOkResponse({
    type: AlertView,
    description: 'The CAP message was here already, or changed an alert of yours.',
  })
  @ApiProblems('conflict', 'unprocessable')
  async publishAlert(
    @CurrentActor() actor: Actor,
    @Req() request: Request,
    @Res() response: Response,
    @Idempotency() idempotency: IdempotencyKey | undefined,
  ): Promise<void> {
    const { id, created } = isCap(request)
      ? await this.publishCap(actor, request, idempotency)
      : await this.publishJson(actor, request, idempotency);
    delete request.headers['if-none-match'];
    const alert = { ...(await this.reading.getPublished(actor, id)), cap: null };
    response.status(created ? 201 : 200).set('Location', `/v1/alerts/${id}`);
    answerAlert(request, response, alert, JSON_TYPE, actor.readerId, this.cache);
  }

  private async publishJson(actor: Actor, request: Request, idempotency?: IdempotencyKey) {
    await validate(NoQuery, request.query, 'query');
    const dto = await validate(CreateAlertDto, request.body, 'body').catch((error: unknown) => {
      throw unhandled(error, request.body as { renditions: Record<string, unknown>[] }) ?? error;
    });
    return { id: await this.alerts.publish(actor, dto, idempotency), created: true };
  }

  private async publishCap(actor: Actor, request: Request, idempotency?: IdempotencyKey) {
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    const query = await validate(ImportAlertQuery, request.query, 'query');
    return this.imports.publish(actor, body, query, idempotency);
  }
}

/** All is well but that it says at no handling: restricted at birth, or not born (422 instead of the 400 of bad form). */
function unhandled(error: unknown, body: { renditions: Record<string, unknown>[] }): Problem | undefined {
  if (!(error instanceof Problem) || error.errors === undefined) return undefined;
  const isAbsent = ({ pointer }: Fault): boolean => {
    const [, index] = /^#\/renditions\/(\d+)\/tlp$/.exec(pointer) ?? [];
    return index !== undefined && body.renditions[Number(index)]?.['tlp'] === undefined;
  };
  if (!error.errors.every(isAbsent)) return undefined;
  return problems.unprocessable('Nothing is published without its handling.', error.errors);
}

/** Said of an empty body too; whatever is neither form was refused before it was read. */
function isCap({ headers }: Request): boolean {
  const [type = ''] = (headers['content-type'] ?? '').toLowerCase().split(';');
  return CAP_TYPES.includes(type.trim());
}
