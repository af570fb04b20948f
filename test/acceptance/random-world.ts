import type pg from 'pg';
import { type Chance } from '../sharing/chance.js';
import { readWorld } from '../sharing/recorded.js';
import { renditionFor, type Rendition, type World } from '../sharing/reference-rule.js';
import { type TestApp } from '../support/app.js';
import {
  alertInput,
  arrangement,
  client,
  partner,
  renditionInput,
  USUAL_SCOPES,
  type RenditionInput,
  type TestArrangement,
  type TestPartner,
} from '../support/factories.js';
import { expectStatus, type Http } from '../support/http.js';
import { inParallel } from './in-parallel.js';

export const SEVERITIES = ['unknown', 'minor', 'moderate', 'severe', 'extreme'];
export const KINDS = ['flash', 'advisory', 'incident', 'situation_report'];
export const CATEGORIES = ['security', 'health', 'transport', 'geo'];
export const COUNTRIES = ['SD', 'SS', 'TD', 'NE'];
export const WORDS = ['amber', 'basalt', 'cedar', 'delta', 'ember', 'fjord'];
const TLP = ['CLEAR', 'GREEN', 'AMBER', 'AMBER+STRICT', 'RED'] as const;
const RECEIVERS = ['io', 'ingo', 'national_ngo', 'ngo_platform', 'private_sector', 'donor'];

/** What one rendition of an alert says, as the test made it. */
export interface Said {
  marker: string;
  kind: string;
  severity: string;
  categories: string[];
  countries: string[];
  word: string;
  /** Its one square: the south-western corner, one degree wide. */
  corner: { longitude: number; latitude: number };
}

export interface Reading {
  name: string;
  http: Http;
  readerId: string;
  /** What the rule gives this reader: rendition by alert. */
  visible: Map<string, Rendition>;
}

export interface RandomWorld {
  world: World;
  arrangements: TestArrangement[];
  readings: Reading[];
  /** By rendition id. */
  said: Map<string, Said>;
  alertIds: string[];
}

export interface Sizes {
  originators: number;
  receivers: number;
  narrowed: number;
  arrangements: number;
  alerts: number;
}

/** Everybody may use every channel. */
const READING = [...USUAL_SCOPES, 'webhooks:manage'];
/** At most this much at once: more would only wait for connections. */
const WIDTH = 6;

/** Partners, narrowed clients and alerts made through the API; then part of what was given is taken again. */
export async function randomWorld(
  app: TestApp,
  superuser: pg.Client,
  random: Chance,
  sizes: Sizes,
): Promise<RandomWorld> {
  const places = (length: number): number[] => Array.from({ length }, (_, place) => place);
  const arrangements = await inParallel(places(sizes.arrangements), WIDTH, () => arrangement(app));
  const scopes = [...READING, 'partners:manage', 'arrangements:manage'];
  const originators = await inParallel(places(sizes.originators), WIDTH, (place) =>
    partner(app, { kind: ['un_entity', 'unsms_mou', 'ingo'][place % 3] ?? 'ingo', scopes }),
  );
  const receivers = await inParallel(places(sizes.receivers), WIDTH, (place) =>
    partner(app, {
      kind: RECEIVERS[place % RECEIVERS.length] ?? 'ingo',
      scopes: READING,
      ceiling: { tlp: place === 0 ? 'RED' : random.one(TLP) },
    }),
  );
  const partners = [...originators, ...receivers];
  const joins = arrangements.flatMap(({ id }) =>
    partners
      .filter(() => random.below(3) === 0)
      .map((member) => ({ id, member, lowered: random.below(4) === 0 })),
  );
  await inParallel(joins, WIDTH, async ({ id, member, lowered }) => {
    // Some kinds cannot be members.
    await app.steward.post(`/v1/arrangements/${id}/members`, {
      partnerId: member.partner.id,
      ...(lowered && { ceiling: { tlp: 'GREEN' } }),
    });
  });

  const markers = new Map<string, Said>();
  const body = (place: number): object =>
    bodyOf(place % 3 !== 2, { arrangements, partners, markers, random });
  const alertIds: string[] = [];
  // An originator does one thing after the other; the originators do theirs at the same time.
  await inParallel(originators, WIDTH, async ({ http }, who) => {
    for (let place = who; place < sizes.alerts; place += originators.length) {
      const state = place % 12 === 11 ? 'draft' : 'published';
      const { id } = expectStatus(
        await http.post<{ id: string }>('/v1/alerts', { ...body(who), state }),
        201,
      );
      alertIds.push(id);
      if (state === 'draft') continue;
      if (random.below(4) === 0) expectStatus(await http.post(`/v1/alerts/${id}/updates`, body(who)), 200);
      if (random.below(8) === 0) expectStatus(await http.post(`/v1/alerts/${id}/cancellation`, {}), 200);
      if (random.below(10) === 0) expectStatus(await http.post(`/v1/alerts/${id}/withdrawal`), 204);
    }
  });
  const open: { name: string; http: Http; id: string; readerId?: string }[] = partners.map((one) => ({
    name: one.partner.code,
    http: one.http,
    id: one.client.clientId,
  }));
  open.push(...(await narrowedClients(app, partners, arrangements, sizes.narrowed, random)));
  await takeBack(app, originators, receivers, arrangements);

  const world = await readWorld(superuser);
  const { rows } = await superuser.query<{ id: string; marker: string }>(
    `select rendition_id as id, content->'texts'->0->>'headline' as marker from alert_rendition`,
  );
  const said = new Map(rows.map(({ id, marker }) => [id, markers.get(marker) as Said]));
  const { rows: clients } = await superuser.query<{ id: string; reader_id: string }>(
    `select id, reader_id from client`,
  );
  const readerOf = new Map(clients.map((one) => [one.id, one.reader_id]));
  const readings = open.map(({ name, http, id }): Reading => {
    const readerId = readerOf.get(id) ?? '';
    const reader = world.readers.find((one) => one.id === readerId);
    if (reader === undefined) throw new Error(`no reader for ${name}`);
    const visible = new Map<string, Rendition>();
    for (const shareable of world.shareables) {
      const rendition = renditionFor(world, reader, shareable);
      if (rendition !== undefined) visible.set(shareable.id, rendition);
    }
    return { name, http, readerId, visible };
  });
  return { world, arrangements, readings, said, alertIds };
}

