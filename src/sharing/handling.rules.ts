import { classificationRank, tlpRank, type Classification, type Tlp } from '../access/handling.js';
import { type Fault } from '../core/problem.js';
import { type PartnerKind } from '../partners/partners.service.js';
import { type AudienceDto } from './audience.dto.js';

/** Originators that hold to the UN's classification and so must always state one. */
const CLASSIFYING_KINDS: readonly string[] = ['un_entity', 'unsms_mou'] satisfies PartnerKind[];

export interface StatedHandling {
  tlp: Tlp;
  classification?: Classification;
  classificationReason?: string;
  reviewAt?: string;
  audience: AudienceDto;
}

/**
 * Every contradiction in what an originator says about the handling of one text: TLP 2.0, ST/SGB/2007/6 and the
 * design's rules of consistency. Nothing is guessed.
 */
export function handlingFaults(stated: StatedHandling, originatorKind: string, pointer: string): Fault[] {
  const { tlp, classification, audience } = stated;
  const faults: Fault[] = [];
  const fault = (name: string, detail: string): void => {
    faults.push({ pointer: `${pointer}/${name}`, detail });
  };
  if (classification === undefined && CLASSIFYING_KINDS.includes(originatorKind)) {
    fault('classification', 'must be stated by UN originators');
  }
  if (classification !== undefined && classification !== 'UNCLASSIFIED') {
    if (!CLASSIFYING_KINDS.includes(originatorKind)) fault('classification', 'is for UN originators alone');
    if (!stated.classificationReason) fault('classificationReason', `must be stated for ${classification}`);
  }
  if (classification === 'STRICTLY_CONFIDENTIAL' && tlpRank(tlp) < tlpRank('AMBER+STRICT')) {
    fault('tlp', 'must be RED or AMBER+STRICT for STRICTLY_CONFIDENTIAL');
  }
  if (classification === 'CONFIDENTIAL' && tlpRank(tlp) < tlpRank('AMBER')) {
    fault('tlp', 'must be above GREEN for CONFIDENTIAL');
  }
  if (tlp === 'RED' && audience.arrangements.length + audience.kinds.length > 0) {
    fault('audience', 'of RED must be named partners only');
  }
  if (audience.kinds.includes('public')) {
    if (tlp !== 'CLEAR') fault('audience/kinds', 'is the public for CLEAR alone');
    if (audience.except.length > 0) fault('audience/except', 'cannot keep anybody from what is public');
  }
  return faults;
}

/** Ranks of a handling that has passed `handlingFaults`. */
export function handlingRanks(stated: StatedHandling): { tlp: number; classification: number } {
  return {
    tlp: tlpRank(stated.tlp),
    classification: classificationRank(stated.classification ?? 'UNCLASSIFIED'),
  };
}
