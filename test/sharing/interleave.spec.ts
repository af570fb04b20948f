import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Actor } from '../../src/access/actor.js';
import { newId } from '../../src/core/ids.js';
import { query } from '../support/database.js';
import { countBlocked, Gate, type Moment, until } from './gate.js';
import { compareWithRule, readRecorded } from './recorded.js';
import { actorOf, admit, alertDto, clear, establish, openWorkbench, type Workbench } from './workbench.js';

let bench: Workbench;
beforeAll(async () => {
  bench = await openWorkbench();
});
beforeEach(() => clear(bench));
afterAll(() => bench.close());

/** Whoever takes part in a race, new for each. */
interface Cast {
  originator: Actor;
  member: Actor;
  /** A member of nothing. */
  stranger: Actor;
  /** Has the standing alert by a release of its text alone. */
  guest: Actor;
  /** Of which `member` is a member, and `originator`. */
  here: string;
  /** Of which nobody is a member. */
  there: string;
  /** An alert to both arrangements. */
  standing: string;
  /** Alerts that the member gets by its kind and by its name, once its ceiling is raised. */
  ofKind: string;
  byName: string;
  /** The one text of the standing alert, and its release to the guest. */
  text: string;
  released: string;
  /** An alert to the arrangement of the member, whose time is over and which nobody has ended yet. */
  due: string;
  /** A report of the member. */
  sent: string;
}

async function cast(): Promise<Cast> {
  const originator = await admit(bench);
  const member = await admit(bench, 'national_ngo');
  const stranger = await admit(bench, 'io');
  const here = await establish(bench, originator, member);
  const there = await establish(bench);
  const standing = await bench.alerts.publish(originator, alertDto([{ arrangements: [here, there] }]));
  const { rows } = await bench.superuser.query<{ id: string }>(
    `select id from rendition where shareable_id = $1`,
    [standing],
  );
  const text = rows[0]?.id ?? '';
  const guest = await admit(bench, 'io');
  const released = await releaseTo(guest, { originator, standing, text });
  const due = await bench.alerts.publish(originator, alertDto([{ arrangements: [here] }]));
  await bench.superuser.query(`update shareable set expires_at = now() where id = $1`, [due]);
  await bench.partners.change(bench.steward, member.partnerId, { ceiling: { tlp: 'GREEN' } });
  const ofKind = await bench.alerts.publish(
    originator,
    alertDto([{ tlp: 'AMBER', kinds: ['national_ngo'] }]),
  );
  const byName = await bench.alerts.publish(
    originator,
    alertDto([{ tlp: 'AMBER', partners: [member.partnerId] }]),
  );
  const sent = await submit(member);
  await bench.superuser.query(`insert into report (id, state) values ($1, 'submitted')`, [sent]);
  // For whom nobody has answered in time, as the next tick of the clock will find.
  await bench.superuser.query(`update partner set covered_at = now() - interval '92 days' where id = $1`, [
    stranger.partnerId,
  ]);
  const actors = { originator, member, stranger, guest };
  return { ...actors, ofKind, byName, here, there, standing, text, released, due, sent };
}

/** This very text, even if it has been retired meanwhile. @returns the release's id */
async function releaseTo(
  { partnerId }: Actor,
  { originator, standing, text }: Pick<Cast, 'originator' | 'standing' | 'text'>,
): Promise<string> {
  const id = newId();
  await bench.database.as(originator, async (tx) => {
    await bench.sharing.lockOwn(tx, originator, standing, 'alert');
    await tx.query(
      `insert into onward_release (id, rendition_id, shareable_id, partner_id, until, state)
       values ($1, $2, $3, $4, '2090-01-01T00:00:00Z', 'current')`,
      [id, text, standing, partnerId],
    );
  });
  return id;
}

type Act = (cast: Cast) => Promise<unknown>;

const publish =
  (audience: (cast: Cast) => { arrangements?: string[]; kinds?: string[]; partners?: string[] }): Act =>
  (one) =>
    bench.alerts.publish(one.originator, alertDto([{ tlp: 'GREEN', ...audience(one) }]));

const publishHere = publish(({ here }) => ({ arrangements: [here] }));
const publishThere = publish(({ there }) => ({ arrangements: [there] }));
const publishToKind = publish(() => ({ kinds: ['national_ngo'] }));
const publishByName = publish(({ member }) => ({ partners: [member.partnerId] }));
const leaveHere: Act = ({ here, member }) =>
  bench.arrangements.endMembership(bench.steward, here, member.partnerId);
const joinThere: Act = ({ there, stranger }) =>
  bench.arrangements.addMember(bench.steward, there, { partnerId: stranger.partnerId });
