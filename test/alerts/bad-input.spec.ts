import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { randomBytes } from 'node:crypto';
import { deflateSync, gzipSync } from 'node:zlib';
import { CAP_SCHEMA } from '../../src/alerts/cap/cap-schema.js';
import { Schema } from '../cap/xml-tree.js';
import { startApp, type TestApp } from '../support/app.js';
import {
  alert,
  alertInput,
  arrangement,
  partner,
  renditionInput,
  type TestArrangement,
  type TestPartner,
} from '../support/factories.js';
import { type Answer, type Problem } from '../support/http.js';
import { CAP, GEOJSON } from './channels.js';
import { JSON_BODY, mutationsOf, omissionsOf, rowCounts, sendAll, unnamed } from './mutations.js';

let app: TestApp;
let un: TestPartner;
let here: TestArrangement;
let base: ReturnType<typeof alertInput>;

beforeAll(async () => {
  app = await startApp();
  un = await partner(app, { kind: 'un_entity' });
  here = await arrangement(app, { members: [un] });
  base = alertInput({ audience: { arrangements: [here.code] } });
});
afterAll(() => app.close());

const post = (body: unknown, headers: Record<string, string> = {}): Promise<Answer<Problem>> =>
  un.http.post<Problem>('/v1/alerts', body, { headers });

const pointers = ({ body }: Answer<Problem>): string[] => (body.errors ?? []).map((fault) => fault.pointer);

describe('what a route declares no input for', () => {
  it('is refused by name, in the query and in the body', async () => {
    const { id } = await alert(un.http, { audience: { arrangements: [here.code] } });
    for (const answer of [
      await un.http.get<Problem>(`/v1/alerts/${id}?colour=red`),
      await un.http.get<Problem>('/v1/me?colour=red'),
      await un.http.post<Problem>(`/v1/alerts/${id}/withdrawal?colour=red`),
    ]) {
      expect([answer.status, pointers(answer)]).toEqual([400, ['?colour']]);
    }
    const withBody = await un.http.post<Problem>(`/v1/alerts/${id}/withdrawal`, { colour: 'red' });
    expect([withBody.status, pointers(withBody)]).toEqual([400, ['#/colour']]);
    expect((await un.http.post(`/v1/alerts/${id}/withdrawal`, {})).status).toBe(204);
  });
});

