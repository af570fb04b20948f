import { type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * What partners commit to, who signed it until when, and how each says that it meets it. From when on a partner may only
 * read follows from texts and acceptances alone, and is kept beside its standing: time needs to do nothing for it.
 */
export class Commitments1767225600029 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(TABLES);
    await runner.query(FIRST_TEXT);
    await runner.query(STANDING);
    await runner.query(SEEN_BY_MEMBERS);
    await runner.query(OWNED_BY_ENGINE);
    await runner.query(POLICIES);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop trigger commitments_begin on partner;
      drop policy engine_settles on partner;
      revoke update (renew_by, read_only_from) on partner from slt_engine;
      drop table commitment_comment; drop table commitment_assessment; drop table commitment_reminder;
      drop table commitment_acceptance; drop table commitment_text;
      drop function commitments_accepted(); drop function commitments_begin(); drop function commitments_changed();
      drop function commitments_settle(uuid); drop function commitments_dates(uuid, timestamptz);
      drop function commitment_members(uuid); drop function commitment_ratings(uuid); drop function acting_neighbours();
      drop index partner_renewal_idx;
      alter table partner drop column renew_by, drop column read_only_from;
    `);
  }
}

const CODES = `('arrangements', 'information', 'training', 'operations', 'resources', 'ground_rules')`;

const TABLES = `
  create table commitment_text (
    id uuid constraint commitment_text_pkey primary key,
    version integer not null constraint commitment_text_version_key unique,
    title text not null,
    principles text[] not null,
    -- Of each commitment its code and wording, in their order.
    commitments jsonb not null,
    effective_at timestamptz not null,
    -- Until when partners are to accept it; null: nobody has to.
    accept_by timestamptz,
    validity_days integer not null,
    grace_days integer not null,
    published_at timestamptz not null default now(),
    constraint commitment_text_version_check check (version >= 1),
    constraint commitment_text_accept_by_check check (accept_by >= effective_at),
    constraint commitment_text_validity_check check (validity_days between 30 and 1830),
    constraint commitment_text_grace_check check (grace_days between 0 and 365)
  );

  -- Written once: the history of who signed for a partner.
  create table commitment_acceptance (
    id uuid constraint commitment_acceptance_pkey primary key,
    partner_id uuid not null constraint commitment_acceptance_partner_fkey references partner (id),
    text_id uuid not null constraint commitment_acceptance_text_fkey references commitment_text (id),
    officer_name text not null,
    officer_title text not null,
    reminder_address text,
    reminder_language text not null,
    signed_at timestamptz not null,
    accepted_at timestamptz not null default now(),
    valid_until timestamptz not null,
    lapses_at timestamptz not null,
    constraint commitment_acceptance_language_check check (reminder_language in ('en', 'fr', 'es', 'ar', 'ru', 'zh')),
    constraint commitment_acceptance_signed_check check (signed_at <= accepted_at),
    constraint commitment_acceptance_period_check check (valid_until > accepted_at and lapses_at >= valid_until)
  );
  create index commitment_acceptance_partner_idx on commitment_acceptance (partner_id, id);

  -- What was due when, and that it was said: once.
  create table commitment_reminder (
    partner_id uuid not null constraint commitment_reminder_partner_fkey references partner (id),
    due_at timestamptz not null,
    -- Days before; -1: the partner may only read.
    stage smallint not null,
    at timestamptz not null default now(),
    is_mailed boolean not null,
    -- From when on the partner might only read.
    lapsed_at timestamptz,
    constraint commitment_reminder_pkey primary key (partner_id, due_at, stage),
    constraint commitment_reminder_stage_check check (stage in (-1, 0, 7, 30)),
    constraint commitment_reminder_lapsed_check check ((lapsed_at is not null) = (stage = -1))
  );

  create table commitment_assessment (
    id uuid constraint commitment_assessment_pkey primary key,
    partner_id uuid not null constraint commitment_assessment_partner_fkey references partner (id),
    country text not null,
    commitment text not null,
    version integer not null,
    rating text not null,
    text text not null,
    evidence jsonb not null,
    is_shared boolean not null,
    is_current boolean not null default true,
    assessed_at timestamptz not null,
    recorded_at timestamptz not null default now(),
    constraint commitment_assessment_version_key unique (partner_id, country, commitment, version),
    constraint commitment_assessment_country_check check (country ~ '^[A-Z]{2}$'),
    constraint commitment_assessment_commitment_check check (commitment in ${CODES}),
    constraint commitment_assessment_rating_check check (rating in ('not_met', 'partly_met', 'met', 'exceeded')),
    constraint commitment_assessment_evidence_check check (jsonb_typeof(evidence) = 'array')
  );
  create unique index commitment_assessment_current_key on commitment_assessment (partner_id, country, commitment)
    where is_current;
  create index commitment_assessment_country_idx on commitment_assessment (country) where is_current and is_shared;

  create table commitment_comment (
    id uuid constraint commitment_comment_pkey primary key,
    assessment_id uuid not null constraint commitment_comment_assessment_fkey references commitment_assessment (id),
    partner_id uuid not null constraint commitment_comment_partner_fkey references partner (id),
    text text not null,
    at timestamptz not null default now(),
    answer text,
    answered_at timestamptz,
    constraint commitment_comment_answer_check check ((answer is null) = (answered_at is null))
  );
  create index commitment_comment_assessment_idx on commitment_comment (assessment_id, id);

  alter table partner add column renew_by timestamptz, add column read_only_from timestamptz;
  create index partner_renewal_idx on partner (renew_by);
`;

/** A day is 24 hours here: what the clocks of a place do meanwhile does not move a date. */
const STANDING = `
  create function commitments_dates(p_partner uuid, p_since timestamptz)
    returns table (renew_by timestamptz, read_only_from timestamptz)
    language sql stable security definer set search_path = pg_catalog, public, pg_temp
    as $$
      select least(a.valid_until, newer.accept_by), least(a.lapses_at, newer.accept_by)
      from (select) one
      left join lateral (
        select c.valid_until, c.lapses_at, t.version from commitment_acceptance c
        join commitment_text t on t.id = c.text_id
        where c.partner_id = p_partner order by c.signed_at desc, c.id desc limit 1) a on true
      left join lateral (
        -- Who came since has the days of grace, at least.
        select min(case when a.version is null
          then greatest(t.accept_by, p_since + make_interval(hours => 24 * t.grace_days)) else t.accept_by end) as accept_by
        from commitment_text t where t.accept_by is not null and t.version > coalesce(a.version, 0)
          -- What had been replaced when it came is nothing that it missed.
          and (a.version is not null or not exists (
            select from commitment_text n where n.version > t.version and n.effective_at <= p_since))) newer on true
    $$;

  -- Locked first: what others did to the same partner meanwhile is seen by the statement that follows.
  create function commitments_settle(p_partner uuid) returns void
    language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
    begin
      perform from partner where id = p_partner for no key update;
      update partner p set renew_by = d.renew_by, read_only_from = d.read_only_from
        from (select o.id, s.* from partner o, commitments_dates(o.id, o.created_at) s where o.id = p_partner) d
        where p.id = d.id
          and (p.renew_by is distinct from d.renew_by or p.read_only_from is distinct from d.read_only_from);
    end $$;

  create function commitments_accepted() returns trigger
    language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
    begin
      perform commitments_settle(new.partner_id);
      return null;
    end $$;

  -- Whoever is admitted while a text is published comes before it, or after it.
  create function commitments_begin() returns trigger
    language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
    begin
      perform pg_advisory_xact_lock_shared(hashtextextended('slt commitments', 0));
      select d.renew_by, d.read_only_from into new.renew_by, new.read_only_from
        from commitments_dates(new.id, new.created_at) d;
      return new;
    end $$;

  create function commitments_changed() returns trigger
    language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
    begin
      perform pg_advisory_xact_lock(hashtextextended('slt commitments', 0));
      perform commitments_settle(id) from (select id from partner order by id) partners;
      return null;
    end $$;

  create trigger commitments_accepted after insert or update on commitment_acceptance
    for each row execute function commitments_accepted();
  create trigger commitments_begin before insert on partner
    for each row execute function commitments_begin();
  create trigger commitments_changed after insert or update on commitment_text
    for each statement execute function commitments_changed();
`;

/** Companies and donors, who are reached only where they are named, are no counterparts here. */
const SEEN_BY_MEMBERS = `
  create function acting_neighbours() returns table (partner_id uuid, country text)
    language sql stable security definer set search_path = pg_catalog, public, pg_temp
    as $$
      select distinct m.partner_id, c.country
      from membership m join arrangement a on a.id = m.arrangement_id cross join unnest(a.countries) c (country)
      where m.state = 'current' and m.arrangement_id in (select acting_arrangements())
        and exists (select from partner p
          where p.id = acting_partner() and p.kind not in ('private_sector', 'donor'))
    $$;

  create function commitment_members(p_arrangement uuid)
    returns table (partner_id uuid, version integer, renew_by timestamptz, read_only_from timestamptz)
    language sql stable security definer set search_path = pg_catalog, public, pg_temp
    as $$
      select p.id, (select max(t.version) from commitment_acceptance c join commitment_text t on t.id = c.text_id
          where c.partner_id = p.id), p.renew_by, p.read_only_from
      from membership m join partner p on p.id = m.partner_id
      where m.arrangement_id = p_arrangement and m.state = 'current'
        and p_arrangement in (select acting_arrangements())
    $$;

  -- Of each member the lowest of what it shares about the countries of the arrangement; numbers alone.
  create function commitment_ratings(p_arrangement uuid)
    returns table (commitment text, rating text, members integer)
    language sql stable security definer set search_path = pg_catalog, public, pg_temp
    as $$
      select commitment, (array['not_met', 'partly_met', 'met', 'exceeded'])[place], count(*)::int
      from (
        select s.commitment, s.partner_id,
          min(array_position(array['not_met', 'partly_met', 'met', 'exceeded'], s.rating)) as place
        from commitment_assessment s
        join arrangement a on a.id = p_arrangement and s.country = any (a.countries)
        join membership m on m.arrangement_id = a.id and m.partner_id = s.partner_id and m.state = 'current'
        where s.is_current and s.is_shared and a.id in (select acting_arrangements())
        group by s.commitment, s.partner_id) lowest
      group by commitment, place
    $$;
`;

const FUNCTIONS = [
  'commitments_dates(uuid, timestamptz)',
  'commitments_settle(uuid)',
  'commitments_accepted()',
  'commitments_begin()',
  'commitments_changed()',
  'acting_neighbours()',
  'commitment_members(uuid)',
  'commitment_ratings(uuid)',
];

const OWNED_BY_ENGINE = `
  grant create on schema public to slt_engine;
  ${FUNCTIONS.map((name) => `alter function ${name} owner to slt_engine;`).join('\n')}
  revoke create on schema public from slt_engine;
  revoke execute on function ${FUNCTIONS.join(', ')} from public;
  grant execute on function acting_neighbours(), commitment_members(uuid), commitment_ratings(uuid) to slt_service;
`;

const MANAGES = `(select acting_manages('partners'))`;
const OWN = `partner_id = (select acting_owner())`;
const HERE = `(partner_id, country) in (select n.partner_id, n.country from acting_neighbours() n)`;
const protect = (table: string): string => `
  alter table ${table} enable row level security;
  alter table ${table} force row level security;
`;

const POLICIES = `
  create policy engine_settles on partner for update to slt_engine using (true) with check (true);
  grant update (renew_by, read_only_from) on partner to slt_engine;

  ${protect('commitment_text')}
  create policy engine_reads on commitment_text for select to slt_engine using (true);
  create policy service_reads on commitment_text for select to slt_service using (
    (select exists (select from partner p where p.id = (select acting_partner()))));
  create policy service_publishes on commitment_text for insert to slt_service with check (${MANAGES});
  create policy service_changes on commitment_text for update to slt_service using (${MANAGES}) with check (${MANAGES});
  grant select on commitment_text to slt_engine;
  grant select, insert, update (accept_by) on commitment_text to slt_service;

  ${protect('commitment_acceptance')}
  create policy engine_reads on commitment_acceptance for select to slt_engine using (true);
  create policy background_reads on commitment_acceptance for select to slt_background using (true);
  create policy service_reads on commitment_acceptance for select to slt_service using (${OWN} or ${MANAGES});
  create policy service_accepts on commitment_acceptance for insert to slt_service with check (${OWN});
  grant select on commitment_acceptance to slt_engine, slt_background;
  grant select, insert on commitment_acceptance to slt_service;

  ${protect('commitment_reminder')}
  create policy background_all on commitment_reminder to slt_background using (true) with check (true);
  create policy service_reads on commitment_reminder for select to slt_service using (${OWN} or ${MANAGES});
  grant select, insert on commitment_reminder to slt_background;
  grant select on commitment_reminder to slt_service;

  ${protect('commitment_assessment')}
  create policy engine_reads on commitment_assessment for select to slt_engine using (true);
  create policy service_reads on commitment_assessment for select to slt_service using (
    ${OWN} or ${MANAGES} or (is_current and is_shared and ${HERE}));
  create policy service_assesses on commitment_assessment for insert to slt_service with check (${OWN});
  create policy service_replaces on commitment_assessment for update to slt_service using (${OWN}) with check (${OWN});
  grant select on commitment_assessment to slt_engine;
  grant select, insert, update (is_current) on commitment_assessment to slt_service;

  ${protect('commitment_comment')}
  create policy service_reads on commitment_comment for select to slt_service
    using (exists (select from commitment_assessment a where a.id = assessment_id));
  create policy service_comments on commitment_comment for insert to slt_service
    with check (${OWN} and exists (select from commitment_assessment a where a.id = assessment_id
      and a.is_current and a.is_shared and a.partner_id <> (select acting_partner())
      and (a.partner_id, a.country) in (select n.partner_id, n.country from acting_neighbours() n)));
  create policy service_answers on commitment_comment for update to slt_service
    using (exists (select from commitment_assessment a where a.id = assessment_id and a.${OWN}))
    with check (exists (select from commitment_assessment a where a.id = assessment_id and a.${OWN}));
  grant select, insert, update (answer, answered_at) on commitment_comment to slt_service;
`;

/** In short words of our own; the steward may put a version of its own in their place. Nobody has to accept it until then. */
const FIRST_TEXT = `
  insert into commitment_text (id, version, title, principles, commitments, effective_at, validity_days, grace_days)
  values (gen_random_uuid(), 1, 'Saving Lives Together: principles and commitments',
    array[
      'Taking part is voluntary, and worth what everybody brings to it.',
      'It complements each organisation''s own management of security risks and replaces none of it.',
      'Each organisation decides for itself which risks it accepts, and answers for its own people.',
      'What is shared is used as its handling says, and for the safety of people alone.'],
    '[{"code": "arrangements", "title": "Security cooperation arrangements",
       "text": "We take part in the security cooperation of the countries in which we work, and name who speaks for us there."},
      {"code": "information", "title": "Security information",
       "text": "We share what others need to know for their safety, in time, and say how far it is verified."},
      {"code": "training", "title": "Security training",
       "text": "We open places in our security training to others, and use theirs, where that serves both."},
      {"code": "operations", "title": "Operations and logistics",
       "text": "Where it is feasible, we cooperate on communications, movements, relocation and medical evacuation."},
      {"code": "resources", "title": "Resources for security cooperation",
       "text": "We say together which resources security cooperation needs, and advocate for their funding."},
      {"code": "ground_rules", "title": "Common ground rules",
       "text": "We consult each other on ground rules for humanitarian action, and keep those that we agreed to."}]',
    now(), 365, 30);
`;