const lowerStranger: Act = ({ stranger }) =>
  bench.partners.change(bench.steward, stranger.partnerId, { ceiling: { tlp: 'CLEAR' } });
const suspend: Act = ({ member }) => bench.standing.change(bench.steward, member.partnerId, 'suspend');
const lowerCeiling: Act = ({ member }) =>
  bench.partners.change(bench.steward, member.partnerId, { ceiling: { tlp: 'CLEAR' } });
const suspendOriginator: Act = ({ originator }) =>
  bench.standing.change(bench.steward, originator.partnerId, 'suspend');
const narrowClient: Act = ({ member, here }) =>
  bench.clients.create(bench.steward, member.partnerId, {
    name: 'Narrowed',
    scopes: ['alerts:read'],
    arrangements: [here],
  });
const narrowStranger: Act = ({ stranger, there }) =>
  bench.clients.create(bench.steward, stranger.partnerId, {
    name: 'Narrowed',
    scopes: ['alerts:read'],
    arrangements: [there],
  });
const narrowOwnClient: Act = ({ originator }) =>
  bench.clients.create(bench.steward, originator.partnerId, {
    name: 'Narrowed',
    scopes: ['alerts:read'],
    ceiling: { tlp: 'RED' },
  });
const admitOfKind: Act = () => admit(bench, 'national_ngo');
const dropHere: Act = ({ originator, standing, there }) =>
  bench.alerts.update(originator, standing, alertDto([{ arrangements: [there] }]));
const rewriteWithoutThere: Act = ({ originator, standing, here }) =>
  bench.alerts.update(originator, standing, alertDto([{ text: 'a new text', arrangements: [here] }]));
const dropThere: Act = ({ originator, standing, here }) =>
  bench.alerts.update(originator, standing, alertDto([{ arrangements: [here] }]));
const addByName: Act = ({ originator, standing, member, here }) =>
  bench.alerts.update(
    originator,
    standing,
    alertDto([{ arrangements: [here] }, { text: 'more', partners: [member.partnerId] }]),
  );
const dropKind: Act = ({ originator, ofKind }) =>
  bench.alerts.update(originator, ofKind, alertDto([{ tlp: 'AMBER' }]));
const dropName: Act = ({ originator, byName }) =>
  bench.alerts.update(originator, byName, alertDto([{ tlp: 'AMBER' }]));
const raiseCeiling: Act = ({ member }) =>
  bench.partners.change(bench.steward, member.partnerId, { ceiling: { tlp: 'RED' } });
const cancel: Act = ({ originator, standing }) => bench.alerts.cancel(originator, standing, {});
const withdraw: Act = ({ originator, standing }) => bench.alerts.withdraw(originator, standing);
const rewrite: Act = ({ originator, standing, here, there }) =>
  bench.alerts.update(originator, standing, alertDto([{ text: 'a new text', arrangements: [here, there] }]));
const exclude: Act = ({ originator, standing, here, stranger, guest }) =>
  bench.alerts.update(
    originator,
    standing,
    alertDto([{ arrangements: [here], except: [stranger.partnerId, guest.partnerId] }]),
  );
const release: Act = (one) => releaseTo(one.stranger, one);
const releaseToMember: Act = (one) => releaseTo(one.member, one);
const endRelease: Act = ({ originator, standing, released }) =>
  bench.database.as(originator, async (tx) => {
    await bench.sharing.lockOwn(tx, originator, standing, 'alert');
    await tx.query(`update onward_release set state = 'ended' where id = $1`, [released]);
  });
const letReleaseEnd: Act = ({ released }) =>
  bench.database.asSystem((tx) =>
    tx.query(`update onward_release set state = 'ended' where id = $1`, [released]),
  );
const suspendStranger: Act = ({ stranger }) =>
  bench.standing.change(bench.steward, stranger.partnerId, 'suspend');
const suspendGuest: Act = ({ guest }) => bench.standing.change(bench.steward, guest.partnerId, 'suspend');
const publishAboveGreen: Act = ({ originator, stranger }) =>
  bench.alerts.publish(originator, alertDto([{ tlp: 'AMBER', partners: [stranger.partnerId] }]));
const letDay91Come: Act = () => bench.liveness.restrictAsSystem();
const answer: Act = async ({ stranger }) => {
  const { partnerId } = stranger;
  const named = { role: 'headquarters' as const, name: 'Ada', email: 'ada@office.example' };
  const { id } = await bench.focalPoints.nominate(stranger, partnerId, named);
  await bench.liveness.confirm(stranger, partnerId, id);
};
const expire: Act = () => bench.sharing.expireDueAsSystem();
const extend: Act = ({ originator, due, here }) =>
  bench.alerts.update(
    originator,
    due,
    alertDto([{ arrangements: [here] }], 'ingo', 'severe', { expiresAt: '2090-01-01T00:00:00Z' }),
  );
