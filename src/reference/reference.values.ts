/** How far an entry can be relied upon: stated by its source, concluded for this service, or confirmed by nobody. */
export const REFERENCE_VERIFICATIONS = ['sourced', 'inferred', 'unverified'] as const;
export type ReferenceVerification = (typeof REFERENCE_VERIFICATIONS)[number];

/** Vocabularies of others, to which codes are related. */
export const CROSSWALK_SCHEMES = ['AWSD', 'INSO', 'ACLED', 'CAP'] as const;
export type CrosswalkScheme = (typeof CROSSWALK_SCHEMES)[number];

/** What the target is to the code, in the words of SKOS. */
export const CROSSWALK_RELATIONS = ['exact', 'broader', 'narrower', 'related'] as const;
export type CrosswalkRelation = (typeof CROSSWALK_RELATIONS)[number];

/** On what an organisation belongs to the UN Security Management System. */
export const ENTITY_BASES = ['CHARTER', 'MOU'] as const;
export type EntityBasis = (typeof ENTITY_BASES)[number];

export const REVISION_CHANGES = ['list_added', 'entries_added', 'entry_added', 'entry_changed'] as const;
export type RevisionChange = (typeof REVISION_CHANGES)[number];

export const LIST_CODE = /^[a-z0-9][a-z0-9-]{0,63}$/;
/** `revisions` is taken by the path of the history. */
export const ENTRY_CODE = /^(?!revisions$)[a-z0-9][a-z0-9_]{0,63}$/;

export interface Label {
  /** BCP 47. */
  language: string;
  text: string;
}

export interface Crosswalk {
  scheme: CrosswalkScheme;
  target: string;
  relation: CrosswalkRelation;
  source?: string;
  verification: ReferenceVerification;
}

export interface EntryDetails {
  group?: string;
  basis?: EntityBasis;
  agreementReference?: string;
  agreementSignedOn?: string;
}

/** All that an entry says; kept whole, before and after, in the history of its list. */
export interface EntryContent {
  /** English first, where there is one. */
  labels: Label[];
  parent?: string;
  ordinal: number;
  symbol?: string;
  definition?: string;
  source?: string;
  verification: ReferenceVerification;
  details?: EntryDetails;
  /** Days in UTC: in force from the first until the day before the second. */
  validFrom?: string;
  validUntil?: string;
  crosswalks: Crosswalk[];
}
