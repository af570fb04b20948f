import { ApiProperty, getSchemaPath } from '@nestjs/swagger';
import { type Tlp } from '../../access/handling.js';
import { AlertView } from '../../alerts/alert-reading.service.js';
import { ReportView } from '../../reports/report-reading.service.js';
import { type MessageSubject } from './webhooks.repository.js';

export class WebhookMessageObjectView {
  type: MessageSubject;
  id: string;
  /** Counts what you were given of it; absent where it is about the webhook itself. */
  @ApiProperty({ type: 'integer', required: false })
  version?: number;
}

export class WebhookMessageDataView {
  object: WebhookMessageObjectView;
  /** What happened: that of the change log; `test` and `disabled` are of the webhook itself. */
  change: string;
  /** False when nobody needs to be woken. */
  alarm: boolean;
  /** True for what is not meant for action; absent otherwise. */
  drill?: boolean;
  /** Place in your own change log; absent where it is about the webhook itself. */
  @ApiProperty({ type: 'integer', required: false })
  position?: number;
  /** The label of what you may read now; absent for a tombstone. */
  tlp?: Tlp;
  /** Where to read it; absent for a tombstone. */
  address?: string;
  /** What it says to you at the moment of sending, with `"content": "full"` and as far as the ceiling goes. */
  @ApiProperty({
    required: false,
    anyOf: [{ $ref: getSchemaPath(AlertView) }, { $ref: getSchemaPath(ReportView) }],
  })
  content?: object;
}

/** The body of a message, after Standard Webhooks. */
export class WebhookMessageView {
  /** What it is about and what happened, such as `alert.published`. */
  type: string;
  /** When it happened; that of the attempt is in the header. */
  @ApiProperty({ format: 'date-time' })
  timestamp: string;
  data: WebhookMessageDataView;
}
