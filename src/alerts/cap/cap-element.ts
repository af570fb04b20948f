import { XmlElement } from 'libxml2-wasm';
import { CAP_NAMESPACE } from './cap-message.js';

const SIGNATURE_NAMESPACE = 'http://www.w3.org/2000/09/xmldsig#';
const REPEATABLE = new Set(
  'code info category responseType eventCode parameter resource area polygon circle geocode'.split(' '),
);

// The parser keeps line numbers in 16 bits.
const LAST_LINE = 65_535;

/** One element of a received document, copied out of the parser's memory. */
export class CapElement {
  private constructor(
    /** As written, with its prefix. */
    readonly qname: string,
    readonly name: string,
    readonly namespace: string,
    readonly path: string,
    readonly line: number | undefined,
    /** Empty where there are child elements. */
    readonly content: string,
    readonly children: CapElement[],
  ) {}

  /** What lies inside a signature is left out: nobody here reads it. */
  static copy(element: XmlElement, parentPath = '', occurrence = 1): CapElement {
    const { name, prefix, namespaceUri } = element;
    const index = REPEATABLE.has(name) || occurrence > 1 ? `[${occurrence}]` : '';
    const path = `${parentPath}/${name}${index}`;
    const opaque = namespaceUri === SIGNATURE_NAMESPACE;
    const children: CapElement[] = [];
    const occurrences = new Map<string, number>();
    for (let node = opaque ? null : element.firstChild; node; node = node.next) {
      if (!(node instanceof XmlElement)) continue;
      const childName = node.name;
      const nth = (occurrences.get(childName) ?? 0) + 1;
      occurrences.set(childName, nth);
      children.push(CapElement.copy(node, path, nth));
    }
    const leaf = children.length === 0 && !opaque;
    const qname = prefix ? `${prefix}:${name}` : name;
    const line = element.line < LAST_LINE ? element.line : undefined;
    return new CapElement(qname, name, namespaceUri, path, line, leaf ? element.content : '', children);
  }

  get signed(): boolean {
    return this.children.some((child) => child.namespace === SIGNATURE_NAMESPACE);
  }

  all(name: string): CapElement[] {
    return this.children.filter((child) => child.name === name && child.namespace === CAP_NAMESPACE);
  }

  /** Those that say something: in practice senders leave empty elements where they mean none. */
  filled(name: string): CapElement[] {
    return this.all(name).filter((child) => !isBlank(child.content));
  }

  find(name: string): CapElement | undefined {
    return this.filled(name)[0];
  }

  required(name: string): string {
    return this.all(name)[0]?.content ?? '';
  }

  optional(name: string): string | undefined {
    return this.find(name)?.content;
  }

  /** For the types whose surrounding white space XML Schema takes away: times, numbers, URIs, language. */
  token(name: string): string | undefined {
    return this.optional(name)?.trim();
  }

  /** Follows the parser's way of pointing at a node: a star counts all siblings, a name those of that name. */
  locate(xpath: string): CapElement | undefined {
    const [, , ...steps] = xpath.split('/');
    return steps.reduce<CapElement | undefined>((element, step) => {
      const [qname, index = '1'] = step.split(/[[\]]/);
      const named = element?.children.filter((child) => qname === '*' || child.qname === qname);
      return named?.[Number(index) - 1];
    }, this);
  }
}

/** Nothing but XML white space. */
export function isBlank(text: string): boolean {
  return !/[^ \t\r\n]/.test(text);
}
