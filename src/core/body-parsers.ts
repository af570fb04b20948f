import { type NestExpressApplication } from '@nestjs/platform-express';
import { json, type NextFunction, raw, type Request, type Response } from 'express';
import { JSON_MAX_BYTES } from './limits.js';
import { problems } from './problem.js';

export interface RawBody {
  /** Method and path, such as `POST /v1/alerts`. */
  route: string;
  types: string[];
  limit: number;
}

/** Bodies are JSON, save where a route takes something else; whatever is neither is refused before it is read. */
export function useBodyParsers(app: NestExpressApplication, exceptions: RawBody[]): void {
  const parseJson = json({ limit: JSON_MAX_BYTES, strict: true, type: 'application/json' });
  const rawParsers = new Map(
    exceptions.map(({ route, types, limit }) => [route, { types, parse: raw({ type: types, limit }) }]),
  );
  app.use((request: Request, response: Response, next: NextFunction) => {
    const hasBody =
      Number(request.headers['content-length'] ?? 0) > 0 || 'transfer-encoding' in request.headers;
    if (!hasBody) {
      // A route that wants a body finds an empty one and names what is missing.
      if (request.method !== 'GET' && request.method !== 'HEAD') request.body = {};
      next();
      return;
    }
    const other = rawParsers.get(`${request.method} ${request.path.replace(/\/+$/, '')}`);
    if (request.is('application/json')) parseJson(request, response, next);
    else if (other !== undefined && request.is(other.types)) other.parse(request, response, next);
    else next(problems.unsupportedMediaType(['application/json', ...(other?.types ?? [])]));
  });
}
