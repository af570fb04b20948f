import { type ByteSource, NotWhatItSays } from './byte-source.js';
import { refuseHuge } from './pixels.js';

const KEPT = ['VP8 ', 'VP8L', 'ALPH'];
const ANIMATED = 0x02;
const TRANSPARENT = 0x10;
const ZEROS = Buffer.alloc(16 * 1024);

/**
 * A WebP of nothing but its picture (RFC 9649 §2.7). The file begins with its length, which has left already when
 * metadata come at its end: zeros of a name that readers pass over take their place.
 */
export async function* cleanWebp(source: ByteSource): AsyncGenerator<Buffer> {
  const head = await source.take(12);
  if (head.toString('latin1', 0, 4) !== 'RIFF' || head.toString('latin1', 8) !== 'WEBP') {
    throw new NotWhatItSays('is no WebP');
  }
  yield head;
  let painted = false;
  for (let left = head.readUInt32LE(4) - 4; left > 0;) {
    const chunk = await source.take(8);
    const name = chunk.toString('latin1', 0, 4);
    const length = chunk.readUInt32LE(4) + (chunk.readUInt32LE(4) % 2);
    left -= 8 + length;
    if (left < 0) throw new NotWhatItSays('has a broken part');
    painted ||= name === 'VP8 ' || name === 'VP8L';
    if (name === 'VP8X' && length === 10) {
      yield Buffer.concat([chunk, extended(await source.take(length))]);
    } else if (KEPT.includes(name)) {
      yield chunk;
      yield* source.pass(length);
    } else {
      await source.skip(length);
      chunk.write('JUNK', 'latin1');
      yield chunk;
      yield* zeros(length);
    }
  }
  if (!painted) throw new NotWhatItSays('has no picture');
  await source.drop();
}

/** What else is in the file: of all that may be, transparency alone stays. */
function extended(content: Buffer): Buffer {
  const flags = content[0] ?? 0;
  if ((flags & ANIMATED) !== 0) throw new NotWhatItSays('moves; send a still picture');
  refuseHuge(content.readUIntLE(4, 3) + 1, content.readUIntLE(7, 3) + 1);
  const kept = Buffer.from(content);
  kept.set([flags & TRANSPARENT, 0, 0, 0]);
  return kept;
}

function* zeros(length: number): Generator<Buffer> {
  for (let left = length; left > 0; left -= ZEROS.length) yield ZEROS.subarray(0, left);
}
