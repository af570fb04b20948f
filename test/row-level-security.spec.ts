import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { query, testDatabase, type TestDatabase } from './support/database.js';

/** Tables without row-level security, each for a reason. */
const UNPROTECTED = {
  // Names of migrations, nothing of partners; no role of the runtime may read it.
  schema_migration: [],
};

/** What the background role may see and touch: the whole of it, so that more is a decision. */
const BACKGROUND_POLICIES = {
  alert_rendition: 'SELECT',
  alert_shape: 'SELECT',
  // Levels that were planned begin at their time.
  arrangement: 'ALL',
  arrangement_level: 'ALL',
  // Uploads that nothing uses go after a day.
  attachment: 'ALL',
  attachment_use: 'SELECT',
  // What was granted for some hours ends by itself.
  break_glass: 'ALL',
  bundle_key: 'ALL',
  change_entry: 'SELECT',
  // Who is behind.
  change_head: 'SELECT',
  client: 'ALL',
  // Where reminders go.
  commitment_acceptance: 'SELECT',
  // What is due is said by itself, once.
  commitment_reminder: 'ALL',
  custodian: 'ALL',
  // What duty addresses were told.
  duty_mail: 'ALL',
  duty_watch: 'ALL',
  // Who presents one, and in which hour.
  feed_address: 'ALL',
  // Time moves them on, and people come by links.
  focal_point: 'ALL',
  focal_point_contact: 'SELECT',
  follower: 'ALL',
  follower_told: 'ALL',
  idempotency_key: 'ALL',
  installation_secret: 'ALL',
  // Persons whose time in office is over, who are forgotten by themselves, and no others.
  liaison_contact: 'ALL',
  // What is on its way to recipients, who are no partners.
  mail_asking: 'ALL',
  mail_line: 'ALL',
  mail_message: 'ALL',
  // Short mails of the exchange itself; they go once they are sent.
  mail_notice: 'ALL',
  mail_thread: 'ALL',
  membership: 'ALL',
  oidc_record: 'ALL',
  onward_release: 'ALL',
  partner: 'ALL',
  // Applicants are no partners, and come by links.
  partner_application: 'ALL',
  // How often somebody asked.
  partner_application_asking: 'ALL',
  partner_application_document: 'ALL',
  partner_application_event: 'ALL',
  partner_application_message: 'ALL',
  // Where partners work begins and ends by its dates.
  partner_presence: 'ALL',
  // What partners that have left contributed goes by itself, and by links.
  partner_withdrawal: 'ALL',
  reader: 'ALL',
  // What a release brings is planted without a partner.
  reference_crosswalk: 'ALL',
  reference_entry: 'ALL',
  reference_label: 'ALL',
  reference_list: 'ALL',
  reference_revision: 'ALL',
  rendition: 'SELECT',
  revoked_token: 'ALL',
  share_grant: 'SELECT',
  shareable: 'SELECT',
  signing_key: 'ALL',
  subscription: 'SELECT',
  // Who confirms, or has had enough, has no token.
  subscription_recipient: 'ALL',
  webhook: 'ALL',
  webhook_attempt: 'ALL',
  webhook_delivery: 'ALL',
};

/** Seen through functions alone, each of which says whose receipts it shows to whom. */
const READ_BY_FUNCTIONS_ONLY = ['fetch_receipt', 'purge_confirmation'];
const HIDDEN_FROM_SERVICE = [
  'bundle_key',
  'duty_mail',
  'duty_watch',
  'follower_told',
  'installation_secret',
  'mail_asking',
  'mail_line',
  'mail_message',
  'mail_notice',
  'mail_thread',
  'oidc_record',
  'partner_application_asking',
  'revoked_token',
  'signing_key',
];
/** Code lists and their history say nothing of anybody: every partner reads them alike. */
const READ_BY_EVERY_PARTNER = {
  // What all of them commit to: the one that came with the service.
  commitment_text: 1,
  // What the three levels expect of all arrangements that say nothing of their own.
  level_setting: 3,
  reference_crosswalk: 1,
  reference_entry: 1,
  reference_label: 1,
  reference_list: 1,
  reference_revision: 1,
};
const WRITTEN_BY_THE_RULE_ONLY = ['change_entry', 'change_head', 'share_grant'];
const READ_BY_THE_ENGINE = [
  'acknowledgement',
  // Counted for each originator and for the steward.
  'alert_challenge',
  // Counted without names, and named to the originator as far as the senders wish.
  'alert_feedback',
  'alert_known',
  'alert_rendition',
  'arrangement',
  'attachment',
  'attachment_owner',
  'attachment_use',
  'change_entry',
  'change_head',
  // Whether the acting partner may say that it is still needed; those that are bound to a focal point, to end them with it.
  'client',
  // When a partner may only read, of whom members learn no more than where it stands.
  'commitment_acceptance',
  // Counted for the members of an arrangement, as far as it is shared.
  'commitment_assessment',
  'commitment_text',
  // Whether everybody stands in it, and whether there are meetings: yes or no, for readiness.
  'contact_tree_entry',
  'custodian',
  'custody',
  'feed_address',
  'fetch_receipt',
  // Nobody speaks for a partner that has left.
  'focal_point',
  // What is of a person is forgotten when it leaves, with mails on their way to it, and who it was in meetings.
  'focal_point_contact',
  'forum',
  'mail_notice',
  'meeting',
  'membership',
  'onward_release',
  'partner',
  // Whom an application named that has left since.
  'partner_application',
  // Memberships follow it.
  'partner_presence',
  'purge_confirmation',
  'reader',
  // What an incident is a kind of.
  'reference_entry',
  'rendition',
  'report',
  // What protocols ask for of those that publish, members or not.
  'sensitivity_line',
  'sensitivity_matrix',
  'share_grant',
  'shareable',
  'subscription',
  'subscription_recipient',
];
const RUNTIME_ROLES = ['slt_background', 'slt_engine', 'slt_service'];

