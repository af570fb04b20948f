import { type ByteSource, NotWhatItSays } from './byte-source.js';
import { refuseHuge } from './pixels.js';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const CRC_BYTES = 4;
/** How the colours and proportions are meant, and the most bytes that saying so takes (PNG, third edition, §11). */
const KEPT: Record<string, number> = {
  PLTE: 768,
  tRNS: 256,
  cHRM: 32,
  gAMA: 4,
  sRGB: 1,
  sBIT: 4,
  bKGD: 6,
  pHYs: 9,
};

/** A PNG of nothing but its picture: no text, EXIF, time, profile, further frames, and nothing behind its end. */
export async function* cleanPng(source: ByteSource): AsyncGenerator<Buffer> {
  if (!(await source.take(SIGNATURE.length)).equals(SIGNATURE)) throw new NotWhatItSays('is no PNG');
  yield SIGNATURE;
  for (let [first, painted] = [true, false]; ; first = false) {
    const head = await source.take(8);
    const length = head.readUInt32BE();
    const name = head.toString('latin1', 4);
    if (first !== (name === 'IHDR') || (first && length !== 13)) throw new NotWhatItSays('has a broken part');
    if (first) {
      const size = await source.peek(8);
      if (size.length === 8) refuseHuge(size.readUInt32BE(0), size.readUInt32BE(4));
    }
    if (name === 'IEND') {
      if (length > 0 || !painted) throw new NotWhatItSays('has no picture');
      yield Buffer.concat([head, await source.take(CRC_BYTES)]);
      await source.drop();
      return;
    }
    painted ||= name === 'IDAT';
    if (first || name === 'IDAT' || length <= (KEPT[name] ?? -1)) {
      yield head;
      yield* source.pass(length + CRC_BYTES);
    } else if (isCritical(name)) {
      throw new NotWhatItSays('has a part that is not of PNG');
    } else {
      await source.skip(length + CRC_BYTES);
    }
  }
}

/** §5.4: a capital first letter means that the picture cannot be shown without it. */
const isCritical = (name: string): boolean => /^[A-Z]/.test(name);
