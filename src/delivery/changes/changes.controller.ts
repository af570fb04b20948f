import { Controller, Get, Header, Headers, Query, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
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
import { ApiProblems } from '../../core/problem.decorator.js';
import { ChangePage, ListChangesQuery, presentChange, topicOf } from './changes.dto.js';
import { ChangesService } from './changes.service.js';
import { BEGINNING, type Place } from './place.js';
import { WaitingService } from './waiting.service.js';

@ApiTags('changes')
@Controller('v1/changes')
export class ChangesController {
  constructor(
    private readonly changes: ChangesService,
    private readonly waiting: WaitingService,
  ) {}

  /** Read your change log, in order, from where you left off. */
  @Get()
  @ReadsOnly()
  @RequireScope('alerts:read', 'reports:submit', 'reports:triage')
  @Header('Cache-Control', 'private, no-store')
  @ApiAcceptLanguage()
  @ApiProblems('cursor-expired')
  async listChanges(
    @CurrentActor() actor: Actor,
    @CurrentRights() rights: Rights,
    @Query() query: ListChangesQuery,
    @Headers('accept-language') acceptLanguage: string | undefined,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ChangePage> {
    const topic = topicOf(query);
    const begin = (): Place =>
      query.after === undefined ? BEGINNING : this.changes.open(actor, topic, query.after);
    const place = query.snapshot ? await this.changes.snapshot(actor, topic) : begin();
    let part = await this.changes.read(actor, topic, place, query.limit, acceptLanguage);
    const end = performance.now() + query.wait * 1000;
    const { partnerId, readerId } = actor;
    while (query.wait > 0 && part.changes.length === 0 && !part.hasMore && request.method !== 'HEAD') {
      const rest = { readerId, isDrill: topic.isDrill, position: part.next.after };
      const left = end - performance.now();
      const more = await this.waiting.forMore(partnerId, rights, rest, left, response);
      // Who was let in a while ago may not be any more.
      const reader = await rights.renew();
      if (!more) break;
      part = await this.changes.read(reader, topic, part.next, query.limit, acceptLanguage);
    }
    return {
      items: part.changes.map(presentChange),
      nextCursor: this.changes.seal(actor, topic, part.next),
      snapshot: part.isSnapshot,
    };
  }
}
