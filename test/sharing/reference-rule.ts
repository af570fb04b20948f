/**
 * Who sees what, as section 3 of the design says it: one reader, one rendition at a time, slow and obvious. Written from
 * the design and not from the view `admission`, so that a test can hold the two together.
 */
export interface Handling {
  tlp: string;
  classification: string;
}

export interface Partner {
  id: string;
  kind: string;
  status: string;
  ceiling: Handling;
  /** Under whom it is registered; absent or null: of its own standing. */
  sponsorId?: string | null;
  /** Nobody answers for it any more. */
  isUnanswered?: boolean;
}

/** A partner itself, or a client of it that was narrowed; or the public. */
export interface Reader {
  id: string;
  /** Null: the public, which is nobody's. */
  partnerId: string | null;
  isOpen: boolean;
  /** Null: that of the partner. */
  ceiling: Handling | null;
  /** Null: whatever reaches the partner. A list: only what reaches it through these. */
  arrangements: string[] | null;
}

export interface Membership {
  partnerId: string;
  arrangementId: string;
  state: string;
  /** Null: that of the partner. */
  ceiling: Handling | null;
  /** Nobody answers for it any more. */
  isUnanswered?: boolean;
}

export interface Rendition extends Handling {
  /** What tells one text from another in a test. */
  text: string;
  arrangements: string[];
  kinds: string[];
  partners: string[];
  except: string[];
  /** To whom this one text was released, and still is. */
  releasedTo: string[];
}

export interface Shareable {
  id: string;
  type: string;
  /** The custodian, of what is held for a source. */
  originatorId: string;
  /** For whom it is held; null when it is its originator's own. */
  sourceId: string | null;
  /** Drills are told of in a log of their own. */
  isDrill: boolean;
  state: string;
  /** The current ones, in the originator's order. */
  renditions: Rendition[];
}

export interface World {
  partners: Partner[];
  readers: Reader[];
  memberships: Membership[];
  shareables: Shareable[];
}

const TLP = ['CLEAR', 'GREEN', 'AMBER', 'AMBER+STRICT', 'RED'];
const CLASSIFICATION = ['UNCLASSIFIED', 'CONFIDENTIAL', 'STRICTLY_CONFIDENTIAL'];

/** What is still given to whom nobody answers for. */
const UNANSWERED: Handling = { tlp: 'GREEN', classification: 'UNCLASSIFIED' };

export const isWithin = (text: Handling, ceiling: Handling | null): boolean =>
  ceiling === null ||
  (rank(TLP, text.tlp) <= rank(TLP, ceiling.tlp) &&
    rank(CLASSIFICATION, text.classification) <= rank(CLASSIFICATION, ceiling.classification));

/** The rendition that each reader has of each shareable: no entry, no access. */
export function grantsOf(world: World): Map<string, Map<string, Rendition>> {
  const grants = new Map<string, Map<string, Rendition>>();
  for (const reader of world.readers) {
    const own = new Map<string, Rendition>();
    for (const shareable of world.shareables) {
      const best = renditionFor(world, reader, shareable);
      if (best !== undefined) own.set(shareable.id, best);
    }
    grants.set(reader.id, own);
  }
  return grants;
}

/** The highest of those that admit the reader; of equals the one that the originator put first. */
export function renditionFor(world: World, reader: Reader, shareable: Shareable): Rendition | undefined {
  if (!['published', 'expired', 'cancelled'].includes(shareable.state)) return undefined;
  let best: Rendition | undefined;
  for (const rendition of shareable.renditions) {
    if (!admits(world, reader, shareable, rendition)) continue;
    if (best === undefined || isHigher(rendition, best)) best = rendition;
  }
  return best;
}

function admits(world: World, reader: Reader, shareable: Shareable, rendition: Rendition): boolean {
  if (reader.partnerId === null) return isForPublic(shareable, rendition);
  const partner = world.partners.find((one) => one.id === reader.partnerId);
  if (partner === undefined || partner.status !== 'active') return false;
  if (isOwn(partner, reader, shareable, rendition)) return true;
  if (!isAddressed(world, partner, reader, rendition)) return false;
  // A client in the sense of TLP has nothing that its sponsor has not.
  const sponsor = world.readers.find((one) => one.id === partner.sponsorId);
  return sponsor === undefined || admits(world, sponsor, shareable, rendition);
}

function isOwn(partner: Partner, reader: Reader, shareable: Shareable, rendition: Rendition): boolean {
  // Its own text, whatever its ceiling; but none of its narrowed clients could have given it.
  if (shareable.sourceId === partner.id && reader.id === partner.id) return true;
  if (shareable.originatorId !== partner.id) return false;
  if (!reader.isOpen || !isWithin(rendition, reader.ceiling)) return false;
  return (
    reader.arrangements === null || reader.arrangements.some((id) => rendition.arrangements.includes(id))
  );
}

function isAddressed(world: World, partner: Partner, reader: Reader, rendition: Rendition): boolean {
  if (!reader.isOpen || !isWithin(rendition, reader.ceiling)) return false;
  if (rendition.except.includes(partner.id)) return false;
  if (!isWithin(rendition, partner.ceiling)) return false;
  if (partner.isUnanswered && !isWithin(rendition, UNANSWERED)) return false;

  if (reader.arrangements === null) {
    if (rendition.partners.includes(partner.id)) return true;
    if (rendition.kinds.includes(partner.kind)) return true;
    if (rendition.releasedTo.includes(partner.id)) return true;
  }

  if (partner.kind === 'private_sector' || partner.kind === 'donor') return false;
  return world.memberships.some(
    (membership) =>
      membership.partnerId === partner.id &&
      membership.state === 'current' &&
      rendition.arrangements.includes(membership.arrangementId) &&
      isWithin(rendition, membership.ceiling) &&
      (!membership.isUnanswered || isWithin(rendition, UNANSWERED)) &&
      (reader.arrangements === null || reader.arrangements.includes(membership.arrangementId)),
  );
}

/** Everybody may have what an originator says to everybody in an alert: nothing above CLEAR, and nobody's report. */
const isForPublic = ({ type }: Shareable, { kinds, tlp, classification }: Rendition): boolean =>
  type === 'alert' && kinds.includes('public') && tlp === 'CLEAR' && classification === 'UNCLASSIFIED';

function isHigher(one: Handling, other: Handling): boolean {
  const byTlp = rank(TLP, one.tlp) - rank(TLP, other.tlp);
  if (byTlp !== 0) return byTlp > 0;
  return rank(CLASSIFICATION, one.classification) > rank(CLASSIFICATION, other.classification);
}

function rank(labels: string[], label: string): number {
  const place = labels.indexOf(label);
  if (place < 0) throw new Error(`There is no label ${label}.`);
  return place;
}
