import { Injectable } from '@nestjs/common';
import { type Actor } from '../../access/actor.js';
import { classificationRank, type Handling, tlpRank } from '../../access/handling.js';
import { type ShareableType } from '../../sharing/sharing.service.js';
import { ContentsService } from '../contents/contents.service.js';
import { type DeliveryRow, type HandlingRow, type SendingRow } from './deliveries.repository.js';
import { type Current } from './webhook-message.js';

/** What a receiver may have at the moment of sending. */
@Injectable()
export class WebhookContentsService {
  constructor(private readonly contents: ContentsService) {}

  /**
   * By id of the object; what the reader no longer has is absent. With content as far as the webhook's ceiling goes:
   * above it nothing is even read, for what is read counts as given.
   */
  async collect(
    actor: Actor,
    webhook: SendingRow,
    due: DeliveryRow[],
    handling: HandlingRow[],
  ): Promise<Map<string, Current>> {
    const current = new Map<string, Current>(handling.map(({ id, tlp }) => [id, { tlp }]));
    if (webhook.content === 'thin') return current;
    const open = new Set(handling.filter((one) => isWithin(one, webhook)).map(({ id }) => id));
    const objects = due
      .filter(({ objectId, change }) => open.has(objectId) && change !== 'withdrawn')
      .map(({ type, objectId }) => ({ type: type as ShareableType, id: objectId }));
    for (const [id, content] of await this.contents.read(actor, objects)) {
      const { handling: stated } = content as { handling: Handling };
      // It may have been raised in between.
      if (isWithin(ranks(stated), webhook)) current.set(id, { tlp: tlpRank(stated.tlp), content });
    }
    return current;
  }
}

const ranks = ({ tlp, classification }: Handling): Omit<HandlingRow, 'id'> => ({
  tlp: tlpRank(tlp),
  classification: classificationRank(classification),
});

const isWithin = ({ tlp, classification }: Omit<HandlingRow, 'id'>, webhook: SendingRow): boolean =>
  tlp <= webhook.ceilingTlp && classification <= webhook.ceilingClassification;
