import { type HandlingView } from '../../access/handling.dto.js';
import { classificationLabel, tlpLabel } from '../../access/handling.js';
import { type SavedFilter } from '../../alerts/alert-pages.service.js';
import { type MailLanguage } from '../mail/languages.js';
import { type Delivery } from './subscriptions.dto.js';
import { type RecipientRow, type RecipientState, type SubscriptionRow } from './subscriptions.repository.js';

export class QuietHoursView {
  start: string;
  end: string;
}

export class RecipientView {
  id: string;
  address: string;
  language: MailLanguage;
  timeZone: string;
  delivery: Delivery;
  digestAt?: string[];
  quietHours?: QuietHoursView;
  maxPerHour: number;
  /** Only who has `confirmed` is told anything; `failed` is who was refused for good by its own mail server. */
  state: RecipientState;
  stateChangedAt: string;
  /** Reply codes of SMTP with which mail was refused. */
  failure?: string;
  lastSentAt?: string;
}

export class SubscriptionView {
  id: string;
  name: string;
  filter: SavedFilter;
  channel: 'email';
  recipients: RecipientView[];
  drills: boolean;
  mailCeiling: HandlingView;
  /** Rests once the client that keeps it may no longer read; any change by another client of yours takes it over. */
  state: 'active' | 'resting';
  /** The client that keeps it. */
  clientId: string;
  createdAt: string;
  changedAt: string;
}

export class SubscriptionPage {
  items: SubscriptionView[];
  nextCursor: string | null;
}

export function presentSubscription(row: SubscriptionRow, recipients: RecipientRow[]): SubscriptionView {
  return {
    id: row.id,
    name: row.name,
    filter: row.filter,
    channel: 'email',
    recipients: recipients.map(presentRecipient),
    drills: row.drills,
    mailCeiling: {
      tlp: tlpLabel(row.mail_tlp),
      classification: classificationLabel(row.mail_classification),
    },
    state: row.is_open ? 'active' : 'resting',
    clientId: row.client_id,
    createdAt: row.created_at.toISOString(),
    changedAt: row.changed_at.toISOString(),
  };
}

function presentRecipient(row: RecipientRow): RecipientView {
  return {
    id: row.id,
    address: row.address,
    language: row.language,
    timeZone: row.time_zone,
    delivery: row.delivery,
    digestAt: row.delivery === 'digest' ? row.digest_at : undefined,
    quietHours:
      row.quiet_from === null || row.quiet_until === null
        ? undefined
        : { start: row.quiet_from, end: row.quiet_until },
    maxPerHour: row.max_per_hour,
    state: row.state,
    stateChangedAt: row.state_changed_at.toISOString(),
    failure: row.failure ?? undefined,
    lastSentAt: row.last_sent_at?.toISOString(),
  };
}
