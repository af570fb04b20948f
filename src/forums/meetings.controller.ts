import { Body, Controller, Get, Header, Patch, Post, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor } from '../access/actor.js';
import { CurrentActor, RequireScope } from '../access/route.decorator.js';
import { ApiId, ApiIdempotencyKey, Id, Idempotency } from '../core/http.decorators.js';
import { type IdempotencyKey } from '../core/idempotency.js';
import { ApiProblems } from '../core/problem.decorator.js';
import {
  CallMeetingDto,
  ChangeMeetingDto,
  ListMeetingsQuery,
  MeetingPage,
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
  @ApiProblems('not-found', 'conflict', 'unprocessable')
  async callMeeting(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Body() dto: CallMeetingDto,
    @Idempotency() idempotency: IdempotencyKey | undefined,
  ): Promise<MeetingView> {
    return presentMeeting(await this.meetings.call(actor, id, dto, idempotency));
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
  @ApiProblems('not-found', 'conflict')
  async changeMeeting(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Id('meetingId') meetingId: string,
    @Body() dto: ChangeMeetingDto,
  ): Promise<MeetingView> {
    return presentMeeting(await this.meetings.change(actor, id, meetingId, dto));
  }

  /** Record what was said and what is to be done, in the place of what was recorded before. */
  @Put(':meetingId/minutes')
  @Header('Cache-Control', PRIVATE)
  @ApiId()
  @ApiId('meetingId')
  @RequireScope('forums:manage')
  @ApiProblems('not-found', 'conflict')
  async recordMinutes(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Id('meetingId') meetingId: string,
    @Body() dto: RecordMinutesDto,
  ): Promise<MeetingView> {
    return presentMeeting(await this.meetings.recordMinutes(actor, id, meetingId, dto));
  }
}
