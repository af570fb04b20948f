import { IsIn } from 'class-validator';
import { HandlingView } from '../access/handling.dto.js';
import { classificationLabel, tlpLabel } from '../access/handling.js';
import { IfPresent } from '../core/if-present.decorator.js';
import { PageQuery } from '../core/page.dto.js';
import { type ReviewRow } from './downgrade.repository.js';

export class ListReviewsQuery extends PageQuery {
  /** `true`: only those whose day has come. */
  @IfPresent()
  @IsIn(['true'])
  due?: 'true';
}

export class ReviewView {
  alertId: string;
  /** `identifier` of the rendition. */
  identifier: string;
  event: string;
  handling: HandlingView;
  /** Day on which it is to be looked at again. */
  reviewAt: string;
  isDue: boolean;
}

export class ReviewPage {
  items: ReviewView[];
  nextCursor: string | null;
}

export const presentReview = (row: ReviewRow): ReviewView => ({
  alertId: row.alert_id,
  identifier: row.identifier,
  event: row.event,
  handling: { tlp: tlpLabel(row.tlp), classification: classificationLabel(row.classification) },
  reviewAt: row.review_at,
  isDue: row.is_due,
});
