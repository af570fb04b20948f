import { parseCircle, parsePolygon } from '../../src/alerts/cap/cap-geometry.js';

describe('a polygon', () => {
  it('is read latitude first, whatever white space divides it', () => {
    expect(parsePolygon(' 1.5,-2 3,4\n\t5,6\r\n1.50,-2.0 ')).toEqual([
      [1.5, -2],
      [3, 4],
      [5, 6],
      [1.5, -2],
    ]);
  });

  it('may touch the poles and the date line', () => {
    expect(parsePolygon('90,180 -90,180 -90,-180 90,180')).toHaveLength(4);
  });

  it.each([
    ['', 'has 0'],
    ['0,0 0,1 0,0', 'has 3'],
    ['0,0 0,1 1,1 1,0', 'begins at 0,0 and ends at 1,0'],
    ['90.1,0 0,1 1,1 90.1,0', 'latitude is a number from -90 to 90, not "90.1"'],
    ['0,-180.5 0,1 1,1 0,-180.5', 'longitude is a number from -180 to 180'],
    ['NaN,0 0,1 1,1 NaN,0', 'not "NaN"'],
    ['Infinity,0 0,1 1,1 Infinity,0', 'not "Infinity"'],
    ['1e999,0 0,1 1,1 1e999,0', 'not "1e999"'],
    ['0x1,0 0,1 1,1 0x1,0', 'not "0x1"'],
    [',0 0,1 1,1 ,0', 'not ""'],
    ['0,0,9 0,1 1,1 0,0,9', 'latitude,longitude without a space, not "0,0,9"'],
    ['0, 0 0,1 1,1 0, 0', 'not ""'],
    ['0 0 1 1', 'not "0"'],
    ['٣,٤ 0,1 1,1 ٣,٤', 'not "٣"'],
  ])('%j is refused', (text, sentence) => {
    expect(() => parsePolygon(text)).toThrow(RangeError);
    expect(() => parsePolygon(text)).toThrow(sentence);
  });

  it('is quoted in part only', () => {
    expect(() => parsePolygon('x'.repeat(10_000))).toThrow(/^.{1,200}$/);
  });
});

describe('a circle', () => {
  it('has a centre and a radius in kilometres, which may be nothing', () => {
    expect(parseCircle('32.9525,-115.5527 0')).toEqual({ center: [32.9525, -115.5527], radiusKm: 0 });
    expect(parseCircle('\n0,0\t20038 ')).toEqual({ center: [0, 0], radiusKm: 20038 });
  });

  it.each(['', '1,1', '1,1 2 3', '1,1 -1', '1,1 NaN', '1,1 20038.1', '91,0 1', '1 1 1', '1,1,1 1'])(
    '%j is refused',
    (text) => expect(() => parseCircle(text)).toThrow(RangeError),
  );
});