const cancelDue: Act = ({ originator, due }) => bench.alerts.cancel(originator, due, {});
const withdrawDue: Act = ({ originator, due }) => bench.alerts.withdraw(originator, due);
const joinHere: Act = ({ here, stranger }) =>
  bench.arrangements.addMember(bench.steward, here, { partnerId: stranger.partnerId });
const tell: Act = ({ member, sent }) =>
  bench.database.as(member, (tx) => tx.query(`select report_tell($1, $2)`, [[sent], ['all']]));
const withdrawReport: Act = ({ member, sent }) =>
  bench.database.as(member, async (tx) => {
    await bench.sharing.lockOwn(tx, member, sent, 'report');
    await bench.sharing.changeState(tx, sent, 'withdrawn');
    await bench.sharing.share(tx, sent);
  });
const report: Act = ({ member }) => submit(member);

/** @returns the report's id */
function submit(member: Actor): Promise<string> {
  return bench.database.as(member, async (tx) => {
    const id = newId();
    await bench.sharing.createInCustody(tx, member, {
      id,
      type: 'report',
      state: 'published',
      isDrill: false,
      isProtected: true,
    });
    const audience = { arrangementIds: [], kinds: [], partnerIds: [], exceptIds: [] };
    const draft = { ordinal: 0, tlp: 3, classification: 0, classificationReason: null, reviewAt: null };
    await bench.sharing.replaceRenditions(tx, id, [{ ...draft, audience, digest: Buffer.from('a report') }]);
    await bench.sharing.share(tx, id);
    return id;
  });
}

/** What changes who sees what, with the table that it writes to. */
const ALERTS = 'shareable';
const RELEASES = 'onward_release';
const PAIRS: [name: string, table: string, Act, name: string, table: string, Act][] = [
  ['publish to an arrangement', ALERTS, publishHere, 'leave it', 'membership', leaveHere],
  ['publish to an arrangement', ALERTS, publishThere, 'join it', 'membership', joinThere],
  ['publish to an arrangement', ALERTS, publishHere, 'suspend a member', 'partner', suspend],
  ['publish to an arrangement', ALERTS, publishHere, 'lower a ceiling', 'partner', lowerCeiling],
  ['publish to an arrangement', ALERTS, publishHere, 'narrow a client', 'reader', narrowClient],
  ['publish to an arrangement', ALERTS, publishHere, 'publish to it again', ALERTS, publishHere],
  ['publish to a kind', ALERTS, publishToKind, 'suspend one of it', 'partner', suspend],
  ['publish to a kind', ALERTS, publishToKind, 'lower a ceiling', 'partner', lowerCeiling],
  ['publish to a kind', ALERTS, publishToKind, 'admit one of it', 'partner', admitOfKind],
  ['publish by name', ALERTS, publishByName, 'suspend the named one', 'partner', suspend],
  ['publish by name', ALERTS, publishByName, 'raise a ceiling', 'partner', raiseCeiling],
  ['publish by name', ALERTS, publishByName, 'lower a ceiling', 'partner', lowerCeiling],
  ['publish', ALERTS, publishHere, 'suspend the originator', 'partner', suspendOriginator],
  [
    'publish to a kind',
    ALERTS,
    publishToKind,
    'narrow a client of the originator',
    'reader',
    narrowOwnClient,
  ],
  ['drop an arrangement', ALERTS, dropThere, 'join it', 'membership', joinThere],
  ['rewrite without an arrangement', ALERTS, rewriteWithoutThere, 'join it', 'membership', joinThere],
  ['drop a kind', ALERTS, dropKind, 'raise a ceiling', 'partner', raiseCeiling],
  ['drop a name', ALERTS, dropName, 'raise a ceiling', 'partner', raiseCeiling],
  ['drop an arrangement', ALERTS, dropHere, 'leave it', 'membership', leaveHere],
  ['drop an arrangement', ALERTS, dropHere, 'suspend a member', 'partner', suspend],
  ['add a name', ALERTS, addByName, 'lower a ceiling', 'partner', lowerCeiling],
  ['add a name', ALERTS, addByName, 'leave the arrangement', 'membership', leaveHere],
  ['cancel', ALERTS, cancel, 'join the arrangement', 'membership', joinThere],
  ['withdraw', ALERTS, withdraw, 'join the arrangement', 'membership', joinThere],
  ['withdraw', ALERTS, withdraw, 'suspend a member', 'partner', suspend],
  ['leave', 'membership', leaveHere, 'suspend', 'partner', suspend],
  ['join', 'membership', joinThere, 'lower a ceiling', 'partner', lowerStranger],
  ['join', 'membership', joinThere, 'narrow a client', 'reader', narrowStranger],
  ['release a text', RELEASES, release, 'rewrite it', ALERTS, rewrite],
  ['release a text', RELEASES, release, 'exclude who gets it', ALERTS, exclude],
  ['release a text', RELEASES, release, 'suspend who gets it', 'partner', suspendStranger],
  ['release a text', RELEASES, release, 'lower the ceiling of who gets it', 'partner', lowerStranger],
  ['release a text', RELEASES, release, 'join its arrangement', 'membership', joinThere],
  ['release a text', RELEASES, release, 'narrow a client of who gets it', 'reader', narrowStranger],
  [
    'release a text to who has it',
    RELEASES,
    releaseToMember,
    'leave its arrangement',
    'membership',
    leaveHere,
  ],
  ['release a text', RELEASES, release, 'end the release to another', RELEASES, endRelease],
  ['end a release', RELEASES, endRelease, 'rewrite the text', ALERTS, rewrite],
  ['end a release', RELEASES, endRelease, 'suspend who has it', 'partner', suspendGuest],
  ['let a release end', RELEASES, letReleaseEnd, 'rewrite the text', ALERTS, rewrite],
  ['let a release end', RELEASES, letReleaseEnd, 'cancel the alert', ALERTS, cancel],
  ['let a release end', RELEASES, letReleaseEnd, 'withdraw the alert', ALERTS, withdraw],
  ['let an alert expire', ALERTS, expire, 'extend it', ALERTS, extend],
  ['let an alert expire', ALERTS, expire, 'cancel it', ALERTS, cancelDue],
  ['let an alert expire', ALERTS, expire, 'withdraw it', ALERTS, withdrawDue],
  ['let an alert expire', ALERTS, expire, 'join its arrangement', 'membership', joinHere],
  ['let an alert expire', ALERTS, expire, 'suspend a member', 'partner', suspend],
  ['publish above GREEN', ALERTS, publishAboveGreen, 'let day 91 come', 'partner', letDay91Come],
  ['answer', 'partner', answer, 'let day 91 come', 'partner', letDay91Come],
  ['let day 91 come', 'partner', letDay91Come, 'lower a ceiling', 'partner', lowerStranger],
  ['let day 91 come', 'partner', letDay91Come, 'join an arrangement', 'membership', joinThere],
  ['tell of a report', 'share_grant', tell, 'withdraw it', ALERTS, withdrawReport],
  ['tell of a report', 'share_grant', tell, 'suspend its source', 'partner', suspend],
  ['report', 'share_grant', report, 'suspend its source', 'partner', suspend],
];

