import { Body, Controller, Get, Headers, HttpCode, Post, Put, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Response } from 'express';
import { type Actor } from '../access/actor.js';
import { CurrentActor, RequireScope } from '../access/route.decorator.js';
import { ApiAnswerHeaders } from '../core/answers.decorator.js';
import { versionTag } from '../core/etag.js';
import { ApiId, ApiIdempotencyKey, ApiIfMatch, Id, Idempotency } from '../core/http.decorators.js';
import { type IdempotencyKey } from '../core/idempotency.js';
import { ApiProblems } from '../core/problem.decorator.js';
import { type Activation, ActivationsService } from './activations.service.js';
import {
  ActivateContactTreeDto,
  ContactActivationDetailView,
  ContactActivationList,
  ContactTreeView,
  presentActivation,
  presentDetail,
  presentTree,
  PutContactTreeDto,
  SayCallDto,
  type Tree,
} from './contact-tree.dto.js';
import { ContactTreeService } from './contact-tree.service.js';

@ApiTags('arrangements')
@Controller('v1/arrangements/:id/contact-tree')
export class ContactTreeController {
  constructor(
    private readonly trees: ContactTreeService,
    private readonly activations: ActivationsService,
  ) {}

  /** Read who calls whom in an emergency, and who would not be called. */
  @Get()
  @ApiId()
  @RequireScope('arrangements:read')
  @ApiProblems('not-found')
  async getContactTree(@CurrentActor() actor: Actor, @Id() id: string): Promise<ContactTreeView> {
    return presentTree(await this.trees.get(actor, id));
  }

  /** Decide who calls whom in an emergency; the numbers are with their focal points. */
  @Put()
  @ApiId()
  @ApiIfMatch()
  @RequireScope('arrangements:manage')
  @ApiAnswerHeaders('ETag')
  @ApiProblems('not-found', 'precondition-failed')
  async putContactTree(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Body() dto: PutContactTreeDto,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ContactTreeView> {
    return answer(response, await this.trees.put(actor, id, dto, ifMatch));
  }

  /** Begin to call the tree, in earnest, which ends a drill, or as a drill, as an organisation with which it begins. */
  @Post('activations')
  @ApiId()
  @ApiIdempotencyKey()
  @RequireScope('contact-tree:call', 'arrangements:manage')
  @ApiProblems('not-found', 'conflict', 'unprocessable')
  async activateContactTree(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Body() dto: ActivateContactTreeDto,
    @Idempotency() idempotency: IdempotencyKey | undefined,
  ): Promise<ContactActivationDetailView> {
    return present(await this.activations.start(actor, id, dto, idempotency));
  }

  /** List when the tree was called, and how many it reached. */
  @Get('activations')
  @ApiId()
  @RequireScope('arrangements:read')
  @ApiProblems('not-found')
  async listContactActivations(
    @CurrentActor() actor: Actor,
    @Id() id: string,
  ): Promise<ContactActivationList> {
    return { items: (await this.activations.list(actor, id)).map(presentActivation) };
  }

  /** Read who was reached, by whom and when, and who was not. */
  @Get('activations/:activationId')
  @ApiId()
  @ApiId('activationId')
  @RequireScope('arrangements:read')
  @ApiProblems('not-found')
  async getContactActivation(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Id('activationId') activationId: string,
  ): Promise<ContactActivationDetailView> {
    return present(await this.activations.get(actor, id, activationId));
  }

  /** Say that an organisation was reached, as itself or as who was to call it, or, as the latter, that it was not. */
  @Post('activations/:activationId/calls/:organisationId')
  @HttpCode(200)
  @ApiId()
  @ApiId('activationId')
  @ApiId('organisationId')
  @RequireScope('contact-tree:call')
  @ApiProblems('not-found', 'conflict')
  async sayContactCall(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Id('activationId') activationId: string,
    @Id('organisationId') organisationId: string,
    @Body() { outcome }: SayCallDto,
  ): Promise<ContactActivationDetailView> {
    return present(await this.activations.say(actor, id, activationId, organisationId, outcome));
  }

  /** End the calling, as whoever began or manages arrangements. */
  @Post('activations/:activationId/closure')
  @HttpCode(200)
  @ApiId()
  @ApiId('activationId')
  @RequireScope('contact-tree:call', 'arrangements:manage')
  @ApiProblems('not-found', 'conflict')
  async closeContactActivation(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Id('activationId') activationId: string,
  ): Promise<ContactActivationDetailView> {
    return present(await this.activations.close(actor, id, activationId));
  }
}

function answer(response: Response, tree: Tree): ContactTreeView {
  response.set('ETag', versionTag(tree.version));
  return presentTree(tree);
}

const present = ({ row, calls }: Activation): ContactActivationDetailView => presentDetail(row, calls);
