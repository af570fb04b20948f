import { CAP_SCHEMA } from '../../src/alerts/cap/cap-schema.js';
import { parseCap } from '../../src/alerts/cap/parse-cap.js';
import { writeCap } from '../../src/alerts/cap/write-cap.js';
import { placesOf } from './faults.js';
import { conforming, describeWithShared, type XmlFile } from './shared.js';
import { readTree, Schema, type XmlTree } from './xml-tree.js';

const SIGNATURE = 'http://www.w3.org/2000/09/xmldsig#';
const REQUIRED = ['areaDesc', 'value'];
const TOKENS = [
  'sent',
  'language',
  'effective',
  'onset',
  'expires',
  'web',
  'size',
  'uri',
  'altitude',
  'ceiling',
];

/** The original as it should come back, and which of the deliberate differences that took. */
function withDeliberateDifferences(tree: XmlTree, seen: Set<string>): XmlTree {
  const isEmpty = (child: XmlTree) => child.children.length === 0 && child.text.trim() === '';
  const children = tree.children.filter((child) => {
    const difference =
      child.namespace === SIGNATURE
        ? 'signature dropped'
        : isEmpty(child) && !REQUIRED.includes(child.name)
          ? 'empty element omitted'
          : undefined;
    if (difference) seen.add(difference);
    return !difference;
  });
  if (tree.attributes.length > 0) seen.add('attribute dropped');
  let text = tree.text;
  if (TOKENS.includes(tree.name)) text = text.trim();
  if (tree.name === 'references') text = text.trim().split(/\s+/).join(' ');
  if (text !== tree.text) seen.add('white space around a token');
  return {
    ...tree,
    text,
    attributes: [],
    children: children.map((child) => withDeliberateDifferences(child, seen)),
  };
}

function comesBackWhole({ bytes }: XmlFile, schema: Schema, seen = new Set<string>()): void {
  const message = parseCap(bytes);
  const written = writeCap(message);
  expect(parseCap(Buffer.from(written))).toEqual({ ...message, signed: false });
  expect(schema.faults(written)).toEqual([]);
  expect(readTree(written)).toEqual(withDeliberateDifferences(readTree(bytes), seen));
}

describe('our own messages', () => {
  const schema = new Schema(CAP_SCHEMA);
  afterAll(() => schema.dispose());
  const seen = new Set<string>();

  it.each(conforming)('$name comes back element by element', (file) => comesBackWhole(file, schema, seen));

  it('differ in nothing but what is listed here', () => {
    expect([...seen].sort()).toEqual([
      'attribute dropped',
      'empty element omitted',
      'signature dropped',
      'white space around a token',
    ]);
  });
});

describeWithShared('public messages', ({ samples, nonconforming, oasisSchema }) => {
  const schema = new Schema(oasisSchema);
  afterAll(() => schema.dispose());
  const seen = new Set<string>();

  it('are all 31 there', () => expect(samples).toHaveLength(31));

  it.each(samples)('$name comes back element by element, valid against the OASIS schema', (file) =>
    comesBackWhole(file, schema, seen),
  );

  it('differ in nothing but what is listed here', () => {
    expect([...seen].sort()).toEqual(['empty element omitted', 'signature dropped']);
  });

  it.each(conforming)('our own $name is valid against the OASIS schema', ({ bytes }) => {
    expect(schema.faults(bytes)).toEqual([]);
  });

  it('that are not CAP 1.2 are refused with place and fault', () => {
    expect(Object.fromEntries(nonconforming.map(({ name, bytes }) => [name, placesOf(bytes)]))).toEqual({
      'se-krisinformation-2018-news-sv.xml': [
        "17 /alert/info[1]/senderName Element 'senderName': This element is not expected. " +
          'Expected is one of ( description, instruction, web, contact, parameter, resource, area ).',
      ],
      'se-smhi-2019-many-info-sv.xml': ['2 /alerts The root element is alerts, not one alert.'],
    });
  });
});