const INVOLVED: Record<string, (cast: Cast) => string> = {
  shareable: ({ originator }) => `new.in_custody or new.originator_id = '${originator.partnerId}'`,
  membership: ({ member, stranger }) => `new.partner_id in ('${member.partnerId}', '${stranger.partnerId}')`,
  partner: () => 'true',
  reader: () => 'true',
};

/** The first stops at its commit with everything done, the second starts; then both go on. */
async function race(
  moment: Moment,
  table: string,
  when: string,
  first: () => Promise<unknown>,
  ...others: (() => Promise<unknown>)[]
): Promise<void> {
  const outcomes = await outcomesOf(moment, table, when, first, ...others);
  expect(outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []))).toEqual([]);
}

async function outcomesOf(
  moment: Moment,
  table: string,
  when: string,
  first: () => Promise<unknown>,
  ...others: (() => Promise<unknown>)[]
): Promise<PromiseSettledResult<unknown>[]> {
  const gate = await Gate.closed(bench.superuser, table, moment, when);
  try {
    const running = [first()];
    await Promise.race([gate.reached(), ...running]);
    let settled = 0;
    running.push(...others.map((other) => other().finally(() => settled++)));
    // Each other one either is through or has come upon the first.
    await until(async () => (await countBlocked(bench.superuser)) + settled > others.length);
    await gate.open();
    return await Promise.allSettled(running);
  } finally {
    await gate.remove();
  }
}

async function expectTheRule(): Promise<void> {
  const { recorded, ruled, broken } = await compareWithRule(bench.superuser);
  expect(recorded).toEqual(ruled);
  expect(broken).toEqual([]);
}

