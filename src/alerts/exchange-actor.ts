import { type Actor } from '../access/actor.js';

/** The exchange itself, doing for a partner what that partner laid down beforehand, and nothing else. */
export const exchangeFor = (partnerId: string): Actor => ({
  clientId: 'exchange',
  partnerId,
  readerId: partnerId,
  partnerKind: '',
  partnerStatus: 'active',
  scopes: new Set(),
  narrowed: false,
  manages: [],
});
