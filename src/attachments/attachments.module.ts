import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { AttachmentsClock } from './attachments.clock.js';
import { AttachmentsController } from './attachments.controller.js';
import { AttachmentsRepository } from './attachments.repository.js';
import { AttachmentsService } from './attachments.service.js';

export { ATTACHMENT_TYPES } from './attachment.types.js';
export { UploadAttachmentQuery } from './attachments.dto.js';
export {
  contentDigest,
  contentType,
  drain,
  fileHeaders,
  piecesOf,
  sendFile,
  statedType,
} from './transfer.js';

/**
 * Files that belong to the renditions of alerts and reports. Owns attachment, attachment_chunk, attachment_owner and
 * attachment_use. Whoever may have a rendition may have its files; from whom they are shows nowhere.
 */
@Module({
  imports: [AuditModule],
  controllers: [AttachmentsController],
  providers: [AttachmentsClock, AttachmentsRepository, AttachmentsService],
  exports: [AttachmentsService],
})
export class AttachmentsModule {}
