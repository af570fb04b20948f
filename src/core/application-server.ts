import { createServer, STATUS_CODES, type IncomingMessage } from 'node:http';
import { type Socket } from 'node:net';
import { type Duplex } from 'node:stream';
import { ExpressAdapter } from '@nestjs/platform-express';
import { type NextFunction, type Request, type RequestHandler, type Response } from 'express';
import { BODY_MAX_BYTES } from './limits.js';
import { type Log } from './logging.js';
import { Problem } from './problem.js';
import { SECURITY_HEADERS } from './security-headers.js';

const SETTINGS = {
  /** Node's own refusal is no problem of RFC 9457; see below. */
  requireHostHeader: false,
  maxHeaderSize: 16 * 1024,
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  /** Of the two above; Node looks every 30 s by itself. */
  connectionsCheckingInterval: 2000,
  /** Longer than proxies keep an idle connection, so that it is they who give it up, between two requests. */
  keepAliveTimeout: 65_000,
};
/** Some 8,000 streams of 30 KiB fit into one process, and requests beside them. */
const MAX_CONNECTIONS = 10_000;

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** Node's HTTP server with limits, whose every answer is a problem of ours, also where no request could be made out. */
export class ApplicationServer extends ExpressAdapter {
  constructor(private readonly log: Log) {
    super();
  }

  override initHttpServer(): void {
    const application = this.getInstance<
      RequestHandler & ((request: IncomingMessage, response: unknown) => void)
    >();
    const server = createServer(SETTINGS, application);
    server.maxConnections = MAX_CONNECTIONS;
    server.on('clientError', (error: NodeJS.ErrnoException, socket) => this.refuse(error, socket as Socket));
    server.on('connect', (_: IncomingMessage, socket: Duplex) => answerRaw(socket, methodNotAllowed()));
    server.on('checkContinue', (request, response) => {
      // RFC 9110 §10.1.1: whoever asks before sending too much is told so instead of "go on".
      if (Number(request.headers['content-length'] ?? 0) <= BODY_MAX_BYTES) response.writeContinue();
      application(request, response);
    });
    server.on('checkExpectation', (request, response) => application(request, response));
    this.setHttpServer(server);
  }

  private refuse(error: NodeJS.ErrnoException, socket: Socket): void {
    const answering = (socket as { _httpMessage?: { headersSent: boolean } })._httpMessage?.headersSent;
    if (error.code === 'ECONNRESET' || !socket.writable || answering) {
      socket.destroy();
      return;
    }
    this.log.info({ code: error.code, address: socket.remoteAddress }, 'not a request');
    answerRaw(socket, problemOf(error.code));
  }
}

function problemOf(code: string | undefined): Problem {
  if (code === 'HPE_HEADER_OVERFLOW' || code === 'HPE_CHUNK_EXTENSIONS_OVERFLOW')
    return new Problem('headers-too-large');
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return new Problem('request-timeout');
  return malformed();
}

const malformed = (): Problem => new Problem('invalid-input', 'This is not a well-formed HTTP request.');

const methodNotAllowed = (): Problem =>
  new Problem('method-not-allowed', undefined, undefined, { Allow: METHODS.join(', ') });

function answerRaw(socket: Duplex, problem: Problem): void {
  const body = JSON.stringify(problem.toBody());
  const headers = {
    ...SECURITY_HEADERS,
    ...problem.headers,
    'Content-Type': 'application/problem+json; charset=utf-8',
    'Content-Length': String(Buffer.byteLength(body)),
    'Cache-Control': 'private, no-store',
    Connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  socket.once('error', () => socket.destroy());
  socket.end(
    [`HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`, ...lines, '', body].join('\r\n'),
    () => socket.destroy(),
  );
}

/** What no route takes: requests without a host, and other methods; OPTIONS too, which without CORS has nothing to say. */
export function refuseOddRequests(request: Request, _: Response, next: NextFunction): void {
  if (!METHODS.includes(request.method)) next(methodNotAllowed());
  // RFC 9112 §3.2
  else if (request.headers.host === undefined && request.httpVersion !== '1.0') next(malformed());
  else next();
}
