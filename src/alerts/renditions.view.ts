import { type HandlingView } from '../access/handling.dto.js';
import { classificationLabel, tlpLabel } from '../access/handling.js';
import { type AudienceKind, type ShareableState } from '../sharing/sharing.service.js';
import { type AttachmentView } from '../attachments/attachments.service.js';
import { type AreaView, presentContent, presentText, type TextView } from './alerts.view.js';
import { type OwnRenditionRow } from './alerts.repository.js';
import { type VerificationView } from './verification.dto.js';

export class DowngradeView {
  at: string;
  handling: HandlingView;
}

export class AudienceView {
  /** Ids. */
  arrangements: string[];
  kinds: AudienceKind[];
  /** Ids. */
  partners: string[];
  /** Ids. */
  except: string[];
}

/** One rendition as its originator sees it, with its audience. */
export class RenditionView {
  handling: HandlingView;
  classificationReason?: string;
  reviewAt?: string;
  /** What it becomes by itself, and when. */
  downgrade?: DowngradeView;
  audience: AudienceView;
  texts: TextView[];
  areas: AreaView[];
  attachments: AttachmentView[];
  /** What you found out about it since, oldest first; the last one holds. */
  verification: VerificationView[];
  identifier: string;
  sent: string;
}

export class RenditionList {
  state: ShareableState;
  /** When you learned of it. */
  knownAt?: string;
  items: RenditionView[];
}

export function presentRendition(row: OwnRenditionRow): RenditionView {
  const { areas, attachments, verification, identifier, sent } = presentContent(row.content, undefined);
  return {
    handling: { tlp: tlpLabel(row.tlp), classification: classificationLabel(row.classification) },
    ...(row.classification_reason !== null && { classificationReason: row.classification_reason }),
    ...(row.review_at !== null && { reviewAt: row.review_at }),
    ...(row.downgrade !== null && {
      downgrade: {
        at: new Date(row.downgrade.at).toISOString(),
        handling: {
          tlp: tlpLabel(row.downgrade.tlp),
          classification: classificationLabel(row.downgrade.classification),
        },
      },
    }),
    audience: {
      arrangements: row.audience_arrangements,
      kinds: row.audience_kinds,
      partners: row.audience_partners,
      except: row.audience_except,
    },
    texts: row.content.texts.map(presentText),
    areas,
    verification,
    attachments,
    identifier,
    sent,
  };
}
