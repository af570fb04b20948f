import {
  Body,
  Controller,
  Delete,
  Get,
  Headers,
  HttpCode,
  Patch,
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
  AddMemberDto,
  AppointChairDto,
  ArrangementPage,
  type ArrangementRow,
  ArrangementView,
  ChangeArrangementDto,
  CreateArrangementDto,
  ListArrangementsQuery,
  MemberList,
  MemberView,
  type MembershipRow,
  presentArrangement,
  presentMember,
} from './arrangements.dto.js';
import { ArrangementsService } from './arrangements.service.js';

@ApiTags('arrangements')
@Controller('v1/arrangements')
export class ArrangementsController {
  constructor(private readonly arrangements: ArrangementsService) {}

  /** Establish an arrangement. */
  @Post()
  @RequireScope('arrangements:manage')
  @ApiIdempotencyKey()
  @ApiAnswerHeaders('ETag')
  @ApiProblems('conflict', 'unprocessable')
  async establishArrangement(
    @CurrentActor() actor: Actor,
    @Body() dto: CreateArrangementDto,
    @Idempotency() idempotency: IdempotencyKey | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ArrangementView> {
    return answer(response, await this.arrangements.establish(actor, dto, idempotency));
  }

  /** List the arrangements that you can see. */
  @Get()
  @RequireScope('arrangements:read')
  async listArrangements(
    @CurrentActor() actor: Actor,
    @Query() query: ListArrangementsQuery,
  ): Promise<ArrangementPage> {
    const { rows, nextCursor } = await this.arrangements.list(actor, query);
    return { items: rows.map(presentArrangement), nextCursor };
  }

  /** Read an arrangement. */
  @Get(':id')
  @ApiId()
  @RequireScope('arrangements:read')
  @ApiAnswerHeaders('ETag')
  @ApiProblems('not-found')
  async getArrangement(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ArrangementView> {
    return answer(response, await this.arrangements.get(actor, id));
  }

  /** Change an arrangement's name, countries or SLT level. */
  @Patch(':id')
  @ApiId()
  @RequireScope('arrangements:manage')
  @ApiIfMatch()
  @ApiAnswerHeaders('ETag')
  @ApiProblems('not-found', 'precondition-failed')
  async changeArrangement(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Body() dto: ChangeArrangementDto,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ArrangementView> {
    return answer(response, await this.arrangements.change(actor, id, dto, ifMatch));
  }

  /** List the members of an arrangement. */
  @Get(':id/members')
  @ApiId()
  @RequireScope('arrangements:read')
  @ApiProblems('not-found')
  async listMembers(@CurrentActor() actor: Actor, @Id() id: string): Promise<MemberList> {
    const rows = await this.arrangements.listMembers(actor, id);
    return { items: rows.map((row) => present(actor, row)) };
  }

  /** Add a member: what the arrangement was given appears in its change log. A sponsor adds its sub-partners. */
  @Post(':id/members')
  @ApiId()
  @RequireScope('arrangements:manage', 'sub-partners:manage')
  @ApiIdempotencyKey()
  @ApiProblems('not-found', 'conflict', 'unprocessable')
  async addMember(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Body() dto: AddMemberDto,
    @Idempotency() idempotency: IdempotencyKey | undefined,
  ): Promise<MemberView> {
    return present(actor, await this.arrangements.addMember(actor, id, dto, idempotency));
  }

  /** Appoint the chair: a member who is told when nobody answers for another one. */
  @Put(':id/chair')
  @ApiId()
  @RequireScope('arrangements:manage')
  @ApiProblems('not-found')
  async appointChair(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Body() dto: AppointChairDto,
  ): Promise<MemberView> {
    return present(actor, await this.arrangements.appointChair(actor, id, dto.partnerId.toLowerCase()));
  }

  /** End a membership: what came through it is withdrawn from the partner. */
  @Delete(':id/members/:partnerId')
  @HttpCode(204)
  @ApiId()
  @ApiId('partnerId')
  @RequireScope('arrangements:manage', 'sub-partners:manage')
  @ApiProblems('not-found')
  async endMembership(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Id('partnerId') partnerId: string,
  ): Promise<void> {
    await this.arrangements.endMembership(actor, id, partnerId);
  }
}

function present(actor: Actor, row: MembershipRow): MemberView {
  return presentMember(row, row.partner_id === actor.partnerId || actor.manages.includes('arrangements'));
}

function answer(response: Response, row: ArrangementRow): ArrangementView {
  response.set('ETag', versionTag(row.version));
  return presentArrangement(row);
}