describe('two that decide at the same time', () => {
  for (const [firstName, firstTable, first, secondName, secondTable, second] of PAIRS) {
    it(`come to what the rule says: ${firstName}, then ${secondName}`, async () => {
      const those = await cast();
      const when = INVOLVED[firstTable]?.(those) ?? 'true';
      await race(
        'at commit',
        firstTable,
        when,
        () => first(those),
        () => second(those),
      );
      await expectTheRule();
    });

    it(`come to what the rule says: ${secondName}, then ${firstName}`, async () => {
      const those = await cast();
      const when = INVOLVED[secondTable]?.(those) ?? 'true';
      await race(
        'at commit',
        secondTable,
        when,
        () => second(those),
        () => first(those),
      );
      await expectTheRule();
    });
  }

  it.each([
    ['cancelled', 'updated', cancel, dropHere],
    ['cancelled', 'cancelled', cancel, cancel],
    ['withdrawn', 'updated', withdraw, dropHere],
    ['withdrawn', 'cancelled', withdraw, cancel],
  ])('find each other out: what is being %s cannot be %s as well', async (state, _, first, second) => {
    const those = await cast();
    const mine = `new.originator_id = '${those.originator.partnerId}'`;
    const gate = await Gate.closed(bench.superuser, 'shareable', 'at commit', mine);
    try {
      const running = [first(those)];
      await gate.reached();
      running.push(second(those));
      await until(async () => (await countBlocked(bench.superuser)) > 1);
      await gate.open();
      const [one, other] = await Promise.allSettled(running);
      expect(one?.status).toBe('fulfilled');
      expect(other).toMatchObject({ status: 'rejected', reason: { type: 'conflict' } });
    } finally {
      await gate.remove();
    }
    const { rows } = await bench.superuser.query(`select state from shareable where id = $1`, [
      those.standing,
    ]);
    expect(rows).toEqual([{ state }]);
    await expectTheRule();
  });

  it('do not wait for each other: an update that has its alert, and a new reader of that alert', async () => {
    const those = await cast();
    await race(
      'at once',
      'alert_rendition',
      `new.alert_id = '${those.standing}'`,
      () =>
        bench.alerts.update(
          those.originator,
          those.standing,
          alertDto([{ text: 'a new text', arrangements: [those.there] }]),
        ),
      () => joinThere(those),
    );
    await expectTheRule();
  });

  it('do not wait for each other: several memberships that begin at once, and publications to their members', async () => {
    const originator = await admit(bench);
    const members = [await admit(bench), await admit(bench)];
    const arrangement = await establish(bench);
    for (const { partnerId } of members) {
      const from = '2090-01-01T00:00:00Z';
      await bench.arrangements.addMember(bench.steward, arrangement, { partnerId, from });
    }
    await bench.alerts.publish(originator, alertDto([{ arrangements: [arrangement] }]));
    await bench.superuser.query(`update membership set starts_at = now() where arrangement_id = $1`, [
      arrangement,
    ]);
    await race(
      'at commit',
      'membership',
      `new.arrangement_id = '${arrangement}'`,
      () => bench.arrangements.advanceMembershipsAsSystem(),
      ...members.map(
        ({ partnerId }) =>
          () =>
            bench.alerts.publish(
              originator,
              alertDto([{ arrangements: [arrangement], partners: [partnerId] }]),
            ),
      ),
    );
    while ((await bench.arrangements.advanceMembershipsAsSystem()) > 0);
    await expectTheRule();
  });
});

