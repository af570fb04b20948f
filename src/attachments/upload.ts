import { fileTypeFromBuffer } from 'file-type';
import { problems } from '../core/problem.js';
import { type AttachmentType, kindOf, refuseUnlike } from './attachment.types.js';
import { ByteSource } from './cleaning/byte-source.js';

export const CHUNK_BYTES = 64 * 1024;
/** As much of the beginning as tells what a file is. */
const SAMPLE_BYTES = 4100;

/**
 * A file as it arrives, made clean and cut into chunks, all of them full but the last. Pulled by whoever reads it: what
 * is not read yet is not taken from the network either.
 * @throws NotWhatItSays, or Problem 413 beyond `limit` bytes
 */
export async function* cleanChunks(
  pieces: AsyncIterator<Buffer>,
  type: AttachmentType,
  limit: number,
): AsyncGenerator<Buffer> {
  const source = new ByteSource(bounded(pieces, limit));
  const sample = await source.peek(SAMPLE_BYTES);
  if (sample.length === 0) return;
  refuseUnlike(type, (await fileTypeFromBuffer(sample))?.mime);
  const clean = new ByteSource(kindOf(type).clean(source));
  for (let left = true; left;) {
    const chunk = await clean.peek(CHUNK_BYTES);
    left = chunk.length === CHUNK_BYTES;
    if (chunk.length > 0) yield await clean.take(chunk.length);
  }
}

/** Not by `for await`, which would end the connection before it can be told what was wrong. */
async function* bounded(pieces: AsyncIterator<Buffer>, limit: number): AsyncGenerator<Buffer> {
  let bytes = 0;
  for (let piece = await pieces.next(); piece.done !== true; piece = await pieces.next()) {
    bytes += piece.value.length;
    if (bytes > limit) throw problems.contentTooLarge(limit);
    yield piece.value;
  }
}
