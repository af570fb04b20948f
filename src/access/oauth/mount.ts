import { type NestExpressApplication } from '@nestjs/platform-express';
import { type NextFunction, type Request, type Response } from 'express';
import { PUBLIC_URL } from '../../core/config.provider.js';
import { contextOf } from '../../core/request-context.js';
import { AuthorizationServer } from './authorization-server.js';
import { issuerOf } from './issuer.js';

/**
 * Puts the authorization server in front of the application. Only what is listed here reaches the library; the rest of
 * what it would answer is for people signing in, and is not found here like anything else that does not exist.
 * Must be called before body parsers are in place: the library reads its bodies itself.
 */
export function mountAuthorizationServer(app: NestExpressApplication): void {
  const server = app.get(AuthorizationServer, { strict: false });
  const publicUrl = app.get<string>(PUBLIC_URL, { strict: false });
  const metadata = '/.well-known/oauth-authorization-server';
  const endpoints = new Map([
    ['POST /oauth/token', '/token'],
    ['POST /oauth/revocation', '/revocation'],
    ['GET /oauth/jwks', '/jwks'],
    [`GET /oauth${metadata}`, metadata],
    // RFC 8414 §3.1: the well-known name stands between the host and the path of the issuer.
    [`GET ${metadata}${new URL(issuerOf(publicUrl)).pathname}`, metadata],
  ]);
  app.use((request: Request, response: Response, next: NextFunction): void => {
    const method = request.method === 'HEAD' ? 'GET' : request.method;
    const path = endpoints.get(`${method} ${request.path}`);
    if (path === undefined) {
      next();
      return;
    }
    contextOf(response).route = request.path;
    if (isOwnPage(request, publicUrl)) delete request.headers.origin;
    server.handle(path, request, response).catch(next);
  });
}

/** Browsers name the origin of a page of ours too, such as /docs; the library refuses every origin it is told of. */
function isOwnPage({ headers: { origin, host } }: Request, publicUrl: string): boolean {
  if (origin === undefined || !URL.canParse(origin)) return false;
  return origin === new URL(publicUrl).origin || new URL(origin).host === host;
}
