import fc from 'fast-check';
import { CAP_NAMESPACE } from '../../src/alerts/cap/cap-message.js';
import { CAP_SCHEMA } from '../../src/alerts/cap/cap-schema.js';
import { parseCapTime } from '../../src/alerts/cap/cap-time.js';
import { conforming, describeWithShared, nonconforming, type XmlFile } from './shared.js';
import { everyElement, readTree, Schema, writeTree, type XmlTree } from './xml-tree.js';

const NAMES =
  'alert identifier status code info category event parameter valueName value resource area polygon geocode Info wrong';
const TEXTS = [
  ...[
    '',
    ' ',
    'x',
    ' Actual ',
    'actual',
    'Actual',
    'Alert',
    'Public',
    'Met',
    'Unknown',
    'Very Likely',
    'Avoid',
  ],
  ...[
    '1',
    '-1',
    '+1.5',
    '1e3',
    'NaN',
    ' 7 ',
    'en',
    'en-',
    'zh-Hant-TW',
    'not a tag!',
    'http://[',
    '%zz',
    'a b',
  ],
  ...[
    '2026-01-01T00:00:00-00:00',
    '2026-01-01T00:00:00,00:00',
    '2026-01-01T00:00:00Z',
    '2026-02-30T00:00:00+00:00',
  ],
  ...[
    '2026-01-01T24:00:00+14:00',
    '2026-01-01T24:00:01+00:00',
    '2026-01-01T00:00:00.5+00:00',
    '0000-01-01T00:00:00+00:00',
  ],
  ...[
    ' 2026-01-01T00:00:00-00:00\n',
    '12026-01-01T00:00:00+00:00',
    '2026-01-01T00:00:60+00:00',
    '2026-01-01T00:00:00+14:01',
  ],
];
const ATTRIBUTES = ['lang', 'xml:lang', 'xmlns:p', 'id'];

const mutation = fc.record({
  kind: fc.constantFrom('drop', 'repeat', 'swap', 'rename', 'text', 'attribute', 'namespace', 'nest', 'sign'),
  at: fc.nat(),
  name: fc.constantFrom(...NAMES.split(' ')),
  text: fc.constantFrom(...TEXTS),
  attribute: fc.constantFrom(...ATTRIBUTES),
  namespace: fc.constantFrom('', 'urn:example:other', 'urn:oasis:names:tc:emergency:cap:1.1'),
});

type Mutation = typeof mutation extends fc.Arbitrary<infer T> ? T : never;

const LISTS = 'status msgType scope category responseType urgency severity certainty'.split(' ');
const isList = ({ name }: XmlTree) => LISTS.includes(name);

function mutate(root: XmlTree, { kind, at, name, text, attribute, namespace }: Mutation): void {
  const elements = everyElement(root);
  const element = elements[at % elements.length];
  const parent = elements.find(({ children }) => element && children.includes(element));
  const index = element && parent ? parent.children.indexOf(element) : -1;
  if (!element) return;
  if (kind === 'drop') parent?.children.splice(index, 1);
  if (kind === 'repeat') parent?.children.splice(index, 0, element);
  if (kind === 'swap') parent?.children.splice(index + 1, 0, ...parent.children.splice(index, 1).reverse());
  if (kind === 'swap' && parent) parent.children.push(...parent.children.splice(index, 1));
  if (kind === 'rename') element.name = name;
  if (kind === 'text') element.text = text;
  if (kind === 'attribute') element.attributes = [attribute];
  if (kind === 'namespace') element.namespace = namespace;
  const child = { name, namespace: CAP_NAMESPACE, attributes: [], text, children: [] };
  if (kind === 'nest') element.children.push(child);
  const signature = { ...child, namespace: 'http://www.w3.org/2000/09/xmldsig#', attributes: ['Id'] };
  if (kind === 'sign') parent?.children.splice(index + (at % 2), 0, signature);
}

describeWithShared('our schema and that of OASIS', ({ samples, oasisSchema }) => {
  const ours = new Schema(CAP_SCHEMA);
  const oasis = new Schema(oasisSchema);
  afterAll(() => [ours, oasis].forEach((schema) => schema.dispose()));
  const files: XmlFile[] = [...samples, ...conforming, ...nonconforming];
  const trees = files.filter(({ bytes }) => bytes.length < 20_000).map(({ bytes }) => readTree(bytes));

  const same = (xml: Uint8Array | string) =>
    expect(ours.faults(xml).length === 0).toBe(oasis.faults(xml).length === 0);

  it.each(files)('agree about $name', ({ bytes }) => same(bytes));

  it('agree about a thousand messages bent out of shape', () => {
    let valid = 0;
    fc.assert(
      fc.property(fc.nat(), fc.array(mutation, { minLength: 1, maxLength: 2 }), (which, mutations) => {
        const tree = structuredClone(trees[which % trees.length] as XmlTree);
        mutations.forEach((one) => mutate(tree, one));
        const xml = writeTree(tree);
        // Stricter on purpose: no root but alert.
        if (tree.name === 'alert') same(xml);
        else expect(ours.faults(xml)).not.toEqual([]);
        if (ours.faults(xml).length === 0) valid += 1;
      }),
      { numRuns: 1000 },
    );
    // Bending must leave some of them whole, or agreement would say nothing.
    expect(valid).toBeGreaterThan(50);
  });

  it('agree about every value of every list in every place', () => {
    const values = [...oasisSchema.matchAll(/enumeration value = "(\w+)"/g)].map(([, value = '']) => value);
    expect(values).toHaveLength(49);
    const rich = conforming.filter(({ name }) => /russian|update|resource/.test(name));
    for (const tree of rich.map(({ bytes }) => readTree(bytes))) {
      for (const element of everyElement(tree).filter(({ children }) => children.length === 0)) {
        const { text } = element;
        for (const other of [...(isList(element) ? values : []), ...TEXTS]) {
          element.text = other;
          same(writeTree(tree));
        }
        element.text = text;
      }
    }
  });

  it('differ about a value as the root', () => {
    const xml = `<value xmlns="${CAP_NAMESPACE}">x</value>`;
    expect(oasis.faults(xml)).toEqual([]);
    expect(ours.faults(xml)).toHaveLength(1);
  });
});

describe('our schema', () => {
  const ours = new Schema(CAP_SCHEMA);
  afterAll(() => ours.dispose());

  it('admits no time that parseCapTime refuses', () => {
    const tree = readTree(conforming.find(({ name }) => name === 'cancel-without-info.xml')?.bytes ?? '');
    const sent = tree.children.find(({ name }) => name === 'sent') as XmlTree;
    const two = (max: number) => fc.integer({ min: 0, max }).map((number) => String(number).padStart(2, '0'));
    const time = fc
      .tuple(
        fc.constantFrom('0000', '0001', '1999', '2024', '2100', '9999'),
        two(13),
        two(32),
        two(25),
        two(61),
        two(61),
      )
      .chain(([y, mo, d, h, mi, s]) =>
        fc
          .tuple(fc.constantFrom('-', '+'), two(15), two(61))
          .map(([sign, oh, om]) => `${y}-${mo}-${d}T${h}:${mi}:${s}${sign}${oh}:${om}`),
      );
    fc.assert(
      fc.property(fc.oneof(time, fc.constantFrom(...TEXTS)), (text) => {
        sent.text = text;
        if (ours.faults(writeTree(tree)).length === 0) expect(() => parseCapTime(text.trim())).not.toThrow();
      }),
      { numRuns: 1000 },
    );
  });
});
