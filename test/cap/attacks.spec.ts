import { diag } from 'libxml2-wasm';
import { CapFault } from '../../src/alerts/cap/cap-message.js';
import { parseCap } from '../../src/alerts/cap/parse-cap.js';
import { findingsOf } from './faults.js';
import { conforming } from './shared.js';

const OPEN = '<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">';
const document = (prologue: string, note: string) => `${prologue}${OPEN}<note>${note}</note></alert>`;
const DOCTYPE_REFUSED = 'A document type declaration (DOCTYPE) is refused.';

const russian = Buffer.from(conforming.find(({ name }) => name === 'russian.xml')?.bytes ?? []).toString();

const laughs = Array.from({ length: 9 }, (_, i) => `<!ENTITY l${i + 1} "${`&l${i};`.repeat(10)}">`).join('');

describe('a document type declaration never reaches the parser', () => {
  it.each([
    ['billion laughs', document(`<!DOCTYPE a [<!ENTITY l0 "ha">${laughs}]>`, '&l9;')],
    [
      'quadratic blowup',
      document(`<!DOCTYPE a [<!ENTITY b "${'x'.repeat(50_000)}">]>`, '&b;'.repeat(50_000)),
    ],
    ['an external entity', document('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>', '&x;')],
    ['an external DTD', document('<!DOCTYPE alert SYSTEM "http://127.0.0.1:9/evil.dtd">', 'x')],
    ['parameter entities', document('<!DOCTYPE a [<!ENTITY % p SYSTEM "http://127.0.0.1:9/p"> %p;]>', 'x')],
    [
      'one behind comments',
      document('<?xml version="1.0"?>\n<!-- <a> -->\r\n<?b <a> ?>\t<!DOCTYPE a []>', 'x'),
    ],
    ['one behind a byte-order mark', document('\uFEFF<!DOCTYPE a []>', 'x')],
    ['one in lower case', document('<!doctype a>', 'x')],
  ])('%s', (_, xml) =>
    expect(findingsOf(xml)).toEqual([expect.objectContaining({ detail: DOCTYPE_REFUSED })]),
  );

  const smuggled = document('<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a [<!ENTITY x "y">]>', '&x;');

  it.each([
    ['with a mark', Buffer.from(`\uFEFF${smuggled}`, 'utf16le')],
    ['without', Buffer.from(smuggled, 'utf16le')],
    ['big end first', Buffer.from(`\uFEFF${smuggled}`, 'utf16le').swap16()],
    ['big end first without a mark', Buffer.from(smuggled, 'utf16le').swap16()],
  ])('in UTF-16 %s', (_, bytes) => expect(findingsOf(bytes)[0]?.detail).toBe(DOCTYPE_REFUSED));

  it('in UTF-16 behind a declaration in ASCII', () => {
    const [declaration = '', rest = ''] = smuggled.split('?>', 2);
    const bytes = Buffer.concat([Buffer.from(declaration), Buffer.from(`?>${rest}`, 'utf16le')]);
    expect(findingsOf(bytes)[0]?.detail).toBe('The declaration says UTF-16 and the bytes are not.');
  });

  it('in UTF-7', () => {
    const xml = document('<?xml version="1.0" encoding="UTF-7"?>+ADw-!DOCTYPE a+AD4-', 'x');
    expect(findingsOf(xml)[0]?.detail).toMatch('UTF-7 is not taken');
  });

  it('but the word itself may stand in a text', () => {
    const xml = russian.replace('Учение', '<![CDATA[<!DOCTYPE html>]]>');
    expect(parseCap(Buffer.from(xml)).note).toMatch('<!DOCTYPE html>');
  });
});