describe('where a partner works, and its memberships', () => {
  /** As the next tick of the clock will find it. */
  async function planEnd({ partnerId }: Actor): Promise<void> {
    await bench.superuser.query(
      `insert into partner_presence (id, partner_id, country, status, starts_at, state)
       values ($1, $2, 'SD', 'closed', now(), 'planned')`,
      [newId(), partnerId],
    );
  }
  const letPresenceEnd = (): Promise<unknown> => bench.presences.advanceAsSystem();
  const moveAway = (id: string) => (): Promise<unknown> =>
    bench.arrangements.change(bench.steward, id, { countries: ['KE'] });
  const moveTo = (id: string) => (): Promise<unknown> =>
    bench.arrangements.change(bench.steward, id, { countries: ['SD'] });
  const join =
    (id: string, { partnerId }: Actor) =>
    (): Promise<unknown> =>
      bench.arrangements.addMember(bench.steward, id, { partnerId });

  async function standing({ partnerId }: Actor): Promise<string[]> {
    const { rows } = await bench.superuser.query<{ state: string }>(
      `select state from membership where partner_id = $1 order by arrangement_id`,
      [partnerId],
    );
    return rows.map(({ state }) => state);
  }

  /** Of an arrangement to which something was published, a partner is no member yet. */
  async function place(): Promise<{ here: string; newcomer: Actor }> {
    const originator = await admit(bench);
    const here = await establish(bench, originator);
    await bench.alerts.publish(originator, alertDto([{ arrangements: [here] }]));
    const newcomer = await admit(bench);
    await planEnd(newcomer);
    return { here, newcomer };
  }

  it('rests when the membership begins while the presence ends', async () => {
    const { here, newcomer } = await place();
    await race('at commit', 'partner_presence', 'true', letPresenceEnd, join(here, newcomer));
    expect(await standing(newcomer)).toEqual(['suspended']);
    await expectTheRule();
  });

  it('rests when the presence ends while the membership begins', async () => {
    const { here, newcomer } = await place();
    await race('at commit', 'membership', 'true', join(here, newcomer), letPresenceEnd);
    expect(await standing(newcomer)).toEqual(['suspended']);
    await expectTheRule();
  });

  it('goes on when the countries change while the presence ends', async () => {
    const { here, newcomer } = await place();
    await join(here, newcomer)();
    await race('at commit', 'arrangement', 'true', moveAway(here), letPresenceEnd);
    expect(await standing(newcomer)).toEqual(['current']);
    await expectTheRule();
  });

  it('goes on when the presence ends while the countries change', async () => {
    const { here, newcomer } = await place();
    await join(here, newcomer)();
    await race('at commit', 'partner_presence', 'true', letPresenceEnd, moveAway(here));
    expect(await standing(newcomer)).toEqual(['current']);
    await expectTheRule();
  });

  it('rests when the membership begins while the countries change', async () => {
    const { here, newcomer } = await place();
    await letPresenceEnd();
    await moveAway(here)();
    await race('at commit', 'arrangement', 'true', moveTo(here), join(here, newcomer));
    expect(await standing(newcomer)).toEqual(['suspended']);
    await expectTheRule();
  });

  it('rests when the countries change while the membership begins', async () => {
    const { here, newcomer } = await place();
    await letPresenceEnd();
    await moveAway(here)();
    await race('at commit', 'membership', 'true', join(here, newcomer), moveTo(here));
    expect(await standing(newcomer)).toEqual(['suspended']);
    await expectTheRule();
  });

  it.each(['the presences of both end', 'both leave'])(
    'of two partners in the same places come to what the rule says, and neither waits for the other: %s',
    async (what) => {
      const originator = await admit(bench);
      const places = [await establish(bench, originator), await establish(bench, originator)];
      await bench.alerts.publish(originator, alertDto([{ arrangements: places }]));
      const [one, other] = [await admit(bench), await admit(bench)];
      for (const id of places) await join(id, one)();
      for (const id of [...places].reverse()) await join(id, other)();
      const end = async (who: Actor): Promise<unknown> => {
        if (what === 'both leave') {
          return bench.standing.change(bench.steward, who.partnerId, 'withdraw');
        }
        await planEnd(who);
        return letPresenceEnd();
      };
      await race(
        'at commit',
        'membership',
        `new.partner_id = '${one.partnerId}'`,
        () => end(one),
        () => end(other),
      );
      const state = what === 'both leave' ? 'ended' : 'suspended';
      for (const who of [one, other]) expect(await standing(who)).toEqual([state, state]);
      await expectTheRule();
    },
  );

  it.each(['leaves', 'leaves, first'])(
    'one that %s while its presence ends is a member of nothing',
    async (order) => {
      const { here, newcomer } = await place();
      await join(here, newcomer)();
      const leave = (): Promise<unknown> =>
        bench.standing.change(bench.steward, newcomer.partnerId, 'withdraw');
      await (order === 'leaves'
        ? race('at commit', 'partner_presence', 'true', letPresenceEnd, leave)
        : race('at commit', 'partner', 'true', leave, letPresenceEnd));
      expect(await standing(newcomer)).toEqual(['ended']);
      await expectTheRule();
    },
  );
});