const DENIED = '42501';

const set = (name: string, value: string): string => `select set_config('${name}', '${value}', true)`;

describe('row-level security', () => {
  let database: TestDatabase;
  let tables: string[];
  const [partnerId, otherId] = [randomUUID(), randomUUID()];

  beforeAll(async () => {
    database = await testDatabase();
    const rows = await query<{ relname: string }>(
      database.superuserUrl,
      `select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')`,
    );
    tables = rows.map(({ relname }) => relname).filter((name) => !(name in UNPROTECTED));
    await fill(database.superuserUrl, partnerId);
    await query(
      database.superuserUrl,
      `insert into partner (id, code, name, kind, status, ceiling_tlp, ceiling_classification)
       values ($1, 'OTHER', 'Other', 'ingo', 'active', 4, 2)`,
      [otherId],
    );
    await query(
      database.superuserUrl,
      `insert into reader (id, partner_id, ceiling_tlp, ceiling_classification) values ($1, $1, 4, 2)`,
      [otherId],
    );
  });
  afterAll(() => database.drop());

  const catalogue = async (sql: string, params: unknown[] = []): Promise<string[]> =>
    (await query<{ line: string }>(database.superuserUrl, sql, params)).map(({ line }) => line).sort();

  /** Rows that a role sees in each table it may read, within one transaction that begins with `context`. */
  const visible = async (url: string, context: string[]): Promise<Record<string, number>> => {
    const counts: Record<string, number> = {};
    await connected(url, async (client) => {
      for (const table of tables) {
        await client.query('begin');
        for (const statement of context) await client.query(statement);
        const outcome = await client
          .query<{ count: number }>(`select count(*)::int as count from ${table}`)
          .catch(codeOf);
        await client.query('rollback');
        if (outcome === DENIED) continue;
        counts[table] = typeof outcome === 'string' ? -1 : (outcome.rows[0]?.count ?? -1);
      }
    });
    return counts;
  };
  const nothing = (): Record<string, number> =>
    Object.fromEntries(
      tables
        .filter((name) => ![...HIDDEN_FROM_SERVICE, ...READ_BY_FUNCTIONS_ONLY].includes(name))
        .map((name) => [name, 0]),
    );

  describe('catalogue', () => {
    it('is enabled and forced on every table', async () => {
      expect(
        await catalogue(`select relname as line from pg_class
          where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
            and not (relrowsecurity and relforcerowsecurity)`),
      ).toEqual(Object.keys(UNPROTECTED));
    });

    it('lets no policy speak to everybody, or to the owner', async () => {
      expect(
        await catalogue(
          `select tablename || '.' || policyname as line from pg_policies
           where schemaname = 'public' and not roles <@ $1::name[]`,
          [RUNTIME_ROLES],
        ),
      ).toEqual([]);
    });

    it('gives the runtime no power over roles, databases or policies, and no other role to become', async () => {
      expect(
        await catalogue(
          `select rolname as line from pg_roles where rolname = any ($1)
             and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication)`,
          [RUNTIME_ROLES],
        ),
      ).toEqual([]);
      expect(
        await catalogue(
          `select member::regrole || ' is ' || roleid::regrole as line from pg_auth_members
           where member::regrole::text = any ($1)`,
          [RUNTIME_ROLES],
        ),
      ).toEqual([]);
    });

    it('leaves the service and background roles owners of nothing', async () => {
      expect(
        await catalogue(
          `select classid::regclass || ' ' || objid as line from pg_shdepend
           where deptype = 'o' and refclassid = 'pg_authid'::regclass
             and refobjid in ('slt_service'::regrole, 'slt_background'::regrole)`,
        ),
      ).toEqual([]);
    });

    it('leaves the engine owner of functions and the views of the rule only', async () => {
      expect(
        await catalogue(
          `select distinct classid::regclass || coalesce(' ' || (select relname from pg_class c
             where c.oid = objid and classid = 'pg_class'::regclass), '') as line
           from pg_shdepend
           where deptype = 'o' and refclassid = 'pg_authid'::regclass and refobjid = 'slt_engine'::regrole
             and dbid = (select oid from pg_database where datname = current_database())`,
        ),
      ).toEqual(['pg_class admission', 'pg_class direct_admission', 'pg_proc']);
    });

    it('has only views that ask as their caller, none of them open to the runtime that logs in', async () => {
      expect(
        await catalogue(
          `select relname as line from pg_class
           where relnamespace = 'public'::regnamespace and relkind = 'v'
             and (not coalesce(reloptions @> '{security_invoker=true}', false)
               or has_table_privilege('slt_service', oid, 'select')
               or has_table_privilege('slt_background', oid, 'select'))`,
        ),
      ).toEqual([]);
      expect(
        await catalogue(`select relname as line from pg_class
          where relnamespace = 'public'::regnamespace and relkind in ('m', 'f')`),
      ).toEqual([]);
    });

    it('has its privileged functions owned by the engine, with a fixed search path and closed to the public', async () => {
      const definers = await query<Record<string, unknown>>(
        database.superuserUrl,
        `select proname, proowner::regrole::text as owner, proconfig as config,
           exists (select from aclexplode(coalesce(proacl, acldefault('f', proowner))) where grantee = 0) as public
         from pg_proc where pronamespace = 'public'::regnamespace and prosecdef`,
      );
      expect(definers.length).toBeGreaterThan(0);
      for (const definer of definers) {
        expect(definer).toEqual({
          proname: definer['proname'],
          owner: 'slt_engine',
          // Temporary tables last: unnamed, they would come first, and anybody may make them.
          config: ['search_path=pg_catalog, public, pg_temp'],
          public: false,
        });
      }
    });

    it('opens to each role exactly these functions', async () => {
      const open = (role: string): Promise<string[]> =>
        catalogue(
          `select proname as line from pg_proc p
           where pronamespace = 'public'::regnamespace and has_function_privilege($1, p.oid, 'execute')
             and not starts_with(proname, 'acting_')`,
          [role],
        );
      expect(await open('slt_service')).toEqual([
        // Counts of organisations, and to the originator what they said, without those that stay unnamed.
        'alert_corroboration',
        'alert_feedback_received',
        // Of alerts, to the steward.
        'alert_originators',
        // Whether focal points, contact tree and meetings are in place: yes or no, to whoever may read readiness.
        'arrangement_evidence',
        // Whether a file may go with a rendition of the acting partner's own.
        'attaches',
        // Logs of readers, as each of them in turn and with no more rights than theirs.
        'change_log_parts',
        // That a client of the acting partner is still needed, or less of it: it can come to do no more thereby.
        'client_attest',
        // To members of an arrangement: where each of them stands, and numbers of what they share.
        'commitment_members',
        'commitment_ratings',
        // A reader within the one that acts, which nothing raises above it; and the end of one.
        'feed_address_close',
        'feed_address_open',
        // Keeps others from changing one’s own partner meanwhile.
        'focal_point_lock_partner',
        // Where else the same person speaks for the acting partner, or to the steward for any: ids, to end all of it at once.
        'focal_points_of_person',
        // Who convenes it from now on: by the convenor, or whoever manages arrangements, and nothing of it is read.
        'forum_hand_over',
        // Counts of one’s own alerts; to the steward of everybody’s.
        'handling_statistics',
        // Codes and ids of those that an audience names: what the caller already knows, and nothing beside it.
        'named_arrangements',
        'named_partners',
        // Mail to persons of organisations whom the acting partner does not see, of what it did.
        'notice_tell',
        'originates',
        // Why a partner works somewhere or does not: of one's own, and to the steward.
        'presence_reasons',
        // Identities of messages that the acting reader had itself.
        'received_messages',
        // Why a text cannot go to somebody: to its originator; to who holds it, that it cannot.
        'release_refusal',
        // Whose a report is: to its custodian, with a reason that the source is told; to those who may know; and a word to
        // a side of it without saying who that is.
        'report_reveal',
        'report_source',
        'report_tell',
        // Which lines of which protocols one’s own text falls under; and which version of a matrix holds.
        'sensitivity_asked',
        'sensitivity_matches',
        'sensitivity_version',
        // What its own organisation says of what it was given, and to originators what was said of their own.
        'share_acknowledge',
        // Whether a decision admits the one that asks.
        'share_admits_acting',
        'share_confirm_purge',
        // Who receives what and why, to the originator and the steward.
        'share_explained',
        'share_explanation',
        // Numbers of those of an audience whose names its originator may not see.
        'share_explanation_others',
        // Which text everybody receives, to the originator and the steward.
        'share_explanation_public',
        'share_open_custody',
        'share_publish',
        'share_recalls',
        'share_receipts',
        // A number, to the originator alone: who of its audience gets nothing.
        'share_unreached',
        // A number, of the acting partner's own.
        'unused_attachments',
      ]);
      // Repetitions older than any cursor; receipts of what readers were given, as their change logs say; and only what is due by its own date.
      expect(await open('slt_background')).toEqual([
        // An entry in the name of nobody, for what the exchange did by itself.
        'audit_by_itself',
        'change_log_trim',
        // Locks alone, in the order in which others take them.
        'focal_point_lock_partner',
        'membership_lock_ahead',
        'record_fetches',
        'share_expire',
      ]);
    });

    it('gives nobody who logs in more than reading and writing rows', async () => {
      expect(
        await catalogue(
          `select grantee::regrole || ' ' || privilege_type || ' ' || relname as line
           from pg_class, aclexplode(relacl)
           where relnamespace = 'public'::regnamespace
             and (grantee = 0 or grantee::regrole::text = any ($1)) and grantee <> relowner
             and privilege_type not in ('SELECT', 'INSERT', 'UPDATE', 'DELETE')`,
          [RUNTIME_ROLES],
        ),
      ).toEqual([]);
      for (const role of RUNTIME_ROLES) {
        const [row] = await query(
          database.superuserUrl,
          `select has_schema_privilege($1, 'public', 'create') as schema,
             has_database_privilege($1, current_database(), 'create') as database`,
          [role],
        );
        expect(row).toEqual({ schema: false, database: false });
      }
    });

    it('shows the background role what its own policies name, and nothing else', async () => {
      const rows = await query<{ tablename: string; cmd: string }>(
        database.superuserUrl,
        `select tablename, cmd from pg_policies where schemaname = 'public' and 'slt_background' = any (roles)`,
      );
      expect(Object.fromEntries(rows.map(({ tablename, cmd }) => [tablename, cmd]))).toEqual(
        BACKGROUND_POLICIES,
      );
      const seen = await visible(database.backgroundUrl, []);
      expect(Object.keys(seen).sort()).toEqual(Object.keys(BACKGROUND_POLICIES));
    });
  });

  describe('without an acting partner', () => {
    it('has something to hide in every table', async () => {
      for (const table of tables) {
        const rows = await query(database.superuserUrl, `select from ${table} limit 1`);
        expect([table, rows.length]).toEqual([table, 1]);
      }
    });

    it.each([
      ['when nothing was set', []],
      ['when it was set to nothing', [set('slt.partner', ''), set('slt.reader', ''), set('slt.manages', '')]],
      ['when it manages what there is not', [set('slt.manages', '* all Partners partners,arrangements')]],
      ['when only the reader is nobody', [set('slt.reader', randomUUID())]],
      ['when the partner is unknown', [set('slt.partner', randomUUID()), set('slt.reader', randomUUID())]],
    ])('shows the service no row %s', async (_, context) => {
      expect(await visible(database.serviceUrl, context)).toEqual(nothing());
    });

    it('fails rather than shows when the context is garbage', async () => {
      for (const garbage of ['garbage', `${partnerId}x`, `{${partnerId}`, '%', 'null']) {
        const seen = await visible(database.serviceUrl, [
          set('slt.partner', garbage),
          set('slt.reader', garbage),
        ]);
        for (const [table, count] of Object.entries(seen)) expect([table, count]).toEqual([table, -1]);
      }
    });

    it('forgets who acted with the end of the transaction', async () => {
      await connected(database.serviceUrl, async (client) => {
        for (const end of ['commit', 'rollback']) {
          await client.query(`begin; ${set('slt.partner', partnerId)}; ${set('slt.reader', partnerId)}`);
          expect((await client.query('select from partner')).rowCount).toBeGreaterThan(0);
          await client.query(end);
          expect((await client.query('select from partner')).rowCount).toBe(0);
        }
      });
    });

    it('shows even the owner no more than the engine, whose functions it may replace', async () => {
      const read = await catalogue(
        `select tablename as line from pg_policies where schemaname = 'public' and 'slt_engine' = any (roles)
           and cmd in ('SELECT', 'ALL')`,
      );
      expect(read).toEqual(READ_BY_THE_ENGINE);
      for (const table of tables.filter((name) => !read.includes(name))) {
        expect([table, await query(database.ownerUrl, `select from ${table}`)]).toEqual([table, []]);
      }
    });

    it('tells the service nothing through the statistics', async () => {
      await query(database.superuserUrl, 'analyze');
      expect(
        await query(database.superuserUrl, `select from pg_stats where schemaname = 'public'`),
      ).not.toEqual([]);
      expect(await query(database.serviceUrl, `select from pg_stats where schemaname = 'public'`)).toEqual(
        [],
      );
    });

    it('resolves no name', async () => {
      const named = `select from named_partners(array['ONE', 'OTHER']) union all
        select from named_arrangements(array['AA'])`;
      expect(await query(database.serviceUrl, named)).toEqual([]);
    });

    it('writes nothing', async () => {
      const id = randomUUID();
      await expectDenied(database.serviceUrl, [
        `insert into shareable (id, type, originator_id, state) values ('${id}', 'alert', '${partnerId}', 'draft')`,
        `insert into idempotency_key values ('any', 'any', '${partnerId}', '', '${id}')`,
        `insert into partner (id, code, name, kind, status, ceiling_tlp, ceiling_classification)
           values ('${id}', 'XX', 'X', 'io', 'active', 4, 2)`,
        `insert into reader values ('${id}', '${partnerId}', true, 4, 2)`,
        `insert into membership values ('${id}', '${id}', '${id}', now(), null, 'current', 4, 2)`,
        `insert into rendition (id, shareable_id, ordinal, tlp, classification, is_current, digest,
           audience_arrangements, audience_kinds, audience_partners, audience_except)
           select '${id}', '${id}', 0, 0, 0, true, '', '{}', '{}', '{}', '{}'`,
        `select share_publish('${id}')`,
      ]);
      await connected(database.serviceUrl, async (client) => {
        const changeable = {
          partner: 'name',
          arrangement: 'name',
          membership: 'state',
          reader: 'is_open',
          client: 'name',
        };
        for (const [table, column] of Object.entries(changeable)) {
          expect((await client.query(`update ${table} set ${column} = ${column}`)).rowCount).toBe(0);
        }
        expect((await client.query(`update shareable set version = 9`)).rowCount).toBe(0);
        expect((await client.query(`update rendition set is_current = false`)).rowCount).toBe(0);
      });
    });
  });

  it('lets the service change nothing that decides who sees what behind the back of the rule', async () => {
    await expectDenied(database.serviceUrl, [
      `update partner set kind = 'donor'`,
      `update partner set id = id`,
      `update partner set sponsor_id = null`,
      `update partner set fell_with_sponsor = false`,
      `update membership set partner_id = partner_id`,
      `update membership set arrangement_id = arrangement_id`,
      `update reader set partner_id = partner_id`,
      `update client set reader_id = reader_id`,
      `update shareable set originator_id = originator_id`,
      `update rendition set tlp = 0`,
      `update rendition set shareable_id = shareable_id`,
    ]);
  });

  describe('as a partner without grants', () => {
    it('shows its own entry and nothing else', async () => {
      const seen = await visible(database.serviceUrl, [
        set('slt.partner', otherId),
        set('slt.reader', otherId),
      ]);
      expect(seen).toEqual({ ...nothing(), ...READ_BY_EVERY_PARTNER, custodian: 1, partner: 1, reader: 1 });
    });

    it('lets it change no code list', async () => {
      const act = `${set('slt.partner', otherId)}; ${set('slt.reader', otherId)}; ${set('slt.manages', 'partners')}; `;
      await expectDenied(database.serviceUrl, [
        `${act} insert into reference_list (code, id, names, description, verification)
           values ('x', '${randomUUID()}', '[]', '', 'inferred')`,
        `${act} insert into reference_entry (list, code, ordinal, verification) values ('x', 'y', 0, 'inferred')`,
        `${act} insert into reference_label values ('list', 'code', 'fr', 'x')`,
        `${act} insert into reference_crosswalk values ('list', 'code', 'CAP', 'Met', 'exact', null, 'inferred')`,
        `${act} insert into reference_revision (list, version, change, codes) values ('list', 2, 'entry_added', '{}')`,
        `${act} update reference_revision set version = version`,
        `${act} update reference_entry set code = code`,
        `${act} delete from reference_entry`,
      ]);
      await connected(database.serviceUrl, async (client) => {
        for (const statement of [
          'update reference_list set version = 9',
          `update reference_entry set definition = ''`,
          'delete from reference_label',
          'delete from reference_crosswalk',
        ]) {
          await client.query(`begin; ${act}`);
          expect([statement, (await client.query(statement)).rowCount]).toEqual([statement, 0]);
          await client.query('rollback');
        }
      });
    });

    it('lets it write in nobody else’s name', async () => {
      const act = `${set('slt.partner', otherId)}; ${set('slt.reader', otherId)}; `;
      const [shareable] = await query<{ id: string }>(database.superuserUrl, 'select id from shareable');
      await expectDenied(database.serviceUrl, [
        `${act} insert into shareable (id, type, originator_id, state)
           values ('${randomUUID()}', 'alert', '${partnerId}', 'draft')`,
        `${act} insert into rendition (id, shareable_id, ordinal, tlp, classification, is_current, digest,
           audience_arrangements, audience_kinds, audience_partners, audience_except)
           values ('${randomUUID()}', '${shareable?.id}', 0, 0, 0, true, '', '{}', '{}', '{${otherId}}', '{}')`,
        `${act} select share_publish('${shareable?.id}')`,
        `${act} insert into release_policy values ('${partnerId}', 0, 0)`,
        `${act} insert into alert_release (alert_id, partner_id, subject, state, asked_by, asked_version, asked_state)
           values ('${shareable?.id}', '${otherId}', 'alert', 'waiting', 'c', 1, 'draft')`,
      ]);
    });
  });

  describe('the service role', () => {
    it('cannot become another role', async () => {
      const [superuser] = await query<{ name: string }>(database.superuserUrl, 'select current_user as name');
      for (const role of ['slt_background', 'slt_engine', 'slt_owner', superuser?.name ?? '']) {
        await expectDenied(database.serviceUrl, [`set role ${role}`, `set session authorization ${role}`]);
        if (role !== 'slt_background') await expectDenied(database.backgroundUrl, [`set role ${role}`]);
      }
    });

    it('cannot switch the policies off', async () => {
      for (const url of [database.serviceUrl, database.backgroundUrl]) {
        await expectDenied(url, [
          'alter table partner disable row level security',
          'alter table partner no force row level security',
          'drop policy service_reads on partner',
          'create policy mine on partner using (true)',
          'alter policy service_reads on partner using (true)',
          'alter role current_user bypassrls',
          'create table public.mine (id int)',
          'create function public.mine() returns int language sql as $$ select 1 $$',
          'create or replace function acting_partner() returns uuid language sql as $$ select null::uuid $$',
        ]);
      }
      await expectDenied(database.serviceUrl, ['grant select on oidc_record to slt_service']);
      for (const table of Object.keys(nothing())) {
        await expectDenied(database.serviceUrl, [`set local row_security = off; select from ${table}`]);
      }
    });

    it('cannot empty a table or wait in ambush on it', async () => {
      for (const table of tables) {
        for (const url of [database.serviceUrl, database.backgroundUrl]) {
          await expectDenied(url, [
            `truncate ${table}`,
            `create trigger mine before insert on ${table} execute function suppress_redundant_updates_trigger()`,
          ]);
        }
      }
    });

    it('cannot read what belongs to the installation', async () => {
      for (const table of [...HIDDEN_FROM_SERVICE, ...READ_BY_FUNCTIONS_ONLY, ...Object.keys(UNPROTECTED)]) {
        await expectDenied(database.serviceUrl, [`select from ${table}`, `delete from ${table}`]);
      }
      await expectDenied(database.serviceUrl, ['select from pg_authid', `select pg_read_file('PG_VERSION')`]);
    });

    it('cannot write what only the sharing rule writes', async () => {
      for (const table of WRITTEN_BY_THE_RULE_ONLY) {
        for (const url of [database.serviceUrl, database.backgroundUrl]) {
          await expectDenied(url, [
            `insert into ${table} select * from ${table}`,
            `update ${table} set position = position`,
            `delete from ${table}`,
          ]);
        }
      }
    });

    it('cannot write receipts but through the functions that check them', async () => {
      for (const table of ['fetch_receipt', 'acknowledgement', 'purge_confirmation']) {
        for (const url of [database.serviceUrl, database.backgroundUrl]) {
          await expectDenied(url, [
            `insert into ${table} (shareable_id, partner_id, version) values ('${otherId}', '${otherId}', 1)`,
            `update ${table} set version = version`,
            `delete from ${table}`,
          ]);
        }
      }
    });

    it('shows the originator of something no receipt of anything else, and others none at all', async () => {
      const [shareable] = await query<{ id: string }>(database.superuserUrl, 'select id from shareable');
      const act = (id: string): string => `${set('slt.partner', id)}; ${set('slt.reader', id)}`;
      await connected(database.serviceUrl, async (client) => {
        await client.query(
          `begin; ${act(otherId)}; ${set('slt.manages', 'partners arrangements reference')}`,
        );
        const asked = `select from share_receipts('${shareable?.id}', null, 10, false)
          union all select from share_recalls('${shareable?.id}', null, 10, false)
          union all select from share_acknowledge('${shareable?.id}', 'alert', null)
          union all select from share_confirm_purge('${shareable?.id}', 'alert', null)`;
        expect((await client.query(asked)).rowCount).toBe(0);
        await client.query('rollback');
      });
    });

    it('cannot change what was written at a handling, or whose it is', async () => {
      await expectDenied(database.serviceUrl, [
        'update shareable set originator_id = originator_id',
        'update shareable set type = type',
        'update rendition set tlp = tlp',
        'update rendition set classification = classification',
        'update rendition set digest = digest',
        'update rendition set shareable_id = shareable_id',
        'update alert_rendition set content = content',
        'update alert_shape set shape = shape',
        'delete from shareable',
        'delete from rendition',
        'delete from alert_rendition',
        'delete from alert_shape',
        'update report set submitted_at = submitted_at',
        'update report_rendition set content = content',
        'update report_outcome set explanation = explanation',
        'update report_message set text = text',
        'update report_link set target_id = target_id',
        'delete from report',
        'delete from report_rendition',
        'delete from report_outcome',
        'delete from report_message',
        'delete from source_reveal',
        'update source_reveal set reason = reason',
        'insert into source_reveal select * from source_reveal',
        'update custody set source_id = source_id',
        'delete from custody',
      ]);
    });

    it('cannot call the inner functions of the rule', async () => {
      for (const url of [database.serviceUrl, database.backgroundUrl]) {
        await expectDenied(url, [
          `select share_record('{}')`,
          `select share_losses('${randomUUID()}', null)`,
          `select share_lock(true, '{}', '{}', '{}')`,
          `select share_differences_of_shareable('${randomUUID()}')`,
          `select share_differences_of_readers('{}', null)`,
          'select from admission',
          'select from direct_admission',
          `select share_readers_below('${randomUUID()}')`,
        ]);
      }
    });

    it('cannot deceive a privileged function with a temporary table', async () => {
      await connected(database.serviceUrl, async (client) => {
        const steps = [
          `begin; ${set('slt.partner', otherId)}; ${set('slt.reader', otherId)}`,
          `create temporary table membership as
             select '${otherId}'::uuid as partner_id, id as arrangement_id, 'current' as state
             from unnest(array(select audience_arrangements[1] from public.rendition)) as id`,
          `create temporary table shareable as
             select '${otherId}'::uuid as originator_id, '${partnerId}'::uuid as id`,
          `create temporary table partner as select '${otherId}'::uuid as id, 'active' as status`,
          `create temporary table reader as select '${otherId}'::uuid as id, null::uuid[] as arrangement_ids`,
          `insert into pg_temp.membership values ('${otherId}', '${partnerId}', 'current')`,
          'grant select on pg_temp.membership, pg_temp.shareable, pg_temp.partner, pg_temp.reader to public',
        ];
        for (const step of steps) await client.query(step);
        const { rows } = await client.query(
          `select array(select acting_arrangements()) as arrangements, originates('${partnerId}') as originates`,
        );
        expect(rows).toEqual([{ arrangements: [], originates: false }]);
      });
    });
  });
});