describe('what is refused', () => {
  let before: Record<string, number>;
  beforeEach(async () => {
    before = await rowCounts(app);
  });
  afterEach(async () => {
    expect(await rowCounts(app)).toEqual(before);
  });

  it('is any wrong value in any place, and any unknown name at any level, each by its pointer', async () => {
    const rendition = {
      ...renditionInput({
        tlp: 'AMBER',
        classification: 'CONFIDENTIAL',
        classificationReason: 'Names a source',
        reviewAt: '2030-01-31',
        audience: { arrangements: [here.code], kinds: ['ingo'], partners: [un.partner.code], except: [] },
      }),
      areas: [
        {
          description: 'Town',
          polygon: [
            [1, 1],
            [2, 1],
            [2, 2],
            [1, 1],
          ],
          polygons: [
            [
              [1, 1],
              [2, 1],
              [2, 2],
              [1, 1],
            ],
          ],
          circles: [{ center: [1, 2], radiusKm: 3 }],
          geocodes: [{ name: 'P-code', value: 'SD01' }],
        },
      ],
    };
    const body = {
      ...base,
      effectiveAt: '2026-01-01T06:00:00Z',
      state: 'published',
      renditions: [rendition],
    };
    // Free text may be any word, numbers may be any within range, and some lists may be empty.
    const harmless = new Set([
      ...[
        'event',
        'noLowerReason',
        'renditions/0/classificationReason',
        'renditions/0/areas/0/description',
      ].map((place) => `#/${place} a word`),
      ...[
        'event',
        'noLowerReason',
        'renditions/0/classificationReason',
        'renditions/0/areas/0/description',
      ].map((place) => `#/${place} not a number`),
      ...['headline', 'description', 'instruction'].flatMap((name) => [
        `#/renditions/0/texts/0/${name} a word`,
        `#/renditions/0/texts/0/${name} not a number`,
      ]),
      ...['name', 'value'].flatMap((name) => [
        `#/renditions/0/areas/0/geocodes/0/${name} a word`,
        `#/renditions/0/areas/0/geocodes/0/${name} not a number`,
      ]),
      // A language that nobody speaks is still written like one.
      '#/renditions/0/texts/0/language not a number',
      '#/renditions/0/areas/0/circles/0/radiusKm a number',
      ...['#/responses', '#/renditions/0/areas'].map((place) => `${place} an empty list`),
      ...['polygons', 'circles', 'geocodes'].map((name) => `#/renditions/0/areas/0/${name} an empty list`),
      ...['arrangements', 'kinds', 'partners', 'except'].map(
        (name) => `#/renditions/0/audience/${name} an empty list`,
      ),
      '#/renditions/0/audience an empty object',
    ]);
    const withinRange = /\/(polygons?(\/0)?\/\d|center)\/[01] (a negative number)$/;
    const mutations = mutationsOf(body).filter(
      ({ pointer, what }) =>
        !harmless.has(`${pointer} ${what}`) &&
        !withinRange.test(`${pointer} ${what}`) &&
        // Longer than the rest, and admitted there.
        !(what === 'a long text' && pointer.endsWith('/derefUri')),
    );
    expect(mutations.length).toBeGreaterThan(900);
    const answers = await sendAll(un.http, '/v1/alerts', mutations);
    expect(unnamed(mutations, answers)).toEqual([]);
  });

  it('is a body in which anything that is needed is missing', async () => {
    const optional =
      /\/(responses|onsetAt|expiresAt|grading|attribution|noLowerReason|areas|polygon|description|instruction|arrangements|kinds|partners|except)$/;
    const mutations = omissionsOf(base).filter(
      ({ pointer }) => !optional.test(pointer) || pointer === '#/renditions/0/areas/0/description',
    );
    const isHandling = ({ pointer }: { pointer: string }): boolean => pointer === '#/renditions/0/tlp';
    const unhandled = mutations.filter(isHandling);
    expect(unhandled).toHaveLength(1);
    // It is well formed and cannot be honoured.
    expect(unnamed(unhandled, await sendAll(un.http, '/v1/alerts', unhandled), 422)).toEqual([]);
    const others = mutations.filter((one) => !isHandling(one));
    expect(unnamed(others, await sendAll(un.http, '/v1/alerts', others))).toEqual([]);
  });

  it('is an empty body, with everything that is missing', async () => {
    for (const answer of [
      await post({}),
      await post('', JSON_BODY),
      await un.http.post<Problem>('/v1/alerts'),
    ]) {
      expect(answer.status).toBe(400);
      expect(new Set(pointers(answer))).toEqual(
        new Set(
          ['kind', 'status', 'event', 'categories', 'urgency', 'severity', 'certainty', 'renditions'].map(
            (name) => `#/${name}`,
          ),
        ),
      );
    }
    expect((await post('', { 'Content-Type': 'application/cap+xml' })).status).toBe(400);
  });

  it.each<[string, Record<string, unknown>, string[]]>([
    ['GREEN and CONFIDENTIAL', { classification: 'CONFIDENTIAL', classificationReason: 'why' }, ['tlp']],
    [
      'CONFIDENTIAL without a reason',
      { tlp: 'AMBER', classification: 'CONFIDENTIAL' },
      ['classificationReason'],
    ],
    [
      'STRICTLY_CONFIDENTIAL and AMBER without a reason',
      { tlp: 'AMBER', classification: 'STRICTLY_CONFIDENTIAL' },
      ['classificationReason', 'tlp'],
    ],
    ['no classification from a UN entity', { classification: undefined }, ['classification']],
    ['RED for an arrangement', { tlp: 'RED' }, ['audience']],
    [
      'an audience that nobody can see',
      { audience: { arrangements: ['NOWHERE'], partners: ['NOBODY'], except: [here?.code ?? 'NONE'] } },
      ['audience/arrangements/0', 'audience/partners/0', 'audience/except/0'],
    ],
  ])('is %s', async (_, handling, faulty) => {
    const answer = await post({ ...base, renditions: [{ ...base.renditions[0], ...handling }] });
    expect([answer.status, pointers(answer)]).toEqual([400, faulty.map((name) => `#/renditions/0/${name}`)]);
  });

  it('is a classification that is for others to state', async () => {
    const ngo = await partner(app);
    before = await rowCounts(app);
    const secret = { ...base.renditions[0], tlp: 'AMBER', classification: 'CONFIDENTIAL', audience: {} };
    const answer = await ngo.http.post<Problem>('/v1/alerts', {
      ...base,
      renditions: [{ ...secret, classificationReason: 'because' }],
    });
    expect([answer.status, pointers(answer)]).toEqual([400, ['#/renditions/0/classification']]);
  });

  it('names the faults of all renditions together', async () => {
    const rendition = base.renditions[0];
    const answer = await post({
      ...base,
      renditions: [{ ...rendition, tlp: 'RED' }, rendition, { ...rendition, classification: undefined }],
    });
    expect(pointers(answer)).toEqual(['#/renditions/0/audience', '#/renditions/2/classification']);
  });

  it.each([
    ['30 February', '2026-02-30T00:00:00Z'],
    ['29 February of no leap year', '2027-02-29T00:00:00Z'],
    ['no offset', '2099-01-01T00:00:00'],
    ['no time', '2099-01-01'],
    ['a space for T', '2099-01-01 00:00:00Z'],
    ['the year 99999', '99999-01-01T00:00:00Z'],
    ['the year 10000 in UTC', '9999-12-31T23:59:59-14:00'],
    ['the year 0 in UTC', '0001-01-01T00:00:00+14:00'],
    ['an offset that nowhere is', '2099-01-01T00:00:00+23:59'],
    ['a leap second', '2099-01-01T23:59:60Z'],
    ['an hour 25', '2099-01-01T25:00:00Z'],
    ['a number of seconds', '4070908800'],
    ['Arabic digits', '٢٠٩٩-01-01T00:00:00Z'],
    ['something behind it', '2099-01-01T00:00:00Z; drop table partner'],
    ['a week', '2099-W01-1T00:00:00Z'],
  ])('is a time with %s', async (_, time) => {
    for (const name of ['effectiveAt', 'onsetAt', 'expiresAt']) {
      const answer = await post({ ...base, [name]: time });
      expect([answer.status, [...new Set(pointers(answer))]]).toEqual([400, [`#/${name}`]]);
    }
  });

  it('is an alert that is over, or begins when it ends', async () => {
    expect(pointers(await post({ ...base, expiresAt: '2020-01-01T00:00:00Z', onsetAt: undefined }))).toEqual([
      '#/expiresAt',
    ]);
    const late = { effectiveAt: '2090-01-02T00:00:00+02:00', onsetAt: '2090-01-01T22:00:00Z' };
    expect(pointers(await post({ ...base, ...late, expiresAt: '2090-01-01T22:00:00Z' }))).toEqual([
      '#/onsetAt',
      '#/effectiveAt',
    ]);
  });

  it.each<[string, unknown]>([
    [
      'two positions',
      [
        [1, 1],
        [1, 1],
      ],
    ],
    [
      'no end',
      [
        [1, 1],
        [2, 1],
        [2, 2],
        [1, 2],
      ],
    ],
    [
      'a latitude out of range',
      [
        [1, 1],
        [91, 1],
        [2, 2],
        [1, 1],
      ],
    ],
    [
      'a longitude out of range',
      [
        [1, 1],
        [2, 181],
        [2, 2],
        [1, 1],
      ],
    ],
    [
      'a crossing',
      [
        [0, 0],
        [2, 2],
        [2, 0],
        [0, 2],
        [0, 0],
      ],
    ],
    [
      'no area',
      [
        [1, 1],
        [2, 2],
        [3, 3],
        [1, 1],
      ],
    ],
    [
      'one point four times',
      [
        [1, 1],
        [1, 1],
        [1, 1],
        [1, 1],
      ],
    ],
    [
      'words',
      [
        ['NaN', 'NaN'],
        [2, 1],
        [2, 2],
        ['NaN', 'NaN'],
      ],
    ],
    [
      'heights',
      [
        [1, 1, 0],
        [2, 1, 0],
        [2, 2, 0],
        [1, 1, 0],
      ],
    ],
    ['nulls', [null, null, null, null]],
    ['objects', [{ lat: 1, lon: 1 }]],
    ['rings in rings', [[[[1, 1]]]]],
  ])('is a polygon with %s', async (_, polygon) => {
    for (const [name, shape] of [
      ['polygon', polygon],
      ['polygons/0', [polygon]],
    ] as const) {
      const areas = [{ description: 'Town', [name.split('/')[0] as string]: shape }];
      const answer = await post({ ...base, renditions: [{ ...base.renditions[0], areas }] });
      expect([answer.status, pointers(answer)]).toEqual([400, [`#/renditions/0/areas/0/${name}`]]);
    }
  });

  it('is a polygon of very many positions, at once', async () => {
    const ring = Array.from({ length: 150_000 }, () => '[1,1]').join(',');
    const many = Array.from({ length: 100 }, () => Array.from({ length: 1000 }, (_, i) => [1 + i / 1e4, 1]));
    for (const json of [
      `{"renditions":[{"areas":[{"polygon":[${ring}]}]}]}`,
      JSON.stringify({
        ...base,
        renditions: [{ ...base.renditions[0], areas: [{ description: 'x', polygons: many }] }],
      }),
    ]) {
      const answer = await post(json.slice(0, 1_048_576), JSON_BODY);
      expect(answer.status).toBe(400);
      expect(pointers(answer)).not.toEqual([]);
    }
  });

  it.each<[string, unknown, string]>([
    ['out of range', { center: [91, 0], radiusKm: 1 }, '/center'],
    ['of one coordinate', { center: [1], radiusKm: 1 }, '/center'],
    ['of a negative radius', { center: [1, 1], radiusKm: -1 }, '/radiusKm'],
    ['beyond the world', { center: [1, 1], radiusKm: 20_039 }, '/radiusKm'],
  ])('is a circle %s', async (_, circle, place) => {
    const areas = [{ description: 'Town', circles: [circle] }];
    const answer = await post({ ...base, renditions: [{ ...base.renditions[0], areas }] });
    expect([answer.status, [...new Set(pointers(answer))]]).toEqual([
      400,
      [`#/renditions/0/areas/0/circles/0${place}`],
    ]);
  });

  it('is the same language twice in one rendition', async () => {
    const text = base.renditions[0]?.texts[0];
    const texts = [text, { ...text, language: 'fr' }, { ...text, language: 'EN' }];
    const answer = await post({ ...base, renditions: [{ ...base.renditions[0], texts }] });
    expect(pointers(answer)).toEqual(['#/renditions/0/texts/2/language']);
  });

  const utf8 = (): string => JSON.stringify(base);
  it.each<[string, () => [unknown, Record<string, string>], number, string[]]>([
    ['10 MB of JSON', () => [JSON.stringify({ x: 'a'.repeat(10_000_000) }), JSON_BODY], 413, []],
    [
      'more than the limit in pieces',
      () => [JSON.stringify({ x: 'a'.repeat(1_100_000) }), JSON_BODY],
      413,
      [],
    ],
    ['10 MB of XML', () => ['<a>'.padEnd(10_000_000), { 'Content-Type': 'application/cap+xml' }], 413, []],
    [
      'lists 10,000 deep',
      () => [`{"renditions":${'['.repeat(10_000)}${']'.repeat(10_000)}}`, JSON_BODY],
      400,
      ['#'],
    ],
    [
      'objects 10,000 deep',
      () => [`${'{"renditions":'.repeat(10_000)}1${'}'.repeat(10_000)}`, JSON_BODY],
      400,
      ['#'],
    ],
    [
      '150,000 partners',
      () => [
        `{"kind":[${Array.from({ length: 150_000 }, (_, i) => `"${i.toString(36)}"`).join(',')}]}`,
        JSON_BODY,
      ],
      400,
      ['#/kind'],
    ],
    ['340,000 objects', () => [`{"a":[${'[{},{},{},{}],'.repeat(1999)}[]]}`, JSON_BODY], 400, ['#']],
    [
      'bytes that are no UTF-8',
      () => [Buffer.from(utf8().replace('Armed', '\u00e9'), 'latin1'), JSON_BODY],
      400,
      ['#'],
    ],
    ['UTF-16 without saying so', () => [Buffer.from(utf8(), 'utf16le'), JSON_BODY], 400, ['#']],
    [
      'UTF-16 that says so',
      () => [Buffer.from(utf8(), 'utf16le'), { 'Content-Type': 'application/json; charset=utf-16le' }],
      415,
      [],
    ],
    ['Latin-1', () => [utf8(), { 'Content-Type': 'application/json; charset=iso-8859-1' }], 415, []],
    [
      'a charset that is none',
      () => [utf8(), { 'Content-Type': 'application/json; charset=utf-1' }],
      415,
      [],
    ],
    ['a list', () => [[base], {}], 400, ['#']],
    ...['1', 'null', 'true', '"text"', '{', '{"a":1', '{}x', `{}{}`, "{'a':1}", '{"a":NaN}', '{"a":1,}'].map(
      (json): [string, () => [unknown, Record<string, string>], number, string[]] => [
        `the JSON ${json}`,
        () => [json, JSON_BODY],
        400,
        ['#'],
      ],
    ),
    [
      'a name said twice',
      () => [`{"renditions":[{"tlp":"RED","t\\u006cp":"CLEAR"}],"kind":"flash"}`, JSON_BODY],
      400,
      ['#/renditions/0/tlp'],
    ],
    ['no content type', () => [Buffer.from(utf8()), {}], 415, []],
    ['a form', () => ['kind=flash', { 'Content-Type': 'application/x-www-form-urlencoded' }], 415, []],
    ['a form in parts', () => ['--x--', { 'Content-Type': 'multipart/form-data; boundary=x' }], 415, []],
    ['plain text', () => [utf8(), { 'Content-Type': 'text/plain' }], 415, []],
    ['a media type that is none', () => [utf8(), { 'Content-Type': 'application' }], 415, []],
    ['JSON of another kind', () => [utf8(), { 'Content-Type': 'application/merge-patch+json' }], 415, []],
    ['an unknown encoding', () => [utf8(), { ...JSON_BODY, 'Content-Encoding': 'rot13' }], 415, []],
    [
      'gzip that is none',
      () => [utf8(), { ...JSON_BODY, 'Content-Encoding': 'gzip' }],
      400,
      ['Content-Encoding'],
    ],
    [
      'gzip that breaks off',
      () => [gzipSync(utf8()).subarray(0, 100), { ...JSON_BODY, 'Content-Encoding': 'gzip' }],
      400,
      ['Content-Encoding'],
    ],
    [
      '20 MB in 20 kB of gzip',
      () => [gzipSync(Buffer.alloc(20_000_000, 32)), { ...JSON_BODY, 'Content-Encoding': 'gzip' }],
      413,
      [],
    ],
    [
      '20 MB in 20 kB of deflated XML',
      () => [
        deflateSync(Buffer.alloc(20_000_000, 32)),
        { 'Content-Type': 'application/cap+xml', 'Content-Encoding': 'deflate' },
      ],
      413,
      [],
    ],
    ['a key with a space', () => [base, { 'Idempotency-Key': 'a b' }], 400, ['Idempotency-Key']],
    ['an empty key', () => [base, { 'Idempotency-Key': '""' }], 400, ['Idempotency-Key']],
    ['a key beyond ASCII', () => [base, { 'Idempotency-Key': 'é' }], 400, ['Idempotency-Key']],
    [
      'a key that is too long',
      () => [base, { 'Idempotency-Key': 'k'.repeat(256) }],
      400,
      ['Idempotency-Key'],
    ],
  ])('is %s', async (_, request, status, faulty) => {
    const [body, headers] = request();
    const answer = await post(body, headers);
    expect([answer.status, answer.body.status, pointers(answer)]).toEqual([status, status, faulty]);
    expect(answer.headers.get('content-type')).toMatch('application/problem+json');
    // What was sent is not repeated.
    expect(answer.text.length).toBeLessThan(2000);
  });

  it('is XML made to exhaust', async () => {
    const laughs = Array.from({ length: 9 }, (_, i) => `<!ENTITY l${i + 1} "${`&l${i};`.repeat(10)}">`).join(
      '',
    );
    const open = '<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">';
    for (const xml of [
      `<!DOCTYPE a [<!ENTITY l0 "ha">${laughs}]>${open}<note>&l9;</note></alert>`,
      `<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>${open}<note>&x;</note></alert>`,
      `${open}${'<info>'.repeat(20_000)}`,
      `${open}${'<info/>'.repeat(280_000)}</alert>`,
      `${open}<note>\0</note></alert>`,
      'no XML at all',
    ]) {
      const answer = await un.http.post<Problem>('/v1/alerts', xml, {
        headers: { 'Content-Type': 'application/cap+xml' },
        query: { tlp: 'GREEN', classification: 'UNCLASSIFIED' },
      });
      expect([answer.status, answer.body.errors?.length]).not.toEqual([422, 0]);
      expect(answer.status).toBe(422);
      expect(answer.text).not.toMatch(/root:|haha/);
    }
  });

  it('is a query where there is none', async () => {
    const answer = await un.http.post<Problem>('/v1/alerts', base, {
      query: { tlp: 'CLEAR', constructor: 1 },
    });
    expect([answer.status, pointers(answer).sort()]).toEqual([400, ['?constructor']]);
    expect(pointers(await un.http.post<Problem>('/v1/alerts', base, { query: { tlp: 'CLEAR' } }))).toEqual([
      '?tlp',
    ]);
  });

  it('is an id that is none, as one that is not there', async () => {
    const missing = await un.http.get('/v1/alerts/01890a5d-ac96-774b-bcce-b302099a8057');
    expect(missing.status).toBe(404);
    for (const id of [
      'x',
      '0',
      '%00',
      '..%2f..',
      '01890a5d-ac96-774b-bcce-b302099a805',
      `'%20or%201=1`,
      '%F0%9F%98%80',
    ]) {
      for (const [method, path, body] of [
        ['GET', '', undefined],
        ['GET', '/renditions', undefined],
        ['PUT', '', base],
        ['POST', '/updates', base],
        ['POST', '/cancellation', {}],
        ['POST', '/withdrawal', undefined],
        ['POST', '/publication', undefined],
      ] as const) {
        const answer = await un.http.send(method, `/v1/alerts/${id}${path}`, body);
        expect([method, id, path, answer.status, answer.text]).toEqual([method, id, path, 404, missing.text]);
      }
    }
    expect((await un.http.get('/v1/alerts/%E0%A4%A')).status).toBe(400);
  });
});

