import { pipeline } from 'node:stream/promises';
import { Controller, Get, HttpCode, Post, Query, Req, Res } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOkResponse, ApiProduces, ApiTags } from '@nestjs/swagger';
import { type Request, type Response } from 'express';
import { type Actor } from '../access/actor.js';
import { classificationLabel, tlpLabel, tlpRank } from '../access/handling.js';
import { CurrentActor, NamesNobody, RequireScope } from '../access/route.decorator.js';
import { ApiAnswerHeaders } from '../core/answers.decorator.js';
import { matches, tagOf } from '../core/etag.js';
import { ApiId, Id } from '../core/http.decorators.js';
import { ApiProblems } from '../core/problem.decorator.js';
import { problems } from '../core/problem.js';
import { ATTACHMENT_TYPES, type AttachmentType, contentDisposition } from './attachment.types.js';
import { AttachmentView, UploadAttachmentQuery } from './attachments.dto.js';
import { type ReadableAttachmentRow } from './attachments.repository.js';
import { AttachmentsService, contentDigest, summaryOf } from './attachments.service.js';

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
    const pieces = request.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer>;
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
  @RequireScope('alerts:read', 'reports:submit', 'reports:triage')
  @ApiAnswerHeaders('ETag', 'Content-Digest', 'Content-Disposition', 'SLT-Handling')
  @ApiOkResponse({ description: 'The file, to be saved.', content: CONTENT })
  @ApiProduces(...ATTACHMENT_TYPES)
  @ApiProblems('not-found')
  async getAttachment(
    @CurrentActor() actor: Actor,
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
    else await send(this.attachments.read(actor, row), response);
  }
}

/** Ends with the connection, whichever of the two sides gave up; there is nobody left to be told. */
async function send(chunks: AsyncIterable<Buffer>, response: Response): Promise<void> {
  await pipeline(chunks, response).catch(() => response.destroy());
}

/** What a browser makes of it, if one comes: a file to save, which can do nothing and is taken for nothing else. */
function headersOf({ name, digest, tlp, classification }: ReadableAttachmentRow): Record<string, string> {
  const isOpen = tlp !== null && tlp <= tlpRank('GREEN');
  return {
    'Cache-Control': isOpen ? 'private, no-cache' : 'private, no-store',
    'Content-Digest': contentDigest(digest),
    'Content-Disposition': contentDisposition(name),
    'Content-Security-Policy': "sandbox; default-src 'none'",
    'X-Content-Type-Options': 'nosniff',
    ...(tlp !== null && {
      'SLT-Handling': `TLP:${tlpLabel(tlp)}; ${classificationLabel(classification ?? 0)}`,
    }),
  };
}

const contentType = (type: AttachmentType): string =>
  type.startsWith('text/') ? `${type}; charset=utf-8` : type;

/** @throws Problem 400 without a body, 415 for text that is not in UTF-8 */
function statedType(request: Request): AttachmentType {
  const type = request.is(ATTACHMENT_TYPES) as AttachmentType | false | null;
  if (!type) throw problems.invalidInput([{ pointer: '#', detail: 'must not be empty' }]);
  const charset = /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(request.headers['content-type'] ?? '')?.[1];
  if (charset !== undefined && !/^(utf-8|us-ascii)$/i.test(charset)) {
    throw problems.unsupportedMediaType([`${type} in UTF-8`]);
  }
  return type;
}

const DRAINED_BYTES = 16 * 1024 * 1024;

/** Whoever is still sending listens only afterwards. What is much too much is not waited for. */
async function drain(pieces: AsyncIterator<Buffer>): Promise<void> {
  let bytes = 0;
  try {
    for (let piece = await pieces.next(); piece.done !== true; piece = await pieces.next()) {
      bytes += piece.value.length;
      if (bytes > DRAINED_BYTES) return;
    }
  } catch {
    // It is gone.
  }
}