describe('whoever leaves, and whoever answers for it, do not wait for each other:', () => {
  /** Of whom something is held back until the focal point confirms. */
  async function silent(
    role: 'headquarters' | 'country',
  ): Promise<{ who: Actor; confirm: () => Promise<unknown> }> {
    const { originator, here } = await cast();
    const who = { ...(await admit(bench)), manages: [] };
    const { partnerId } = who;
    await bench.arrangements.addMember(bench.steward, here, { partnerId });
    await bench.alerts.publish(originator, alertDto([{ tlp: 'AMBER', arrangements: [here] }]));
    const { id } = await bench.focalPoints.nominate(who, partnerId, {
      role,
      ...(role === 'country' && { arrangement: here }),
      name: 'The desk',
      email: 'desk@ngo.example',
    });
    const table = role === 'country' ? 'membership' : 'partner';
    const key = role === 'country' ? 'partner_id' : 'id';
    await bench.superuser.query(`update ${table} set restricted_since = now() where ${key} = $1`, [
      partnerId,
    ]);
    return { who, confirm: () => bench.liveness.confirm(who, partnerId, id) };
  }
  const leave =
    ({ partnerId }: Actor) =>
    (): Promise<unknown> =>
      bench.standing.change(bench.steward, partnerId, 'withdraw');
  async function expectGone({ partnerId }: Actor): Promise<void> {
    const { rows } = await bench.superuser.query(`select state from focal_point where partner_id = $1`, [
      partnerId,
    ]);
    expect(rows).toEqual([{ state: 'ended' }]);
    await expectTheRule();
  }

  it.each(['headquarters', 'country'] as const)('its %s confirms, and it leaves', async (role) => {
    const { who, confirm } = await silent(role);
    await race('before', 'focal_point', `new.partner_id = '${who.partnerId}'`, confirm, leave(who));
    await expectGone(who);
  });

  it.each(['headquarters', 'country'] as const)('it leaves, and its %s would confirm', async (role) => {
    const { who, confirm } = await silent(role);
    const outcomes = await outcomesOf(
      'before',
      'partner',
      `new.id = '${who.partnerId}'`,
      leave(who),
      confirm,
    );
    expect(outcomes).toMatchObject([{ status: 'fulfilled' }, { reason: { type: 'conflict' } }]);
    await expectGone(who);
  });
});

describe('a sponsor that ends its membership does not wait for its sub-partner, nor that for it:', () => {
  interface Pair {
    sponsor: Actor;
    local: Actor;
    here: string;
  }
  const states = async ({ sponsor, local }: Pair): Promise<unknown[]> => {
    const { rows } = await bench.superuser.query<{ state: string }>(
      `select state from membership where partner_id = any ($1) order by partner_id = $2`,
      [[sponsor.partnerId, local.partnerId], local.partnerId],
    );
    return rows.map(({ state }) => state);
  };
  const leaveHere = ({ sponsor, here }: Pair) =>
    bench.arrangements.endMembership(bench.steward, here, sponsor.partnerId);
  const advance = (): Promise<unknown> => bench.arrangements.advanceMembershipsAsSystem();
  const letPresenceBegin = (): Promise<unknown> => bench.presences.advanceAsSystem();
  const ofSponsor = ({ sponsor }: Pair): string => `new.partner_id = '${sponsor.partnerId}'`;
  const ofLocal = ({ local }: Pair): string => `new.partner_id = '${local.partnerId}'`;

  async function pair(from?: string): Promise<Pair> {
    const originator = await admit(bench);
    const sponsor = await admit(bench);
    const here = await establish(bench, originator, sponsor);
    await bench.alerts.publish(originator, alertDto([{ arrangements: [here] }]));
    const code = `S-${newId().slice(-12).toUpperCase()}`;
    const { id } = await bench.subPartners.register(bench.steward, sponsor.partnerId, { code, name: code });
    const local = actorOf(id, 'national_ngo');
    await bench.arrangements.addMember(bench.steward, here, { partnerId: id, ...(from && { from }) });
    return { sponsor, local, here };
  }
  const plan = ({ local }: Pair, status: string): Promise<unknown> =>
    bench.superuser.query(
      `insert into partner_presence (id, partner_id, country, status, starts_at, state)
       values ($1, $2, 'SD', $3, now(), 'planned')`,
      [newId(), local.partnerId, status],
    );
  /** The local organisation is to work again where it did not. */
  async function returning(): Promise<Pair> {
    const those = await pair();
    await plan(those, 'closed');
    await letPresenceBegin();
    expect(await states(those)).toEqual(['current', 'suspended']);
    await plan(those, 'active');
    return those;
  }
  /** The membership of the local organisation is to begin. */
  async function beginning(): Promise<Pair> {
    const those = await pair('2090-01-01T00:00:00Z');
    await bench.superuser.query(`update membership set starts_at = now() where partner_id = $1`, [
      those.local.partnerId,
    ]);
    return those;
  }

  it.each([
    ['returns', returning, letPresenceBegin],
    ['begins', beginning, advance],
  ])('the one %s, and the other ends', async (_, prepared, begin) => {
    const those = await prepared();
    await race('before', 'membership', ofLocal(those), begin, () => leaveHere(those));
    expect(await states(those)).toEqual(['ended', 'ended']);
    await expectTheRule();
  });

  it.each([
    ['returns', returning, letPresenceBegin],
    ['begins', beginning, advance],
  ])('the other ends, and the one %s', async (_, prepared, begin) => {
    const those = await prepared();
    await race('before', 'membership', ofSponsor(those), () => leaveHere(those), begin);
    expect(await states(those)).toEqual(['ended', 'ended']);
    await expectTheRule();
  });

  it.each(['first', 'second'])('the one leaves for good, and its membership begins, %s', async (turn) => {
    const those = await beginning();
    const leave = () => bench.standing.change(bench.steward, those.local.partnerId, 'withdraw');
    await (turn === 'first'
      ? race('before', 'membership', ofLocal(those), advance, leave)
      : race('before', 'membership', ofLocal(those), leave, advance));
    expect(await states(those)).toEqual(['current', 'ended']);
    await expectTheRule();
  });
});

