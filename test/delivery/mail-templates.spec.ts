import { readdirSync } from 'node:fs';
import { CATALOGUES, MAIL_LANGUAGES } from '../../src/delivery/mail/languages.js';
import { type Document, fill, oneLine } from '../../src/mail/render/document.js';
import { writeHtml } from '../../src/mail/render/html.js';
import { writeText } from '../../src/mail/render/text.js';
import { GIVE_UP_AFTER_MS, outcomeOf, retryAt } from '../../src/mail/smtp.rules.js';

type Tree = { [name: string]: string | Tree };

const leaves = (tree: Tree, path = ''): [string, string][] =>
  Object.entries(tree).flatMap(([name, value]): [string, string][] =>
    typeof value === 'string' ? [[`${path}${name}`, value]] : leaves(value, `${path}${name}.`),
  );
const placeholders = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort();

describe('catalogues', () => {
  const english = new Map(leaves(CATALOGUES.en as unknown as Tree));

  it('are there for every language that is offered, a file each', () => {
    const files = readdirSync('src/delivery/mail/catalogue').map((name) => name.replace('.ts', ''));
    expect(files.filter((name) => name !== 'catalogue').sort()).toEqual([...MAIL_LANGUAGES].sort());
  });

  it.each(MAIL_LANGUAGES)(
    'say all in %s, with the same names in braces and nothing left in English',
    (language) => {
      const own = new Map(leaves(CATALOGUES[language] as unknown as Tree));
      expect([...own.keys()]).toEqual([...english.keys()]);
      // What is the same word in both.
      const alike = [
        'comma',
        'kind.incident',
        'label.source',
        'label.kind',
        'certainty.possible',
        'urgency.immediate',
      ];
      for (const [name, text] of own) {
        if (name !== 'comma') expect([name, text.trim()]).toEqual([name, text]);
        expect([name, text.length > 0]).toEqual([name, true]);
        expect([name, placeholders(text)]).toEqual([name, placeholders(english.get(name) ?? '')]);
        if (language !== 'en' && !alike.includes(name)) {
          expect([name, text === english.get(name)]).toEqual([name, false]);
        }
      }
    },
  );

  it.each([
    ['ar', /\p{Script=Arabic}/u],
    ['ru', /\p{Script=Cyrillic}/u],
    ['zh', /\p{Script=Han}/u],
  ] as const)('are written in the script of %s', (language, script) => {
    for (const [name, text] of leaves(CATALOGUES[language] as unknown as Tree)) {
      if (name !== 'comma') expect([name, script.test(text)]).toEqual([name, true]);
    }
  });

  it('fill in values as they are, and leave braces in them alone', () => {
    expect(fill('{a} and {b}', { a: '{b}', b: '$&' })).toBe('{b} and $&');
  });
});

describe('a written document', () => {
  const document = (language: 'en' | 'ar'): Document => ({
    language,
    marks: ['EXERCISE', 'TLP:AMBER+STRICT'],
    title: 'Title',
    blocks: [
      { sentence: { template: 'From {partner} <b>', values: { partner: 'A & <i>B</i>' } } },
      { text: 'One\nTwo \u202e<u>', language: 'en' },
      { label: 'Area', value: 'Here & there' },
    ],
    footer: [],
  });

  it('escapes everything that it did not write itself', () => {
    const html = writeHtml(document('en'));
    expect(html).not.toMatch(/<(b|i|u)>/);
    expect(html).toContain('From <bdi>A &amp; &lt;i&gt;B&lt;/i&gt;</bdi> &lt;b&gt;');
    expect(html).toContain('One<br>Two &lt;u&gt;');
  });

  it('begins and ends with its marks, in Latin from the left also where all else is from the right', () => {
    const text = writeText(document('ar'));
    expect(text.startsWith('EXERCISE TLP:AMBER+STRICT\n')).toBe(true);
    expect(text.split('EXERCISE TLP:AMBER+STRICT')).toHaveLength(3);
    expect(text).toContain('\u2068A & <i>B</i>\u2069');
    expect(writeHtml(document('ar'))).toMatch(/<p style="[^"]*" dir="ltr" lang="en"><span[^>]*>EXERCISE</);
  });

  it('has no line in a header, and nothing that turns it around', () => {
    expect(oneLine('a\r\nB: c\u2028d\u0085e\u202ef')).toBe('a B: c d ef');
    expect([...oneLine('😀'.repeat(300))]).toHaveLength(200);
    expect(oneLine('😀'.repeat(300)).isWellFormed()).toBe(true);
  });
});

describe('what the mail server says', () => {
  const said = (command: string, responseCode: number, response = `${responseCode} no`) =>
    outcomeOf({ command, responseCode, response, code: 'EENVELOPE' });

  it('is for good only where it is about the recipient', () => {
    expect(said('RCPT TO', 550, '550 5.1.1 no such user')).toEqual({ as: 'refused', code: '550 5.1.1' });
    expect(said('RCPT TO', 553)).toEqual({ as: 'refused', code: '553' });
    expect(said('DATA', 552, '552-5.2.2 full')).toEqual({ as: 'refused', code: '552 5.2.2' });
    for (const [command, code] of [
      ['RCPT TO', 450],
      ['DATA', 451],
      ['MAIL FROM', 550],
      ['AUTH PLAIN', 535],
      ['CONN', 554],
      ['RCPT TO', 503],
    ] as const)
      expect([command, said(command, code).as]).toEqual([command, 'failed']);
    expect(said('RCPT TO', 554, '554 5.7.1 relay access denied').as).toBe('failed');
    expect(outcomeOf(new Error('Connection timeout')).as).toBe('failed');
  });

  it('is repeated nowhere in its own words', () => {
    const secret = 'mailbox of someone@office.example is full';
    expect(JSON.stringify(said('RCPT TO', 552, `552 5.2.2 ${secret}`))).not.toContain('someone');
    expect(JSON.stringify(said('RCPT TO', 452, `452 4.2.2 ${secret}`))).not.toContain('someone');
  });

  it('is tried again for two days, after half a minute at first and at least every twenty minutes', () => {
    const start = new Date('2026-03-01T00:00:00Z');
    for (const random of [0, 0.999]) {
      let now = start;
      let tries = 1;
      for (;;) {
        const next = retryAt(tries, start, now, random);
        if (next === null) break;
        const pause = next.getTime() - now.getTime();
        expect(pause).toBeGreaterThanOrEqual(22_000);
        expect(pause).toBeLessThanOrEqual(20 * 60_000);
        if (tries === 1) expect(pause).toBeLessThan(40_000);
        now = next;
        tries++;
      }
      expect(now.getTime() - start.getTime()).toBeGreaterThanOrEqual(GIVE_UP_AFTER_MS);
      expect(GIVE_UP_AFTER_MS).toBeGreaterThanOrEqual(24 * 3_600_000);
    }
  });
});
