import { type AttachmentsService } from '../attachments/attachments.service.js';
import { type Tx } from '../core/database.js';
import { type AlertContent, type AlertRenditionDraft } from './alert-content.js';
import { type Attribution } from './alert.values.js';
import { type RenditionDto } from './alerts.dto.js';
import { type CapResource } from './cap/cap-message.js';

type Summaries = NonNullable<AlertContent['attachments']>;

/**
 * What each rendition is to say of its files.
 * @throws Problem 400; also for files that may tell who wrote them, where the originator stays unnamed
 */
export async function describeAttachments(
  tx: Tx,
  attachments: AttachmentsService,
  renditions: RenditionDto[],
  attribution: Attribution,
): Promise<Summaries[]> {
  const described: Summaries[] = [];
  for (const [index, { attachments: ids = [] }] of renditions.entries()) {
    const pointer = `#/renditions/${index}/attachments`;
    described.push(await attachments.describe(tx, ids, { pointer, uncleaned: attribution === 'named' }));
  }
  return described;
}

/** A rendition without files says nothing of files, as those of earlier days do. */
export const withAttachments = (
  draft: AlertRenditionDraft,
  attachments: Summaries = [],
): AlertRenditionDraft =>
  attachments.length === 0 ? draft : { ...draft, content: { ...draft.content, attachments } };

/** CAP 1.2 §3.2.3. The digest there is SHA-1, which proves nothing any more: ours comes with the file. */
export const resourcesOf = ({ attachments = [] }: AlertContent, publicUrl: string): CapResource[] =>
  attachments.map(({ id, name, type, bytes }) => ({
    resourceDesc: name,
    mimeType: type,
    size: String(bytes),
    uri: `${publicUrl}/v1/attachments/${id}`,
  }));
