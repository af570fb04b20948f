import { Controller, Get, Headers, Query, Req, Res } from '@nestjs/common';
import { ApiExtraModels, ApiHeader, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { type Request, type Response } from 'express';
import { type Actor } from '../../access/actor.js';
import {
  CurrentActor,
  CurrentRights,
  ReadsOnly,
  RequireScope,
  type Rights,
} from '../../access/route.decorator.js';
import { ApiAcceptLanguage } from '../../core/http.decorators.js';
import { problems } from '../../core/problem.js';
import { ApiProblems } from '../../core/problem.decorator.js';
import { FollowChangesQuery, StreamMarkView, topicOf } from '../changes/changes.dto.js';
import { ChangesService } from '../changes/changes.service.js';
import { LongAnswersService } from '../changes/long-answers.service.js';
import { BEGINNING, type Place } from '../changes/place.js';
import { ChangeStream } from './change-stream.js';

const TYPE = 'text/event-stream';

@ApiTags('changes')
@ApiExtraModels(StreamMarkView)
@Controller('v1/changes')
export class ChangeStreamController {
  constructor(
    private readonly changes: ChangesService,
    private readonly answers: LongAnswersService,
  ) {}

  /** Follow your change log as server-sent events. */
  @Get('stream')
  @ReadsOnly()
  @RequireScope('alerts:read', 'reports:submit', 'reports:triage')
  @ApiAcceptLanguage()
  @ApiHeader({
    name: 'Last-Event-ID',
    required: false,
    description: 'The `id` of the last event that you have; goes before `after` and `snapshot`.',
    schema: { type: 'string', maxLength: 64 },
  })
  @ApiOkResponse({
    description:
      'Events named by what happened (`published`, `updated`, `cancelled`, `expired`, `withdrawn`), each with an item of' +
      ' `GET /v1/changes` as its data and a cursor as its id; `resync` where the cursor was too old and a snapshot' +
      ' follows, `live` where a snapshot ends: delete whatever else you hold. A comment comes at least every 15 seconds.',
    content: { [TYPE]: { schema: { type: 'string' } } },
  })
  @ApiProblems('not-acceptable')
  async streamChanges(
    @CurrentActor() actor: Actor,
    @CurrentRights() rights: Rights,
    @Query() query: FollowChangesQuery,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Headers('accept-language') acceptLanguage: string | undefined,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    if (typeof request.accepts(TYPE) !== 'string') throw problems.notAcceptable([TYPE]);
    const topic = topicOf(query);
    const begin = (): Place =>
      query.after === undefined ? BEGINNING : this.changes.open(actor, topic, query.after);
    const resume = (id: string): Place => this.changes.open(actor, topic, id, 'Last-Event-ID');
    const start = async (): Promise<Place> =>
      query.snapshot ? this.changes.snapshot(actor, topic) : begin();
    const place = lastEventId ? resume(lastEventId) : await start();
    if (request.method === 'HEAD') {
      response.type(TYPE).end();
      return;
    }
    const stream = new ChangeStream({ actor, rights, topic, place, acceptLanguage }, response, this.changes);
    const seat = this.answers.open(stream);
    await stream.run(seat).finally(() => seat.leave());
  }
}