describe('a document made to exhaust is refused in seconds', () => {
  it.each([
    ['elements 20,000 deep', `${OPEN}${'<info>'.repeat(20_000)}`],
    ['elements 33 deep', `${OPEN}${'<a>'.repeat(32)}${'</a>'.repeat(32)}</alert>`],
    [
      'a signature 33 deep',
      `${OPEN}<S xmlns="http://www.w3.org/2000/09/xmldsig#">${'<a>'.repeat(31)}${'</a>'.repeat(31)}</S></alert>`,
    ],
    ['280,000 empty info blocks', `${OPEN}${'<info/>'.repeat(280_000)}</alert>`],
    [
      '100,000 attributes',
      `${OPEN.slice(0, -1)} ${Array.from({ length: 100_000 }, (_, i) => `a${i}=""`).join(' ')}/>`,
    ],
    [
      '80,000 namespaces',
      `${OPEN.slice(0, -1)} ${Array.from({ length: 80_000 }, (_, i) => `xmlns:a${i}="u"`).join(' ')}/>`,
    ],
    ['4,900 faulty geocodes', russian.replace('<geocode>', `${'<geocode/>'.repeat(4_900)}<geocode>`)],
    ['19,000 faulty children', `${OPEN}<identifier/><sender/>${'<b/>'.repeat(19_000)}</alert>`],
    ['19,000 categories', `${OPEN}<info>${'<category>X</category>'.repeat(19_000)}</info></alert>`],
    ['250,000 comments', `${OPEN}${'<!---->'.repeat(250_000)}</alert>`],
    ['a text of a megabyte', `${OPEN}<note>${'x'.repeat(1_000_000)}</note></alert>`],
    [
      'a polygon of half a million positions',
      `${OPEN}<info><area><polygon>${'1,1 '.repeat(500_000)}</polygon></area></info></alert>`,
    ],
    ['white space of two megabytes', `${OPEN}<info><web>${' '.repeat(2_000_000)}</web></info></alert>`],
  ])('%s', (_, xml) => {
    const start = performance.now();
    const findings = findingsOf(xml);
    expect(findings[0]?.detail).not.toBe('');
    // Generous for a busy machine; the slow way took minutes.
    expect(performance.now() - start).toBeLessThan(60_000);
  });

  it('33 deep, by the name of that limit', () => {
    const xml = `${OPEN}${'<a>'.repeat(32)}${'</a>'.repeat(32)}</alert>`;
    expect(findingsOf(xml)[0]?.detail).toBe('Elements are nested more than 32 deep.');
  });
});

describe('bytes that are not text', () => {
  it.each([
    ['a null byte', '\0'],
    ['a control character', '\u0001'],
    ['a null by reference', '&#0;'],
    ['a surrogate by reference', '&#xD800;'],
    ['U+FFFF', '\uFFFF'],
  ])('%s is refused', (_, note) =>
    expect(findingsOf(document('', note))[0]).toMatchObject({ path: '/', line: 1 }),
  );

  it('a lone surrogate in UTF-16 is refused', () => {
    const bytes = Buffer.from(`\uFEFF${document('', '\uD800')}`, 'utf16le');
    expect(findingsOf(bytes)[0]?.path).toBe('/');
  });

  it('a surrogate encoded as UTF-8 is refused', () => {
    const bytes = Buffer.from(document('', '@@@'));
    bytes.set([0xed, 0xa0, 0x80], bytes.indexOf('@@@'));
    expect(findingsOf(bytes)[0]?.path).toBe('/');
  });
});

describe('the memory of the parser', () => {
  afterAll(() => diag.configure({ enabled: false }));

  it('is given back, whether a message is taken or refused', () => {
    conforming.forEach(({ bytes }) => parseCap(bytes));
    diag.configure({ enabled: true });
    conforming.forEach(({ bytes }) => parseCap(bytes));
    expect(() => parseCap(Buffer.from(document('', 'x')))).toThrow(CapFault);
    expect(() => parseCap(Buffer.from(document('', '&x;')))).toThrow(CapFault);
    expect(() => parseCap(Buffer.from('<other/>'))).toThrow(CapFault);
    expect(diag.report()).toEqual({});
  });
});
