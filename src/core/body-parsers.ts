import { type CallHandler, type ExecutionContext, type NestInterceptor, SetMetadata } from '@nestjs/common';
import { json, raw, type Request, type Response } from 'express';
import { type Observable } from 'rxjs';
import { jsonFaults } from './json-text.js';
import { JSON_MAX_BYTES } from './limits.js';
import { Problem, problems } from './problem.js';

export interface RawBody {
  /** Method and path, such as `POST /v1/alerts`; what begins with a colon stands for any one part of the path. */
  route: string;
  types: string[];
  limit: number;
  /** Left to be read by the handler, as it comes, which then counts by itself. */
  streamed?: boolean;
}

type Parse = (request: Request, response: Response, next: (error?: unknown) => void) => void;

const IGNORES_BODY = Symbol('ignores its body');

/** For a route to which programs send bodies of their own that say nothing: none is read, of whatever type it is. */
export const IgnoresBody = () => SetMetadata(IGNORES_BODY, true);

/**
 * Bodies are JSON, save where a route takes something else; whatever is neither is refused before it is read. As an
 * interceptor it comes after the guard: who may not call is told so, whatever was sent, and nothing of it is read.
 */
export class BodyParsers implements NestInterceptor {
  private readonly parseJson: Parse = json({
    limit: JSON_MAX_BYTES,
    type: 'application/json',
    verify: checkJson,
  });
  private readonly exceptions: (RawBody & { parse: Parse; pattern: RegExp })[];

  constructor(exceptions: RawBody[]) {
    this.exceptions = exceptions.map((raws) => ({
      ...raws,
      parse: raws.streamed ? goOn : raw({ type: raws.types, limit: raws.limit }),
      pattern: new RegExp(`^${raws.route.replace(/:\w+/g, '[^/]+')}$`),
    }));
  }

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const http = context.switchToHttp();
    if (Reflect.getMetadata(IGNORES_BODY, context.getHandler()) === true) return next.handle();
    await this.read(http.getRequest<Request>(), http.getResponse<Response>());
    return next.handle();
  }

  private async read(request: Request, response: Response): Promise<void> {
    const announced = Number(request.headers['content-length'] ?? 0);
    if (announced === 0 && !('transfer-encoding' in request.headers)) {
      // A route that wants a body finds an empty one and names what is missing.
      if (request.method !== 'GET' && request.method !== 'HEAD') request.body = {};
      return;
    }
    const route = `${request.method} ${request.path.replace(/\/+$/, '')}`;
    const other = this.exceptions.find(({ pattern }) => pattern.test(route));
    const isOther = other !== undefined && Boolean(request.is(other.types));
    const takesJson = !other?.streamed;
    if (!isOther && !(takesJson && request.is('application/json'))) {
      throw problems.unsupportedMediaType([
        ...(takesJson ? ['application/json'] : []),
        ...(other?.types ?? []),
      ]);
    }
    const { limit, parse } = isOther ? other : { limit: JSON_MAX_BYTES, parse: this.parseJson };
    // The parsers would read it to its end before they refuse it.
    if (announced > limit) throw problems.contentTooLarge(limit);
    await new Promise<void>((resolve, reject) => {
      parse(request, response, (error?: unknown) => {
        if (error === undefined) resolve();
        else reject(bodyProblem(error, limit));
      });
    });
  }
}

/** RFC 9110 §10.1.1: whoever asked before sending is told to send now, when the handler is about to read. */
function goOn(request: Request, response: Response, next: (error?: unknown) => void): void {
  if ((request.headers['content-encoding'] ?? 'identity') !== 'identity') {
    next(problems.unsupportedMediaType(['the Content-Encoding identity']));
    return;
  }
  if (request.headers.expect !== undefined) response.writeContinue();
  next();
}

/** RFC 8259 §8.1: JSON that travels is in UTF-8. */
function checkJson(_: unknown, __: unknown, bytes: Buffer, charset: string): void {
  if (charset !== 'utf-8') throw problems.unsupportedMediaType(['application/json in UTF-8']);
  const faults = jsonFaults(bytes);
  if (faults.length > 0) throw problems.invalidInput(faults);
}

/** What a parser throws, in words of our own: its own may quote the body. */
function bodyProblem(error: unknown, limit: number): Error {
  if (error instanceof Problem) {
    // The parser marks it as an error of its own, which Nest would then not hand on as it is.
    return new Problem(error.type, error.detail, error.errors, error.headers);
  }
  const { type, status } = error as { type?: unknown; status?: unknown };
  switch (type) {
    case 'entity.parse.failed':
      return problems.invalidInput([{ pointer: '#', detail: 'is not a well-formed JSON object' }]);
    case 'entity.too.large':
      return problems.contentTooLarge(limit);
    case 'charset.unsupported':
      return problems.unsupportedMediaType(['application/json in UTF-8']);
    case 'encoding.unsupported':
      return problems.unsupportedMediaType(['the Content-Encoding gzip, deflate, br and identity']);
    default:
      // A stream that does not unpack carries the status alone.
      return status === 400 && type === undefined
        ? problems.invalidInput([{ pointer: 'Content-Encoding', detail: 'is not what the body is in' }])
        : (error as Error);
  }
}