describe('a publication that has done all but commit', () => {
  it('keeps a later one to the same reader behind it: both are read, each once, in the order of commits', async () => {
    const { originator, member, here } = await cast();
    const early = await admit(bench);
    const gate = await Gate.closed(
      bench.superuser,
      'shareable',
      'at commit',
      `new.originator_id = '${early.partnerId}'`,
    );
    try {
      const before = await entriesOf(member);
      const first = bench.alerts.publish(early, alertDto([{ arrangements: [here] }]));
      await gate.reached();
      const second = bench.alerts.publish(originator, alertDto([{ arrangements: [here] }]));
      await until(async () => (await countBlocked(bench.superuser)) === 2);
      expect(await entriesOf(member)).toEqual(before);
      await gate.open();
      const ids = [await first, await second];
      const after = await entriesOf(member);
      expect(after.slice(before.length).map(({ id }) => id)).toEqual(ids);
    } finally {
      await gate.remove();
    }
    await expectTheRule();
  });

  it('leaves nothing when its connection is killed, and lets the later one through', async () => {
    const { originator, member, here } = await cast();
    const early = await admit(bench);
    const before = await entriesOf(member);
    const rows = await countRows();
    const gate = await Gate.closed(
      bench.superuser,
      'shareable',
      'at commit',
      `new.originator_id = '${early.partnerId}'`,
    );
    const key = { key: `key of ${early.partnerId}`, requestDigest: Buffer.from('the same request') };
    try {
      const first = bench.alerts.publish(early, alertDto([{ arrangements: [here] }]), key);
      const pid = await gate.reached();
      const second = bench.alerts.publish(originator, alertDto([{ arrangements: [here] }]));
      await until(async () => (await countBlocked(bench.superuser)) === 2);
      await bench.superuser.query(`select pg_terminate_backend($1)`, [pid]);
      await expect(first).rejects.toMatchObject({ type: 'unavailable' });
      const id = await second;
      expect((await entriesOf(member)).slice(before.length)).toMatchObject([
        { id, position: before.length + 1 },
      ]);
      await gate.open();
      const others = await countRows();
      expect(others).toEqual({
        ...rows,
        shareable: (rows['shareable'] ?? 0) + 1,
        rendition: (rows['rendition'] ?? 0) + 1,
        alert_rendition: (rows['alert_rendition'] ?? 0) + 1,
        share_grant: (rows['share_grant'] ?? 0) + 2,
        change_entry: (rows['change_entry'] ?? 0) + 2,
      });
      const repeated = await bench.alerts.publish(early, alertDto([{ arrangements: [here] }]), key);
      expect((await entriesOf(member)).at(-1)).toMatchObject({ id: repeated, change: 'published' });
      expect(await bench.alerts.publish(early, alertDto([{ arrangements: [here] }]), key)).toBe(repeated);
    } finally {
      await gate.remove();
    }
    await expectTheRule();
  });
});

it('nobody was ever made to give way', async () => {
  // The counters of a session are written down when it ends.
  await bench.database.onApplicationShutdown();
  const [row] = await query<{ deadlocks: string }>(
    bench.app.database.superuserUrl,
    `select deadlocks from pg_stat_database where datname = current_database()`,
  );
  expect(row?.deadlocks).toBe('0');
});

async function entriesOf({ readerId }: Actor) {
  const { entries } = await readRecorded(bench.superuser);
  return entries.filter((one) => one.reader === readerId);
}

async function countRows(): Promise<Record<string, number>> {
  const tables = [
    'shareable',
    'rendition',
    'alert_rendition',
    'alert_shape',
    'share_grant',
    'change_entry',
    'idempotency_key',
  ];
  const counts = await Promise.all(
    tables.map(async (table) => {
      const [row] = await query<{ count: string }>(
        bench.app.database.superuserUrl,
        `select count(*) from ${table}`,
      );
      return [table, Number(row?.count)] as const;
    }),
  );
  return Object.fromEntries(counts);
}
