import { type ByteSource, NotWhatItSays } from './byte-source.js';

/** Control characters that no text has. */
const FORBIDDEN = /[\u0000-\u0008\u000e-\u001f\u007f\ufffe\uffff]/;

/** Text as it came, once every piece of it has proved to be text in UTF-8. */
export async function* checkText(source: ByteSource): AsyncGenerator<Buffer> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for await (const piece of source.rest()) {
    refuseUnlessText(() => decoder.decode(piece, { stream: true }));
    yield piece;
  }
  refuseUnlessText(() => decoder.decode());
}

/** GeoJSON is text of one object (RFC 7946 §2); what is in it is for its readers to look at. */
export async function* checkGeoJson(source: ByteSource): AsyncGenerator<Buffer> {
  const begin = (await source.peek(1024)).toString('utf8');
  if (!/^\ufeff?\s*\{/.test(begin)) throw new NotWhatItSays('is no GeoJSON');
  yield* checkText(source);
}

function refuseUnlessText(decode: () => string): void {
  let text: string;
  try {
    text = decode();
  } catch {
    throw new NotWhatItSays('is not text in UTF-8');
  }
  if (FORBIDDEN.test(text)) throw new NotWhatItSays('has control characters, which no text has');
}
