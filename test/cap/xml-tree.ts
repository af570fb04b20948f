import { ParseOption, XmlDocument, XmlElement, XmlValidateError, XsdValidator } from 'libxml2-wasm';

const OPTIONS = { option: ParseOption.XML_PARSE_NONET | ParseOption.XML_PARSE_NO_XXE };

/** A document as plain data, read without any code of the codec. */
export interface XmlTree {
  name: string;
  namespace: string;
  attributes: string[];
  text: string;
  children: XmlTree[];
}

export function readTree(xml: Uint8Array | string): XmlTree {
  const document = XmlDocument.fromBuffer(typeof xml === 'string' ? Buffer.from(xml) : xml, OPTIONS);
  try {
    return treeOf(document.root);
  } finally {
    document.dispose();
  }
}

function treeOf(element: XmlElement): XmlTree {
  const children: XmlTree[] = [];
  for (let node = element.firstChild; node; node = node.next) {
    if (node instanceof XmlElement) children.push(treeOf(node));
  }
  return {
    name: element.name,
    namespace: element.namespaceUri,
    attributes: element.attrs.map((attribute) => attribute.name),
    text: children.length > 0 ? '' : element.content,
    children,
  };
}

export function writeTree({ name, namespace, attributes, text, children }: XmlTree): string {
  const marks = attributes.map((attribute) => ` ${attribute}="x"`).join('');
  const content = text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('\r', '&#13;');
  return `<${name} xmlns="${namespace}"${marks}>${content}${children.map(writeTree).join('')}</${name}>`;
}

export function everyElement(tree: XmlTree): XmlTree[] {
  return [tree, ...tree.children.flatMap(everyElement)];
}

/** What the schema has against a document; nothing when it is valid. */
export class Schema {
  private readonly document: XmlDocument;
  private readonly validator: XsdValidator;

  constructor(xsd: string) {
    this.document = XmlDocument.fromString(xsd);
    this.validator = XsdValidator.fromDoc(this.document);
  }

  faults(xml: Uint8Array | string): string[] {
    const document = XmlDocument.fromBuffer(typeof xml === 'string' ? Buffer.from(xml) : xml, OPTIONS);
    try {
      this.validator.validate(document);
      return [];
    } catch (error) {
      if (!(error instanceof XmlValidateError)) throw error;
      return error.details.map((detail) => detail.message);
    } finally {
      document.dispose();
    }
  }

  dispose(): void {
    this.validator.dispose();
    this.document.dispose();
  }
}
