/** Code lists of alerts. Categories to certainty are those of CAP 1.2, in the JSON spelling of this service. */
export const ALERT_KINDS = ['flash', 'advisory', 'incident', 'situation_report', 'all_clear'] as const;
export type AlertKind = (typeof ALERT_KINDS)[number];

/** Of CAP. */
export type MessageType = 'alert' | 'update' | 'cancel';

export const ALERT_STATUSES = ['actual', 'exercise', 'system', 'test', 'draft'] as const;
export type AlertStatus = (typeof ALERT_STATUSES)[number];

export const CATEGORIES = [
  'geo',
  'met',
  'safety',
  'security',
  'rescue',
  'fire',
  'health',
  'env',
  'transport',
  'infra',
  'cbrne',
  'other',
] as const;
export type Category = (typeof CATEGORIES)[number];

export const RESPONSES = [
  'shelter',
  'evacuate',
  'prepare',
  'execute',
  'avoid',
  'monitor',
  'assess',
  'all_clear',
  'none',
] as const;
export type ResponseType = (typeof RESPONSES)[number];

export const URGENCIES = ['immediate', 'expected', 'future', 'past', 'unknown'] as const;
export type Urgency = (typeof URGENCIES)[number];

/** From least to most: the place in the list is the rank that the database keeps. */
export const SEVERITIES = ['unknown', 'minor', 'moderate', 'severe', 'extreme'] as const;
export type Severity = (typeof SEVERITIES)[number];

export const CERTAINTIES = ['observed', 'likely', 'possible', 'unlikely', 'unknown'] as const;
export type Certainty = (typeof CERTAINTIES)[number];

/** NATO Admiralty scale. */
export const RELIABILITIES = ['A', 'B', 'C', 'D', 'E', 'F'] as const;
export type Reliability = (typeof RELIABILITIES)[number];
export const CREDIBILITIES = ['1', '2', '3', '4', '5', '6'] as const;
export type Credibility = (typeof CREDIBILITIES)[number];

export const VERIFICATION_STATUSES = ['unverified', 'partly_verified', 'verified', 'refuted'] as const;
export type VerificationStatus = (typeof VERIFICATION_STATUSES)[number];

export const ATTRIBUTIONS = ['named', 'a_partner'] as const;
export type Attribution = (typeof ATTRIBUTIONS)[number];

/** ISO 3166-1 alpha-2. */
export const COUNTRY = /^[A-Z]{2}$/;

/** A code of a reference list. */
export const INCIDENT_TYPE = /^[a-z0-9][a-z0-9_]{0,63}$/;

/** Under which CAP messages carry it as an event code. */
export const INCIDENT_TYPE_NAME = 'SLT-IncidentType';

/** Whether readers are asked to say that they have taken note. */
export const ACKNOWLEDGEMENTS = ['none', 'requested', 'required'] as const;
export type Acknowledgement = (typeof ACKNOWLEDGEMENTS)[number];
/** Who answers for the wording of a text. */
export const PROVENANCES = ['author', 'translator', 'machine_unchecked'] as const;
export type Provenance = (typeof PROVENANCES)[number];

/** How closely an area says where it is. */
export const AREA_PRECISIONS = ['exact', 'approximate', 'district', 'region', 'country'] as const;
export type AreaPrecision = (typeof AREA_PRECISIONS)[number];

export const ALERT_STATES = ['draft', 'pending_release', 'published', 'expired', 'cancelled'] as const;
export type AlertState = (typeof ALERT_STATES)[number];

/** Only what is actual is meant for action; everything else is a drill and kept apart. */
export const isDrill = (status: AlertStatus): boolean => status !== 'actual';

export const severityRank = (severity: Severity): number => SEVERITIES.indexOf(severity);

/** Every alert carries it (requirement 11): the exchange complements the partners' own decisions. */
export const NOTICE =
  'Decisions remain with the recipient: this information complements your own security risk management and replaces none of it.';

const UPPER_IN_CAP: Record<string, string> = { cbrne: 'CBRNE', all_clear: 'AllClear' };
const LOWER_HERE: Record<string, string> = { CBRNE: 'cbrne', AllClear: 'all_clear', 'Very Likely': 'likely' };

export const toCapWord = (value: string): string =>
  UPPER_IN_CAP[value] ?? value.charAt(0).toUpperCase() + value.slice(1);

/** @param values the list that the word must be of */
export function fromCapWord<Value extends string>(values: readonly Value[], word: string): Value | undefined {
  const value = LOWER_HERE[word] ?? word.toLowerCase();
  return values.find((one) => one === value);
}
