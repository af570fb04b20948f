import { ApiProperty } from '@nestjs/swagger';
import { HandlingView } from '../access/handling.dto.js';
import { classificationLabel, type Tlp, tlpLabel } from '../access/handling.js';
import { type SensitivityEffect } from '../arrangements/arrangements.service.js';
import {
  type Explanation,
  type ExplanationRow,
  type PublicRow,
  type Refusal,
  type Rule,
} from '../sharing/explanation.service.js';
import { type ShareableState } from '../sharing/sharing.service.js';
import { OrganisationView, presentOrganisation } from './organisation.view.js';
import { SUPPRESSED_BELOW } from '../core/suppression.js';
import { nameOf, type SensitivityMatch } from './sensitivity-gate.service.js';

export class ArrangementReferenceView {
  id: string;
  code: string;
}

export class ReceivedRenditionView {
  /** Place among the renditions, from 0, the lowest first. */
  @ApiProperty({ type: 'integer' })
  index: number;
  handling: HandlingView;
}

export class RuleView {
  rule: Rule;
  /** Of which it is a member; with `arrangement`. */
  arrangement?: ArrangementReferenceView;
}

export class ReceiverView {
  organisation: OrganisationView;
  /** The highest that admits it. */
  rendition: ReceivedRenditionView;
  /** Every way in which it has that rendition. */
  rules: RuleView[];
}

export class RefusalView {
  /** Place of the rendition that is addressed to it, from 0, the lowest first. */
  @ApiProperty({ type: 'integer' })
  rendition: number;
  reason: Refusal;
  /** Whose membership it is about. */
  arrangement?: ArrangementReferenceView;
}

export class NotReachedView {
  organisation: OrganisationView;
  reasons: RefusalView[];
}

/** Organisations whose names you may not see, by what is addressed to arrangements and kinds; null is one or two. */
export class OtherAudienceView {
  /** Those that you except are counted as if they were not excepted. */
  @ApiProperty({ type: 'integer', nullable: true })
  receives: number | null;
  @ApiProperty({ type: 'integer', nullable: true })
  notReached: number | null;
}

/**
 * Organisations of the audience, either as receiving or as not reached: originators of the UN see all, others those with
 * which they share an arrangement. Those that you name are there with what is addressed to them by name.
 */
export class AudiencePreviewView {
  /** What everybody reads, without credentials; absent when it is not said to the public. */
  public?: ReceivedRenditionView;
  receives: ReceiverView[];
  notReached: NotReachedView[];
  others: OtherAudienceView;
}

export class SensitivityMatchView {
  /** Place of the rendition, from 0, the lowest first. */
  @ApiProperty({ type: 'integer' })
  rendition: number;
  /** `arrangement/line`, as `acceptedWarnings` names it. */
  line: string;
  /** To members of the arrangement alone, as the reason. */
  title?: string;
  lowestTlp: Tlp;
  /** `warn` must be accepted, `block` cannot be. */
  effect: SensitivityEffect;
  reason?: string;
}

export class AudienceRehearsalView extends AudiencePreviewView {
  /** What the information-sharing protocols say of it: lines that ask for a higher handling. */
  sensitivity: SensitivityMatchView[];
}

export function presentSensitivity(match: SensitivityMatch): SensitivityMatchView {
  return {
    rendition: match.ordinal,
    line: nameOf(match),
    ...(match.title !== null && { title: match.title }),
    lowestTlp: tlpLabel(match.lowest_tlp),
    effect: match.effect,
    ...(match.reason !== null && { reason: match.reason }),
  };
}

export class AudienceExplanationView extends AudiencePreviewView {
  /** Nobody has what is withdrawn; what is not out yet is explained as if it were. */
  state: ShareableState;
}

export function presentAudience({ rows, toPublic, others }: Explanation): AudiencePreviewView {
  return {
    ...(toPublic && { public: presentReceived(toPublic) }),
    receives: rows.flatMap(presentReceiver),
    notReached: rows.flatMap(presentNotReached),
    others: { receives: presentCount(others.receives), notReached: presentCount(others.notReached) },
  };
}

/** One or two could be told by who is known to be there. */
const presentCount = (count: number): number | null => (count > 0 && count < SUPPRESSED_BELOW ? null : count);

function presentReceiver(row: ExplanationRow): ReceiverView[] {
  const { ordinal, tlp, classification, rules } = row;
  if (ordinal === null || tlp === null || classification === null) return [];
  return [
    {
      organisation: presentOrganisation(row),
      rendition: presentReceived({ ordinal, tlp, classification }),
      rules: (rules ?? []).map(({ rule, ...of }) => ({ rule, ...presentArrangement(of) })),
    },
  ];
}

const presentReceived = ({ ordinal, tlp, classification }: PublicRow): ReceivedRenditionView => ({
  index: ordinal,
  handling: { tlp: tlpLabel(tlp), classification: classificationLabel(classification) },
});

function presentNotReached(row: ExplanationRow): NotReachedView[] {
  if (row.ordinal !== null) return [];
  const reasons = (row.refusals ?? []).map(({ rendition, reason, ...of }) => ({
    rendition,
    reason,
    ...presentArrangement(of),
  }));
  return [{ organisation: presentOrganisation(row), reasons }];
}

const presentArrangement = ({
  arrangementId: id,
  arrangementCode: code,
}: {
  arrangementId?: string;
  arrangementCode?: string;
}): { arrangement?: ArrangementReferenceView } =>
  id === undefined || code === undefined ? {} : { arrangement: { id, code } };
