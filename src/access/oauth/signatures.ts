/** Algorithms (RFC 7518, RFC 8037, RFC 9864) in which clients may sign; asymmetric all of them. */
export const SIGNATURES = ['ES256', 'RS256', 'PS256', 'EdDSA', 'Ed25519'] as const;
