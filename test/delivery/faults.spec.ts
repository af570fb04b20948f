import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { chance } from '../sharing/chance.js';
import { query } from '../support/database.js';
import { alertInput, renditionInput, uniqueCode } from '../support/factories.js';
import { expectStatus } from '../support/http.js';
import { Consumer } from './faults.consumer.js';
import { FaultyDatabase, MortalService, PatientClient, Receiver, STEWARD } from './faults.world.js';
import { effort } from '../support/effort.js';

/** As often the service is killed; SLT_SEED repeats a failure, or searches elsewhere. */
const KILLS = effort(50);
const SEED = Number(process.env['SLT_SEED'] ?? 20_261_122);
const SCOPES = ['partners:read', 'arrangements:read', 'alerts:read', 'alerts:publish', 'webhooks:manage'];

interface Told {
  id: string;
  /** Names of the partners that are to have it, besides its publisher. */
  to: Set<string>;
}

let database: FaultyDatabase;
let services: MortalService[];
let receivers: Receiver[];
let consumers: Consumer[];
let publishers: PatientClient[];
let codes: Map<string, string>;
let arrangements: Record<'north' | 'south', string>;

const told: Told[] = [];
let isOver = false;
const over = (): boolean => isOver;

/** Who is where; the publishers read as well. */
const MEMBERS = {
  north: ['Publisher 1', 'Publisher 2', 'Reader 1', 'Reader 2'],
  south: ['Publisher 2', 'Reader 3'],
};
const READERS = ['Reader 1', 'Reader 2', 'Reader 3'];
const NORTH = ['north'] as const;
const ANYWHERE = ['north', 'south'] as const;

beforeAll(async () => {
  database = await FaultyDatabase.start();
  const first = await MortalService.start(database.urls, {});
  // The issuer of tokens is one, whoever answers.
  const second = await MortalService.start(database.urls, { SLT_PUBLIC_URL: first.url });
  services = [first, second];

  const steward = new PatientClient(services, STEWARD, over);
  const make = async <T>(path: string, body: unknown): Promise<T> =>
    expectStatus(await steward.insist((http) => http.post<T>(path, body)), 201);
  codes = new Map();
  const ids = new Map<string, string>();
  const clients = new Map<string, PatientClient>();
  const credentials = new Map<string, { clientId: string; clientSecret: string }>();
  for (const name of ['Publisher 1', 'Publisher 2', ...READERS]) {
    const code = uniqueCode('P');
    const kind = name.startsWith('Publisher') ? 'un_entity' : 'ingo';
    const ceiling = { tlp: 'RED', classification: 'STRICTLY_CONFIDENTIAL' };
    const { id } = await make<{ id: string }>('/v1/partners', { code, name, kind, ceiling });
    const client = await make<{ clientId: string; clientSecret: string }>(`/v1/partners/${id}/clients`, {
      name: 'A client of the tests',
      scopes: SCOPES,
    });
    codes.set(name, code);
    ids.set(name, id);
    credentials.set(name, client);
    clients.set(name, new PatientClient(services, client, over));
  }
  const arrangement = async (members: string[]): Promise<string> => {
    const code = uniqueCode('A');
    const body = { code, name: code, countries: ['SD'], level: 'regular' };
    const { id } = await make<{ id: string }>('/v1/arrangements', body);
    for (const name of members) {
      await make(`/v1/arrangements/${id}/members`, { partnerId: ids.get(name) });
    }
    return code;
  };
  arrangements = { north: await arrangement(MEMBERS.north), south: await arrangement(MEMBERS.south) };

  receivers = await Promise.all(READERS.map(() => Receiver.start()));
  consumers = READERS.map((name, place) => {
    const client = credentials.get(name);
    const receiver = receivers[place];
    if (client === undefined || receiver === undefined) throw new Error('unreachable');
    // Each reads on connections and with a token of its own.
    const fresh = (): PatientClient => new PatientClient(services, client, over);
    return new Consumer(name, fresh(), fresh(), receiver);
  });
  for (const [place, name] of READERS.entries()) {
    const body = { name: 'Where the alerts go', url: receivers[place]?.url };
    expectStatus(
      await (clients.get(name) as PatientClient).insist((http) => http.post('/v1/webhooks', body)),
      201,
    );
  }
  publishers = ['Publisher 1', 'Publisher 2'].map((name) => clients.get(name) as PatientClient);
});

