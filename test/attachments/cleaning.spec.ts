import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { type AttachmentType, kindOf } from '../../src/attachments/attachment.types.js';
import { ByteSource } from '../../src/attachments/cleaning/byte-source.js';

const image = (name: string): Buffer => readFileSync(join('test', 'fixtures', 'images', name));
const [JPEG, PNG, WEBP] = [image('photo.jpg'), image('map.png'), image('photo.webp')];

/** As from a network that delivers `size` bytes at a time. */
async function clean(type: AttachmentType, bytes: Buffer, size = 1000): Promise<Buffer> {
  function* pieces(): Generator<Buffer> {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  }
  const parts: Buffer[] = [];
  for await (const part of kindOf(type).clean(new ByteSource(Readable.from(pieces()))))
    parts.push(Buffer.from(part));
  return Buffer.concat(parts);
}

const SECRETS = [
  'Exif',
  'Artist',
  'A. Reporter',
  'roof of the office',
  'Ulana Cameras',
  'xmp',
  'http',
  'ICC',
  'iCCP',
  'tEXt',
];
const secretsIn = (bytes: Buffer): string[] => SECRETS.filter((one) => bytes.includes(one));

/** Names and contents of the parts of a PNG. */
function pngParts(png: Buffer): { name: string; content: Buffer }[] {
  const parts = [];
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) {
    const length = png.readUInt32BE(at);
    parts.push({
      name: png.toString('latin1', at + 4, at + 8),
      content: png.subarray(at + 8, at + 8 + length),
    });
  }
  return parts;
}

function pngPart(name: string, content: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(name, 'latin1'), content]);
  const [head, tail] = [Buffer.alloc(4), Buffer.alloc(4)];
  head.writeUInt32BE(content.length);
  tail.writeUInt32BE(crc32(named));
  return Buffer.concat([head, named, tail]);
}

const jpegPart = (marker: number, content: string | Buffer): Buffer => {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(content.length + 2, 2);
  return Buffer.concat([head, Buffer.from(content)]);
};

/** Markers of a JPEG with what they contain, without the coded pixels. */
function jpegParts(jpeg: Buffer): { marker: number; content: Buffer }[] {
  const parts = [];
  for (let at = 2; at < jpeg.length;) {
    const marker = jpeg[at + 1] ?? 0;
    if (marker === 0xd9) return [...parts, { marker, content: jpeg.subarray(at + 2) }];
    const length = jpeg.readUInt16BE(at + 2);
    parts.push({ marker, content: jpeg.subarray(at + 4, at + 2 + length) });
    at += 2 + length;
    if (marker === 0xda)
      while (jpeg[at] !== 0xff || jpeg[at + 1] === 0 || (jpeg[at + 1] ?? 0) >> 3 === 0x1a) at++;
  }
  return parts;
}

