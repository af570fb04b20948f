import { type Acting } from '../core/acting.js';
import { type Scope } from './scopes.js';

/** Who is calling: one client of one partner, with what its token, its own rights and its partner allow together. */
export interface Actor extends Acting {
  clientId: string;
  partnerKind: string;
  partnerStatus: 'active' | 'suspended';
  scopes: ReadonlySet<Scope>;
  /** What it would have besides, were it spoken for, and its partner's acceptance of the commitments not lapsed. */
  withheld?: { scopes: ReadonlySet<Scope>; because: 'unattested' | 'lapsed' };
  /** Set for a client that may read less than its partner. */
  narrowed: boolean;
  /** Until when somebody must say that this client is still needed. */
  attestBy?: Date;
  /** Set where the steward allowed this client less, or more, than others. */
  requestsPerMinute?: number;
}

/** With one of these scopes, also while it is withheld: whoever may only read goes on reading what it read before. */
export const mayRead = ({ scopes, withheld }: Actor, ...any: Scope[]): boolean =>
  any.some((scope) => scopes.has(scope) || withheld?.scopes.has(scope) === true);

/** Of no partner; the rule gives it what originators publish to everybody, and nothing else ever. */
export const PUBLIC_READER = '00000000-0000-7000-8000-000000000001';

/** Whoever reads without credentials. No row of a partner has this id, so it owns nothing. */
export const PUBLIC: Actor = {
  clientId: 'public',
  partnerId: PUBLIC_READER,
  readerId: PUBLIC_READER,
  partnerKind: 'public',
  partnerStatus: 'active',
  scopes: new Set(['alerts:read'] as const),
  narrowed: true,
  manages: [],
};
