import fc from 'fast-check';
import { CAP_SCHEMA } from '../../src/alerts/cap/cap-schema.js';
import { parseCap } from '../../src/alerts/cap/parse-cap.js';
import { writeCap } from '../../src/alerts/cap/write-cap.js';
import { capMessage } from './cap-message.arbitrary.js';
import { conforming } from './shared.js';
import { Schema } from './xml-tree.js';

const messageOf = (name: string) =>
  parseCap(conforming.find((file) => file.name === name)?.bytes ?? Buffer.alloc(0));

describe('reading and writing', () => {
  const schema = new Schema(CAP_SCHEMA);
  afterAll(() => schema.dispose());

  it('gives back any message there can be', () => {
    fc.assert(
      fc.property(capMessage, (message) => {
        const written = writeCap(message);
        expect(schema.faults(written)).toEqual([]);
        expect(parseCap(Buffer.from(written))).toEqual(message);
      }),
      { numRuns: 200 },
    );
  });

  it('gives the same bytes the second time', () => {
    for (const { bytes } of conforming) {
      const written = writeCap(parseCap(bytes));
      expect(writeCap(parseCap(Buffer.from(written)))).toBe(written);
    }
  });
});

describe('reading', () => {
  it('takes an untidy, prefixed, signed message for what it says', () => {
    expect(messageOf('prefixed-signed-untidy.xml')).toEqual({
      identifier: 'SM-5',
      sender: 'saltmarsh.example',
      sent: '2026-05-01T00:00:00+00:00',
      status: 'System',
      msgType: 'Alert',
      scope: 'Public',
      codes: [],
      references: [],
      signed: true,
      infos: [
        {
          categories: ['Other'],
          event: 'Test of <markup> & ]]> in text',
          responseTypes: [],
          urgency: 'Unknown',
          severity: 'Unknown',
          certainty: 'Unknown',
          eventCodes: [],
          description: 'First line\r\nsecond line🌊 ',
          parameters: [],
          resources: [],
          areas: [{ areaDesc: ' everywhere ', polygons: [], circles: [], geocodes: [] }],
        },
      ],
    });
  });

  it('takes references apart and keeps their times as written', () => {
    expect(messageOf('update-with-references.xml').references).toEqual([
      { sender: 'kestrel-bay.example', identifier: 'KB-2026-12.1', sent: '2026-01-20T08:00:00-00:00' },
      { sender: 'kestrel-bay.example', identifier: 'KB-2026-12.2', sent: '2026-01-20T11:15:00+02:00' },
    ]);
  });

  it('keeps numbers as written', () => {
    expect(messageOf('resource-circle-altitude.xml').infos[0]?.areas[0]).toEqual({
      areaDesc: 'Upper Vale',
      polygons: ['-45.5,170 -45.5,-179.999999999999 -46,180 -45.5,170.0', '0,0 0,1 1,1 0,0'],
      circles: ['-45.5,170.25 12.5', '90,-180 0'],
      geocodes: [
        { valueName: 'UV-ZONE', value: '007' },
        { valueName: 'UV-ZONE', value: '' },
      ],
      altitude: '-12.50',
      ceiling: '35000',
    });
  });

  it('keeps Arabic in the order it was written', () => {
    const [arabic, english] = messageOf('arabic-english.xml').infos;
    expect(arabic?.headline).toBe('تجنبوا الطريق الساحلي بين الميناء و«باب النجم»');
    expect([arabic?.language, english?.language]).toEqual(['ar', 'en']);
  });
});

describe('writing', () => {
  const base = messageOf('russian.xml');

  it.each([
    ['control characters', 'a\0\u0001\u0008\u000b\u001fb', 'ab'],
    ['lone surrogates', 'a\uD800b\uDFFF', 'ab'],
    ['characters that are none', 'a\uFFFE\uFFFFb', 'ab'],
    ['nothing of an emoji', '🌊', '🌊'],
    ['no carriage return', 'a\r\nb\rc', 'a\r\nb\rc'],
    ['no markup', ']]> <b> &amp; "', ']]> <b> &amp; "'],
  ])('loses %s', (_, note, back) => {
    expect(parseCap(Buffer.from(writeCap({ ...base, note }))).note).toBe(back);
  });

  it.each(['', ' \r\n', '\u0000'])('leaves out a note that holds nothing: %j', (note) => {
    expect(writeCap({ ...base, note })).not.toMatch('note');
  });

  it('never writes a signature', () => {
    expect(writeCap(messageOf('prefixed-signed-untidy.xml'))).not.toMatch(/Signature|xmldsig/);
  });

  it('begins with the declaration and the default namespace', () => {
    expect(writeCap(base)).toMatch(
      '<?xml version="1.0" encoding="UTF-8"?>\n<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">\n  <identifier>ozernaya-7781</identifier>\n',
    );
  });
});
