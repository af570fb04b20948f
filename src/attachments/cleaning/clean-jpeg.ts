import { type ByteSource, NotWhatItSays } from './byte-source.js';
import { exifOf, orientationIn } from './exif.js';
import { refuseHuge } from './pixels.js';

const [SOI, EOI, SOS, APP1, ADOBE] = [0xd8, 0xd9, 0xda, 0xe1, 0xee];
/** What decoding takes (ITU-T T.81, table B.1): frames, tables, scans. Whatever is not in this list stays out. */
const KEPT = new Set([0xc4, 0xcc, 0xdb, 0xdc, 0xdd, SOS]);
const isFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && !KEPT.has(marker) && marker !== 0xc8;

/**
 * A JPEG of nothing but its picture: no EXIF, XMP, IPTC, thumbnails, profiles and comments, and nothing behind its end.
 * Which way is up stays known.
 */
export async function* cleanJpeg(source: ByteSource): AsyncGenerator<Buffer> {
  if (!(await source.take(2)).equals(Buffer.from([0xff, SOI]))) throw new NotWhatItSays('is no JPEG');
  yield Buffer.from([0xff, SOI]);
  let [framed, scanned, turned] = [false, false, false];
  for (let marker = await nextMarker(source); marker !== EOI; marker = await nextMarker(source)) {
    const length = (await source.take(2)).readUInt16BE();
    if (length < 2) throw new NotWhatItSays('has a broken part');
    const content = await source.take(length - 2);
    if (isFrame(marker)) {
      if (content.length < 6) throw new NotWhatItSays('has a broken part');
      refuseHuge(content.readUInt16BE(3), content.readUInt16BE(1));
      framed = true;
    }
    if (KEPT.has(marker) || isFrame(marker)) yield part(marker, content);
    // Says how colours are coded: without it, a picture of four colours comes out as its negative.
    else if (marker === ADOBE && content.length >= 12 && content.toString('latin1', 0, 5) === 'Adobe') {
      yield part(ADOBE, content.subarray(0, 12));
    } else if (marker === APP1 && !framed && !turned) {
      const orientation = orientationIn(content);
      if (orientation !== undefined) yield part(APP1, exifOf(orientation));
      turned = orientation !== undefined;
    }
    if (marker === SOS) {
      if (!framed) throw new NotWhatItSays('has a broken part');
      scanned = true;
      yield* scan(source);
    }
  }
  if (!scanned) throw new NotWhatItSays('has no picture');
  yield Buffer.from([0xff, EOI]);
  await source.drop();
}

function part(marker: number, content: Buffer): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(content.length + 2, 2);
  return Buffer.concat([head, content]);
}

async function nextMarker(source: ByteSource): Promise<number> {
  if ((await source.take(1))[0] !== 0xff) throw new NotWhatItSays('has a broken part');
  let marker = 0xff;
  // T.81 §B.1.1.2: any number of fill bytes may come before a marker.
  while (marker === 0xff) marker = (await source.take(1))[0] ?? 0;
  const standsAlone = marker <= 0x01 || (marker >= 0xd0 && marker <= SOI);
  if (standsAlone) throw new NotWhatItSays('has a broken part');
  return marker;
}

/** Coded pixels up to the next marker, which stays to be read; stuffed zeros and restarts are part of them. */
async function* scan(source: ByteSource): AsyncGenerator<Buffer> {
  for (;;) {
    const piece = await source.next();
    if (piece === null) throw new NotWhatItSays('ends in the middle');
    const end = endOfScan(piece);
    if (end > 0) yield piece.subarray(0, end);
    if (end === piece.length) continue;
    source.unread(piece.subarray(end));
    const [, after] = await source.peek(2);
    if (after === undefined) throw new NotWhatItSays('ends in the middle');
    if (!isWithinScan(after)) return;
    yield await source.take(2);
  }
}

const isWithinScan = (after: number): boolean => after === 0 || (after >= 0xd0 && after <= 0xd7);

/** Where a marker begins, or may begin: a last byte of ones needs the next piece to be understood. */
function endOfScan(piece: Buffer): number {
  for (let at = piece.indexOf(0xff); at >= 0; at = piece.indexOf(0xff, at + 2)) {
    const after = piece[at + 1];
    if (after === undefined || !isWithinScan(after)) return at;
  }
  return piece.length;
}
