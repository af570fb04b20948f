import { CAP_SCHEMA } from '../../src/alerts/cap/cap-schema.js';
import { type CapMessage } from '../../src/alerts/cap/cap-message.js';
import { parseCap } from '../../src/alerts/cap/parse-cap.js';
import { CAP, everyChannel, type View } from '../alerts/channels.js';
import { describeWithShared } from '../cap/shared.js';
import { Schema } from '../cap/xml-tree.js';
import { chance } from '../sharing/chance.js';
import { startApp, type TestApp } from '../support/app.js';
import {
  alert,
  alertInput,
  arrangement,
  partner,
  renditionInput,
  type TestPartner,
} from '../support/factories.js';
import { expectStatus } from '../support/http.js';

let app: TestApp;
let originator: TestPartner;
let high: TestPartner;
let low: TestPartner;
let here: string;
/** Every CAP message that the service gave out in these tests. */
const emitted: string[] = [];

beforeAll(async () => {
  app = await startApp();
  originator = await partner(app);
  high = await partner(app);
  low = await partner(app, { ceiling: { tlp: 'GREEN' } });
  here = (await arrangement(app, { members: [originator, high, low] })).code;
});
afterAll(() => app.close());

const text = (words: string) => [
  { language: 'en', headline: words, description: `${words} <&> ]]>`, instruction: 'Keep away.' },
  { language: 'ar', headline: 'ابتعدوا عن السوق', description: 'ابتعدوا', instruction: 'ابتعدوا' },
];
const lower = (words: string) => renditionInput({ audience: { arrangements: [here] }, texts: text(words) });
const higher = (words: string) =>
  renditionInput({ tlp: 'AMBER', audience: { arrangements: [here] }, texts: text(words) });

async function capOf({ http }: TestPartner, id: string): Promise<CapMessage> {
  const answer = await http.get(`/v1/alerts/${id}`, { headers: CAP });
  expectStatus(answer, 200);
  emitted.push(answer.text);
  return parseCap(Buffer.from(answer.text));
}

const identity = ({ sender, identifier, sent }: CapMessage) => ({ sender, identifier, sent });

describe('5: versions and identity', () => {
  it('moves neither identifier, sent time nor a byte when a published alert is saved again', async () => {
    const body = alertInput({ renditions: [lower('Shots at the market'), higher('Named in the brigade')] });
    const { id } = expectStatus(await originator.http.post<View>('/v1/alerts', body), 201);
    const read = async () => {
      const channels = await everyChannel(low.http, id);
      return Object.entries(channels).map(([name, { text: bytes, headers }]) => [
        name,
        bytes,
        headers.get('etag'),
      ]);
    };
    const before = await read();
    for (let again = 0; again < 3; again++) {
      expectStatus(await originator.http.post(`/v1/alerts/${id}/updates`, body), 200);
    }
    expect(await read()).toEqual(before);
  });

  it('names all predecessors that a reader had in every Update and Cancel, and no other message', async () => {
    const random = chance(5);
    for (let story = 0; story < 6; story++) {
      const { id } = await alert(originator.http, { renditions: [lower('First'), higher('First, in full')] });
      const had = new Map([high, low].map((reader) => [reader, [] as CapMessage[]]));
      const look = async (): Promise<void> => {
        for (const [reader, messages] of had) {
          const message = await capOf(reader, id);
          if (messages.at(-1)?.identifier === message.identifier) continue;
          const named = message.references.map(({ sender, identifier, sent }) => ({
            sender,
            identifier,
            sent,
          }));
          expect(new Set(named)).toEqual(new Set(messages.map(identity)));
          expect(message.msgType === 'Alert').toBe(messages.length === 0);
          messages.push(message);
        }
      };
      await look();
      for (let step = 0; step < 4; step++) {
        const renditions = [
          lower(random.below(2) === 0 ? 'First' : `Lower ${step}`),
          higher(random.below(2) === 0 ? 'First, in full' : `Higher ${step}`),
        ];
        expectStatus(await originator.http.post(`/v1/alerts/${id}/updates`, alertInput({ renditions })), 200);
        await look();
      }
      expectStatus(await originator.http.post(`/v1/alerts/${id}/cancellation`, { note: 'It is over.' }), 200);
      await look();
      for (const [, messages] of had) expect(messages.at(-1)?.msgType).toBe('Cancel');
      // One message is one text for ever: none of what was given out has come back under another's identity.
      const all = [...had.values()].flat();
      expect(new Set(all.map(({ identifier }) => identifier)).size).toBe(
        new Set(all.map((message) => JSON.stringify({ ...message, references: [] }))).size,
      );
    }
  });

  it('keeps identifier, sender and sent time of a message that came as CAP, however often it comes', async () => {
    const { id: seed } = await alert(originator.http, { renditions: [lower('Seed')] });
    const bytes = (await originator.http.get(`/v1/alerts/${seed}`, { headers: CAP })).text.replace(
      /<identifier>[^<]*/,
      '<identifier>orsa-2030-0001',
    );
    const post = () =>
      originator.http.post<View>('/v1/alerts', bytes, {
        headers: { 'Content-Type': 'application/cap+xml' },
        query: { tlp: 'GREEN', arrangements: here },
      });
    const [first, ...repeats] = [await post(), await post(), await post()];
    const { id } = expectStatus(first, 201);
    expect(repeats.map(({ status, body }) => [status, body.id])).toEqual([
      [200, id],
      [200, id],
    ]);
    expect(identity(await capOf(low, id))).toEqual(identity(parseCap(Buffer.from(bytes))));
  });

  it('gives out nothing but CAP 1.2', () => {
    const schema = new Schema(CAP_SCHEMA);
    expect(emitted.length).toBeGreaterThan(30);
    expect(emitted.flatMap((xml) => schema.faults(xml))).toEqual([]);
  });
});

describeWithShared('5: the published schema of CAP 1.2', ({ oasisSchema }) => {
  it('finds nothing wrong with any message given out', () => {
    const schema = new Schema(oasisSchema);
    expect(emitted.length).toBeGreaterThan(30);
    expect(emitted.flatMap((xml) => schema.faults(xml))).toEqual([]);
  });
});
