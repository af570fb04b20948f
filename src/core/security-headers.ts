import { type NextFunction, type Request, type Response } from 'express';

/** Answers are data for programs: nothing in them may load, run, be framed or be guessed to be something else. */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy':
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  // For browsers that do not know frame-ancestors.
  'X-Frame-Options': 'DENY',
};

/** The one page for people; its styles are partly inline, its scripts are files of ours, and nothing comes from elsewhere. */
const DOCS_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

const YEAR_SECONDS = 31_536_000;

/** There is no CORS on purpose: partners' systems call from servers, and no page of another origin has any business here. */
export function securityHeaders(publicUrl: string) {
  const headers = Object.entries({
    ...SECURITY_HEADERS,
    ...(publicUrl.startsWith('https:') && { 'Strict-Transport-Security': `max-age=${YEAR_SECONDS}` }),
  });
  return (request: Request, response: Response, next: NextFunction): void => {
    for (const [name, value] of headers) response.setHeader(name, value);
    if (/^\/docs($|\/)/.test(request.path)) response.setHeader('Content-Security-Policy', DOCS_POLICY);
    if (request.headers.authorization !== undefined) {
      // What an answer does not say otherwise about itself is for its reader alone.
      response.setHeader('Cache-Control', 'private, no-store');
      response.setHeader('Vary', 'Authorization');
    }
    next();
  };
}
