import { tlpLabel } from '../../access/handling.js';
import { type DeliveryRow } from './deliveries.repository.js';
import { type WebhookMessageView } from './webhook-message.view.js';

/** What the receiver may have at this moment of what the message is about; absent once it may not have it. */
export interface Current {
  tlp: number;
  /** For messages that carry it. */
  content?: object;
}

export const messageId = (deliveryId: string): string => `msg_${deliveryId}`;

/**
 * The body of Standard Webhooks. What was lost meanwhile becomes a tombstone, which says nothing but that it is gone.
 * @param current absent for what the receiver may no longer have
 */
export function writeMessage(delivery: DeliveryRow, current: Current | undefined, publicUrl: string): string {
  const { type, objectId, isDrill, position } = delivery;
  const isAboutWebhook = type === 'webhook';
  const change = current === undefined && !isAboutWebhook ? 'withdrawn' : delivery.change;
  const isGone = change === 'withdrawn';
  const message: WebhookMessageView = {
    type: `${type}.${change}`,
    timestamp: delivery.at.toISOString(),
    data: {
      object: { type, id: objectId, ...(delivery.version !== null && { version: delivery.version }) },
      change,
      alarm: delivery.alarm,
      ...(isDrill && { drill: true }),
      ...(position !== null && { position: Number(position) }),
      ...(!isGone && current !== undefined && { tlp: tlpLabel(current.tlp) }),
      ...(!isGone && { address: `${publicUrl}/v1/${type}s/${objectId}` }),
      ...(!isGone && current?.content !== undefined && { content: current.content }),
    },
  };
  return JSON.stringify(message);
}
