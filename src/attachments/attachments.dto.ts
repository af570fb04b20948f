import { ApiProperty } from '@nestjs/swagger';
import { Matches } from 'class-validator';
import { IsText } from '../core/text.decorator.js';
import { type AttachmentType } from './attachment.types.js';

export class UploadAttachmentQuery {
  /** Under which it is saved; the extension of its type is added when it has another one. */
  @IsText(1, 150)
  @Matches(/^[^/\\\u0000-\u001f\u007f\u200e\u200f\u202a-\u202e\u2066-\u2069]+$/, {
    message: 'must be the name of a file, without folders, line ends and marks of direction',
  })
  name: string;
}

/** A file that belongs to a text, at its handling and for its readers. */
export class AttachmentView {
  id: string;
  name: string;
  type: AttachmentType;
  @ApiProperty({ type: 'integer' })
  bytes: number;
  /** As in `Content-Digest` (RFC 9530), such as `sha-256=:…:`. */
  digest: string;
}
