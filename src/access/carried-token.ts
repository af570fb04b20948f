import { type Request } from 'express';

/** RFC 6750 §2.1, RFC 9449 §7.1 */
const CARRIED = /^(bearer|dpop) ([\w.~+/-]+=*)$/i;

/** From the one Authorization header and nowhere else: addresses end up in logs. */
export function carriedToken(request: Request): { scheme: string; token: string } | null {
  const headers = request.headersDistinct['authorization'] ?? [];
  if (headers.length !== 1 || 'access_token' in request.query) return null;
  const [, scheme, token] = CARRIED.exec(headers[0] ?? '') ?? [];
  return scheme === undefined || token === undefined ? null : { scheme: scheme.toLowerCase(), token };
}
