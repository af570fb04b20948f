import { CAP, type View } from '../alerts/channels.js';
import { startApp, type TestApp } from '../support/app.js';
import {
  alert,
  alertInput,
  arrangement,
  partner,
  renditionInput,
  type TestPartner,
} from '../support/factories.js';
import { type Answer, expectStatus, type Http, type Problem } from '../support/http.js';

interface Text {
  language: string;
  direction?: string;
  provenance?: string;
  headline?: string;
  description?: string;
  instruction?: string;
  shortText?: string;
}
type Said = View & { text: Text; handling: { tlp: string; classification: string } };
interface Rendition {
  identifier: string;
  handling: { tlp: string };
  texts: Text[];
}

const FRENCH = {
  language: 'fr',
  headline: 'Évitez le pont',
  description: 'Des tirs ont été entendus près du pont.',
  instruction: 'Restez à distance.',
};
const ARABIC = {
  language: 'ar',
  headline: 'تجنبوا الجسر',
  description: 'سُمع إطلاق نار قرب الجسر.',
  instruction: 'ابقوا بعيدين.',
};
const SPANISH = { language: 'es', headline: 'Eviten el puente', instruction: 'Manténganse lejos.' };

describe('20: languages', () => {
  let app: TestApp;
  let originator: TestPartner;
  let reader: TestPartner;
  let low: TestPartner;
  let place: { code: string };

  beforeAll(async () => {
    app = await startApp();
    originator = await partner(app, { kind: 'un_entity' });
    reader = await partner(app);
    low = await partner(app, { ceiling: { tlp: 'GREEN' } });
    place = await arrangement(app, { members: [originator, reader, low] });
  });
  afterAll(() => app.close());

  const rendition = (texts: Text[], tlp: 'GREEN' | 'AMBER' = 'GREEN') =>
    renditionInput({ tlp, audience: { arrangements: [place.code] }, texts: texts as never });
  const publish = async (texts: Text[], more: object = {}): Promise<string> =>
    (await alert(originator.http, { renditions: [rendition(texts)], ...more })).id;
  const translate = (id: string, body: object) =>
    originator.http.post<Said>(`/v1/alerts/${id}/translations`, body);
  const update = (id: string, ...renditions: ReturnType<typeof rendition>[]) =>
    originator.http.post<Said>(`/v1/alerts/${id}/updates`, alertInput({ renditions }));
  const read = async (id: string, language?: string, http: Http = reader.http): Promise<Answer<Said>> =>
    http.get<Said>(
      `/v1/alerts/${id}`,
      language === undefined ? {} : { headers: { 'Accept-Language': language } },
    );
  const logOf = async (http: Http, id: string) => {
    const { body } = await http.get<{ items: { change: string; alarm: boolean; object: { id: string } }[] }>(
      '/v1/changes',
      { query: { limit: 200 } },
    );
    return body.items.filter(({ object }) => object.id === id).map(({ change, alarm }) => [change, alarm]);
  };
  const textsOf = async (id: string): Promise<Rendition[]> =>
    (await originator.http.get<{ items: Rendition[] }>(`/v1/alerts/${id}/renditions`)).body.items;

  describe('an alert in French and Arabic', () => {
    let id: string;
    beforeAll(async () => {
      id = await publish([FRENCH, ARABIC]);
    });

    it('gives two info blocks of CAP with their codes', async () => {
      const { text } = await reader.http.get(`/v1/alerts/${id}`, { headers: CAP });
      const infos = [...text.matchAll(/<info>(.*?)<\/info>/gs)].map(([, info]) => info ?? '');
      const element = (name: string) =>
        infos.map((info) => new RegExp(`<${name}>(.*?)</${name}>`, 's').exec(info)?.[1]);
      expect(element('language')).toEqual(['fr', 'ar']);
      expect(element('headline')).toEqual([FRENCH.headline, ARABIC.headline]);
      expect(element('instruction')).toEqual([FRENCH.instruction, ARABIC.instruction]);
    });

    it.each([
      ['ar', 'ar'],
      ['ar-SD, fr;q=0.4', 'ar'],
      ['fr-CD', 'fr'],
      ['fr;q=0.2, ar;q=0.8', 'ar'],
      // Neither is at hand: the author's own first text, and the answer says which that is.
      ['es', 'fr'],
      ['', 'fr'],
    ])('honours Accept-Language %s with %s', async (asked, language) => {
      const { body, headers } = await read(id, asked);
      expect([body.text.language, headers.get('content-language'), body.languages]).toEqual([
        language,
        language,
        ['fr', 'ar'],
      ]);
      expect(headers.get('vary')).toMatch('Accept-Language');
    });

    it('says of each text its direction and who answers for it', async () => {
      expect((await read(id, 'ar')).body.text).toMatchObject({ direction: 'rtl', provenance: 'author' });
      expect((await read(id, 'fr')).body.text).toMatchObject({ direction: 'ltr', provenance: 'author' });
    });

    it('carries the same untranslated handling in every language', async () => {
      for (const language of ['ar', 'fr', 'es']) {
        const { body, headers } = await read(id, language);
        expect(body.handling).toEqual({ tlp: 'GREEN', classification: 'UNCLASSIFIED' });
        expect(headers.get('slt-handling')).toBe('TLP:GREEN; UNCLASSIFIED');
      }
      const { text } = await reader.http.get(`/v1/alerts/${id}`, { headers: CAP });
      expect(text).toMatch('<restriction>TLP:GREEN</restriction>');
    });
  });

  describe('another language', () => {
    it('is added without an alarm for who has the text, and found on every channel', async () => {
      const id = await publish([FRENCH, ARABIC]);
      const view = expectStatus(await translate(id, { texts: [SPANISH] }), 200);
      expect(view.languages).toEqual(['fr', 'ar', 'es']);
      expect((await read(id, 'es')).body.text).toMatchObject({
        ...SPANISH,
        provenance: 'translator',
        direction: 'ltr',
      });
      expect((await reader.http.get(`/v1/alerts/${id}`, { headers: CAP })).text).toMatch(
        '<language>es</language>',
      );
      for (const { http } of [reader, low]) {
        expect(await logOf(http, id)).toEqual([
          ['published', true],
          ['updated', false],
        ]);
      }
    });

    it('is added without an alarm by an update that adds nothing else', async () => {
      const id = await publish([FRENCH]);
      expectStatus(await update(id, rendition([FRENCH, { ...SPANISH, provenance: 'translator' }])), 200);
      expect((await logOf(reader.http, id)).at(-1)).toEqual(['updated', false]);
    });

    it.each([
      ['a text has changed with it', [{ ...FRENCH, instruction: 'Évacuez.' }, SPANISH]],
      ['a text has gone with it', [SPANISH, ARABIC]],
    ])('is told with an alarm when %s', async (_, texts) => {
      const id = await publish([FRENCH]);
      expectStatus(await update(id, rendition(texts)), 200);
      expect((await logOf(reader.http, id)).at(-1)).toEqual(['updated', true]);
    });

    it('is told with an alarm when the facts have changed with it', async () => {
      const id = await publish([FRENCH]);
      const worse = alertInput({ severity: 'extreme', renditions: [rendition([FRENCH, SPANISH])] });
      expectStatus(await originator.http.post(`/v1/alerts/${id}/updates`, worse), 200);
      expect((await logOf(reader.http, id)).at(-1)).toEqual(['updated', true]);
    });

    it('says when a machine wrote it and nobody checked', async () => {
      const id = await publish([FRENCH]);
      expectStatus(await translate(id, { texts: [{ ...SPANISH, provenance: 'machine_unchecked' }] }), 200);
      expect((await read(id, 'es')).body.text.provenance).toBe('machine_unchecked');
      expect((await read(id, 'fr')).body.text.provenance).toBe('author');
    });

    it('of a lower text changes nothing for the readers of a higher one', async () => {
      const { id } = await alert(originator.http, {
        renditions: [
          rendition([FRENCH]),
          rendition([{ ...FRENCH, headline: 'Évitez le pont nord' }], 'AMBER'),
        ],
      });
      const before = await read(id);
      const list = (await reader.http.get('/v1/alerts')).headers.get('etag');
      const lowest = (await textsOf(id)).find(({ handling }) => handling.tlp === 'GREEN');
      expectStatus(await translate(id, { rendition: lowest?.identifier, texts: [SPANISH] }), 200);
      const after = await read(id);
      expect([after.text, after.headers.get('etag')]).toEqual([before.text, before.headers.get('etag')]);
      expect((await reader.http.get('/v1/alerts')).headers.get('etag')).toBe(list);
      expect(await logOf(reader.http, id)).toEqual([['published', true]]);
      expect((await read(id, 'es', low.http)).body.text.headline).toBe(SPANISH.headline);
      expect(await logOf(low.http, id)).toEqual([
        ['published', true],
        ['updated', false],
      ]);
    });

    it('must be a language, and a new one, of a rendition that is named where there are several', async () => {
      const id = await publish([FRENCH]);
      const faults = async (body: object) => {
        const answer = await translate(id, body);
        return [answer.status, (answer.body as unknown as Problem).errors?.map(({ pointer }) => pointer)];
      };
      expect(await faults({ texts: [FRENCH] })).toEqual([400, ['#/texts/0/language']]);
      expect(await faults({ texts: [SPANISH, { ...SPANISH, language: 'ES' }] })).toEqual([
        400,
        ['#/texts/1/language'],
      ]);
      expect(await faults({ texts: [{ ...SPANISH, language: 'not a tag' }] })).toEqual([
        400,
        ['#/texts/0/language'],
      ]);
      expect(await faults({ rendition: 'urn:other', texts: [SPANISH] })).toEqual([400, ['#/rendition']]);
      expect((await reader.http.post(`/v1/alerts/${id}/translations`, { texts: [SPANISH] })).status).toBe(
        403,
      );
    });
  });

  it.each([
    ['ar', 'rtl'],
    ['ar-SD', 'rtl'],
    ['pa-Arab', 'rtl'],
    ['he', 'rtl'],
    ['ckb', 'rtl'],
    ['ku-Latn', 'ltr'],
    ['ar-Latn', 'ltr'],
    ['ru', 'ltr'],
    ['zh-Hans', 'ltr'],
    ['und', 'ltr'],
  ])('says how %s is written: %s', async (language, direction) => {
    const id = await publish([{ ...FRENCH, language }]);
    expect((await read(id)).body.text).toMatchObject({ language, direction });
  });

  describe('a short text', () => {
    const long = (part: string): string =>
      part
        .repeat(Math.ceil(299 / part.length))
        .slice(0, 299)
        .trim();
    it.each([
      ['Latin', 'fr', long('Évitez le pont et la route du nord. '), 160],
      ['Latin without a space', 'en', long('Avoid-the-bridge-'), 160],
      ['Arabic', 'ar', long('تجنبوا الجسر والطريق '), 70],
      ['Chinese', 'zh', long('请避开桥梁和北部道路'), 70],
      ['emoji', 'en', long('🚨👩‍👩‍👧‍👦').replace(/\p{Cs}$/u, ''), 160],
      ['mixed', 'ar', long('Avoid الجسر at 5 🚧 '), 70],
    ])('is derived within what one message carries: %s', async (_, language, headline, limit) => {
      const id = await publish([
        { language, headline: headline.toWellFormed().replaceAll('\ufffd', ''), instruction: 'Go.' },
      ]);
      const { shortText = '' } = (await read(id)).body.text;
      expect(shortText.length).toBeLessThanOrEqual(limit);
      expect(shortText.length).toBeGreaterThan(limit / 2);
      expect([shortText.isWellFormed(), shortText.endsWith('…')]).toEqual([true, true]);
      expect(/\u200d…$/.test(shortText)).toBe(false);
    });

    it('is whole where it is short enough', async () => {
      const id = await publish([{ language: 'en', headline: 'Avoid the bridge', instruction: 'Stay away!' }]);
      expect((await read(id)).body.text.shortText).toBe('Avoid the bridge. Stay away!');
    });

    it('is as its author wrote it, within the limit of its script', async () => {
      const say = (language: string, shortText: string) =>
        originator.http.post<Said>(
          '/v1/alerts',
          alertInput({ renditions: [rendition([{ language, headline: 'x', shortText }])] }),
        );
      for (const [language, letter, limit] of [
        ['en', 'a', 160],
        ['ar', 'ج', 70],
        ['zh', '桥', 70],
      ] as const) {
        const longest = letter.repeat(limit);
        expect(expectStatus(await say(language, longest), 201).text.shortText).toBe(longest);
        const refused = await say(language, `${longest}${letter}`);
        expect([
          refused.status,
          (refused.body as unknown as Problem).errors?.map(({ pointer }) => pointer),
        ]).toEqual([400, ['#/renditions/0/texts/0/shortText']]);
      }
    });
  });
});
