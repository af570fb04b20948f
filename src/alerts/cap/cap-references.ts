import { type CapReference } from './cap-message.js';
import { parseCapTime } from './cap-time.js';

/** CAP 1.2 section 3.2.1: `sender,identifier,sent` separated by white space. Throws RangeError. */
export function parseReferences(text: string): CapReference[] {
  return text
    .split(/[ \t\r\n]+/)
    .filter((item) => item !== '')
    .map(parseReference);
}

export function formatReferences(references: CapReference[]): string {
  return references.map(({ sender, identifier, sent }) => `${sender},${identifier},${sent}`).join(' ');
}

function parseReference(item: string): CapReference {
  const [sender, identifier, sent, ...rest] = item.split(',');
  if (!sender || !identifier || !sent || rest.length > 0) {
    throw new RangeError(`A reference is sender,identifier,sent, not ${JSON.stringify(item.slice(0, 100))}.`);
  }
  parseCapTime(sent);
  return { sender, identifier, sent };
}
