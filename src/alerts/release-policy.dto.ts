import { IsIn } from 'class-validator';
import {
  type Classification,
  classificationLabel,
  CLASSIFICATIONS,
  type Tlp,
  TLP_LABELS,
  tlpLabel,
} from '../access/handling.js';
import { IfPresent } from '../core/if-present.decorator.js';
import { type PolicyRow } from './release-policy.repository.js';
import { type ReleasePolicy } from './release-policy.rules.js';

/** From this handling upwards, for your own organisation; either is enough, and without both nothing waits. */
export class ReleasePolicyDto {
  @IfPresent()
  @IsIn(TLP_LABELS)
  tlp?: Tlp;

  @IfPresent()
  @IsIn(CLASSIFICATIONS)
  classification?: Classification;
}

/** Looser than what stands, which goes on standing until another client of yours confirms this. */
export class ProposedPolicyView {
  tlp?: Tlp;
  classification?: Classification;
  /** A client of yours. */
  proposedBy: string;
  proposedAt: Date;
}

export class ReleasePolicyView {
  tlp?: Tlp;
  classification?: Classification;
  proposed?: ProposedPolicyView;
}

export const presentPolicy = ({ proposed, ...policy }: PolicyRow): ReleasePolicyView => ({
  ...presentRanks(policy),
  ...(proposed !== null && {
    proposed: { ...presentRanks(proposed), proposedBy: proposed.by, proposedAt: proposed.at },
  }),
});

const presentRanks = ({
  tlp,
  classification,
}: ReleasePolicy): { tlp?: Tlp; classification?: Classification } => ({
  ...(tlp !== null && { tlp: tlpLabel(tlp) }),
  ...(classification !== null && { classification: classificationLabel(classification) }),
});