describe('a JPEG', () => {
  it('begins with secrets', () =>
    expect(secretsIn(JPEG)).toEqual([
      'Exif',
      'A. Reporter',
      'roof of the office',
      'Ulana Cameras',
      'xmp',
      'http',
      'ICC',
    ]));

  it('loses where, when, with what and by whom it was taken, and keeps every pixel', async () => {
    const cleaned = await clean('image/jpeg', JPEG);
    expect(secretsIn(cleaned)).toEqual(['Exif']);
    const markers = jpegParts(cleaned).map(({ marker }) => marker);
    expect(markers.filter((marker) => (marker >= 0xe0 && marker <= 0xef) || marker === 0xfe)).toEqual([0xe1]);
    const pixels = (jpeg: Buffer): Buffer[] =>
      jpegParts(jpeg).flatMap(({ marker, content }) => (marker < 0xe0 && marker !== 0xd9 ? [content] : []));
    expect(pixels(cleaned)).toEqual(pixels(JPEG));
    expect(cleaned.subarray(-500, -2)).toEqual(JPEG.subarray(-500, -2));
  });

  it('still says which way is up, and by that nothing else', async () => {
    const exif = jpegParts(await clean('image/jpeg', JPEG)).find(({ marker }) => marker === 0xe1);
    expect(exif?.content.toString('hex')).toBe(
      Buffer.concat([
        Buffer.from('Exif\0\0MM\0*\0\0\0\x08', 'latin1'),
        Buffer.from('0001011200030000000100060000', 'hex'),
        Buffer.alloc(4),
      ]).toString('hex'),
    );
  });

  it('loses comments and further images wherever they stand, and whatever follows its end', async () => {
    const scan = JPEG.lastIndexOf(Buffer.from([0xff, 0xda]));
    const hidden = Buffer.concat([
      JPEG.subarray(0, scan),
      jpegPart(0xfe, 'a secret comment'),
      jpegPart(0xe2, 'MPF\0 a secret picture'),
      jpegPart(0xed, 'Photoshop 3.0\0 a secret caption'),
      Buffer.from([0xff, 0xff]),
      JPEG.subarray(scan),
      JPEG,
      Buffer.from('PK a secret archive'),
    ]);
    expect(await clean('image/jpeg', hidden)).toEqual(await clean('image/jpeg', JPEG));
  });

  it('keeps how four colours are coded, and nothing beside', async () => {
    const adobe = Buffer.concat([Buffer.from('Adobe'), Buffer.from([0, 100, 0, 0, 0, 0, 2])]);
    const marked = Buffer.concat([
      JPEG.subarray(0, 2),
      jpegPart(0xee, Buffer.concat([adobe, Buffer.from('secret')])),
      JPEG.subarray(2),
    ]);
    const kept = jpegParts(await clean('image/jpeg', marked)).find(({ marker }) => marker === 0xee);
    expect(kept?.content).toEqual(adobe);
  });

  it.each([
    ['of no picture', Buffer.from([0xff, 0xd8, 0xff, 0xd9])],
    ['that ends in its picture', JPEG.subarray(0, -300)],
    ['that ends in a part', JPEG.subarray(0, 40)],
    [
      'with a part of no length',
      Buffer.concat([JPEG.subarray(0, 2), Buffer.from([0xff, 0xe0, 0, 1]), JPEG.subarray(2)]),
    ],
    ['that is something else', Buffer.from('<svg onload="alert(1)">')],
    ['of nothing', Buffer.alloc(0)],
    ['of four thousand million pixels', huge()],
  ])('%s is refused', async (_, bytes) => {
    await expect(clean('image/jpeg', bytes)).rejects.toMatchObject({ name: 'NotWhatItSays' });
  });

  function huge(): Buffer {
    const frame = JPEG.findIndex((byte, at) => byte === 0xff && [0xc0, 0xc2].includes(JPEG[at + 1] ?? 0));
    const bytes = Buffer.from(JPEG);
    bytes.fill(0xff, frame + 5, frame + 9);
    return bytes;
  }
});

describe('a PNG', () => {
  it('loses text, time, EXIF and profile, and keeps every pixel', async () => {
    const end = PNG.length - 12;
    const extra = [
      pngPart('tEXt', Buffer.from('Author\0A. Reporter')),
      pngPart('tIME', Buffer.alloc(7)),
      pngPart('zTXt', Buffer.from('x\0\0')),
    ];
    const told = Buffer.concat([
      PNG.subarray(0, end),
      ...extra,
      PNG.subarray(end),
      Buffer.from('a secret behind the end'),
    ]);
    expect(secretsIn(told)).toEqual(expect.arrayContaining(['A. Reporter', 'iCCP', 'tEXt']));
    const cleaned = await clean('image/png', told);
    expect(secretsIn(cleaned)).toEqual([]);
    const names = new Set(pngParts(cleaned).map(({ name }) => name));
    expect(
      [...names].filter(
        (name) =>
          !['IHDR', 'PLTE', 'IDAT', 'IEND', 'tRNS', 'gAMA', 'cHRM', 'sRGB', 'sBIT', 'bKGD', 'pHYs'].includes(
            name,
          ),
      ),
    ).toEqual([]);
    const pixels = (png: Buffer) => pngParts(png).filter(({ name }) => /^[A-Z]/.test(name));
    expect(pixels(cleaned)).toEqual(pixels(PNG));
  });

  it('loses its further frames', async () => {
    const at = PNG.indexOf('IDAT') - 4;
    const frames = [pngPart('acTL', Buffer.alloc(8)), pngPart('fdAT', Buffer.from('a secret frame'))];
    const moving = Buffer.concat([PNG.subarray(0, at), ...frames, PNG.subarray(at)]);
    expect(await clean('image/png', moving)).toEqual(await clean('image/png', PNG));
  });

  it('keeps no more of a part that is kept than it can take', async () => {
    const at = PNG.indexOf('IDAT') - 4;
    const long = Buffer.concat([
      PNG.subarray(0, at),
      pngPart('tRNS', Buffer.alloc(1000, 'secret ')),
      PNG.subarray(at),
    ]);
    expect(await clean('image/png', long)).toEqual(await clean('image/png', PNG));
  });

  it.each([
    ['that ends in its picture', PNG.subarray(0, -30)],
    ['without a picture', Buffer.concat([PNG.subarray(0, 33), PNG.subarray(-12)])],
    [
      'of ten thousand million pixels',
      Buffer.concat([PNG.subarray(0, 16), Buffer.from('000186a0000186a0', 'hex'), PNG.subarray(24)]),
    ],
    [
      'with a part that nobody knows and nobody may pass over',
      Buffer.concat([PNG.subarray(0, 33), pngPart('SECR', Buffer.from('x')), PNG.subarray(33)]),
    ],
    ['that is something else', Buffer.from('GIF89a')],
  ])('%s is refused', async (_, bytes) => {
    await expect(clean('image/png', bytes)).rejects.toMatchObject({ name: 'NotWhatItSays' });
  });
});

