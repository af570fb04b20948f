/**
 * A bundle is one line of ASCII, `slt-bundle/1 KEY SIGNATURE`, and then gzip (RFC 1952) to the end: JSON in UTF-8. The
 * signature (Ed25519, RFC 8032, in base64url) is over the line without it and a line feed, followed by the bytes of the
 * gzip: so it can be checked before anything of what it covers is read.
 */

export const MAGIC = 'slt-bundle/';
export const FORMAT_VERSION = '1';

/** A line of this format is shorter. */
const LINE_MAX = 256;
const LINE = /^slt-bundle\/(\S+) ([\w-]+) ([\w-]+)$/;
const LINE_FEED = 0x0a;

export interface BundleParts {
  version: string;
  kid: string;
  /** As it is written. */
  signature: string;
  compressed: Uint8Array;
}

/** @returns undefined for what is no bundle of any version */
export function partsOf(file: Uint8Array): BundleParts | undefined {
  const end = file.subarray(0, LINE_MAX).indexOf(LINE_FEED);
  const line = Buffer.from(file.subarray(0, Math.max(end, 0))).toString('latin1');
  const [, version, kid, signature] = LINE.exec(line) ?? [];
  if (version === undefined || kid === undefined || signature === undefined) return undefined;
  return { version, kid, signature, compressed: file.subarray(end + 1) };
}

/** What is signed. */
export const signedBytes = (kid: string, compressed: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from(`${MAGIC}${FORMAT_VERSION} ${kid}\n`), compressed]);

export const joinParts = (kid: string, signature: string, compressed: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from(`${MAGIC}${FORMAT_VERSION} ${kid} ${signature}\n`), compressed]);
