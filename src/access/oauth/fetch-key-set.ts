import http from 'node:http';
import https from 'node:https';
import { type LookupFunction } from 'node:net';
import { type Target } from '../../core/target-guard.js';

const MOST_BYTES = 64 * 1024;
const HEADER_BYTES = 8192;
const PATIENCE_MS = 3000;

/**
 * One attempt, at the addresses that were looked at and no others. Redirects are not followed.
 * @throws Error for anything but a JSON document of bounded size with status 200, in time
 */
export async function fetchKeySet({ url, addresses }: Target): Promise<unknown> {
  const { get } = url.protocol === 'https:' ? https : http;
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const lookup: LookupFunction = (_, options, callback) => {
    const [first] = addresses;
    if (options.all === true) callback(null, addresses);
    else callback(null, first?.address ?? '', first?.family);
  };
  const text = await new Promise<string>((resolve, reject) => {
    const headers = { Accept: 'application/jwk-set+json, application/json' };
    const request = get(
      url,
      { agent: false, lookup, signal, maxHeaderSize: HEADER_BYTES, headers },
      (answer) => {
        const fail = (): void => {
          request.destroy();
          reject(new Error('no key set'));
        };
        if (answer.statusCode !== 200) {
          fail();
          return;
        }
        const chunks: Buffer[] = [];
        let bytes = 0;
        answer.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes > MOST_BYTES) fail();
          else chunks.push(chunk);
        });
        answer.on('end', () => resolve(Buffer.concat(chunks).toString()));
        answer.on('error', reject);
        answer.on('aborted', fail);
      },
    );
    request.on('error', reject);
  });
  return JSON.parse(text) as unknown;
}
