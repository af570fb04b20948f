import { type Acting } from '../core/acting.js';
import { type Scope } from './scopes.js';

/** Who is calling: one client of one partner, with what its token, its own rights and its partner allow together. */
export interface Actor extends Acting {
  clientId: string;
  partnerKind: string;
  partnerStatus: 'active' | 'suspended';
  scopes: ReadonlySet<Scope>;
  /** Set for a client that may read less than its partner. */
  narrowed: boolean;
}