interface Made {
  arrangements: TestArrangement[];
  partners: TestPartner[];
  markers: Map<string, Said>;
  random: Chance;
}

/** An alert of one to three renditions, to whomever. */
function bodyOf(classifies: boolean, { arrangements, partners, markers, random }: Made): object {
  const facts = {
    kind: random.one(KINDS),
    severity: random.one(SEVERITIES),
    categories: random.some(CATEGORIES),
  };
  const renditions = Array.from({ length: 1 + random.below(3) }, (): RenditionInput => {
    const marker = `marker${markers.size}`;
    const countries = random.some(COUNTRIES);
    const [word, corner] = [
      random.one(WORDS),
      { longitude: random.below(20) * 2, latitude: random.below(10) * 2 },
    ];
    markers.set(marker, { marker, ...facts, countries, word, corner });
    const tlp = random.one(TLP);
    const confidential = classifies && tlp !== 'CLEAR' && tlp !== 'GREEN' && random.below(2) === 0;
    const some = <T>(list: T[], most: number): T[] =>
      Array.from({ length: 1 + random.below(most) }, () => random.one(list));
    const codes = partners.map((one) => one.partner.code);
    const { classification, ...rendition } = renditionInput({
      tlp,
      classification: confidential ? 'CONFIDENTIAL' : 'UNCLASSIFIED',
      ...(confidential && { classificationReason: 'Names a source' }),
      audience: {
        arrangements:
          tlp !== 'RED' && random.below(4) > 0
            ? unique(
                some(
                  arrangements.map(({ code }) => code),
                  3,
                ),
              )
            : [],
        kinds: tlp !== 'RED' && random.below(5) === 0 ? [random.one(RECEIVERS)] : [],
        partners: random.below(2) === 0 ? unique(some(codes, 6)) : [],
        except: random.below(4) === 0 ? unique(some(codes, 6)) : [],
      },
      texts: [
        {
          language: 'en',
          headline: marker,
          description: `There is ${word} on the way.`,
          instruction: 'Wait.',
        },
      ],
      areas: [
        { description: 'Somewhere', polygon: square(corner), countries } as RenditionInput['areas'][number],
      ],
    });
    return { ...rendition, ...(classifies && { classification }) } as RenditionInput;
  });
  return alertInput({ ...facts, renditions });
}

async function narrowedClients(
  app: TestApp,
  partners: TestPartner[],
  arrangements: TestArrangement[],
  number: number,
  random: Chance,
): Promise<{ name: string; http: Http; id: string }[]> {
  return inParallel(Array.from({ length: number }), WIDTH, async () => {
    const { partner: of } = random.one(partners);
    const options = random.one([
      { arrangements: random.some(arrangements.slice(0, 3)).map(({ code }) => code) },
      { arrangements: [random.one(arrangements).code], ceiling: { tlp: 'GREEN' as const } },
      { ceiling: { tlp: 'AMBER' as const, classification: 'UNCLASSIFIED' as const } },
    ]);
    const made = await client(app, of.id, { scopes: READING, ...options });
    return { name: `${JSON.stringify(options)} of ${of.code}`, http: await app.as(made), id: made.clientId };
  });
}

/** Ceilings are lowered, partners suspended, memberships ended. */
async function takeBack(
  app: TestApp,
  originators: TestPartner[],
  receivers: TestPartner[],
  arrangements: TestArrangement[],
): Promise<void> {
  for (const [place, { partner: one }] of receivers.entries()) {
    if (place % 9 === 0)
      expectStatus(await app.steward.patch(`/v1/partners/${one.id}`, { ceiling: { tlp: 'GREEN' } }), 200);
    if (place % 9 === 3) expectStatus(await app.steward.post(`/v1/partners/${one.id}/suspension`), 200);
    if (place % 9 !== 6) continue;
    for (const { id } of arrangements) await app.steward.delete(`/v1/arrangements/${id}/members/${one.id}`);
  }
  expectStatus(await app.steward.post(`/v1/partners/${originators.at(-1)?.partner.id}/suspension`), 200);
  // As long as an actor is believed to be what it was.
  await new Promise((resolve) => setTimeout(resolve, 1100));
}

const unique = <T>(list: T[]): T[] => [...new Set(list)];

function square({ longitude, latitude }: Said['corner']): number[][] {
  const [south, north, west, east] = [latitude, latitude + 1, longitude, longitude + 1];
  return [
    [south, west],
    [south, east],
    [north, east],
    [north, west],
    [south, west],
  ];
}
