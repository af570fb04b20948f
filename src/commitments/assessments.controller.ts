import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor } from '../access/actor.js';
import { CurrentActor, RequireScope } from '../access/route.decorator.js';
import { ApiId, ApiIdempotencyKey, Id, Idempotency } from '../core/http.decorators.js';
import { type IdempotencyKey } from '../core/idempotency.js';
import { ApiProblems } from '../core/problem.decorator.js';
import {
  AnswerCommentDto,
  AssessCommitmentDto,
  AssessmentPage,
  AssessmentView,
  AssessmentWithCommentsView,
  CommentDto,
  CommentPage,
  CommentView,
  ListAssessmentsQuery,
  ListCommentsQuery,
  presentAssessment,
  presentAssessmentWithComments,
  presentComment,
} from './assessments.dto.js';
import { AssessmentsService } from './assessments.service.js';

@ApiTags('commitments')
@Controller('v1/partners/:id/assessments')
export class AssessmentsController {
  constructor(private readonly assessments: AssessmentsService) {}

  /** Say how your organisation meets a commitment in a country; the next version takes the place of the one before. */
  @Post()
  @ApiId()
  @RequireScope('commitments:assess')
  @ApiIdempotencyKey()
  @ApiProblems('not-found', 'unprocessable')
  async assessCommitment(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Body() dto: AssessCommitmentDto,
    @Idempotency() idempotency: IdempotencyKey | undefined,
  ): Promise<AssessmentView> {
    return presentAssessment(await this.assessments.assess(actor, id, dto, idempotency));
  }

  /** List how a partner says that it meets the commitments, as far as it shares that with you. */
  @Get()
  @ApiId()
  @RequireScope('commitments:read')
  @ApiProblems('not-found')
  async listAssessments(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Query() query: ListAssessmentsQuery,
  ): Promise<AssessmentPage> {
    const { rows, nextCursor } = await this.assessments.list(actor, id, query);
    return { items: rows.map(presentAssessment), nextCursor };
  }

  /** Read one, with what counterparts say to it. */
  @Get(':assessmentId')
  @ApiId()
  @ApiId('assessmentId')
  @RequireScope('commitments:read')
  @ApiProblems('not-found')
  async getAssessment(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Id('assessmentId') assessmentId: string,
  ): Promise<AssessmentWithCommentsView> {
    return presentAssessmentWithComments(await this.assessments.get(actor, id, assessmentId));
  }

  /** List what counterparts say to one, and what they were answered. */
  @Get(':assessmentId/comments')
  @ApiId()
  @ApiId('assessmentId')
  @RequireScope('commitments:read')
  @ApiProblems('not-found')
  async listAssessmentComments(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Id('assessmentId') assessmentId: string,
    @Query() query: ListCommentsQuery,
  ): Promise<CommentPage> {
    const { rows, nextCursor } = await this.assessments.listComments(actor, id, assessmentId, query);
    return { items: rows.map(presentComment), nextCursor };
  }

  /** Comment on what a counterpart in the same country shares with you. */
  @Post(':assessmentId/comments')
  @ApiId()
  @ApiId('assessmentId')
  @RequireScope('commitments:assess')
  @ApiIdempotencyKey()
  @ApiProblems('not-found', 'conflict', 'unprocessable')
  async commentOnAssessment(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Id('assessmentId') assessmentId: string,
    @Body() { text }: CommentDto,
    @Idempotency() idempotency: IdempotencyKey | undefined,
  ): Promise<CommentView> {
    return presentComment(await this.assessments.comment(actor, id, assessmentId, text, idempotency));
  }

  /** Answer a comment on an assessment of yours, once. */
  @Post(':assessmentId/comments/:commentId/answer')
  @HttpCode(200)
  @ApiId()
  @ApiId('assessmentId')
  @ApiId('commentId')
  @RequireScope('commitments:assess')
  @ApiProblems('not-found', 'conflict')
  async answerComment(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Id('assessmentId') assessmentId: string,
    @Id('commentId') commentId: string,
    @Body() { answer }: AnswerCommentDto,
  ): Promise<CommentView> {
    return presentComment(await this.assessments.answer(actor, id, assessmentId, commentId, answer));
  }
}
