/** Ranks from which upwards a second person is needed; either is enough, null never. */
export interface ReleasePolicy {
  tlp: number | null;
  classification: number | null;
}

export const NO_POLICY: ReleasePolicy = { tlp: null, classification: null };

/** Of what stands and what is wished, whatever holds more: as far as one person can go alone. */
export const tighterOf = (one: ReleasePolicy, other: ReleasePolicy): ReleasePolicy => ({
  tlp: lowerOf(one.tlp, other.tlp),
  classification: lowerOf(one.classification, other.classification),
});

export const isSame = (one: ReleasePolicy, other: ReleasePolicy): boolean =>
  one.tlp === other.tlp && one.classification === other.classification;

function lowerOf(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other;
  return Math.min(one, other);
}
