import { type HandlingView } from '../access/handling.dto.js';
import { type PartnerKind, type PartnerStatus } from '../partners/partners.service.js';

export class OwnPartnerView {
  id: string;
  code: string;
  name: string;
  kind: PartnerKind;
  status: PartnerStatus;
}

export class OwnArrangementView {
  id: string;
  code: string;
  name: string;
  /** The highest handling that can be given to you through it; of a sub-partner no more than to its sponsor. */
  ceiling: HandlingView;
}

/** Who you are here, and how far you see. */
export class MeView {
  clientId: string;
  partner: OwnPartnerView;
  /** What your token lets you do now. */
  scopes: string[];
  /** The highest handling that you can be given, as partner and client together; through arrangements it may be less. */
  ceiling: HandlingView;
  /** Arrangements of which you are a member now, as far as this client is limited to them. */
  arrangements: OwnArrangementView[];
  /** Until when somebody must say that this client is still needed; from then on, or now if it is past, it only reads. */
  attestBy?: string;
  /** How much this client may ask of one process of the service; answers say how much is left, in `RateLimit`. */
  requestsPerMinute: number;
}
