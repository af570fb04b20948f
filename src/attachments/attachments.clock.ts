import { Injectable } from '@nestjs/common';
import { Clock } from '../core/clock.js';
import { AttachmentsService } from './attachments.service.js';

const INTERVAL_MS = 60_000;

/** Uploads that nobody used go by themselves, in whichever process is up. */
@Injectable()
export class AttachmentsClock extends Clock {
  constructor(private readonly attachments: AttachmentsService) {
    super('unused attachments could not be dropped', INTERVAL_MS);
  }

  protected async tick(): Promise<boolean> {
    return (await this.attachments.dropUnusedAsSystem()) > 0;
  }
}
