import { Body, Controller, Delete, Get, Headers, HttpCode, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiTags } from '@nestjs/swagger';
import { type Response } from 'express';
import { type Actor } from '../../access/actor.js';
import { CurrentActor, ReadsOnly, RequireScope } from '../../access/route.decorator.js';
import { ApiAnswerHeaders } from '../../core/answers.decorator.js';
import { ApiId, ApiIdempotencyKey, ApiIfMatch, Id, Idempotency } from '../../core/http.decorators.js';
import { type IdempotencyKey } from '../../core/idempotency.js';
import { PageQuery } from '../../core/page.dto.js';
import { ApiProblems } from '../../core/problem.decorator.js';
import { ChangeSubscriptionDto, CreateSubscriptionDto } from './subscriptions.dto.js';
import { type Subscription, SubscriptionsService } from './subscriptions.service.js';
import { presentSubscription, SubscriptionPage, SubscriptionView } from './subscriptions.view.js';

const PRIVATE = 'private, no-store';

@ApiTags('subscriptions')
@Controller('v1/subscriptions')
export class SubscriptionsController {
  constructor(private readonly subscriptions: SubscriptionsService) {}

  /** Have alerts sent by mail to people who agree to it; each is asked first. */
  @Post()
  @HttpCode(201)
  @RequireScope('subscriptions:manage')
  @ApiIdempotencyKey()
  @ApiAnswerHeaders('Location', 'ETag')
  @ApiCreatedResponse({ type: SubscriptionView })
  @ApiProblems('conflict', 'unprocessable')
  async createSubscription(
    @CurrentActor() actor: Actor,
    @Body() dto: CreateSubscriptionDto,
    @Idempotency() idempotency: IdempotencyKey | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<SubscriptionView> {
    const subscription = await this.subscriptions.create(actor, dto, idempotency);
    response.set('Location', `/v1/subscriptions/${subscription.row.id}`);
    return present(subscription, response);
  }

  /** List your subscriptions, newest first. */
  @Get()
  @ReadsOnly()
  @RequireScope('subscriptions:manage')
  async listSubscriptions(
    @CurrentActor() actor: Actor,
    @Query() query: PageQuery,
    @Res({ passthrough: true }) response: Response,
  ): Promise<SubscriptionPage> {
    const { items, nextCursor } = await this.subscriptions.list(actor, query);
    response.set('Cache-Control', PRIVATE);
    return { items: items.map(({ row, recipients }) => presentSubscription(row, recipients)), nextCursor };
  }

  /** Read a subscription, and what became of its recipients. */
  @Get(':id')
  @ApiId()
  @ReadsOnly()
  @RequireScope('subscriptions:manage')
  @ApiAnswerHeaders('ETag')
  @ApiProblems('not-found')
  async getSubscription(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Res({ passthrough: true }) response: Response,
  ): Promise<SubscriptionView> {
    return present(await this.subscriptions.get(actor, id), response);
  }

  /** Change a subscription, and keep it from then on. */
  @Patch(':id')
  @ApiId()
  @RequireScope('subscriptions:manage')
  @ApiIfMatch()
  @ApiAnswerHeaders('ETag')
  @ApiProblems('not-found', 'precondition-failed', 'unprocessable')
  async changeSubscription(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Body() dto: ChangeSubscriptionDto,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<SubscriptionView> {
    return present(await this.subscriptions.change(actor, id, dto, ifMatch), response);
  }

  /** End a subscription; what is on its way to its recipients is not sent any more. */
  @Delete(':id')
  @HttpCode(204)
  @ApiId()
  @RequireScope('subscriptions:manage')
  @ApiProblems('not-found')
  async deleteSubscription(@CurrentActor() actor: Actor, @Id() id: string): Promise<void> {
    await this.subscriptions.delete(actor, id);
  }
}

function present({ row, recipients, tag }: Subscription, response: Response): SubscriptionView {
  response.set({ ETag: tag, 'Cache-Control': PRIVATE });
  return presentSubscription(row, recipients);
}
