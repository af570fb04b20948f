import { Body, Controller, Get, Header, Headers, HttpCode, Patch, Post, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Response } from 'express';
import { type Actor } from '../access/actor.js';
import { CurrentActor, ReadsOnly, RequireScope } from '../access/route.decorator.js';
import { ApiAnswerHeaders } from '../core/answers.decorator.js';
import { versionTag } from '../core/etag.js';
import { ApiId, ApiIdempotencyKey, ApiIfMatch, Id, Idempotency } from '../core/http.decorators.js';
import { type IdempotencyKey } from '../core/idempotency.js';
import { ApiProblems } from '../core/problem.decorator.js';
import { DeparturesService } from './departures.service.js';
import { ChangeFocalPointDto, DepartureDto, NominateFocalPointDto } from './focal-points.dto.js';
import { FocalPointsService } from './focal-points.service.js';
import { DepartureView, FocalPointRegister, OwnFocalPointView } from './focal-points.view.js';
import { LivenessService } from './liveness.service.js';

const PRIVATE = 'private, no-store';

/** Who speaks for a partner: for itself, and without what is of persons for the steward. */
@ApiTags('focal-points')
@Controller('v1/partners/:id/focal-points')
export class FocalPointsController {
  constructor(
    private readonly focalPoints: FocalPointsService,
    private readonly liveness: LivenessService,
    private readonly departures: DeparturesService,
  ) {}

  /** List who speaks for a partner, and by when somebody has to answer for what. */
  @Get()
  @Header('Cache-Control', PRIVATE)
  @ApiId()
  @ReadsOnly()
  @RequireScope('focal-points:manage')
  @ApiProblems('not-found')
  async listFocalPoints(@CurrentActor() actor: Actor, @Id() id: string): Promise<FocalPointRegister> {
    return this.focalPoints.list(actor, id);
  }

  /** Nominate a focal point; it is asked by mail to confirm once its validity begins. */
  @Post()
  @Header('Cache-Control', PRIVATE)
  @ApiId()
  @RequireScope('focal-points:manage')
  @ApiIdempotencyKey()
  @ApiProblems('not-found', 'conflict', 'unprocessable')
  async nominateFocalPoint(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Body() dto: NominateFocalPointDto,
    @Idempotency() idempotency: IdempotencyKey | undefined,
  ): Promise<OwnFocalPointView> {
    return this.focalPoints.nominate(actor, id, dto, idempotency);
  }

  /** Read a focal point. */
  @Get(':focalPointId')
  @Header('Cache-Control', PRIVATE)
  @ApiId()
  @ApiId('focalPointId')
  @ReadsOnly()
  @RequireScope('focal-points:manage')
  @ApiProblems('not-found')
  async getFocalPoint(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Id('focalPointId') focalPointId: string,
  ): Promise<OwnFocalPointView> {
    return this.focalPoints.get(actor, id, focalPointId);
  }

  /** Change how a focal point is reached, or until when it is valid. */
  @Patch(':focalPointId')
  @Header('Cache-Control', PRIVATE)
  @ApiId()
  @ApiId('focalPointId')
  @RequireScope('focal-points:manage')
  @ApiIfMatch()
  @ApiAnswerHeaders('ETag')
  @ApiProblems('not-found', 'conflict', 'precondition-failed')
  async changeFocalPoint(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Id('focalPointId') focalPointId: string,
    @Body() dto: ChangeFocalPointDto,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<OwnFocalPointView> {
    return answer(response, await this.focalPoints.change(actor, id, focalPointId, dto, ifMatch));
  }

  /** Confirm that a focal point is still there, for another 90 days. */
  @Post(':focalPointId/confirmation')
  @HttpCode(200)
  @Header('Cache-Control', PRIVATE)
  @ApiId()
  @ApiId('focalPointId')
  @RequireScope('focal-points:manage')
  @ApiProblems('not-found', 'conflict')
  async confirmFocalPoint(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Id('focalPointId') focalPointId: string,
  ): Promise<OwnFocalPointView> {
    return this.liveness.confirm(actor, id, focalPointId);
  }

  /** Report that somebody has left: its clients are revoked, and all that is of the person is deleted. */
  @Post(':focalPointId/departure')
  @HttpCode(200)
  @Header('Cache-Control', PRIVATE)
  @ApiId()
  @ApiId('focalPointId')
  @RequireScope('focal-points:manage')
  @ApiProblems('not-found', 'conflict')
  async reportDeparture(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Id('focalPointId') focalPointId: string,
    @Body() dto: DepartureDto,
  ): Promise<DepartureView> {
    return this.departures.depart(actor, id, focalPointId, dto);
  }

  /** Acknowledge, as the one who follows, what was handed over by somebody who left. */
  @Post(':focalPointId/handover-acknowledgement')
  @HttpCode(200)
  @Header('Cache-Control', PRIVATE)
  @ApiId()
  @ApiId('focalPointId')
  @RequireScope('focal-points:manage')
  @ApiProblems('not-found', 'conflict')
  async acknowledgeHandover(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Id('focalPointId') focalPointId: string,
  ): Promise<OwnFocalPointView> {
    return this.departures.acknowledge(actor, id, focalPointId);
  }
}

function answer(response: Response, focalPoint: OwnFocalPointView): OwnFocalPointView {
  response.set('ETag', versionTag(focalPoint.version));
  return focalPoint;
}