describe('what follows a publication', () => {
  it('refuses the same bad bodies as updates, and as drafts', async () => {
    const published = await alert(un.http, { audience: { arrangements: [here.code] } });
    const draft = await alert(un.http, { state: 'draft' });
    const before = await rowCounts(app);
    const wrong = mutationsOf(base).filter(
      ({ what }) => what === 'null' || what === 'an unknown name' || what === 'a list of lists',
    );
    for (const [method, path] of [
      ['POST', `/v1/alerts/${published.id}/updates`],
      ['PUT', `/v1/alerts/${draft.id}`],
    ] as const) {
      expect(unnamed(wrong, await sendAll(un.http, path, wrong, method))).toEqual([]);
    }
    const wrongNotes = mutationsOf({ note: 'No longer.' }).filter(
      ({ pointer, what }) => !(pointer === '#/note' && ['a word', 'not a number'].includes(what)),
    );
    expect(
      unnamed(wrongNotes, await sendAll(un.http, `/v1/alerts/${published.id}/cancellation`, wrongNotes)),
    ).toEqual([]);
    expect(await rowCounts(app)).toEqual(before);
  });

  it('refuses a version that is malformed like one that is gone', async () => {
    const { id } = await alert(un.http, { audience: { arrangements: [here.code] } });
    const tag = (await un.http.get(`/v1/alerts/${id}/renditions`)).headers.get('etag') ?? '';
    for (const value of ['x', '""', '1', '"2"', `W/${tag}`, '"1', '"1"x', `${'"a",'.repeat(500)}"b"`, '\t']) {
      const answer = await un.http.post(`/v1/alerts/${id}/withdrawal`, undefined, {
        headers: { 'If-Match': value },
      });
      expect([value, answer.status]).toEqual([value, 412]);
    }
    const answer = await un.http.post(`/v1/alerts/${id}/withdrawal`, undefined, {
      headers: { 'If-Match': `"x", ${tag}` },
    });
    expect(answer.status).toBe(204);
  });
});

