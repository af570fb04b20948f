import { IsIn } from 'class-validator';
import { classificationLabel, tlpLabel } from '../access/handling.js';
import { HandlingView } from '../access/handling.dto.js';
import { type ContributedAlert } from '../alerts/alert-contributions.service.js';
import { type AttachmentSummary, type AttachmentType } from '../attachments/attachments.service.js';
import { IfPresent } from '../core/if-present.decorator.js';
import { PageQuery } from '../core/page.dto.js';
import { PartnerView } from '../partners/partners.service.js';
import { type ContributedReport } from '../reports/report-contributions.service.js';
import { type ShareableType } from '../sharing/sharing.service.js';
import { type WithdrawalRow } from './withdrawals.repository.js';
import { WITHDRAWAL_CHOICES, type WithdrawalChoice, type WithdrawalState } from './withdrawal.rules.js';

export class WithdrawPartnerDto {
  /**
   * What becomes of what the partner contributed: `return` gives it all to the partner for 30 days and then withdraws it,
   * `deletion` withdraws it now. The partner itself must choose; for others it can be deletion, or absent: it stays.
   */
  @IfPresent()
  @IsIn(WITHDRAWAL_CHOICES)
  choice?: WithdrawalChoice;
}

export class WithdrawalView {
  choice: WithdrawalChoice;
  /** `returning` while it can be fetched, `withdrawing` while it is being withdrawn, then `done`. */
  state: WithdrawalState;
  requestedAt: string;
  /** Until when it can be fetched. */
  fetchUntil?: string;
  finishedAt?: string;
}

export class WithdrawnPartnerView extends PartnerView {
  /** Absent where what it contributed stays. */
  withdrawal?: WithdrawalView;
  /** Private address of all that it contributed; shown this once, and to nobody else. */
  contributions?: string;
}

export class ContributedFileView {
  id: string;
  name: string;
  type: AttachmentType;
  bytes: number;
  /** Private path of the file itself, as long as that of the contributions is good. */
  path: string;
}

export class ContributedRenditionView {
  handling: HandlingView;
  /** As it was kept. */
  content: Record<string, unknown>;
  /** The files that belong to it. */
  files: ContributedFileView[];
}

export class ContributionView {
  type: ShareableType;
  id: string;
  state: string;
  renditions: ContributedRenditionView[];
}

export class ContributionsQuery extends PageQuery {}

export class ContributionsPage {
  partner: string;
  fetchUntil: string;
  items: ContributionView[];
  nextCursor: string | null;
}

export function presentWithdrawal(row: WithdrawalRow): WithdrawalView {
  return {
    choice: row.choice,
    state: row.state,
    requestedAt: row.requested_at.toISOString(),
    ...(row.fetch_until !== null && { fetchUntil: row.fetch_until.toISOString() }),
    ...(row.finished_at !== null && { finishedAt: row.finished_at.toISOString() }),
  };
}

/** @param path the private address under which all of it is fetched */
export const presentAlert = (
  { id, state, renditions }: ContributedAlert,
  path: string,
): ContributionView => ({
  type: 'alert',
  id,
  state,
  renditions: renditions.map((one) => presentRendition(one, path)),
});

export const presentReport = (
  { id, state, ...rendition }: ContributedReport,
  path: string,
): ContributionView => ({
  type: 'report',
  id,
  state,
  renditions: [presentRendition(rendition, path)],
});

const presentRendition = (
  {
    tlp,
    classification,
    content,
  }: { tlp: number; classification: number; content: { attachments?: AttachmentSummary[] } },
  path: string,
): ContributedRenditionView => ({
  handling: { tlp: tlpLabel(tlp), classification: classificationLabel(classification) },
  content: { ...content },
  files: (content.attachments ?? []).map(({ id, name, type, bytes }) => ({
    ...{ id, name, type, bytes },
    path: `${path}/files/${id}`,
  })),
});
