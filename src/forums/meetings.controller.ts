import { Body, Controller, Get, Header, Headers, Patch, Post, Put, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Response } from 'express';
import { type Actor } from '../access/actor.js';
import { CurrentActor, RequireScope } from '../access/route.decorator.js';
import { ApiAnswerHeaders } from '../core/answers.decorator.js';
import { versionTag } from '../core/etag.js';
import { ApiId, ApiIdempotencyKey, ApiIfMatch, Id, Idempotency } from '../core/http.decorators.js';
import { type IdempotencyKey } from '../core/idempotency.js';
import { ApiProblems } from '../core/problem.decorator.js';
import {
  CallMeetingDto,
  ChangeMeetingDto,
  ListMeetingsQuery,
  MeetingPage,
  type MeetingRow,
  MeetingView,
  presentMeeting,
  RecordMinutesDto,
} from './meetings.dto.js';
import { MeetingsService } from './meetings.service.js';

const PRIVATE = 'private, no-store';

@ApiTags('forums')
@Controller('v1/forums/:id/meetings')
export class MeetingsController {
  constructor(private readonly meetings: MeetingsService) {}

  /** Call a meeting of a forum that you convene. */
  @Post()
  @Header('Cache-Control', PRIVATE)
  @ApiId()
  @RequireScope('forums:manage')
  @ApiIdempotencyKey()
  @ApiAnswerHeaders('ETag')
  @ApiProblems('not-found', 'conflict', 'unprocessable')
  async callMeeting(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Body() dto: CallMeetingDto,
    @Idempotency() idempotency: IdempotencyKey | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<MeetingView> {
    return answer(response, await this.meetings.call(actor, id, dto, idempotency));
  }

  /** List the meetings of a forum whose handling you may receive. */
  @Get()
  @Header('Cache-Control', PRIVATE)
  @ApiId()
  @RequireScope('arrangements:read')
  @ApiProblems('not-found')
  async listMeetings(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Query() query: ListMeetingsQuery,
  ): Promise<MeetingPage> {
    const { rows, nextCursor } = await this.meetings.list(actor, id, query);
    return { items: rows.map(presentMeeting), nextCursor };
  }

  /** Read a meeting: its agenda, and what was said and is to be done once it is recorded. */
  @Get(':meetingId')
  @Header('Cache-Control', PRIVATE)
  @ApiId()
  @ApiId('meetingId')
  @RequireScope('arrangements:read')
  @ApiProblems('not-found')
  async getMeeting(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Id('meetingId') meetingId: string,
  ): Promise<MeetingView> {
    return presentMeeting(await this.meetings.get(actor, id, meetingId));
  }

  /** Change, cancel or put under the Chatham House Rule a meeting of a forum that you convene. */
  @Patch(':meetingId')
  @Header('Cache-Control', PRIVATE)
  @ApiId()
  @ApiId('meetingId')
  @RequireScope('forums:manage')
  @ApiIfMatch()
  @ApiAnswerHeaders('ETag')
  @ApiProblems('not-found', 'conflict', 'precondition-failed')
  async changeMeeting(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Id('meetingId') meetingId: string,
    @Body() dto: ChangeMeetingDto,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<MeetingView> {
    return answer(response, await this.meetings.change(actor, id, meetingId, dto, ifMatch));
  }

  /** Record what was said and what is to be done, in the place of what was recorded before. */
  @Put(':meetingId/minutes')
  @Header('Cache-Control', PRIVATE)
  @ApiId()
  @ApiId('meetingId')
  @RequireScope('forums:manage')
  @ApiIfMatch()
  @ApiAnswerHeaders('ETag')
  @ApiProblems('not-found', 'conflict', 'precondition-failed')
  async recordMinutes(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Id('meetingId') meetingId: string,
    @Body() dto: RecordMinutesDto,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<MeetingView> {
    return answer(response, await this.meetings.recordMinutes(actor, id, meetingId, dto, ifMatch));
  }
}

function answer(response: Response, row: MeetingRow): MeetingView {
  response.set('ETag', versionTag(row.version));
  return presentMeeting(row);
}
