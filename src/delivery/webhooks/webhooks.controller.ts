import { Body, Controller, Delete, Get, Headers, HttpCode, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiExtraModels, ApiTags } from '@nestjs/swagger';
import { type Response } from 'express';
import { type Actor } from '../../access/actor.js';
import { CurrentActor, ReadsOnly, RequireScope } from '../../access/route.decorator.js';
import { ApiAnswerHeaders } from '../../core/answers.decorator.js';
import { versionTag } from '../../core/etag.js';
import { ApiId, ApiIdempotencyKey, ApiIfMatch, Id, Idempotency } from '../../core/http.decorators.js';
import { type IdempotencyKey } from '../../core/idempotency.js';
import { ApiProblems } from '../../core/problem.decorator.js';
import { WebhookMessageView } from './webhook-message.view.js';
import { WebhookLogService } from './webhook-log.service.js';
import {
  CreateWebhookDto,
  ListAttemptsQuery,
  ListWebhooksQuery,
  ReplayDto,
  RotateSecretDto,
  UpdateWebhookDto,
} from './webhooks.dto.js';
import { WebhooksService } from './webhooks.service.js';
import {
  AttemptPage,
  AttemptView,
  NewWebhookView,
  presentAttempt,
  presentWebhook,
  WebhookPage,
  WebhookView,
} from './webhooks.view.js';

@ApiTags('webhooks')
@ApiExtraModels(WebhookMessageView)
@Controller('v1/webhooks')
@RequireScope('webhooks:manage')
export class WebhooksController {
  constructor(
    private readonly webhooks: WebhooksService,
    private readonly log: WebhookLogService,
  ) {}

  /** Be told of changes at an address of yours, from now on; the secret to check messages by is shown this once. */
  @Post()
  @ApiIdempotencyKey()
  @ApiProblems('conflict')
  async createWebhook(
    @CurrentActor() actor: Actor,
    @Body() dto: CreateWebhookDto,
    @Idempotency() idempotency: IdempotencyKey | undefined,
  ): Promise<NewWebhookView> {
    const { row, secret } = await this.webhooks.create(actor, dto, idempotency);
    return { ...presentWebhook(row), ...(secret !== undefined && { secret }) };
  }

  /** List your webhooks, newest first; a client that reads all that its partner may also sees those of the others. */
  @Get()
  @ReadsOnly()
  async listWebhooks(@CurrentActor() actor: Actor, @Query() query: ListWebhooksQuery): Promise<WebhookPage> {
    const { rows, nextCursor } = await this.webhooks.list(actor, query);
    return { items: rows.map(presentWebhook), nextCursor };
  }

  /** Read a webhook: how it is doing, and if it is not sending, why. */
  @Get(':id')
  @ReadsOnly()
  @ApiId()
  @ApiAnswerHeaders('ETag')
  @ApiProblems('not-found')
  async getWebhook(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Res({ passthrough: true }) response: Response,
  ): Promise<WebhookView> {
    const row = await this.webhooks.find(actor, id);
    response.set('ETag', versionTag(row.version));
    return presentWebhook(row);
  }

  /** Change what is named of a webhook; the client that does keeps it from then on. */
  @Patch(':id')
  @ApiId()
  @ApiIfMatch()
  @ApiProblems('not-found', 'precondition-failed')
  async updateWebhook(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Body() dto: UpdateWebhookDto,
    @Headers('if-match') ifMatch: string | undefined,
  ): Promise<WebhookView> {
    return presentWebhook(await this.webhooks.update(actor, id, dto, ifMatch));
  }

  /** Delete a webhook with its log and what still waits to be sent. */
  @Delete(':id')
  @HttpCode(204)
  @ApiId()
  @ApiProblems('not-found')
  async deleteWebhook(@CurrentActor() actor: Actor, @Id() id: string): Promise<void> {
    await this.webhooks.delete(actor, id);
  }

  /** Replace the keys of a webhook; for a while messages may be signed with the old ones as well. */
  @Post(':id/secret-rotation')
  @HttpCode(200)
  @ApiId()
  @ApiProblems('not-found')
  async rotateWebhookSecret(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Body() dto: RotateSecretDto,
  ): Promise<NewWebhookView> {
    const { row, secret } = await this.webhooks.rotate(actor, id, dto.overlapSeconds ?? 0);
    return { ...presentWebhook(row), secret };
  }

  /** Send nothing until it is enabled again; nothing is lost meanwhile. */
  @Post(':id/disabling')
  @HttpCode(200)
  @ApiId()
  @ApiProblems('not-found')
  async disableWebhook(@CurrentActor() actor: Actor, @Id() id: string): Promise<WebhookView> {
    return presentWebhook(await this.webhooks.disable(actor, id));
  }

  /** Go on from where it stopped, whyever it did. */
  @Post(':id/enabling')
  @HttpCode(200)
  @ApiId()
  @ApiProblems('not-found')
  async enableWebhook(@CurrentActor() actor: Actor, @Id() id: string): Promise<WebhookView> {
    return presentWebhook(await this.webhooks.enable(actor, id));
  }

  /** Send a `webhook.test` message now and hear what became of it. */
  @Post(':id/test')
  @HttpCode(200)
  @ApiId()
  @ApiProblems('not-found')
  async testWebhook(@CurrentActor() actor: Actor, @Id() id: string): Promise<AttemptView> {
    return presentAttempt(await this.log.test(actor, id));
  }

  /** List the attempts to send to a webhook in the last 30 days, newest first. */
  @Get(':id/attempts')
  @ReadsOnly()
  @ApiId()
  @ApiProblems('not-found')
  async listWebhookAttempts(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Query() query: ListAttemptsQuery,
  ): Promise<AttemptPage> {
    const { rows, nextCursor } = await this.log.list(actor, id, query);
    return { items: rows.map(presentAttempt), nextCursor };
  }

  /** Send again: one message, all that were given up, or everything since a time or after a position. */
  @Post(':id/replays')
  @HttpCode(200)
  @ApiId()
  @ApiProblems('not-found')
  async replayWebhook(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Body() dto: ReplayDto,
  ): Promise<WebhookView> {
    return presentWebhook(await this.log.replay(actor, id, dto));
  }
}
