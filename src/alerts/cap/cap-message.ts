import type { CAP_MESSAGE_TYPES, CAP_SCOPES, CAP_STATUSES } from './cap-values.js';

export const CAP_NAMESPACE = 'urn:oasis:names:tc:emergency:cap:1.2';

/** A message as CAP says it: arrays keep document order, an absent or empty element is `undefined`. */
export interface CapMessage {
  identifier: string;
  sender: string;
  /** Lexical form, byte for byte, because references repeat it. */
  sent: string;
  status: (typeof CAP_STATUSES)[number];
  msgType: (typeof CAP_MESSAGE_TYPES)[number];
  source?: string;
  scope: (typeof CAP_SCOPES)[number];
  restriction?: string;
  addresses?: string;
  codes: string[];
  note?: string;
  references: CapReference[];
  incidents?: string;
  infos: CapInfo[];
  /** An XML signature was present; it is neither verified nor ever written again. */
  signed: boolean;
}

export interface CapReference {
  sender: string;
  identifier: string;
  sent: string;
}

export interface CapInfo {
  /** Absent means en-US. */
  language?: string;
  categories: string[];
  event: string;
  responseTypes: string[];
  urgency: string;
  severity: string;
  certainty: string;
  audience?: string;
  eventCodes: CapNamedValue[];
  effective?: string;
  onset?: string;
  expires?: string;
  senderName?: string;
  headline?: string;
  description?: string;
  instruction?: string;
  web?: string;
  contact?: string;
  parameters: CapNamedValue[];
  resources: CapResource[];
  areas: CapArea[];
}

export interface CapNamedValue {
  valueName: string;
  value: string;
}

export interface CapResource {
  resourceDesc: string;
  mimeType: string;
  /** Bytes. */
  size?: string;
  uri?: string;
  derefUri?: string;
  digest?: string;
}

export interface CapArea {
  areaDesc: string;
  /** Lexical form; `parsePolygon` reads it. */
  polygons: string[];
  /** Lexical form; `parseCircle` reads it. */
  circles: string[];
  geocodes: CapNamedValue[];
  /** Feet above mean sea level, like `ceiling`. */
  altitude?: string;
  ceiling?: string;
}

export interface CapFinding {
  /** XPath-like place, such as /alert/info[2]/area[1]/polygon[1]. */
  path: string;
  line?: number;
  detail: string;
}

/** What was received is not a CAP 1.2 message; every fault that was found is named. */
export class CapFault extends Error {
  override readonly name = 'CapFault';

  constructor(readonly findings: CapFinding[]) {
    // Findings quote the message, and error messages end up in logs.
    super(`Not a CAP 1.2 message: ${findings.length} finding(s).`);
  }
}
