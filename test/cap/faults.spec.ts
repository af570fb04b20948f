import { CAP_MAX_BYTES, parseCap } from '../../src/alerts/cap/parse-cap.js';
import { findingsOf, placesOf } from './faults.js';
import { conforming, nonconforming } from './shared.js';

const broken = (name: string) => nonconforming.find((file) => file.name === name)?.bytes ?? Buffer.alloc(0);
const whole = (name: string) =>
  Buffer.from(conforming.find((file) => file.name === name)?.bytes ?? []).toString('utf8');

describe('a message that breaks rules no schema can say', () => {
  it('is answered with every fault, its place and its line', () => {
    expect(placesOf(broken('rules-broken.xml'))).toEqual([
      '3 /alert/identifier The identifier holds white space or one of the characters , < &.',
      '4 /alert/sender The sender holds white space or one of the characters , < &.',
      '9 /alert/restriction A restriction belongs to the scope Restricted only.',
      '2 /alert/addresses The scope is Private and no addresses say for whom.',
      '10 /alert/references A reference is sender,identifier,sent, not "kestrel-bay.example,KB-1".',
      '13 /alert/info[1]/event The event is empty.',
      '17 /alert/info[1]/expires The message expires before it was sent.',
      '22 /alert/info[1]/resource[1]/derefUri The content is not in base64.',
      '21 /alert/info[1]/resource[1]/size A size in bytes is not negative.',
      '27 /alert/info[1]/area[1]/polygon[2] A polygon ends where it begins, this one begins at 0,0 and ends at 1,0.',
      '28 /alert/info[1]/area[1]/polygon[3] A polygon needs at least four positions, this one has 3.',
      '29 /alert/info[1]/area[1]/polygon[4] A longitude is a number from -180 to 180, not "181".',
      '30 /alert/info[1]/area[1]/circle[1] A radius is a number from 0 to 20038, not "NaN".',
      '31 /alert/info[1]/area[1]/circle[2] A circle is one position and a radius in kilometres, such as 10.5,20.25 15.',
      '33 /alert/info[1]/area[1]/ceiling The ceiling is below the altitude.',
      '37 /alert/info[1]/area[2]/ceiling A ceiling stands only beside an altitude.',
    ]);
  });

  it('may not refer to itself, by whatever offset, nor to the future', () => {
    expect(placesOf(broken('refers-to-itself.xml'))).toEqual([
      '1 /alert/restriction The scope is Restricted and no restriction says how.',
      '8 /alert/references The message refers to itself.',
      '8 /alert/references The message refers to one sent later than itself, at 2026-01-20T10:30:01-00:00.',
    ]);
  });

  it.each(['Update', 'Cancel', 'Ack', 'Error'])('is refused as %s without references', (msgType) => {
    const xml = whole('arabic-english.xml').replace('>Alert<', `>${msgType}<`);
    expect(placesOf(xml)).toEqual([
      `2 /alert/references A message of type ${msgType} refers to at least one earlier message.`,
    ]);
  });

  it('is refused with an empty identifier', () => {
    const xml = whole('russian.xml').replace('ozernaya-7781', '');
    expect(placesOf(xml)).toEqual(['3 /alert/identifier The identifier is empty.']);
  });
});

describe('a message that breaks the schema', () => {
  it('is answered with schema faults and broken rules together', () => {
    expect(findingsOf(broken('schema-broken.xml')).map(({ line, path }) => `${line} ${path}`)).toEqual([
      '5 /alert/sent',
      '6 /alert/status',
      '14 /alert/info[1]/certainty',
      '25 /alert/info[2]/headline',
      '17 /alert/info[1]/area[1]/polygon[1]',
    ]);
  });

  it('is quoted without namespaces, in one line', () => {
    expect(findingsOf(broken('schema-broken.xml'))[3]?.detail).toBe(
      "Element 'headline': This element is not expected. Expected is ( certainty ).",
    );
  });

  it('gets a hundred findings and the number of the others', () => {
    const polygons = '<polygon>0,0</polygon>'.repeat(150);
    const findings = findingsOf(whole('arabic-english.xml').replace('<polygon>', `${polygons}<polygon>`));
    expect(findings).toHaveLength(101);
    expect(findings.at(-1)?.detail).toBe('There are 50 more faults.');
  });
});