describe('a WebP', () => {
  it('loses EXIF, XMP and profile, says so, and keeps every pixel', async () => {
    expect(secretsIn(WEBP)).toEqual(expect.arrayContaining(['A. Reporter', 'roof of the office', 'xmp']));
    const cleaned = await clean('image/webp', Buffer.concat([WEBP, Buffer.from('a secret behind the end')]));
    expect(secretsIn(cleaned)).toEqual([]);
    expect([cleaned.length, cleaned[20]]).toEqual([WEBP.length, 0]);
    const at = WEBP.indexOf('VP8 ');
    const length = 8 + WEBP.readUInt32LE(at + 4);
    expect(cleaned.subarray(at, at + length)).toEqual(WEBP.subarray(at, at + length));
    const names = [...cleaned.toString('latin1').matchAll(/EXIF|XMP |ICCP|JUNK/g)].map(([name]) => name);
    expect(names).toEqual(['JUNK', 'JUNK', 'JUNK']);
  });

  it.each([
    ['that ends in its picture', WEBP.subarray(0, 600)],
    ['that moves', Buffer.concat([WEBP.subarray(0, 20), Buffer.from([0x02]), WEBP.subarray(21)])],
    ['that is something else', Buffer.from('RIFF\0\0\0\0WAVEfmt ')],
  ])('%s is refused', async (_, bytes) => {
    await expect(clean('image/webp', bytes)).rejects.toMatchObject({ name: 'NotWhatItSays' });
  });
});

describe('text', () => {
  it.each(['', 'plain', 'émigré · مرحبا · 你好 · 🚧\r\n\tend', '\ufeffa,b\r\n"1";2\n'])(
    'stays what it is: %j',
    async (text) => {
      for (const size of [1, 2, 1000])
        expect((await clean('text/csv', Buffer.from(text), size)).toString()).toBe(text);
    },
  );

  it.each([
    ['with a null', 'a\0b'],
    ['with an escape', 'a\x1b[31mb'],
    ['in Latin 1', Buffer.from('émigré', 'latin1')],
    ['that ends within a letter', Buffer.from('é').subarray(0, 1)],
    ['in UTF-16', Buffer.from('text', 'utf16le')],
  ])('%s is refused', async (_, text) => {
    await expect(clean('text/plain', Buffer.from(text))).rejects.toMatchObject({ name: 'NotWhatItSays' });
  });

  it('of a map is an object', async () => {
    const map = ' {"type":"FeatureCollection","features":[]}';
    expect((await clean('application/geo+json', Buffer.from(map))).toString()).toBe(map);
    await expect(clean('application/geo+json', Buffer.from('[1]'))).rejects.toMatchObject({
      name: 'NotWhatItSays',
    });
  });
});

it('comes to the same however it arrives', async () => {
  const kinds = [
    ['image/jpeg', JPEG],
    ['image/png', PNG],
    ['image/webp', WEBP],
  ] as const;
  for (const [type, bytes] of kinds) {
    const whole = await clean(type, bytes, bytes.length);
    for (const size of [1, 2, 3, 7, 64, 333])
      expect([type, size, await clean(type, bytes, size)]).toEqual([type, size, whole]);
    expect(await clean(type, whole)).toEqual(whole);
  }
});

it('lets nothing of a part through that is not of the picture, whatever was done to the file', async () => {
  const place = fc.nat({ max: JPEG.length - 1 });
  const damage = fc.array(fc.tuple(place, fc.nat({ max: 255 })), { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(damage, async (changes) => {
      const bytes = Buffer.from(JPEG);
      for (const [at, value] of changes) bytes[at] = value;
      const cleaned = await clean('image/jpeg', bytes).catch(() => Buffer.alloc(0));
      const parts = cleaned.length === 0 ? [] : jpegParts(cleaned);
      const allowed = parts.every(
        ({ marker, content }) =>
          marker < 0xe0 || marker === 0xee || (marker === 0xe1 && content.length === 32),
      );
      expect(allowed).toBe(true);
    }),
    { numRuns: 300 },
  );
});
