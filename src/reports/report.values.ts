/** Closed lists on which the life of a report depends; what happened is said in the served lists of `reference`. */
export const REPORT_KINDS = ['incident', 'threat', 'near_miss'] as const;
export type ReportKind = (typeof REPORT_KINDS)[number];

export const REPORT_STATES = ['submitted', 'in_triage', 'concluded', 'withdrawn'] as const;
export type ReportState = (typeof REPORT_STATES)[number];

export const REPORT_OUTCOMES = ['alert', 'merged', 'duplicate', 'recorded', 'not_used'] as const;
export type ReportOutcome = (typeof REPORT_OUTCOMES)[number];

/** From the most guarded to the most open; a source may only go on along the list. */
export const REPORT_ATTRIBUTIONS = ['protected', 'a_partner', 'named'] as const;
export type ReportAttribution = (typeof REPORT_ATTRIBUTIONS)[number];

export const TIME_PRECISIONS = ['exact', 'hour', 'day', 'week', 'month'] as const;
export type TimePrecision = (typeof TIME_PRECISIONS)[number];

export const PLACE_PRECISIONS = ['exact', 'approximate', 'district', 'country'] as const;
export type PlacePrecision = (typeof PLACE_PRECISIONS)[number];

/** NATO Admiralty scale. */
export const SOURCE_RELIABILITIES = ['A', 'B', 'C', 'D', 'E', 'F'] as const;
export type Reliability = (typeof SOURCE_RELIABILITIES)[number];
export const REPORT_CREDIBILITIES = ['1', '2', '3', '4', '5', '6'] as const;
export type Credibility = (typeof REPORT_CREDIBILITIES)[number];

export const SIDES = ['source', 'desk'] as const;
export type Side = (typeof SIDES)[number];
