import { startApp, type TestApp } from '../support/app.js';
import {
  arrangement,
  client,
  leave,
  partner,
  type TestArrangement,
  type TestPartner,
} from '../support/factories.js';
import { expectStatus, type Answer, type Http, type Problem } from '../support/http.js';

interface Organisation {
  id: string;
  code?: string;
}
interface Tree {
  version: number;
  entries: { organisation: Organisation; hasLeft: boolean; isCutOff: boolean; callerId?: string }[];
  missing: Organisation[];
}
interface Activation {
  id: string;
  drill: boolean;
  organisations: number;
  reached: number;
  unreached: number;
  closedAt?: string;
  calls: { organisationId: string; state: string; saidBy?: string }[];
}

const SCOPES = ['partners:read', 'arrangements:read', 'contact-tree:call'];

let app: TestApp;
/** Begins; is called by it; is called by that one, or by the first; stands in no tree; is no member. */
let [first, second, third, fourth, stranger]: TestPartner[] = [];
let here: TestArrangement;
beforeAll(async () => {
  app = await startApp();
  const made = [];
  for (let count = 0; count < 5; count++) made.push(await partner(app, { scopes: SCOPES }));
  [first, second, third, fourth, stranger] = made;
});
afterAll(() => app.close());
beforeEach(async () => {
  here = await arrangement(app, { members: [first, second, third, fourth] as TestPartner[] });
});

const of = (one: TestPartner | undefined): TestPartner => one as TestPartner;
const code = (one: TestPartner | undefined): string => of(one).partner.code;
const id = (one: TestPartner | undefined): string => of(one).partner.id;
const path = (more = ''): string => `/v1/arrangements/${here.id}/contact-tree${more}`;
const chain = (): object[] => [
  { organisation: code(first) },
  { organisation: code(second), caller: code(first) },
  { organisation: code(third), caller: code(second), alternate: code(first) },
];
const put = (
  entries: object[],
  by: Http = app.steward,
  headers: Record<string, string> = {},
): Promise<Answer<Tree & Problem>> => by.put<Tree & Problem>(path(), { entries }, { headers });
const begin = (by = of(first).http, more: object = {}): Promise<Answer<Activation & Problem>> =>
  by.post<Activation & Problem>(path('/activations'), { drill: true, reason: 'As every month.', ...more });
const say = (
  by: TestPartner | undefined,
  activation: string,
  about: TestPartner | undefined,
  outcome = 'reached',
): Promise<Answer<Activation & Problem>> =>
  of(by).http.post<Activation & Problem>(path(`/activations/${activation}/calls/${id(about)}`), { outcome });
const begun = async (): Promise<string> => {
  expectStatus(await put(chain()), 200);
  return expectStatus(await begin(), 201).id;
};

describe('a contact tree', () => {
  it('says who calls whom, and whom nobody calls', async () => {
    const tree = expectStatus(await put(chain()), 200);
    expect(tree.version).toBe(1);
    expect(tree.missing.map((one) => one.id)).toEqual([id(fourth)]);
    expect(tree.entries.filter((entry) => entry.hasLeft || entry.isCutOff)).toEqual([]);
    const { body } = await of(third).http.get<Tree>(path());
    expect(body).toEqual(tree);

    await leave(app, here, of(second));
    const left = expectStatus(await app.steward.get<Tree>(path()), 200).entries;
    expect(left.filter((entry) => entry.hasLeft).map(({ organisation }) => organisation.id)).toEqual([
      id(second),
    ]);
    // The alternate still calls it.
    expect(left.filter((entry) => entry.isCutOff)).toEqual([]);
    await leave(app, here, of(first));
    const alone = expectStatus(await app.steward.get<Tree>(path()), 200).entries;
    expect(alone.filter((entry) => entry.isCutOff).map(({ organisation }) => organisation.id)).toContain(
      id(third),
    );
  });

  it('is refused when it is no tree', async () => {
    const [one, two] = [{ organisation: code(first) }, { organisation: code(second), caller: code(first) }];
    const faulty: [object[], string][] = [
      [[one, two, two], '#/entries/2/organisation'],
      [[one, { organisation: code(stranger) }], '#/entries/1/organisation'],
      [[one, { organisation: code(second), caller: code(third) }], '#/entries/1/caller'],
      [[{ ...one, caller: code(second) }, two], '#/entries/0/caller'],
      [[one, { ...two, alternate: code(first) }], '#/entries/1/alternate'],
      [[{ ...one, alternate: code(second) }, two], '#/entries/0/alternate'],
    ];
    for (const [entries, pointer] of faulty) {
      const { status, body } = await put(entries);
      expect([status, body.errors?.[0]?.pointer]).toEqual([400, pointer]);
    }
    expect((await app.steward.get<Tree>(path())).body.version).toBe(0);
  });

  it('is written by whoever manages arrangements, one after the other, and read by members alone', async () => {
    expect((await put(chain(), of(first).http)).status).toBe(403);
    expect((await put(chain(), app.steward, { 'If-Match': '"0"' })).status).toBe(200);
    expect((await put(chain(), app.steward, { 'If-Match': '"0"' })).status).toBe(412);
    expect((await of(stranger).http.get(path())).status).toBe(404);
    await leave(app, here, of(third));
    expect((await of(third).http.get(path())).status).toBe(404);
  });
});

