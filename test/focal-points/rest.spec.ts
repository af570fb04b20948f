import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DutyService } from '../../src/delivery/duty/duty.service.js';
import { LivenessService } from '../../src/focal-points/liveness.service.js';
import { changesOf } from '../alerts/channels.js';
import { type MailServer, startMailServer } from '../delivery/mail-server.js';
import { mailSettings } from '../delivery/subscribing.js';
import { until } from '../sharing/gate.js';
import { startApp, type TestApp } from '../support/app.js';
import { query } from '../support/database.js';
import {
  alert,
  arrangement,
  renditionInput,
  type TestArrangement,
  type TestPartner,
} from '../support/factories.js';
import { expectStatus } from '../support/http.js';
import { dutyLine, namer, nominate, passDays, register } from './naming.js';

let app: TestApp;
let mails: MailServer;
let originator: TestPartner;
let member: TestPartner;
let here: TestArrangement;
let line: string;

beforeAll(async () => {
  mails = await startMailServer();
  app = await startApp({ settings: mailSettings(mails) });
  originator = await namer(app);
});
afterAll(async () => {
  await app.close();
  await mails.stop();
});
beforeEach(async () => {
  member = await namer(app);
  here = await arrangement(app, { countries: ['SD'], members: [originator, member] });
  const duty = dutyLine();
  line = duty.email;
  await nominate(member, duty);
});

const publish = async (
  tlp: 'GREEN' | 'AMBER',
  headline: string,
  audience: Record<string, string[]> = { arrangements: [here.code] },
): Promise<string> => {
  const texts = [{ language: 'en', headline, description: 'What it says.' }];
  return (await alert(originator.http, { renditions: [renditionInput({ tlp, audience, texts })] })).id;
};
async function work(status: 'active' | 'suspended'): Promise<void> {
  const path = `/v1/partners/${member.partner.id}/presences`;
  const { id } = expectStatus(await app.steward.post<{ id: string }>(path, { country: 'SD', status }), 201);
  await until(async () => {
    const { body } = await app.steward.get<{ items: { id: string; state: string }[] }>(path);
    return body.items.some((one) => one.id === id && one.state === 'current');
  });
}
const stand = async (act: 'suspension' | 'reinstatement'): Promise<void> => {
  expectStatus(await app.steward.post(`/v1/partners/${member.partner.id}/${act}`), 200);
};
/** All that its time has come for. */
async function letDay91Come(): Promise<void> {
  await passDays(app, member, 91);
  const liveness = app.nest.get(LivenessService, { strict: false });
  while (await liveness.restrictAsSystem());
}
const toldOf = async (id: string): Promise<string[]> =>
  (await changesOf(member.http, id)).map(([change]) => change);

describe('a rest that lasts beyond day 91', () => {
  it('of a partner gives nothing above GREEN when it comes back, not for a moment', async () => {
    const id = await publish('AMBER', 'Restricted', { partners: [member.partner.code] });
    await stand('suspension');
    await letDay91Come();
    await stand('reinstatement');
    expect(await toldOf(id)).toEqual(['published', 'withdrawn']);
  });

  it('of a partner whose time was over neither', async () => {
    const id = await publish('AMBER', 'Restricted', { partners: [member.partner.code] });
    await query(app.database.superuserUrl, `update partner set expires_at = now() where id = $1`, [
      member.partner.id,
    ]);
    await until(async () => (await statusOf()) === 'expired');
    await letDay91Come();
    await query(
      app.database.superuserUrl,
      `update partner set expires_at = null, status = 'active' where id = $1`,
      [member.partner.id],
    );
    expect(await toldOf(id)).toEqual(['published', 'withdrawn']);
  });

  const statusOf = async (): Promise<string | undefined> => {
    const path = `/v1/partners/${member.partner.id}`;
    return (await app.steward.get<{ status?: string }>(path)).body.status;
  };

  it('of a membership gives nothing above GREEN through it when it begins again', async () => {
    const id = await publish('AMBER', 'Restricted');
    await work('suspended');
    await letDay91Come();
    // Somebody answers for all of it, and for this arrangement nobody.
    await query(
      app.database.superuserUrl,
      `update partner set covered_at = now(), restricted_since = null where id = $1`,
      [member.partner.id],
    );
    await work('active');
    expect(await toldOf(id)).toEqual(['published', 'withdrawn']);
  });
});

it('severe alerts at GREEN reach the duty line again after the membership rested', async () => {
  await query(
    app.database.superuserUrl,
    `update partner set covered_at = now() + interval '1 year' where id = $1`,
    [member.partner.id],
  );
  await letDay91Come();
  expect((await register(member)).coverage.filter((one) => one.suspendedSince)).toHaveLength(1);
  await work('suspended');
  await app.nest.get(DutyService, { strict: false }).watchAsSystem();
  await work('active');
  await publish('GREEN', 'Severe after the rest');
  await until(() =>
    Promise.resolve(
      mails.received.some(
        ({ to, mail }) => to.includes(line) && (mail.subject ?? '').includes('Severe after the rest'),
      ),
    ),
  );
});

it('whoever is restricted is watched, from the moment on in which it was', async () => {
  await letDay91Come();
  await query(app.database.superuserUrl, `delete from duty_watch where partner_id = $1`, [member.partner.id]);
  await publish('GREEN', 'Severe and unwatched');
  await until(() =>
    Promise.resolve(
      mails.received.some(
        ({ to, mail }) => to.includes(line) && (mail.subject ?? '').includes('Severe and unwatched'),
      ),
    ),
  );
});