afterAll(async () => {
  isOver = true;
  await Promise.allSettled(consumers?.map((consumer) => consumer.stopped()) ?? []);
  await Promise.allSettled(services?.map((service) => service.kill()) ?? []);
  await Promise.allSettled(receivers?.map((receiver) => receiver.stop()) ?? []);
  await database?.stop();
});

/** Publishes until told to stop; what is acknowledged is remembered with who is to have it. */
async function publish(publisher: PatientClient, seed: number, goOn: () => boolean): Promise<void> {
  const random = chance(seed);
  for (let turn = 0; goOn(); turn++) {
    const where = random.one(publisher === publishers[0] ? NORTH : ANYWHERE);
    const one = random.one(READERS);
    const named = random.below(3) === 0;
    const audience = named ? { partners: [codes.get(one) ?? ''] } : { arrangements: [arrangements[where]] };
    const body = alertInput({ event: `Alert ${seed}-${turn}`, renditions: [renditionInput({ audience })] });
    // A lost answer means "unknown": the same key makes the repeat the same publication.
    const headers = { 'Idempotency-Key': `key-${seed}-${turn}` };
    const answer = await publisher.insist((http) =>
      http.post<{ id: string }>('/v1/alerts', body, { headers }),
    );
    const { id } = expectStatus(answer, 201);
    told.push({ id, to: new Set(named ? [one] : MEMBERS[where]) });
    await sleep(random.below(120));
  }
}

async function killAgainAndAgain(): Promise<void> {
  const random = chance(SEED);
  for (let kill = 0; kill < KILLS; kill++) {
    const service = services[kill % services.length] as MortalService;
    await sleep(random.below(400));
    await service.kill();
    if (kill === Math.floor(KILLS / 3)) await database.bounce(false);
    if (kill === Math.floor((2 * KILLS) / 3)) await database.bounce(true);
    await service.begin();
  }
}

describe('a service that is killed again and again, and a database that is stopped, killed and started', () => {
  it('loses nothing that it acknowledged, repeats nothing in a log, and tells nobody what is not for them', async () => {
    for (const consumer of consumers) consumer.start(over);
    let publishing = true;
    const work = publishers.map((publisher, place) => publish(publisher, SEED + place, () => publishing));
    await killAgainAndAgain();
    publishing = false;
    await Promise.all(work);
    expect(told.length).toBeGreaterThan(KILLS);

    for (const consumer of consumers) {
      const meant = told.filter(({ to }) => to.has(consumer.name)).map(({ id }) => id);
      await consumer.until(meant, 120_000);
      const allowed = new Set(meant);
      for (const [channel, ids] of Object.entries(consumer.heard)) {
        // At least once, and nothing besides.
        expect({ channel, missed: meant.filter((id) => !ids.has(id)) }).toEqual({ channel, missed: [] });
        expect({ channel, foreign: [...ids].filter((id) => !allowed.has(id)) }).toEqual({
          channel,
          foreign: [],
        });
      }
      expect(consumer.faults).toEqual([]);
    }
    // Of the attempts whose answer was lost none was written twice.
    const rows = await query<{ holes: string; twice: string }>(
      database.superuserUrl,
      `select (select count(*) from (select from change_entry group by reader_id, is_drill
                 having count(*) <> max(position) or min(position) <> 1) h) as holes,
         (select count(*) from (select from share_grant g join alert_rendition a on a.rendition_id = g.rendition_id
                 group by g.reader_id, a.content->>'event' having count(*) > 1) t) as twice`,
    );
    expect(rows).toEqual([{ holes: '0', twice: '0' }]);
  }, 900_000);

  it('is believed by a consumer that begins only now, from the first change on', async () => {
    for (const consumer of consumers) {
      const meant = told.filter(({ to }) => to.has(consumer.name)).map(({ id }) => id);
      const ids = await consumer.readFromTheBeginning();
      expect(new Set(ids)).toEqual(new Set(meant));
      expect(ids).toHaveLength(meant.length);
    }
  });
});