describe('calling the tree', () => {
  it('tells whom it reached, by whom, and how many', async () => {
    const activation = await begun();
    expectStatus(await say(first, activation, second), 200);
    expectStatus(await say(second, activation, third, 'unreached'), 200);
    const half = expectStatus(await of(fourth).http.get<Activation>(path(`/activations/${activation}`)), 200);
    expect(half).toMatchObject({ drill: true, organisations: 3, reached: 1, unreached: 1 });
    expectStatus(await say(first, activation, third), 200);
    const { calls } = expectStatus(await say(first, activation, first), 200);
    expect(calls.find((call) => call.organisationId === id(third))).toMatchObject({
      state: 'reached',
      saidBy: id(first),
    });
    const closed = expectStatus(
      await of(first).http.post<Activation>(path(`/activations/${activation}/closure`)),
      200,
    );
    expect(closed).toMatchObject({ reached: 3, unreached: 0 });
    expect(closed.closedAt).toBeDefined();
    const { body } = await of(second).http.get<{ items: Activation[] }>(path('/activations'));
    expect(body.items.map((one) => [one.id, one.reached])).toEqual([[activation, 3]]);
  });

  it('begins with whom the tree begins, or whoever manages arrangements, one at a time', async () => {
    expect((await begin()).status).toBe(409);
    expectStatus(await put(chain()), 200);
    for (const by of [second, fourth]) expect((await begin(of(by).http)).status).toBe(403);
    expect((await begin(of(stranger).http)).status).toBe(404);
    const together = await Promise.all([begin(), begin(), begin(app.steward)]);
    expect(together.map(({ status }) => status).toSorted()).toEqual([201, 409, 409]);
    const narrow = await client(app, id(first), { scopes: SCOPES, ceiling: { tlp: 'GREEN' } });
    expect((await begin(await app.as(narrow))).status).toBe(403);
  });

  it('lets the one that was called, its caller and the alternate speak, and nobody else', async () => {
    const activation = await begun();
    for (const by of [third, fourth]) expect((await say(by, activation, second)).status).toBe(403);
    expect((await say(stranger, activation, second)).status).toBe(404);
    expect((await say(second, activation, second, 'unreached')).status).toBe(403);
    expect((await say(first, activation, fourth)).status).toBe(404);
    for (const by of [third, second, first]) {
      expect([by, (await say(by, activation, third)).status]).toEqual([by, 200]);
    }
    const plain = await client(app, id(second), { scopes: ['arrangements:read'] });
    const said = `/activations/${activation}/calls/${id(second)}`;
    expect((await (await app.as(plain)).post(path(said), { outcome: 'reached' })).status).toBe(403);
  });

  it('goes from not reached to reached and not back, and nowhere once it is over', async () => {
    const activation = await begun();
    expectStatus(await say(first, activation, second, 'unreached'), 200);
    expectStatus(await say(first, activation, second), 200);
    expect((await say(first, activation, second, 'unreached')).status).toBe(409);
    expect((await of(second).http.post(path(`/activations/${activation}/closure`))).status).toBe(403);
    expectStatus(await of(first).http.post(path(`/activations/${activation}/closure`)), 200);
    expect((await of(first).http.post(path(`/activations/${activation}/closure`))).status).toBe(409);
    expect((await say(second, activation, third)).status).toBe(409);
    expect((await begin()).status).toBe(201);
  });

  it('goes by the tree as it was when it began, and by members alone', async () => {
    const activation = await begun();
    expectStatus(await put([{ organisation: code(fourth) }]), 200);
    expect((await say(second, activation, third)).status).toBe(200);
    await leave(app, here, of(second));
    expect((await say(second, activation, third, 'reached')).status).toBe(404);
  });

  it('is ended by whoever manages arrangements when whoever began does not', async () => {
    const closure = path(`/activations/${await begun()}/closure`);
    for (const by of [second, third, fourth]) expect((await of(by).http.post(closure)).status).toBe(403);
    expect((await of(stranger).http.post(closure)).status).toBe(404);
    // Whoever began is gone.
    await leave(app, here, of(first));
    expectStatus(await app.steward.post(closure), 200);
    expect((await begin(app.steward)).status).toBe(201);
  });

  it('does not wait for a drill when it is in earnest', async () => {
    const two = { organisation: code(second) };
    expectStatus(await put([{ organisation: code(first) }, two]), 200);
    const drill = expectStatus(await begin(), 201).id;
    expect((await begin(of(second).http)).status).toBe(409);
    const together = await Promise.all(
      [second, second, second].map((by) => begin(of(by).http, { drill: false })),
    );
    expect(together.map(({ status }) => status).toSorted()).toEqual([201, 409, 409]);
    const ended = expectStatus(await of(first).http.get<Activation>(path(`/activations/${drill}`)), 200);
    expect(ended.closedAt).toBeDefined();
    expect((await begin()).status).toBe(409);
    // Nobody ends by it what is in earnest.
    const open = (await of(first).http.get<{ items: Activation[] }>(path('/activations'))).body.items;
    expect(open.filter((one) => one.closedAt === undefined).map((one) => one.drill)).toEqual([false]);
  });

  it('is begun once by one key', async () => {
    expectStatus(await put(chain()), 200);
    const send = (): Promise<Answer<Activation>> =>
      of(first).http.post<Activation>(
        path('/activations'),
        { drill: false, reason: 'Shelling.' },
        { headers: { 'Idempotency-Key': `call-${here.id}` } },
      );
    const [one, two] = [await send(), await send()];
    expect([one.status, two.status, two.body.id]).toEqual([201, 201, one.body.id]);
  });
});