const codeOf = (error: { code?: string }): string => error.code ?? 'no code';

async function connected(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await work(client).finally(() => client.end());
}

async function expectDenied(url: string, statements: string[]): Promise<void> {
  await connected(url, async (client) => {
    for (const statement of statements) {
      await client.query('begin');
      const code = await client.query(statement).then(() => 'allowed', codeOf);
      await client.query('rollback');
      expect([statement, code]).toEqual([statement, DENIED]);
    }
  });
}

/** One row or more in every table, all of one partner. */
async function fill(superuserUrl: string, partnerId: string): Promise<void> {
  const [arrangement, shareable, rendition, client] = [0, 1, 2, 3].map(() => randomUUID());
  const [report, said, outcome] = [0, 1, 2].map(() => randomUUID());
  const [subscription, recipient] = [0, 1].map(() => randomUUID());
  await query(
    superuserUrl,
    `insert into partner (id, code, name, kind, status, ceiling_tlp, ceiling_classification)
       values ('${partnerId}', 'ONE', 'One', 'ingo', 'active', 4, 2);
     insert into arrangement (id, code, name, countries, level)
       values ('${arrangement}', 'AA', 'A', '{SD}', 'regular');
     insert into arrangement_level (id, arrangement_id, level, starts_at, state)
       values (gen_random_uuid(), '${arrangement}', 'regular', now(), 'current');
     insert into level_setting (id, arrangement_id, level, expectations)
       values (gen_random_uuid(), '${arrangement}', 'regular', '[]');
     insert into readiness_provision (arrangement_id, code, starts_at) values ('${arrangement}', 'radio', now());
     insert into focal_point (id, partner_id, role, arrangement_id, valid_from, state)
       values ('${arrangement}', '${partnerId}', 'country', '${arrangement}', now(), 'confirmed');
     insert into focal_point_contact (focal_point_id, name, email, phones, languages)
       values ('${arrangement}', 'N', 'a@x.example', '{}', '{}');
     insert into focal_point_handover (focal_point_id, partner_id, open_matters)
       values ('${arrangement}', '${partnerId}', '{}');
     insert into duty_watch values ('${partnerId}', 0);
     insert into forum (id, arrangement_id, convenor_id, name, time_zone)
       values ('${arrangement}', '${arrangement}', '${partnerId}', 'F', 'UTC');
     insert into meeting (id, forum_id, title, starts_at, agenda, tlp, classification, is_unattributed)
       values (gen_random_uuid(), '${arrangement}', 'M', now(), '{}', 1, 0, true);
     insert into liaison_contact (id, arrangement_id, partner_id, authority, office)
       values ('${arrangement}', '${arrangement}', '${partnerId}', 'police', 'O');
     insert into liaison_meeting (id, arrangement_id, partner_id, held_at, offices, subject)
       values ('${arrangement}', '${arrangement}', '${partnerId}', now(), '{O}', 'S');
     insert into liaison_undertaking (id, arrangement_id, partner_id, side, text)
       values ('${arrangement}', '${arrangement}', '${partnerId}', 'host', 'T');
     insert into liaison_follow_up (id, undertaking_id, partner_id, note, state)
       values (gen_random_uuid(), '${arrangement}', '${partnerId}', 'N', 'open');
     insert into commitment_acceptance (id, partner_id, text_id, officer_name, officer_title, reminder_language,
         signed_at, valid_until, lapses_at)
       select '${arrangement}', '${partnerId}', id, 'N', 'T', 'en', now(), now() + interval '1 day',
         now() + interval '2 days' from commitment_text;
     insert into commitment_reminder (partner_id, due_at, stage, is_mailed) values ('${partnerId}', now(), 7, false);
     insert into commitment_assessment (id, partner_id, country, commitment, version, rating, text, evidence, is_shared,
         assessed_at)
       values ('${arrangement}', '${partnerId}', 'SD', 'training', 1, 'met', 'T', '[]', true, now());
     insert into commitment_comment (id, assessment_id, partner_id, text)
       values ('${arrangement}', '${arrangement}', '${partnerId}', 'T');
     insert into membership values (gen_random_uuid(), '${arrangement}', '${partnerId}', now(), null, 'current', 4, 2);
     insert into reader values ('${partnerId}', '${partnerId}', true, 4, 2, null);
     insert into client (id, partner_id, reader_id, name, scopes, authentication, secret_hash)
       values ('${client}', '${partnerId}', '${partnerId}', 'C', '{}', 'client_secret', 'x');
     insert into shareable (id, type, originator_id, state)
       values ('${shareable}', 'alert', '${partnerId}', 'published');
     insert into rendition (id, shareable_id, ordinal, tlp, classification, is_current, digest,
         audience_arrangements, audience_kinds, audience_partners, audience_except)
       values ('${rendition}', '${shareable}', 0, 1, 0, true, 'x', '{${arrangement}}', '{}', '{}', '{}');
     insert into share_grant values ('${partnerId}', '${shareable}', '${rendition}', 'alert', 1, 1, now());
     insert into duty_mail (focal_point_id, alert_id, position) values ('${arrangement}', '${shareable}', 1);
     insert into change_head values ('${partnerId}', 1);
     insert into change_entry values ('${partnerId}', 1, 'published', 'alert', '${shareable}', 1, null, now());
     insert into follower values ('${shareable}', 'webhook', '${partnerId}', '${partnerId}', '${client}', 1, 0);
     insert into follower_told values ('${shareable}', '${shareable}');
     insert into webhook (id, partner_id, reader_id, name, url, types, drills, content, ceiling_tlp,
         ceiling_classification, is_ordered, keys, public_key)
       values ('${shareable}', '${partnerId}', '${partnerId}', 'W', 'https://w.example', '{alert}', false, 'thin', 1, 0,
         false, 'x', 'x');
     insert into webhook_delivery (id, webhook_id, type, change, object_id, alarm, is_drill, at, state, due_at)
       values ('${shareable}', '${shareable}', 'alert', 'published', '${shareable}', true, false, now(), 'pending', now());
     insert into webhook_attempt (id, webhook_id, delivery_id, duration_ms)
       values (gen_random_uuid(), '${shareable}', '${shareable}', 1);
     insert into custodian (partner_id) values ('${partnerId}');
     insert into custody values ('${shareable}', '${partnerId}', true);
     insert into onward_release values (gen_random_uuid(), '${rendition}', '${shareable}', '${partnerId}',
       now() + interval '1 day', 'ended');
     insert into alert_rendition (rendition_id, alert_id, originator_id, identifier, sender, sent, sent_at, kind,
         status, severity, categories, content, search, state, urgency, certainty, begins_at, incident_types, languages,
         countries, geocodes)
       values ('${rendition}', '${shareable}', '${partnerId}', 'i', 's', 't', now(), 'advisory', 'actual', 1, '{}',
         '{}', 'word', 'published', 'unknown', 'unknown', now(), '{}', '{}', '{}', '{}');
     insert into fetch_receipt values ('${shareable}', '${partnerId}', 1, date_trunc('hour', now(), 'UTC'));
     insert into acknowledgement values ('${shareable}', '${partnerId}', 1, date_trunc('hour', now(), 'UTC'));
     insert into purge_confirmation values ('${shareable}', '${partnerId}', 1, date_trunc('hour', now(), 'UTC'));
     insert into alert_shape values (gen_random_uuid(), '${rendition}', '${shareable}', '((0,0),(0,1),(1,1))');
     insert into audit_entry (id, viewer_id, action, object_type, object_id)
       values (gen_random_uuid(), '${partnerId}', 'alert.published', 'alert', '${shareable}');
     insert into reference_list (code, id, names, description, verification)
       values ('list', gen_random_uuid(), '[]', 'A list', 'inferred');
     insert into reference_entry (list, code, ordinal, verification) values ('list', 'code', 1, 'inferred');
     insert into reference_label values ('list', 'code', 'en', 'Code');
     insert into reference_crosswalk values ('list', 'code', 'CAP', 'Geo', 'exact', null, 'inferred');
     insert into reference_revision (list, version, change, codes) values ('list', 1, 'list_added', '{}');
     insert into release_request (id, alert_id, rendition_id, asker_id, originator_id, partner_id, partner_code,
       asker_code, until, reason) values (gen_random_uuid(), '${shareable}', '${rendition}', '${partnerId}',
       '${partnerId}', '${partnerId}', 'X', 'X', now(), 'x');
     insert into alert_feedback (alert_id, partner_id, topic, tlp, classification, kind, is_anonymous)
       values ('${shareable}', '${partnerId}', 'helpful', 1, 0, 'helpful', true);
     insert into attachment values ('${shareable}', 'map.png', 'image/png', 1, 'x', now());
     insert into attachment_owner values ('${shareable}', '${partnerId}', '${partnerId}');
     insert into attachment_chunk values ('${shareable}', 0, 'x');
     insert into attachment_use values ('${shareable}', '${rendition}');
     insert into alert_known values ('${shareable}', now());
     insert into alert_challenge (id, alert_id, rendition_id, challenger_id, reader_id, challenger_code,
         challenger_name, tlp, classification, proposed_tlp, reason, answer_by)
       values (gen_random_uuid(), '${shareable}', '${rendition}', '${partnerId}', '${partnerId}', 'ONE', 'One', 1, 0, 0,
         'Why', now());
     insert into shareable (id, type, originator_id, state)
       values ('${report}', 'report', '${partnerId}', 'published');
     insert into rendition (id, shareable_id, ordinal, tlp, classification, is_current, digest,
         audience_arrangements, audience_kinds, audience_partners, audience_except)
       values ('${said}', '${report}', 0, 1, 0, true, 'x', '{}', '{}', '{}', '{}');
     insert into report (id, state) values ('${report}', 'submitted');
     insert into report_rendition values ('${said}', '${report}', '{}');
     insert into report_outcome (id, report_id, outcome, explanation, decided_by)
       values ('${outcome}', '${report}', 'recorded', 'x', '${partnerId}');
     insert into report_link values ('${outcome}', '${shareable}');
     insert into report_message (id, report_id, side, text)
       values (gen_random_uuid(), '${report}', 'source', 'x');
     insert into source_reveal (id, report_id, revealed_to, revealed_to_name, reason)
       values (gen_random_uuid(), '${report}', '${partnerId}', 'One', 'x');
     insert into release_policy values ('${partnerId}', 2, null);
     insert into alert_release (alert_id, partner_id, subject, state, asked_by, asked_version, asked_state)
       values ('${shareable}', '${partnerId}', 'alert', 'waiting', 'c', 1, 'pending_release');
     insert into subscription (id, partner_id, reader_id, name, filter, drills, mail_tlp, mail_classification)
       values ('${subscription}', '${partnerId}', '${partnerId}', 'S', '{}', false, 1, 0);
     insert into subscription_recipient (id, subscription_id, reader_id, address, language, time_zone, delivery,
         digest_at, max_per_hour)
       values ('${recipient}', '${subscription}', '${partnerId}', 'a@x.example', 'en', 'UTC', 'immediate', '{}', 1);
     insert into mail_asking values ('${recipient}', 'x', now());
     insert into mail_thread values ('${recipient}', '${shareable}', false, 1);
     insert into mail_message (id, recipient_id, kind, due_at) values ('${recipient}', '${recipient}', 'digest', now());
     insert into mail_line values ('${recipient}', '${shareable}', 1);
     insert into mail_notice (id, address, language, kind, params)
       values ('${recipient}', 'a@x.example', 'en', 'x', '{}');
     insert into partner_application (id, state, kind, name, statements, name_key, domains, language, submitted_at,
         decide_by) values ('${recipient}', 'submitted', 'ingo', 'N', '{}', 'n', '{}', 'en', now(), now());
     insert into partner_application_asking (id, network, prefix) values ('${recipient}', 'x', 'x');
     insert into partner_application_document (id, application_id, kind, name, type, digest, content)
       values ('${recipient}', '${recipient}', 'other', 'a.txt', 'text/plain', 'x', 'x');
     insert into partner_application_message (id, application_id, side, text)
       values ('${recipient}', '${recipient}', 'vetting', 'x');
     insert into partner_application_event (id, application_id, act, state, side)
       values ('${recipient}', '${recipient}', 'confirm', 'submitted', 'applicant');
     insert into partner_presence (id, partner_id, country, status, starts_at, state)
       values ('${partnerId}', '${partnerId}', 'KE', 'active', now(), 'current');
     insert into partner_withdrawal (partner_id, choice, state) values ('${partnerId}', 'deletion', 'withdrawing');
     insert into feed_address (id, partner_id, owner_id, reader_id, client_id, name, token_hash)
       values (gen_random_uuid(), '${partnerId}', '${partnerId}', '${partnerId}', '${client}', 'F', 'x');
     insert into oidc_record values ('ClientCredentials', 'x', '{}');
     insert into revoked_token values ('x', now());
     insert into signing_key values ('x', '{}', now(), now(), now(), now());
     insert into bundle_key values ('x', 'x', 'x', now(), now() + interval '1 day', now() + interval '1 day');
     insert into installation_secret values ('x', 'x');
     insert into break_glass (id, partner_id, client_id, scopes, reason, granted_by, until)
       values (gen_random_uuid(), '${partnerId}', '${client}', '{alerts:publish}', 'B', 'x', now() + interval '1 hour');
     insert into client_attestation (id, partner_id, client_id, outcome, dropped, note, attested_by)
       values (gen_random_uuid(), '${partnerId}', '${client}', 'kept', '{}', 'N', 'x');
     insert into sensitivity_matrix (arrangement_id, version, effective_from, protocol)
       values ('${arrangement}', 1, now(), 'P');
     insert into sensitivity_line values ('${arrangement}', 1, 'x', 'T', '{}', 2, 'warn', 'R');
     insert into contact_tree (arrangement_id) values ('${arrangement}');
     insert into contact_tree_entry values ('${arrangement}', '${partnerId}', null, null);
     insert into contact_activation (id, arrangement_id, is_drill, reason, started_by)
       values ('${recipient}', '${arrangement}', true, 'R', '${partnerId}');
     insert into contact_call (activation_id, partner_id) values ('${recipient}', '${partnerId}');
     insert into idempotency_key values ('${client}', 'x', '${partnerId}', 'x', '${shareable}')`,
  );
}
