import {
  ceilingRanks,
  CLASSIFICATIONS,
  classificationLabel,
  classificationRank,
  HIGHEST_RANKS,
  TLP_LABELS,
  tlpLabel,
  tlpRank,
} from '../../src/access/handling.js';

describe('handling', () => {
  it('ranks TLP labels and classifications from widest to narrowest, and back', () => {
    expect(TLP_LABELS.map(tlpRank)).toEqual([0, 1, 2, 3, 4]);
    expect(CLASSIFICATIONS.map(classificationRank)).toEqual([0, 1, 2]);
    expect(TLP_LABELS.map((label) => tlpLabel(tlpRank(label)))).toEqual(TLP_LABELS);
    expect(CLASSIFICATIONS.map((label) => classificationLabel(classificationRank(label)))).toEqual(
      CLASSIFICATIONS,
    );
  });

  it('reads a ceiling without classification as the highest that its TLP label admits', () => {
    expect(TLP_LABELS.map((tlp) => ceilingRanks({ tlp }))).toEqual([
      { tlp: 0, classification: 0 },
      { tlp: 1, classification: 0 },
      { tlp: 2, classification: 1 },
      { tlp: 3, classification: 2 },
      { tlp: 4, classification: 2 },
    ]);
    expect(HIGHEST_RANKS).toEqual({ tlp: 4, classification: 2 });
  });

  it('keeps a classification that was given', () => {
    expect(ceilingRanks({ tlp: 'RED', classification: 'UNCLASSIFIED' })).toEqual({
      tlp: 4,
      classification: 0,
    });
  });

  it.each([-1, 5, 1.5, NaN])('has no label for the rank %p', (rank) => {
    expect(() => tlpLabel(rank)).toThrow();
    expect(() => classificationLabel(rank)).toThrow();
  });
});
