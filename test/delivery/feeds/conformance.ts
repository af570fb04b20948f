import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type XmlElement, XmlDocument, XmlValidateError, RelaxNGValidator } from 'libxml2-wasm';
import { parseCap } from '../../../src/alerts/cap/parse-cap.js';

const ATOM = { a: 'http://www.w3.org/2005/Atom', cap: 'urn:oasis:names:tc:emergency:cap:1.2' };
const GRAMMAR = fileURLToPath(new URL('atom.rng', import.meta.url));

/** What is wrong with an Atom document by RFC 4287: its grammar, and its rules that no grammar can say. */
export function atomFaults(text: string): string[] {
  const grammar = XmlDocument.fromBuffer(readFileSync(GRAMMAR));
  const validator = RelaxNGValidator.fromDoc(grammar);
  const document = XmlDocument.fromString(text);
  try {
    const faults: string[] = [];
    try {
      validator.validate(document);
    } catch (error) {
      if (!(error instanceof XmlValidateError)) throw error;
      faults.push(...error.details.map(({ message }) => message));
    }
    const count = (path: string): number => document.find(path, ATOM).length;
    // §4.1.1: the author of a feed is that of its entries that name none.
    if (count('/a:feed/a:author') === 0 && count('/a:feed/a:entry[not(a:author)]') > 0)
      faults.push('no author');
    if (count('//a:entry[not(a:content) and not(a:link[@rel="alternate"])]') > 0) faults.push('no content');
    // §4.1.1 and §4.1.2: at most one alternate of each type and language.
    const alternates = document
      .find('//a:entry', ATOM)
      .map((entry) =>
        (entry as XmlElement).find('a:link[@rel="alternate"]/@type', ATOM).map((one) => one.content),
      );
    if (alternates.some((types) => new Set(types).size < types.length))
      faults.push('two alternates of one type');
    const ids = document.find('//a:entry/a:id', ATOM).map((one) => one.content);
    if (new Set(ids).size < ids.length) faults.push('an entry comes twice');
    return faults;
  } finally {
    document.dispose();
    validator.dispose();
    grammar.dispose();
  }
}

/** The CAP messages of a feed by id of their entry, each a document of its own that the CAP 1.2 schema admits. */
export function capMessages(text: string): Map<string, ReturnType<typeof parseCap>> {
  const document = XmlDocument.fromString(text);
  try {
    return new Map(
      document.find('/a:feed/a:entry', ATOM).map((entry) => {
        const [id] = (entry as XmlElement).find('a:id', ATOM);
        const messages = (entry as XmlElement).find('a:content[@type="application/cap+xml"]/*', ATOM);
        if (messages.length !== 1) throw new Error(`${id?.content} has ${messages.length} messages`);
        const message = (messages[0] as XmlElement).toString();
        return [(id?.content ?? '').replace('urn:uuid:', ''), parseCap(Buffer.from(message))];
      }),
    );
  } finally {
    document.dispose();
  }
}
