/** Traffic Light Protocol 2.0, from widest to narrowest; the place in the list is the rank that the database keeps. */
export const TLP_LABELS = ['CLEAR', 'GREEN', 'AMBER', 'AMBER+STRICT', 'RED'] as const;
export type Tlp = (typeof TLP_LABELS)[number];

/** ST/SGB/2007/6, from lowest to highest; the place in the list is the rank that the database keeps. */
export const CLASSIFICATIONS = ['UNCLASSIFIED', 'CONFIDENTIAL', 'STRICTLY_CONFIDENTIAL'] as const;
export type Classification = (typeof CLASSIFICATIONS)[number];

export interface Handling {
  tlp: Tlp;
  classification: Classification;
}

/** The highest handling that somebody may receive. */
export interface Ceiling {
  tlp: Tlp;
  classification?: Classification;
}

export const tlpRank = (label: Tlp): number => TLP_LABELS.indexOf(label);

export const classificationRank = (label: Classification): number => CLASSIFICATIONS.indexOf(label);

/** @throws Error for a rank that no label has */
export const tlpLabel = (rank: number): Tlp => labelAt(TLP_LABELS, rank);

/** @throws Error for a rank that no classification has */
export const classificationLabel = (rank: number): Classification => labelAt(CLASSIFICATIONS, rank);

/** The highest classification that a text under each TLP label may have. */
const HIGHEST_CLASSIFICATION: Record<Tlp, Classification> = {
  CLEAR: 'UNCLASSIFIED',
  GREEN: 'UNCLASSIFIED',
  AMBER: 'CONFIDENTIAL',
  'AMBER+STRICT': 'STRICTLY_CONFIDENTIAL',
  RED: 'STRICTLY_CONFIDENTIAL',
};

/** An absent classification means the highest that the TLP label admits. */
export function ceilingRanks({ tlp, classification }: Ceiling): { tlp: number; classification: number } {
  return {
    tlp: tlpRank(tlp),
    classification: classificationRank(classification ?? HIGHEST_CLASSIFICATION[tlp]),
  };
}

/** What no ceiling at all amounts to. */
export const HIGHEST_RANKS = ceilingRanks({ tlp: 'RED' });

function labelAt<Label>(labels: readonly Label[], rank: number): Label {
  const label = labels[rank];
  if (label === undefined) throw new Error(`There is no label of rank ${rank}.`);
  return label;
}
