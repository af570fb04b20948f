import { IsText } from '../core/text.decorator.js';
import { TranslateAlertDto, UpdateAlertDto } from './alerts.dto.js';
import { type ReleaseRow } from './release.repository.js';

export class RefuseReleaseDto {
  /** Your organisation sees it; nobody else does. */
  @IsText(3, 1000)
  reason: string;
}

/** What waits, or last waited, for a second person of your organisation. */
export class ReleaseView {
  state: 'waiting' | 'released' | 'refused';
  /** The alert itself, which nobody has yet, or a change of what stands. */
  subject: 'alert' | 'update' | 'translation';
  /** A client of yours. */
  askedBy: string;
  askedAt: Date;
  /** The update that waits, while what stands stays as it is. */
  update?: UpdateAlertDto;
  /** The languages that wait. */
  translation?: TranslateAlertDto;
  /** Another client of yours. */
  decidedBy?: string;
  decidedAt?: Date;
  /** Why it was refused. */
  reason?: string;
}

export function presentRelease(row: ReleaseRow): ReleaseView {
  return {
    state: row.state,
    subject: row.subject,
    askedBy: row.asked_by,
    askedAt: row.asked_at,
    ...(row.proposal !== null && row.subject === 'update' && { update: row.proposal as UpdateAlertDto }),
    ...(row.proposal !== null &&
      row.subject === 'translation' && { translation: row.proposal as TranslateAlertDto }),
    ...(row.decided_by !== null && { decidedBy: row.decided_by }),
    ...(row.decided_at !== null && { decidedAt: row.decided_at }),
    ...(row.reason !== null && { reason: row.reason }),
  };
}
