import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { type Request } from 'express';

/** Below this there is nothing to win. */
const WORTH_IT_BYTES = 1024;

const ENCODERS = {
  br: (body: Buffer): Promise<Buffer> =>
    promisify(brotliCompress)(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }),
  gzip: (body: Buffer): Promise<Buffer> => promisify(gzip)(body),
};

export type Encoding = keyof typeof ENCODERS | 'identity';

/** The one that the caller likes best. */
export function encodingFor(request: Request): Encoding {
  const accepted = request.acceptsEncodings(['br', 'gzip', 'identity']);
  return accepted === 'br' || accepted === 'gzip' ? accepted : 'identity';
}

/**
 * The body in that encoding, or as it is when it is short.
 *
 * What is compressed shows in its length how much of it repeats (BREACH). Whoever publishes to a reader and watches its
 * line could try out words until one is found to stand elsewhere on the page. So callers compress nothing that has a
 * text above GREEN or a credential in it.
 */
export async function compress(
  body: Buffer,
  encoding: Encoding,
): Promise<{ body: Buffer; encoding: Encoding }> {
  if (encoding === 'identity' || body.length < WORTH_IT_BYTES) return { body, encoding: 'identity' };
  return { body: await ENCODERS[encoding](body), encoding };
}