describe('a document of another kind', () => {
  it.each([
    ['alerts-wrapper.xml', '1 /alerts The root element is alerts, not one alert.'],
    ['cap-1.1.xml', '2 /alert This is CAP 1.1, not a CAP 1.2 alert (urn:oasis:names:tc:emergency:cap:1.2).'],
    ['edxl-de.xml', '1 /EDXLDistribution This is an EDXL-DE envelope, not a CAP 1.2 alert'],
    ['atom-feed.xml', '1 /feed This is an Atom feed, not a CAP 1.2 alert'],
    ['rss-feed.xml', '1 /rss This is an RSS feed, not a CAP 1.2 alert'],
    ['no-namespace.xml', '1 /alert This is the element alert without a namespace, not a CAP 1.2 alert'],
  ])('%s is refused by its name', (name, place) => {
    expect(placesOf(broken(name))).toEqual([expect.stringContaining(place)]);
  });

  it.each([
    ['nothing at all', ''],
    ['plain text', 'Avoid the coast road.'],
    ['JSON', '{"kind":"advisory"}'],
    ['half a document', whole('russian.xml').slice(0, 900)],
    ['an HTML entity', whole('russian.xml').replace('&amp;', '&nbsp;')],
  ])('%s is refused', (_, xml) => {
    const [finding] = findingsOf(xml);
    expect(finding?.path).toBe('/');
    expect(finding?.line).toBeGreaterThan(0);
  });

  it('of more than two megabytes is refused unread', () => {
    const padded = whole('russian.xml').replace('<note>', `<note>${' '.repeat(3_000_000)}`);
    expect(findingsOf(padded)[0]?.detail).toMatch(`at most ${CAP_MAX_BYTES}`);
  });
});

describe('an encoding', () => {
  const russian = whole('russian.xml');
  const utf16 = (text: string) => Buffer.from(`\uFEFF${text.replace('UTF-8', 'UTF-16')}`, 'utf16le');
  const french = russian.replace('UTF-8', 'ISO-8859-1').replace(/[^\x00-\x7f]+/g, 'é');
  const cyrillic = Buffer.from(
    Array.from(russian.replace('UTF-8', 'windows-1251').replaceAll('№', 'N'), (character) => {
      const code = character.charCodeAt(0);
      const odd = { ё: 0xb8, Ё: 0xa8, '«': 0xab, '»': 0xbb }[character];
      return odd ?? (code > 0x40f ? code - 0x350 : code);
    }),
  );

  it.each([
    ['UTF-8 with a byte-order mark', Buffer.from(`\uFEFF${russian}`)],
    ['UTF-16, little end first', utf16(russian)],
    ['UTF-16, big end first', Buffer.from(utf16(russian)).swap16()],
  ])('of %s says the same', (_, bytes) => expect(parseCap(bytes)).toEqual(parseCap(Buffer.from(russian))));

  it('of Latin-1 and of Cyrillic in one byte is read', () => {
    expect(parseCap(Buffer.from(french, 'latin1')).note).toMatch('é');
    expect(parseCap(cyrillic).note).toBe('Учение «Ледоход-26»');
  });

  it.each(['UTF-7', 'EBCDIC-CP-US', 'ISO-2022-JP', 'UCS-4'])('of %s is refused', (encoding) => {
    expect(findingsOf(russian.replace('UTF-8', encoding))[0]?.detail).toBe(
      `The encoding ${encoding} is not taken; send UTF-8.`,
    );
  });

  it('that breaks off in the middle of a character is refused', () => {
    const bytes = Buffer.from(russian);
    bytes[bytes.indexOf('й') + 1] = 0x20;
    expect(findingsOf(bytes)[0]?.path).toBe('/');
  });
});
