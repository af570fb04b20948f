import { chooseLanguage } from '../core/language.js';
import { type EntryRow, type ListRow, type RevisionRow } from './reference.repository.js';
import {
  type CrosswalkRelation,
  type CrosswalkScheme,
  type EntityBasis,
  type Label,
  type ReferenceVerification,
  type RevisionChange,
} from './reference.values.js';

export class ReferenceListView {
  code: string;
  name: string;
  /** Language of the name. */
  language: string;
  /** In English. */
  description: string;
  source?: string;
  verification: ReferenceVerification;
  /** Rises with every change of anything in the list. */
  version: number;
  updatedAt: string;
  /** The service itself works with these codes: none can be added, moved or ended. */
  closed: boolean;
  /** False for labels that stand for themselves in every language. */
  translated: boolean;
  /** How many are in force. */
  count: number;
}

export class ReferenceLists {
  items: ReferenceListView[];
}

export class ReferenceLabelView {
  language: string;
  text: string;
}

export class ReferenceCrosswalkView {
  scheme: CrosswalkScheme;
  target: string;
  /** What the target is to the code. */
  relation: CrosswalkRelation;
  source?: string;
  verification: ReferenceVerification;
}

export class ReferenceDetailsView {
  group?: string;
  basis?: EntityBasis;
  agreementReference?: string;
  agreementSignedOn?: string;
}

export class ReferenceEntryView {
  code: string;
  label: string;
  /** Language of the label: English, or else the first there is, when none of those that you asked for is at hand. */
  language: string;
  /** In which languages there is a label. */
  languages: string[];
  parent?: string;
  ordinal: number;
  symbol?: string;
  /** In English. */
  definition?: string;
  source?: string;
  verification: ReferenceVerification;
  details?: ReferenceDetailsView;
  validFrom?: string;
  validUntil?: string;
  inForce: boolean;
  /** In the vocabularies that were asked for. */
  crosswalks?: ReferenceCrosswalkView[];
}

export class ReferenceListWithEntries extends ReferenceListView {
  /** Day on which the entries are in force. */
  on: string;
  items: ReferenceEntryView[];
}

export class ReferenceItemView extends ReferenceEntryView {
  list: string;
  /** Of the list. */
  version: number;
  labels: ReferenceLabelView[];
}

/** All that an entry said at one time. */
export class ReferenceContentView {
  labels: ReferenceLabelView[];
  parent?: string;
  ordinal: number;
  symbol?: string;
  definition?: string;
  source?: string;
  verification: ReferenceVerification;
  details?: ReferenceDetailsView;
  validFrom?: string;
  validUntil?: string;
  crosswalks: ReferenceCrosswalkView[];
}

export class ReferenceRevisionView {
  /** The version of the list that this change made. */
  version: number;
  at: string;
  change: RevisionChange;
  /** Codes that were added or changed. */
  codes: string[];
  /** `release`: it came with the service. */
  by: 'steward' | 'release';
  /** Client that made the change; shown to whoever manages the lists. */
  client?: string;
  before?: ReferenceContentView;
  after?: ReferenceContentView;
}

export class ReferenceRevisionPage {
  items: ReferenceRevisionView[];
  nextCursor: string | null;
}

const inLanguage = (labels: Label[], acceptLanguage: string | undefined): Label => {
  const language = chooseLanguage(
    labels.map((label) => label.language),
    acceptLanguage,
  );
  return labels.find((label) => label.language === language) ?? { language: 'und', text: '' };
};

export function presentList(
  row: ListRow & { entries: number },
  acceptLanguage: string | undefined,
): ReferenceListView {
  const { language, text } = inLanguage(row.names, acceptLanguage);
  return {
    code: row.code,
    name: text,
    language,
    description: row.description,
    ...(row.source !== null && { source: row.source }),
    verification: row.verification,
    version: row.version,
    updatedAt: row.updated_at.toISOString(),
    closed: row.is_closed,
    translated: row.is_translated,
    count: row.entries,
  };
}

export function presentEntry(
  row: EntryRow,
  acceptLanguage: string | undefined,
  schemes: readonly CrosswalkScheme[] = [],
): ReferenceEntryView {
  const { language, text } = inLanguage(row.labels, acceptLanguage);
  return {
    code: row.code,
    label: text,
    language,
    languages: row.labels.map((label) => label.language),
    ...(row.parent !== null && { parent: row.parent }),
    ordinal: row.ordinal,
    ...(row.symbol !== null && { symbol: row.symbol }),
    ...(row.definition !== null && { definition: row.definition }),
    ...(row.source !== null && { source: row.source }),
    verification: row.verification,
    ...(Object.keys(row.details).length > 0 && { details: row.details }),
    ...(row.valid_from !== null && { validFrom: row.valid_from }),
    ...(row.valid_until !== null && { validUntil: row.valid_until }),
    inForce: row.in_force,
    ...(schemes.length > 0 && {
      crosswalks: row.crosswalks.filter(({ scheme }) => schemes.includes(scheme)),
    }),
  };
}

/** @param isManager which client it was is for whoever manages the lists */
export function presentRevision(row: RevisionRow, isManager: boolean): ReferenceRevisionView {
  return {
    version: row.version,
    at: row.at.toISOString(),
    change: row.change,
    codes: row.codes,
    by: row.partner_id === null ? 'release' : 'steward',
    ...(isManager && row.client_id !== null && { client: row.client_id }),
    ...(row.before !== null && { before: row.before }),
    ...(row.after !== null && { after: row.after }),
  };
}
