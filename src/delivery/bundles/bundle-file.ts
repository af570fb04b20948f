import { type KeyObject, sign } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { joinParts, signedBytes } from './verify/bundle-format.js';

export const BUNDLE_TYPE = 'application/vnd.slt.bundle';

/** The length of what is encrypted on its way shows: in steps it tells less of what the texts have in common. */
const STEP = 64;
/** RFC 1952 §2.3: flags, the one for a comment, and where the header without options ends. */
const FLAGS_AT = 3;
const COMMENT_FLAG = 0x10;
const HEADER_BYTES = 10;

const compress = promisify(gzip);

/** @param content what the bundle says */
export async function writeBundle(
  content: object,
  { kid, privateKey }: { kid: string; privateKey: KeyObject },
): Promise<Buffer> {
  const compressed = padded(await compress(JSON.stringify(content), { level: 9, memLevel: 9 }));
  const signature = sign(null, signedBytes(kid, compressed), privateKey).toString('base64url');
  return joinParts(kid, signature, compressed);
}

/** With a comment in the header, which every reader of the format passes over. */
function padded(zipped: Buffer): Buffer {
  const header = Buffer.from(zipped.subarray(0, HEADER_BYTES));
  header[FLAGS_AT] = (header[FLAGS_AT] ?? 0) | COMMENT_FLAG;
  const missing = STEP - 1 - (zipped.length % STEP);
  const comment = Buffer.from(`${' '.repeat(missing)}\0`);
  return Buffer.concat([header, comment, zipped.subarray(HEADER_BYTES)]);
}
