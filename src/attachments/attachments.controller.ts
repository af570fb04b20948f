import { Controller, Get, HttpCode, Post, Query, Req, Res } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOkResponse, ApiProduces, ApiTags } from '@nestjs/swagger';
import { type Request, type Response } from 'express';
import { type Actor } from '../access/actor.js';
import { classificationLabel, tlpLabel, tlpRank } from '../access/handling.js';
import {
  CurrentActor,
  CurrentRights,
  NamesNobody,
  ReadsOnly,
  RequireScope,
  type Rights,
} from '../access/route.decorator.js';
import { ApiAnswerHeaders } from '../core/answers.decorator.js';
import { matches, tagOf } from '../core/etag.js';
import { ApiId, Id } from '../core/http.decorators.js';
import { ApiProblems } from '../core/problem.decorator.js';
import { ATTACHMENT_TYPES } from './attachment.types.js';
import { AttachmentView, UploadAttachmentQuery } from './attachments.dto.js';
import { type ReadableAttachmentRow } from './attachments.repository.js';
import { AttachmentsService, summaryOf } from './attachments.service.js';
import { contentType, drain, fileHeaders, piecesOf, sendFile, statedType } from './transfer.js';

const BINARY = { schema: { type: 'string', format: 'binary' } } as const;
const CONTENT = Object.fromEntries(ATTACHMENT_TYPES.map((type) => [type, BINARY]));

@ApiTags('attachments')
@Controller('v1/attachments')
export class AttachmentsController {
  constructor(private readonly attachments: AttachmentsService) {}

  /** Upload a file for an alert or a report that names its id within 24 hours; pictures lose all their metadata. */
  @Post()
  @HttpCode(201)
  @RequireScope('alerts:publish', 'reports:submit')
  // It may be for a protected report.
  @NamesNobody()
  @ApiConsumes(...ATTACHMENT_TYPES)
  @ApiBody({ required: true, description: 'The file itself, of the type that it is.', ...BINARY })
  @ApiAnswerHeaders('Location')
  @ApiProblems('conflict')
  async uploadAttachment(
    @CurrentActor() actor: Actor,
    @Query() { name }: UploadAttachmentQuery,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<AttachmentView> {
    const type = statedType(request);
    const pieces = piecesOf(request);
    try {
      const row = await this.attachments.upload(actor, { name, type }, pieces);
      response.set('Location', `/v1/attachments/${row.id}`);
      return summaryOf(row);
    } catch (error) {
      await drain(pieces);
      throw error;
    }
  }

  /** Read a file that belongs to a text which you may have, or one that you uploaded. */
  @Get(':id')
  @ApiId()
  @ReadsOnly()
  @RequireScope('alerts:read', 'reports:submit', 'reports:triage')
  @ApiAnswerHeaders('ETag', 'Content-Digest', 'Content-Disposition', 'SLT-Handling')
  @ApiOkResponse({ description: 'The file, to be saved.', content: CONTENT })
  @ApiProduces(...ATTACHMENT_TYPES)
  @ApiProblems('not-found')
  async getAttachment(
    @CurrentActor() actor: Actor,
    @CurrentRights() rights: Rights,
    @Id() id: string,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const row = await this.attachments.get(actor, id);
    const tag = tagOf(actor.readerId, row.id);
    response.set({ ...headersOf(row), ETag: tag });
    const known = request.headers['if-none-match'];
    if (known !== undefined && matches(known, tag)) {
      response.status(304).end();
      return;
    }
    response.set({ 'Content-Type': contentType(row.type), 'Content-Length': String(row.bytes) });
    if (request.method === 'HEAD') response.end();
    else
      await sendFile(
        this.attachments.read(() => rights.renew(), row),
        response,
      );
  }
}

function headersOf({ name, digest, tlp, classification }: ReadableAttachmentRow): Record<string, string> {
  const isOpen = tlp !== null && tlp <= tlpRank('GREEN');
  return {
    'Cache-Control': isOpen ? 'private, no-cache' : 'private, no-store',
    ...fileHeaders({ name, digest }),
    ...(tlp !== null && {
      'SLT-Handling': `TLP:${tlpLabel(tlp)}; ${classificationLabel(classification ?? 0)}`,
    }),
  };
}
