import { Injectable } from '@nestjs/common';
import { type Actor } from '../access/actor.js';
import { type Tx } from '../core/database.js';
import { FetchesService } from '../sharing/fetches.service.js';
import { type AlertContent } from './alert-content.js';
import { AlertsRepository, type ReadableRow } from './alerts.repository.js';
import { type CapReference } from './cap/cap-message.js';
import { RenditionCache } from './rendition.cache.js';

export interface ReadAlert {
  row: ReadableRow;
  /** As this reader gets it: with what it replaces of what this reader had. */
  content: AlertContent;
  /** The same for all its readers, and so as it may be kept. */
  isShared: boolean;
}

/** What alerts say to the acting reader, once its grants have shown which renditions are its own. */
@Injectable()
export class AlertContentsService {
  constructor(
    private readonly alerts: AlertsRepository,
    private readonly cache: RenditionCache,
    private readonly fetches: FetchesService,
  ) {}

  async read(tx: Tx, rows: ReadableRow[]): Promise<ReadAlert[]> {
    const missing = rows.map((row) => row.rendition_id).filter((id) => !this.cache.has(id));
    const fetched = new Map<string, AlertContent>();
    if (missing.length > 0) {
      for (const { rendition_id, content } of await this.alerts.listContents(tx, missing)) {
        fetched.set(rendition_id, content);
        this.cache.put(rendition_id, content);
      }
    }
    const received = await this.listReceived(tx, rows);
    return rows.flatMap((row): ReadAlert[] => {
      const written = fetched.get(row.rendition_id) ?? this.cache.content(row.rendition_id);
      if (written === undefined) return [];
      const content = row.state === null ? written : { ...written, state: row.state };
      const earlier = received.get(row.id);
      if (earlier === undefined) return [{ row, content, isShared: true }];
      return [{ row, content: replacing(content, earlier), isShared: false }];
    });
  }

  /**
   * The last step of every way of reading, when its transaction is over: that the reader was given these alerts is
   * durable before they leave. Drafts, which have no place in a log, are nobody's receipts.
   */
  async give<Answer>(actor: Actor, answer: Answer, alerts: ReadAlert[]): Promise<Answer> {
    const given = alerts.map(({ row }) => row).filter(({ position }) => Number(position) > 0);
    await this.fetches.record(actor, given);
    return answer;
  }

  /** Only what has changed for the reader can replace something. */
  private async listReceived(tx: Tx, rows: ReadableRow[]): Promise<Map<string, CapReference[]>> {
    const changed = rows.filter((row) => row.version > 1).map((row) => row.id);
    const received = new Map<string, CapReference[]>();
    if (changed.length === 0) return received;
    for (const { alert_id, sender, identifier, sent } of await this.alerts.listReceived(tx, changed)) {
      received.set(alert_id, [...(received.get(alert_id) ?? []), { sender, identifier, sent }]);
    }
    return received;
  }
}

/**
 * CAP 1.2 §3.2.1: an update names the messages that it replaces. Those are the ones that this reader had; to name
 * others would tell it of texts that were never for it.
 */
function replacing(content: AlertContent, earlier: CapReference[]): AlertContent {
  const key = ({ sender, identifier, sent }: CapReference): string => `${sender},${identifier},${sent}`;
  const references = new Map([...earlier, ...content.references].map((one) => [key(one), one]));
  return {
    ...content,
    messageType: content.messageType === 'alert' ? 'update' : content.messageType,
    references: [...references.values()],
  };
}
