import { type CapFinding } from './cap-message.js';

/** Real messages with embedded pictures reach 0.9 MB. */
export const CAP_MAX_BYTES = 2 * 1024 * 1024;

// All of these say ASCII in ASCII bytes or are told by their first bytes, so that a DOCTYPE cannot hide.
const ENCODING = /^(utf-?8|(us-)?ascii|iso[-_]8859-\d{1,2}|windows-125\d|utf-?16([lb]e)?)$/i;

/** Looks at what stands before the root element, so that no DTD ever reaches the parser. */
export function checkPrologue(bytes: Uint8Array): CapFinding[] {
  if (bytes.length > CAP_MAX_BYTES) {
    return [
      { path: '/', detail: `The message has ${bytes.length} bytes, at most ${CAP_MAX_BYTES} are taken.` },
    ];
  }
  const wide = wideEncoding(bytes);
  const text = new TextDecoder(wide ?? (hasUtf8Mark(bytes) ? 'utf-8' : 'latin1')).decode(bytes);
  const encoding = declaredEncoding(text);
  const findings: CapFinding[] = [];
  if (encoding !== undefined && !ENCODING.test(encoding)) {
    findings.push({
      path: '/',
      line: 1,
      detail: `The encoding ${encoding.slice(0, 40)} is not taken; send UTF-8.`,
    });
  } else if (encoding !== undefined && /16/.test(encoding) && wide === undefined) {
    findings.push({ path: '/', line: 1, detail: 'The declaration says UTF-16 and the bytes are not.' });
  }
  const end = endOfMiscellany(text);
  if (text.startsWith('<!', end)) {
    const line = text.slice(0, end).split('\n').length;
    findings.push({ path: '/', line, detail: 'A document type declaration (DOCTYPE) is refused.' });
  }
  return findings;
}

function wideEncoding(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0x3c && second === 0)) return 'utf-16le';
  if ((first === 0xfe && second === 0xff) || (first === 0 && second === 0x3c)) return 'utf-16be';
  return undefined;
}

function hasUtf8Mark(bytes: Uint8Array): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
}

function declaredEncoding(text: string): string | undefined {
  if (!text.startsWith('<?xml')) return undefined;
  // Without an end it is searched whole: the parser changes to the declared encoding before it looks for the end.
  const end = text.indexOf('?>');
  const declaration = end < 0 ? text : text.slice(0, end);
  return /\sencoding[ \t\r\n]*=[ \t\r\n]*["']([^"']*)["']/.exec(declaration)?.[1];
}

/** Where the white space, comments and processing instructions before the root element or DOCTYPE end. */
function endOfMiscellany(text: string): number {
  let at = 0;
  for (;;) {
    while (' \t\r\n'.includes(text.charAt(at)) && at < text.length) at += 1;
    const close = text.startsWith('<?', at) ? '?>' : text.startsWith('<!--', at) ? '-->' : undefined;
    const end = close === undefined ? -1 : text.indexOf(close, at + (close === '-->' ? 4 : 2));
    if (close === undefined || end < 0) return at;
    at = end + close.length;
  }
}