const FREE = /^(event|headline|description|instruction|0|1|radiusKm)$/;

describe('whatever is sent', () => {
  const schema = new Schema(CAP_SCHEMA);
  afterAll(() => schema.dispose());

  const oddText = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.string({ unit: 'grapheme', maxLength: 60 }),
    fc.constantFrom(
      '\r\n',
      '\u2028',
      '\u202e',
      '\uFFFE',
      ']]>',
      '&amp;',
      '<b>',
      '{{7*7}}',
      `'; --`,
      '\u{1F1FA}',
    ),
  );
  const oddNumber = fc.oneof(
    fc.double(),
    fc.integer(),
    fc.constantFrom(-0, 1e-7, 5e-324, 180, -180, 90, 1e21),
  );
  const oddValue = fc.oneof(
    { weight: 3, arbitrary: oddText },
    { weight: 3, arbitrary: oddNumber },
    fc.jsonValue({ maxDepth: 3 }),
    fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  );
  // Anything anywhere is nearly always refused, so most of it goes where text or numbers are free.
  const plausible = fc.oneof(
    fc.string({ unit: 'grapheme', minLength: 2, maxLength: 60 }),
    fc.double({ min: -85, max: 85, noNaN: true }),
  );
  const mutated = fc.array(
    fc.oneof(
      { weight: 3, arbitrary: fc.tuple(fc.constant(FREE), fc.nat(), plausible) },
      { weight: 1, arbitrary: fc.tuple(fc.constant(undefined), fc.nat(), oddValue) },
    ),
    { minLength: 1, maxLength: 2 },
  );

  it('is either published, and then valid in every form, or refused with pointers, and then leaves nothing', async () => {
    const outcomes = { published: 0, refused: 0 };
    await fc.assert(
      fc.asyncProperty(mutated, async (changes) => {
        const body = structuredClone({
          ...base,
          renditions: [
            {
              ...base.renditions[0],
              areas: [{ ...base.renditions[0]?.areas[0], circles: [{ center: [1, 2], radiusKm: 3 }] }],
            },
          ],
        }) as Record<string, unknown>;
        for (const [names, place, value] of changes) change(body, names, place, value);
        const before = await rowCounts(app);
        const answer = await post(body);
        expect([201, 400]).toContain(answer.status);
        if (answer.status === 400) {
          outcomes.refused += 1;
          expect(pointers(answer).every((pointer) => pointer.startsWith('#'))).toBe(true);
          expect(pointers(answer)).not.toEqual([]);
          expect(await rowCounts(app)).toEqual(before);
          return;
        }
        outcomes.published += 1;
        const { id } = answer.body as unknown as { id: string };
        const cap = await un.http.get(`/v1/alerts/${id}`, { headers: CAP });
        expect([cap.status, schema.faults(cap.text)]).toEqual([200, []]);
        expect((await un.http.get(`/v1/alerts/${id}`, { headers: GEOJSON })).status).toBe(200);
        expect((await un.http.get('/v1/feeds/alerts.atom', { query: { limit: 1 } })).text).toContain(id);
      }),
      { numRuns: 120 },
    );
    expect(outcomes.published).toBeGreaterThan(10);
    expect(outcomes.refused).toBeGreaterThan(10);
  });

  it('as bytes, is refused', async () => {
    const before = await rowCounts(app);
    for (let round = 0; round < 40; round += 1) {
      const bytes = Buffer.from(JSON.stringify(base));
      bytes.set(randomBytes(3), 2 + ((round * 37) % (bytes.length - 10)));
      const answer = await post(bytes, JSON_BODY);
      expect([400, 201]).toContain(answer.status);
      const xml = Buffer.concat([
        Buffer.from('<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">'),
        randomBytes(50),
      ]);
      const query = { tlp: 'GREEN', classification: 'UNCLASSIFIED' };
      const headers = { 'Content-Type': 'text/xml' };
      expect((await un.http.post('/v1/alerts', xml, { headers, query })).status).toBe(422);
    }
    expect(Object.keys(await rowCounts(app))).toEqual(Object.keys(before));
  });
});

/** Replaces the n-th value of the body, members of lists too; given names, the n-th of their values that is no object. */
function change(
  body: Record<string, unknown>,
  names: RegExp | undefined,
  place: number,
  value: unknown,
): void {
  const places: [Record<string, unknown>, string][] = [];
  const visit = (at: unknown): void => {
    if (typeof at !== 'object' || at === null) return;
    for (const [name, member] of Object.entries(at)) {
      if (!names || (names.test(name) && typeof member === typeof value)) {
        places.push([at as Record<string, unknown>, name]);
      }
      visit(member);
    }
  };
  visit(body);
  const [parent, name] = places[place % places.length] ?? [body, 'kind'];
  parent[name] = value;
}
