import {
  Body,
  Controller,
  Delete,
  Get,
  Header,
  Headers,
  HttpCode,
  Post,
  Put,
  Query,
  Res,
} from '@nestjs/common';
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
  FollowUpDto,
  LiaisonContactDto,
  LiaisonContactPage,
  LiaisonContactView,
  LiaisonMeetingPage,
  LiaisonMeetingView,
  ListLiaisonQuery,
  RecordLiaisonMeetingDto,
  RecordUndertakingDto,
  UndertakingPage,
  UndertakingView,
} from './liaison.dto.js';
import { LiaisonService } from './liaison.service.js';
import {
  type ContactRow,
  presentContact,
  presentLiaisonMeeting,
  presentUndertaking,
} from './liaison.view.js';

const PRIVATE = 'private, no-store';

/** For UN members of the arrangement alone; everybody else is told that there is nothing. */
@ApiTags('liaison')
@Controller('v1/arrangements/:id/liaison')
export class LiaisonController {
  constructor(private readonly liaison: LiaisonService) {}

  /** List whom the UN talks to in the host government. */
  @Get('contacts')
  @Header('Cache-Control', PRIVATE)
  @ApiId()
  @RequireScope('liaison:read')
  @ApiProblems('not-found')
  async listLiaisonContacts(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Query() query: ListLiaisonQuery,
  ): Promise<LiaisonContactPage> {
    const { rows, nextCursor } = await this.liaison.listContacts(actor, id, query);
    return { items: rows.map(presentContact), nextCursor };
  }

  /** Add an office of the host government, and who holds it. */
  @Post('contacts')
  @Header('Cache-Control', PRIVATE)
  @ApiId()
  @RequireScope('liaison:manage')
  @ApiIdempotencyKey()
  @ApiAnswerHeaders('ETag')
  @ApiProblems('not-found', 'unprocessable')
  async addLiaisonContact(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Body() dto: LiaisonContactDto,
    @Idempotency() idempotency: IdempotencyKey | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<LiaisonContactView> {
    return answer(response, await this.liaison.addContact(actor, id, dto, idempotency));
  }

  /** Replace a contact as a whole: what is left out is forgotten. */
  @Put('contacts/:contactId')
  @Header('Cache-Control', PRIVATE)
  @ApiId()
  @ApiId('contactId')
  @RequireScope('liaison:manage')
  @ApiIfMatch()
  @ApiAnswerHeaders('ETag')
  @ApiProblems('not-found', 'precondition-failed')
  async replaceLiaisonContact(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Id('contactId') contactId: string,
    @Body() dto: LiaisonContactDto,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<LiaisonContactView> {
    return answer(response, await this.liaison.replaceContact(actor, id, contactId, dto, ifMatch));
  }

  /** Forget a contact: nothing of the person remains. */
  @Delete('contacts/:contactId')
  @HttpCode(204)
  @ApiId()
  @ApiId('contactId')
  @RequireScope('liaison:manage')
  @ApiProblems('not-found')
  async forgetLiaisonContact(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Id('contactId') contactId: string,
  ): Promise<void> {
    await this.liaison.forgetContact(actor, id, contactId);
  }

  /** List meetings with the host government. */
  @Get('meetings')
  @Header('Cache-Control', PRIVATE)
  @ApiId()
  @RequireScope('liaison:read')
  @ApiProblems('not-found')
  async listLiaisonMeetings(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Query() query: ListLiaisonQuery,
  ): Promise<LiaisonMeetingPage> {
    const { rows, nextCursor } = await this.liaison.listMeetings(actor, id, query);
    return { items: rows.map(presentLiaisonMeeting), nextCursor };
  }

  /** Record a meeting with the host government. */
  @Post('meetings')
  @Header('Cache-Control', PRIVATE)
  @ApiId()
  @RequireScope('liaison:manage')
  @ApiIdempotencyKey()
  @ApiProblems('not-found', 'unprocessable')
  async recordLiaisonMeeting(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Body() dto: RecordLiaisonMeetingDto,
    @Idempotency() idempotency: IdempotencyKey | undefined,
  ): Promise<LiaisonMeetingView> {
    return presentLiaisonMeeting(await this.liaison.recordMeeting(actor, id, dto, idempotency));
  }

  /** List what was undertaken, and what came of it. */
  @Get('undertakings')
  @Header('Cache-Control', PRIVATE)
  @ApiId()
  @RequireScope('liaison:read')
  @ApiProblems('not-found')
  async listUndertakings(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Query() query: ListLiaisonQuery,
  ): Promise<UndertakingPage> {
    const { rows, nextCursor } = await this.liaison.listUndertakings(actor, id, query);
    return { items: rows.map(presentUndertaking), nextCursor };
  }

  /** Record what one side said that it would do. */
  @Post('undertakings')
  @Header('Cache-Control', PRIVATE)
  @ApiId()
  @RequireScope('liaison:manage')
  @ApiIdempotencyKey()
  @ApiProblems('not-found', 'unprocessable')
  async recordUndertaking(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Body() dto: RecordUndertakingDto,
    @Idempotency() idempotency: IdempotencyKey | undefined,
  ): Promise<UndertakingView> {
    return presentUndertaking(await this.liaison.recordUndertaking(actor, id, dto, idempotency));
  }

  /** Say what came of an undertaking when somebody asked. */
  @Post('undertakings/:undertakingId/follow-ups')
  @Header('Cache-Control', PRIVATE)
  @ApiId()
  @ApiId('undertakingId')
  @RequireScope('liaison:manage')
  @ApiIdempotencyKey()
  @ApiProblems('not-found', 'conflict', 'unprocessable')
  async followUpUndertaking(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Id('undertakingId') undertakingId: string,
    @Body() dto: FollowUpDto,
    @Idempotency() idempotency: IdempotencyKey | undefined,
  ): Promise<UndertakingView> {
    return presentUndertaking(await this.liaison.followUp(actor, id, undertakingId, dto, idempotency));
  }
}

function answer(response: Response, row: ContactRow): LiaisonContactView {
  response.set('ETag', versionTag(row.version));
  return presentContact(row);
}
