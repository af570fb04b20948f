import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { until } from '../sharing/gate.js';
import { startApp, type TestApp } from '../support/app.js';
import { query } from '../support/database.js';
import { type TestPartner } from '../support/factories.js';
import { expectStatus } from '../support/http.js';
import { dutyLine, type FocalPoint, namer, nominate, person, register, registerOf } from './naming.js';

let app: TestApp;
let owner: TestPartner;

beforeAll(async () => {
  app = await startApp();
});
beforeEach(async () => {
  owner = await namer(app);
});
afterAll(() => app.close());

/** As when the partner was admitted by an application of this contact, who is to be told that there is news. */
async function appliedBy({ name, email }: { name: string; email: string }): Promise<void> {
  await query(
    app.database.superuserUrl,
    `with application as (
       insert into partner_application (id, state, kind, name, statements, name_key, domains, language, contact_name,
         contact_title, contact_email, case_hash, partner_id, submitted_at, decide_by)
       values ($1, 'approved', 'ingo', $2, '{}', $2, '{}', 'en', $3, 'Director', $4, convert_to($2, 'UTF8'), $5,
         now(), now()) returning name, contact_email)
     insert into mail_notice (id, address, language, kind, params, due_at)
     select gen_random_uuid(), contact_email, 'en', 'application.news', jsonb_build_object('name', name),
       now() + interval '1 day' from application`,
    [randomUUID(), `Relief ${randomUUID()}`, name, email, owner.partner.id],
  );
}

/** What is left of contact and private link, and how many mails wait for it. */
async function kept(): Promise<unknown[]> {
  const rows = await query<{ name: string | null; email: string | null; link: boolean; mails: number }>(
    app.database.superuserUrl,
    `select contact_name as name, contact_email as email, case_hash is not null as link,
       (select count(*)::int from mail_notice n where n.kind = 'application.news' and n.params->>'name' = a.name) as mails
     from partner_application a where partner_id = $1`,
    [owner.partner.id],
  );
  return rows.flatMap(({ name, email, link, mails }) => [name, email, link, mails]);
}
const NOTHING = [null, null, false, 0];

const depart = async ({ id }: FocalPoint): Promise<unknown> =>
  expectStatus(await owner.http.post(`${registerOf(owner)}/${id}/departure`, {}), 200);
/** As if the date had come until which it is valid. */
async function end({ id }: FocalPoint): Promise<void> {
  await query(app.database.superuserUrl, `update focal_point set valid_until = now() where id = $1`, [id]);
  await until(async () =>
    (await register(owner)).items.some((one) => one.id === id && one.state === 'ended'),
  );
}

describe('the contact of an application', () => {
  it('is kept when somebody else leaves who shared its address, and goes when it leaves itself', async () => {
    const ada = person();
    const one = await nominate(owner, ada);
    const other = await nominate(owner, person({ email: ada.email, name: 'Bob Other' }));
    await appliedBy(ada);
    await depart(other);
    expect(await kept()).toEqual([ada.name, ada.email, true, 1]);
    await nominate(owner, person({ email: ada.email }));
    await depart(one);
    expect(await kept()).toEqual(NOTHING);
  });

  it('goes with the last who is at its address, however it is called', async () => {
    const ada = person();
    const one = await nominate(owner, ada);
    const line = await nominate(owner, dutyLine({ email: ada.email.toUpperCase() }));
    await appliedBy({ name: 'Security office', email: ada.email });
    await depart(one);
    expect(await kept()).toEqual(['Security office', ada.email, true, 1]);
    await depart(line);
    expect(await kept()).toEqual(NOTHING);
  });

  it('goes at the end of its time, once it is nowhere any more', async () => {
    const [ada, later] = [person(), '2099-01-01T00:00:00Z'];
    const one = await nominate(owner, { ...ada, until: later });
    const elsewhere = await nominate(owner, person({ name: ada.name, until: later }));
    await appliedBy({ name: ada.name, email: person().email });
    const before = await kept();
    await end(one);
    expect(await kept()).toEqual(before);
    await end(elsewhere);
    expect(await kept()).toEqual(NOTHING);
  });

  it('goes when the partner withdraws, also if it never spoke for it', async () => {
    await nominate(owner, person());
    await appliedBy(person());
    const path = `/v1/partners/${owner.partner.id}/withdrawal`;
    expectStatus(await app.steward.post(path, { choice: 'deletion' }), 200);
    expect(await kept()).toEqual(NOTHING);
  });
});
