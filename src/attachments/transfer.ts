import { pipeline } from 'node:stream/promises';
import { type Request, type Response } from 'express';
import { problems } from '../core/problem.js';
import { ATTACHMENT_TYPES, type AttachmentType, contentDisposition } from './attachment.types.js';

/** Ends with the connection, whichever of the two sides gave up; there is nobody left to be told. */
export async function sendFile(chunks: AsyncIterable<Buffer>, response: Response): Promise<void> {
  await pipeline(chunks, response).catch(() => response.destroy());
}

/** What a browser makes of it, if one comes: a file to save, which can do nothing and is taken for nothing else. */
export const fileHeaders = ({ name, digest }: { name: string; digest: Buffer }): Record<string, string> => ({
  'Content-Digest': contentDigest(digest),
  'Content-Disposition': contentDisposition(name),
  'Content-Security-Policy': "sandbox; default-src 'none'",
  'X-Content-Type-Options': 'nosniff',
});

export const contentDigest = (digest: Buffer): string => `sha-256=:${digest.toString('base64')}:`;

export const contentType = (type: AttachmentType): string =>
  type.startsWith('text/') ? `${type}; charset=utf-8` : type;

/** @throws Problem 400 without a body, 415 for text that is not in UTF-8 */
export function statedType(request: Request): AttachmentType {
  const type = request.is(ATTACHMENT_TYPES) as AttachmentType | false | null;
  if (!type) throw problems.invalidInput([{ pointer: '#', detail: 'must not be empty' }]);
  const charset = /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(request.headers['content-type'] ?? '')?.[1];
  if (charset !== undefined && !/^(utf-8|us-ascii)$/i.test(charset)) {
    throw problems.unsupportedMediaType([`${type} in UTF-8`]);
  }
  return type;
}

export const piecesOf = (request: Request): AsyncIterator<Buffer> =>
  request.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer>;

const DRAINED_BYTES = 16 * 1024 * 1024;

/** Whoever is still sending listens only afterwards. What is much too much is not waited for. */
export async function drain(pieces: AsyncIterator<Buffer>): Promise<void> {
  let bytes = 0;
  try {
    for (let piece = await pieces.next(); piece.done !== true; piece = await pieces.next()) {
      bytes += piece.value.length;
      if (bytes > DRAINED_BYTES) return;
    }
  } catch {
    // It is gone.
  }
}
