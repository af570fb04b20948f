import { type LookupAddress } from 'node:dns';
import http from 'node:http';
import https from 'node:https';
import { type LookupFunction } from 'node:net';

export const POST_ERRORS = [
  'address_not_allowed',
  'connection_failed',
  'timeout',
  'redirect',
  'refused',
  'interrupted',
] as const;
/** `refused`: an answer that is not 2xx; `interrupted`: this service was ending. */
export type PostError = (typeof POST_ERRORS)[number];

export interface PostOutcome {
  /** Absent where there was no answer. */
  status?: number;
  error?: PostError;
  /** What the receiver asked to be given, in seconds. */
  retryAfter?: number;
  durationMs: number;
}

const ANSWER_BYTES = 1024;
const ANSWER_HEADER_BYTES = 8192;
/** A status has been said by then; what else the receiver says is not waited for longer. */
const ANSWER_MS = 1000;

export interface Post {
  url: URL;
  /** Looked at before: nothing else is connected to. */
  addresses: LookupAddress[];
  headers: Record<string, string>;
  body: string;
  timeoutMs: number;
  signal?: AbortSignal;
}

/** One attempt; it does not throw. Redirects are not followed and answers not kept. */
export async function post({ url, addresses, headers, body, timeoutMs, signal }: Post): Promise<PostOutcome> {
  const begun = performance.now();
  const stop = AbortSignal.any([AbortSignal.timeout(timeoutMs), ...(signal ? [signal] : [])]);
  const outcome = await new Promise<Omit<PostOutcome, 'durationMs'>>((resolve) => {
    const { request } = url.protocol === 'https:' ? https : http;
    const attempt = request(url, {
      method: 'POST',
      // A connection of its own: none is left over that was opened to an address looked at long ago.
      agent: false,
      lookup: leadTo(addresses),
      signal: stop,
      maxHeaderSize: ANSWER_HEADER_BYTES,
      headers: { ...headers, 'Content-Length': Buffer.byteLength(body) },
    });
    attempt.on('error', () => resolve({ error: whyStopped(stop, signal) }));
    attempt.on('response', (answer) => {
      let bytes = 0;
      const end = (): void => {
        attempt.destroy();
        resolve(judge(answer));
      };
      const timer = setTimeout(end, ANSWER_MS);
      answer.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > ANSWER_BYTES) end();
      });
      answer.on('close', () => {
        clearTimeout(timer);
        end();
      });
      answer.on('error', end);
    });
    attempt.end(body);
  });
  return { ...outcome, durationMs: Math.round(performance.now() - begun) };
}

const leadTo =
  (addresses: LookupAddress[]): LookupFunction =>
  (_, options, callback) => {
    const [first] = addresses;
    if (options.all === true) callback(null, addresses);
    else callback(null, first?.address ?? '', first?.family);
  };

function whyStopped(stop: AbortSignal, signal: AbortSignal | undefined): PostError {
  if (signal?.aborted === true) return 'interrupted';
  return stop.aborted ? 'timeout' : 'connection_failed';
}

function judge({ statusCode: status = 0, headers }: http.IncomingMessage): Omit<PostOutcome, 'durationMs'> {
  if (status >= 200 && status < 300) return { status };
  const retryAfter = readRetryAfter(headers['retry-after']);
  return {
    status,
    error: status >= 300 && status < 400 ? 'redirect' : 'refused',
    ...(retryAfter !== undefined && { retryAfter }),
  };
}

/** RFC 9110 §10.2.3: seconds, or a date. */
function readRetryAfter(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d{1,9}$/.test(header)) return Number(header);
  const seconds = (Date.parse(header) - Date.now()) / 1000;
  return seconds > 0 ? seconds : undefined;
}
