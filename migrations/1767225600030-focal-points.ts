import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Who speaks for a partner and whether they still answer; and what the rule gives while nobody does. */
export class FocalPoints1767225600030 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(COLUMNS);
    await runner.query(TABLES);
    await runner.query(DUTY);
    await runner.query(admission(true));
    await runner.query(addressed(true));
    await explain(runner, NAMED_PLACES, NAMED_PLACES_NOW);
    await runner.query(reevaluate(true));
    await runner.query(ANSWERING);
    await runner.query(GONE);
    await runner.query(MOVED);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(DOWN_FUNCTIONS);
    await runner.query(reevaluate(false));
    await explain(runner, NAMED_PLACES_NOW, NAMED_PLACES);
    await runner.query(addressed(false));
    await runner.query(admission(false));
    await runner.query(DOWN_TABLES);
  }
}

/** For members and partners from before this, the time in which somebody is to answer begins now. */
const COLUMNS = `
  alter table membership add column covered_at timestamptz not null default now(),
    add column restricted_since timestamptz, add column is_chair boolean not null default false;
  create unique index membership_chair_key on membership (arrangement_id) where is_chair and state <> 'ended';
  create index membership_covered_idx on membership (covered_at)
    where state in ('current', 'suspended') and restricted_since is null;
  create index membership_restricted_idx on membership (partner_id) where restricted_since is not null;
  grant update (is_chair) on membership to slt_service;
  grant update (restricted_since, covered_at) on membership to slt_background;
  grant update (covered_at, restricted_since) on membership to slt_engine;
  create policy engine_covers on membership for update to slt_engine using (true) with check (true);

  alter table partner add column covered_at timestamptz not null default now(),
    add column restricted_since timestamptz;
  create index partner_covered_idx on partner (covered_at)
    where status in ('active', 'suspended', 'expired') and restricted_since is null;
  create index partner_restricted_idx on partner (id) where restricted_since is not null;
  grant update (restricted_since) on partner to slt_background;
  grant update (covered_at, restricted_since) on partner to slt_engine;
  create policy engine_covers on partner for update to slt_engine using (true) with check (true);
`;

const MANAGES = `(select acting_manages('partners'))`;
/** Companies and donors are not reached through arrangements, and find nobody in them. */
const COUNTERPART = `(select exists (select from partner p
  where p.id = (select acting_partner()) and p.kind not in ('private_sector', 'donor')))`;
/** Those who answered at least once, as members of the same arrangement see them; of whom has left, nobody. */
const SHOWN = (f: string): string => `(
    ${f}.state in ('confirmed', 'due', 'lapsed') and ${f}.confirmed_at is not null and ${f}.valid_from <= now()
    and ${COUNTERPART}
    and exists (select from partner p where p.id = ${f}.partner_id and p.status in ('active', 'suspended')) and (
      (${f}.arrangement_id in (select acting_arrangements()) and exists (
        select from membership m where m.partner_id = ${f}.partner_id and m.arrangement_id = ${f}.arrangement_id
          and m.state = 'current'))
      or (${f}.arrangement_id is null and ${f}.role in ('headquarters', 'duty_line')
        and ${f}.partner_id in (select acting_peers()))))`;
const OWN = (f: string): string => `${f}.partner_id = (select acting_owner())`;

/** What is of a person stands in a table of its own, which the steward does not see and from which a leaver is deleted. */
const TABLES = `
  create table focal_point (
    id uuid constraint focal_point_pkey primary key,
    partner_id uuid not null constraint focal_point_partner_fkey references partner (id),
    role text not null,
    arrangement_id uuid constraint focal_point_arrangement_fkey references arrangement (id),
    countries text[] not null default '{}',
    area text,
    valid_from timestamptz not null,
    valid_until timestamptz,
    state text not null,
    confirmed_at timestamptz,
    -- When the present round of asking began: with the nomination, or the last confirmation.
    awaited_since timestamptz not null default now(),
    reminders integer not null default 0,
    link_turn integer not null default 0,
    version integer not null default 1,
    created_at timestamptz not null default now(),
    constraint focal_point_role_check check (role in ('headquarters', 'country', 'area', 'alternate', 'duty_line',
      'administrator', 'training', 'finance')),
    constraint focal_point_state_check check (state in ('nominated', 'confirmed', 'due', 'lapsed', 'ended', 'departed')),
    constraint focal_point_period_check check (valid_until > valid_from),
    constraint focal_point_reminders_check check (reminders between 0 and 4)
  );
  create index focal_point_partner_idx on focal_point (partner_id, id);
  create index focal_point_arrangement_idx on focal_point (arrangement_id) where arrangement_id is not null;

  create table focal_point_contact (
    focal_point_id uuid constraint focal_point_contact_pkey primary key
      constraint focal_point_contact_focal_point_fkey references focal_point (id),
    name text,
    email text not null,
    phones text[] not null,
    call_sign text,
    languages text[] not null
  );

  create table focal_point_handover (
    focal_point_id uuid constraint focal_point_handover_pkey primary key
      constraint focal_point_handover_focal_point_fkey references focal_point (id),
    partner_id uuid not null constraint focal_point_handover_partner_fkey references partner (id),
    successor_id uuid constraint focal_point_handover_successor_fkey references focal_point (id),
    open_matters text[] not null,
    at timestamptz not null default now(),
    acknowledged_at timestamptz
  );

  alter table client add column focal_point_id uuid
    constraint client_focal_point_fkey references focal_point (id);
  create index client_focal_point_idx on client (focal_point_id) where focal_point_id is not null;
  grant update (focal_point_id) on client to slt_service;

  alter table focal_point enable row level security;
  alter table focal_point force row level security;
  create policy service_reads on focal_point for select to slt_service using (
    ${OWN('focal_point')} or ${MANAGES} or ${SHOWN('focal_point')});
  create policy service_nominates on focal_point for insert to slt_service
    with check (${OWN('focal_point')} or ${MANAGES});
  create policy service_changes on focal_point for update to slt_service
    using (${OWN('focal_point')} or ${MANAGES}) with check (${OWN('focal_point')} or ${MANAGES});
  create policy background_all on focal_point to slt_background using (true) with check (true);
  create policy engine_reads on focal_point for select to slt_engine using (true);
  create policy engine_ends on focal_point for update to slt_engine using (true) with check (state = 'ended');
  grant select, insert on focal_point to slt_service;
  grant select on focal_point to slt_background;
  grant select (id, partner_id, state, version), update (state, version) on focal_point to slt_engine;
  grant update (countries, area, valid_until, state, confirmed_at, awaited_since, reminders, link_turn, version)
    on focal_point to slt_service;
  grant update (state, confirmed_at, awaited_since, reminders, link_turn, version) on focal_point to slt_background;

  alter table focal_point_contact enable row level security;
  alter table focal_point_contact force row level security;
  create policy service_reads on focal_point_contact for select to slt_service using (
    exists (select from focal_point f where f.id = focal_point_id and (${OWN('f')} or ${SHOWN('f')})));
  create policy service_adds on focal_point_contact for insert to slt_service with check (
    exists (select from focal_point f where f.id = focal_point_id and (${OWN('f')} or ${MANAGES})));
  create policy service_changes on focal_point_contact for update to slt_service
    using (exists (select from focal_point f where f.id = focal_point_id and ${OWN('f')}))
    with check (exists (select from focal_point f where f.id = focal_point_id and ${OWN('f')}));
  create policy background_reads on focal_point_contact for select to slt_background using (true);
  create policy engine_reads on focal_point_contact for select to slt_engine using (true);
  create policy engine_forgets on focal_point_contact for delete to slt_engine using (true);
  grant select, insert on focal_point_contact to slt_service;
  grant update (email, phones, call_sign, languages) on focal_point_contact to slt_service;
  grant select on focal_point_contact to slt_background;
  grant select, delete on focal_point_contact to slt_engine;

  alter table focal_point_handover enable row level security;
  alter table focal_point_handover force row level security;
  create policy service_reads on focal_point_handover for select to slt_service using (
    ${OWN('focal_point_handover')});
  create policy service_adds on focal_point_handover for insert to slt_service
    with check (${OWN('focal_point_handover')});
  create policy service_acknowledges on focal_point_handover for update to slt_service
    using (${OWN('focal_point_handover')}) with check (${OWN('focal_point_handover')});
  grant select, insert on focal_point_handover to slt_service;
  grant update (acknowledged_at) on focal_point_handover to slt_service;
`;

/** What a restricted partner is still given reaches its duty address: how far that was told, and each change once. */
const DUTY = `
  create table duty_watch (
    partner_id uuid constraint duty_watch_pkey primary key
      constraint duty_watch_partner_fkey references partner (id),
    position bigint not null
  );
  create table duty_mail (
    focal_point_id uuid not null constraint duty_mail_focal_point_fkey references focal_point (id),
    alert_id uuid not null constraint duty_mail_alert_fkey references shareable (id),
    -- The change that it is to be told of, in the log of its partner; what is sent is what stands then.
    position bigint not null,
    -- The label under which it was told; null until it was, and once it was told that it is withdrawn.
    tlp smallint,
    state text not null default 'waiting',
    attempts integer not null default 0,
    first_tried_at timestamptz,
    due_at timestamptz not null default now(),
    constraint duty_mail_pkey primary key (focal_point_id, alert_id),
    constraint duty_mail_tlp_check check (tlp between 0 and 4),
    constraint duty_mail_state_check check (state in ('waiting', 'sent', 'dropped'))
  );
  create index duty_mail_due_idx on duty_mail (due_at) where state = 'waiting';
  alter table duty_watch enable row level security;
  alter table duty_watch force row level security;
  create policy background_all on duty_watch to slt_background using (true) with check (true);
  grant select, insert, update, delete on duty_watch to slt_background;
  alter table duty_mail enable row level security;
  alter table duty_mail force row level security;
  create policy background_all on duty_mail to slt_background using (true) with check (true);
  grant select, insert, update on duty_mail to slt_background;

  -- In the very transaction that restricts: what is given after it is to reach the duty address, and nothing before.
  create function duty_begin() returns trigger
  language plpgsql volatile set search_path = pg_catalog, public, pg_temp as $$
  declare
    v_partner uuid := to_jsonb(new) ->> tg_argv[0];
  begin
    insert into duty_watch (partner_id, position)
      values (v_partner, coalesce((select position from change_head where reader_id = v_partner and not is_drill), 0))
      on conflict do nothing;
    return null;
  end $$;
  revoke execute on function duty_begin() from public;
  create trigger membership_restricted after update on membership
    for each row when (old.restricted_since is null and new.restricted_since is not null)
    execute function duty_begin('partner_id');
  create trigger partner_restricted after update on partner
    for each row when (old.restricted_since is null and new.restricted_since is not null)
    execute function duty_begin('id');
`;

/**
 * The rule, whole; what is new in it: while nobody answers for a partner, or for its membership, no more than GREEN and
 * UNCLASSIFIED reaches it, or through it. Own texts, and those held in custody for it, stay its own.
 */
const admission = (restricts: boolean): string => {
  const answered = (row: string): string =>
    restricts ? `and (${row}.restricted_since is null or (t.tlp <= 1 and t.classification = 0))` : '';
  return `
  create or replace view admission with (security_invoker = true) as
  with standing as not materialized (
    select r.id as rendition_id, r.shareable_id, s.type, r.ordinal, r.tlp, r.classification, s.originator_id,
      r.audience_arrangements, r.audience_kinds, r.audience_partners, r.audience_except
    from rendition r join shareable s on s.id = r.shareable_id
    where r.is_current and s.state in ('published', 'expired', 'cancelled')
  )
  -- The originator sees all of its own; a narrowed client of it within what the client may see.
  select rd.id as reader_id, t.shareable_id, t.rendition_id, t.tlp, t.classification, t.ordinal,
    'originator' as way, null::uuid as via
  from standing t
  join partner p on p.id = t.originator_id and p.status = 'active'
  join reader rd on rd.partner_id = p.id and rd.is_open
  where t.tlp <= rd.ceiling_tlp and t.classification <= rd.ceiling_classification
    and (rd.arrangement_ids is null or rd.arrangement_ids && t.audience_arrangements)
  union all
  -- The source sees what is held in custody for it.
  select p.id, t.shareable_id, t.rendition_id, t.tlp, t.classification, t.ordinal, 'source', null
  from standing t
  join custody c on c.shareable_id = t.shareable_id
  join partner p on p.id = c.source_id and p.status = 'active'
  union all
  -- Named.
  select rd.id, t.shareable_id, t.rendition_id, t.tlp, t.classification, t.ordinal, 'named', null
  from standing t
  join partner p on p.id = any (t.audience_partners) and t.audience_partners @> array[p.id] and p.status = 'active'
  join reader rd on rd.partner_id = p.id and rd.is_open
  where p.id <> all (t.audience_except)
    and t.tlp <= least(p.ceiling_tlp, rd.ceiling_tlp)
    and t.classification <= least(p.ceiling_classification, rd.ceiling_classification)
    ${answered('p')}
    and rd.arrangement_ids is null
  union all
  -- Of a named kind.
  select rd.id, t.shareable_id, t.rendition_id, t.tlp, t.classification, t.ordinal, 'kind', null
  from standing t
  join partner p on p.kind = any (t.audience_kinds) and t.audience_kinds @> array[p.kind] and p.status = 'active'
  join reader rd on rd.partner_id = p.id and rd.is_open
  where p.id <> all (t.audience_except)
    and t.tlp <= least(p.ceiling_tlp, rd.ceiling_tlp)
    and t.classification <= least(p.ceiling_classification, rd.ceiling_classification)
    ${answered('p')}
    and rd.arrangement_ids is null
  union all
  -- Now a member of an arrangement of the audience; private sector and donors are never reached this way.
  select rd.id, t.shareable_id, t.rendition_id, t.tlp, t.classification, t.ordinal, 'arrangement', m.arrangement_id
  from standing t
  join membership m on m.arrangement_id = any (t.audience_arrangements)
    and t.audience_arrangements @> array[m.arrangement_id] and m.state = 'current'
  join partner p on p.id = m.partner_id and p.status = 'active' and p.kind not in ('private_sector', 'donor')
  join reader rd on rd.partner_id = p.id and rd.is_open
  where p.id <> all (t.audience_except)
    and t.tlp <= least(p.ceiling_tlp, rd.ceiling_tlp, m.ceiling_tlp)
    and t.classification <= least(p.ceiling_classification, rd.ceiling_classification, m.ceiling_classification)
    ${answered('p')}
    ${answered('m')}
    and (rd.arrangement_ids is null or m.arrangement_id = any (rd.arrangement_ids))
  union all
  -- This one text was released to it by the originator, for the time being.
  select rd.id, t.shareable_id, t.rendition_id, t.tlp, t.classification, t.ordinal, 'release', null
  from standing t
  join onward_release o on o.rendition_id = t.rendition_id and o.state = 'current'
    -- The clock ends it, with a word to whoever had it; until then nothing new is given by it.
    and o.until > now()
  join partner p on p.id = o.partner_id and p.status = 'active'
  join reader rd on rd.partner_id = p.id and rd.is_open
  where p.id <> all (t.audience_except)
    and t.tlp <= least(p.ceiling_tlp, rd.ceiling_tlp)
    and t.classification <= least(p.ceiling_classification, rd.ceiling_classification)
    ${answered('p')}
    and rd.arrangement_ids is null
  union all
  -- The public, which is of no partner, has what an originator says to everybody in an alert, and nothing else.
  select rd.id, t.shareable_id, t.rendition_id, t.tlp, t.classification, t.ordinal, 'public', null
  from standing t
  join reader rd on rd.partner_id is null and rd.is_open
  where t.type = 'alert' and t.audience_kinds @> '{public}' and t.tlp = 0 and t.classification = 0;
`;
};

/** The reasons why somebody is not reached, which must leave nobody out. */
const addressed = (restricts: boolean): string => `
  create or replace function share_addressed(p_shareable uuid)
    returns table (ordinal smallint, partner_id uuid, way text, via uuid, reasons text[])
  language sql stable set search_path = pg_catalog, public, pg_temp as $$
    with current as (
      select r.* from rendition r where r.shareable_id = p_shareable and r.is_current
    ), addressed as (
      select r.id as rendition_id, p.id as partner_id, 'named' as way, null::uuid as via, null::text as state,
        null::smallint as ceiling_tlp, null::smallint as ceiling_classification, false as is_unconfirmed
      from current r join partner p on p.id = any (r.audience_partners)
      union all
      -- Whoever only applied, or has left the exchange, is of no kind that is addressed.
      select r.id, p.id, 'kind', null, null, null, null, false
      from current r join partner p on p.kind = any (r.audience_kinds) and p.status in ('active', 'suspended')
      union all
      select r.id, m.partner_id, 'arrangement', m.arrangement_id, m.state, m.ceiling_tlp, m.ceiling_classification,
        ${restricts ? 'm.restricted_since is not null' : 'false'}
      from current r
      cross join lateral (
        select distinct on (m.arrangement_id, m.partner_id) m.* from membership m
        where m.arrangement_id = any (r.audience_arrangements)
        order by m.arrangement_id, m.partner_id, m.state = 'current' desc, m.state = 'future' desc, m.starts_at desc
      ) m
      join partner p on p.id = m.partner_id and p.status in ('active', 'suspended')
    )
    select r.ordinal, d.partner_id, d.way, d.via, array(
      select f.reason from (values
        ('excluded', p.id = any (r.audience_except)),
        ('suspended', p.status = 'suspended'),
        ('not_active', p.status not in ('active', 'suspended') or not rd.is_open),
        ('ceiling_tlp', r.tlp > least(p.ceiling_tlp, rd.ceiling_tlp)),
        ('ceiling_classification', r.classification > least(p.ceiling_classification, rd.ceiling_classification)),
        ${restricts ? `('unconfirmed', p.restricted_since is not null and (r.tlp > 1 or r.classification > 0)),` : ''}
        ('membership_not_current', d.state <> 'current'),
        ('membership_ceiling', d.state = 'current'
          and (r.tlp > d.ceiling_tlp or r.classification > d.ceiling_classification)),
        ('membership_unconfirmed', d.state = 'current' and d.is_unconfirmed and (r.tlp > 1 or r.classification > 0)),
        ('kind_not_reached_by_arrangement', d.way = 'arrangement' and p.kind in ('private_sector', 'donor'))
      ) f (reason, holds) where f.holds)
    from addressed d
    join current r on r.id = d.rendition_id
    join partner p on p.id = d.partner_id
    join reader rd on rd.id = p.id
  $$;
`;

/** The reasons that name an arrangement. */
const NAMED_PLACES = `reason in ('membership_not_current', 'membership_ceiling',`;
const NAMED_PLACES_NOW = `${NAMED_PLACES} 'membership_unconfirmed',`;

/** The rest of what explains a decision stays as it is. */
async function explain(runner: QueryRunner, before: string, after: string): Promise<void> {
  const [row] = (await runner.query(
    `select pg_get_functiondef('share_explanation(uuid)'::regprocedure) as text`,
  )) as { text: string }[];
  if (!row?.text.includes(before)) throw new Error('share_explanation is not what it was');
  await runner.query(row.text.replace(before, after));
}

/** Whether a change of these columns decides anew who sees what. */
const reevaluate = (restricts: boolean): string => {
  const more = restricts ? 'or old.restricted_since is distinct from new.restricted_since' : '';
  return `
  drop trigger membership_changed on membership;
  create constraint trigger membership_changed after update on membership
    deferrable initially deferred for each row
    when (old.state is distinct from new.state or old.ceiling_tlp is distinct from new.ceiling_tlp
      or old.ceiling_classification is distinct from new.ceiling_classification ${more})
    execute function share_after_membership_change();
  drop trigger partner_changed on partner;
  create constraint trigger partner_changed after update on partner
    deferrable initially deferred for each row
    when (old.status is distinct from new.status or old.ceiling_tlp is distinct from new.ceiling_tlp
      or old.ceiling_classification is distinct from new.ceiling_classification ${more})
    execute function share_after_partner_change();
`;
};

/** Whoever confirms answers for what the role covers; what was held back comes back when the transaction commits. */
const ANSWERING = `
  create function focal_point_covers() returns trigger
  language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
  begin
    if new.arrangement_id is not null and new.role in ('country', 'area', 'alternate') then
      update membership set covered_at = now(), restricted_since = null
      where partner_id = new.partner_id and arrangement_id = new.arrangement_id and state <> 'ended';
    elsif new.arrangement_id is null and new.role in ('headquarters', 'alternate') then
      update partner set covered_at = now(), restricted_since = null where id = new.partner_id;
    end if;
    return null;
  end $$;
  -- Whoever leaves has its partner first, and then those who spoke for it: so has whoever is about to change one of these.
  create function focal_point_lock_partner(p_focal_point uuid) returns void
  language sql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
    select from partner where id = (
      select f.partner_id from focal_point f
      where f.id = p_focal_point and (acting_partner() is null or f.partner_id = acting_owner() or acting_manages('partners')))
    for no key update
  $$;
  grant create on schema public to slt_engine;
  alter function focal_point_covers() owner to slt_engine;
  alter function focal_point_lock_partner(uuid) owner to slt_engine;
  revoke create on schema public from slt_engine;
  revoke execute on function focal_point_covers(), focal_point_lock_partner(uuid) from public;
  grant execute on function focal_point_lock_partner(uuid) to slt_service, slt_background;
  create trigger focal_point_confirmed after update on focal_point
    for each row when (new.state = 'confirmed' and new.confirmed_at > coalesce(old.confirmed_at, '-infinity'))
    execute function focal_point_covers();
`;

/**
 * With the time of a person goes all that was of it: how it is called and reached, mails on their way to it, and the
 * credentials that are bound to it.
 */
const GONE = `
  create policy engine_reads on mail_notice for select to slt_engine
    using (kind like 'focal\\_point.%' or kind like 'commitments.%');
  create policy engine_forgets on mail_notice for delete to slt_engine
    using (kind like 'focal\\_point.%' or kind like 'commitments.%');
  grant select (id, address, kind, params), delete on mail_notice to slt_engine;
  create policy engine_forgets on commitment_acceptance for update to slt_engine using (true) with check (true);
  grant update (reminder_address) on commitment_acceptance to slt_engine;
  create policy engine_reads on subscription for select to slt_engine using (true);
  grant select (id, partner_id) on subscription to slt_engine;
  create policy engine_reads on subscription_recipient for select to slt_engine using (true);
  create policy engine_forgets on subscription_recipient for delete to slt_engine using (true);
  grant select (id, subscription_id, address), delete on subscription_recipient to slt_engine;
  create policy engine_reads on client for select to slt_engine using (focal_point_id is not null);
  create policy engine_revokes on client for update to slt_engine
    using (focal_point_id is not null) with check (focal_point_id is not null);
  grant select (id, partner_id, reader_id, focal_point_id, revoked_at), update (revoked_at) on client to slt_engine;

  create function focal_point_forget() returns trigger
  language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
  declare
    v_email text;
  begin
    -- Nothing ends at an address at which somebody is still there: who shares it with the leaver, or a duty line.
    select c.email into v_email from focal_point_contact c
    where c.focal_point_id = new.id and not exists (
      select from focal_point f join focal_point_contact o on o.focal_point_id = f.id
      where f.partner_id = new.partner_id and f.id <> new.id and f.state not in ('ended', 'departed')
        and lower(o.email) = lower(c.email));
    -- Alerts that its organisation had sent to it.
    delete from subscription_recipient r using subscription s
    where s.id = r.subscription_id and s.partner_id = new.partner_id and lower(r.address) = lower(v_email);
    -- What its organisation committed to is not asked of it any more.
    delete from mail_notice n using partner p
    where p.id = new.partner_id and n.kind like 'commitments.%' and n.params->>'name' = p.name
      and lower(n.address) = lower(v_email);
    update commitment_acceptance set reminder_address = null
    where partner_id = new.partner_id and lower(reminder_address) = lower(v_email);
    delete from focal_point_contact where focal_point_id = new.id;
    delete from mail_notice where kind like 'focal\\_point.%' and params->>'id' = new.id::text;
    update client set revoked_at = now() where focal_point_id = new.id and revoked_at is null;
    update reader set is_open = false
    where is_open and id in (select reader_id from client where focal_point_id = new.id and reader_id <> partner_id);
    return null;
  end $$;
  grant create on schema public to slt_engine;
  alter function focal_point_forget() owner to slt_engine;
  revoke create on schema public from slt_engine;
  revoke execute on function focal_point_forget() from public;
  create trigger focal_point_gone after update on focal_point
    for each row when (new.state in ('ended', 'departed') and old.state not in ('ended', 'departed'))
    execute function focal_point_forget();

  -- Nobody speaks for a partner that has left for good.
  create function focal_point_leave() returns trigger
  language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
  begin
    update focal_point set state = 'ended', version = version + 1
    where partner_id = new.id and state not in ('ended', 'departed');
    return null;
  end $$;
  grant create on schema public to slt_engine;
  alter function focal_point_leave() owner to slt_engine;
  revoke create on schema public from slt_engine;
  revoke execute on function focal_point_leave() from public;
  create trigger partner_left after update of status on partner
    for each row when (new.status = 'withdrawn' and old.status <> 'withdrawn') execute function focal_point_leave();
`;

/**
 * Whoever has a new address has nothing at the former one any more, or could not end it by leaving: what its organisation
 * had sent there is offered to the new one, which is asked first, and what is on its way goes there.
 */
const MOVED = `
  create policy engine_readdresses on mail_notice for update to slt_engine
    using (kind like 'focal\\_point.%' or kind like 'commitments.%')
    with check (kind like 'focal\\_point.%' or kind like 'commitments.%');
  grant update (address) on mail_notice to slt_engine;
  create policy engine_offers on subscription_recipient for insert to slt_engine with check (state = 'unconfirmed');
  grant select (state, reader_id, language, time_zone, delivery, digest_at, quiet_from, quiet_until, max_per_hour),
    insert (id, subscription_id, reader_id, address, language, time_zone, delivery, digest_at, quiet_from, quiet_until,
      max_per_hour) on subscription_recipient to slt_engine;
  create policy engine_asks on mail_message for insert to slt_engine with check (kind = 'confirmation');
  grant insert (id, recipient_id, kind, due_at) on mail_message to slt_engine;

  create function focal_point_readdress() returns trigger
  language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
  declare
    v_partner uuid := (select partner_id from focal_point where id = new.focal_point_id);
    -- As subscriptions write it.
    v_address text := substring(new.email from '^(.*@)') || lower(substring(new.email from '[^@]*$'));
  begin
    -- Links that were mailed are good no more; the new address is asked with one of its own.
    delete from mail_notice
    where kind in ('focal_point.ask', 'focal_point.reminder') and params->>'id' = new.focal_point_id::text;
    update mail_notice set address = new.email
    where kind like 'focal\\_point.%' and params->>'id' = new.focal_point_id::text;
    -- Somebody else may still be there.
    if exists (
      select from focal_point f join focal_point_contact o on o.focal_point_id = f.id
      where f.partner_id = v_partner and f.id <> new.focal_point_id and f.state not in ('ended', 'departed')
        and lower(o.email) = lower(old.email)) then return null; end if;
    with gone as (
      delete from subscription_recipient r using subscription s
      where s.id = r.subscription_id and s.partner_id = v_partner and lower(r.address) = lower(old.email)
      returning r.subscription_id, r.reader_id, r.state, r.language, r.time_zone, r.delivery, r.digest_at, r.quiet_from,
        r.quiet_until, r.max_per_hour
    ), offered as (
      insert into subscription_recipient (id, subscription_id, reader_id, address, language, time_zone, delivery,
        digest_at, quiet_from, quiet_until, max_per_hour)
      select gen_random_uuid(), g.subscription_id, g.reader_id, v_address, g.language, g.time_zone, g.delivery,
        g.digest_at, g.quiet_from, g.quiet_until, g.max_per_hour
      -- Who had enough is not asked anew.
      from gone g where g.state <> 'unsubscribed' and not exists (
        select from subscription_recipient r
        where r.subscription_id = g.subscription_id and lower(r.address) = lower(new.email))
      on conflict (subscription_id, address) do nothing returning id
    )
    insert into mail_message (id, recipient_id, kind, due_at)
    select gen_random_uuid(), id, 'confirmation', now() from offered;
    update mail_notice n set address = new.email from partner p
    where p.id = v_partner and n.kind like 'commitments.%' and n.params->>'name' = p.name
      and lower(n.address) = lower(old.email);
    update commitment_acceptance set reminder_address = new.email
    where partner_id = v_partner and lower(reminder_address) = lower(old.email);
    return null;
  end $$;
  grant create on schema public to slt_engine;
  alter function focal_point_readdress() owner to slt_engine;
  revoke create on schema public from slt_engine;
  revoke execute on function focal_point_readdress() from public;
  create trigger focal_point_moved after update of email on focal_point_contact
    for each row when (lower(new.email) <> lower(old.email)) execute function focal_point_readdress();
`;

const DOWN_FUNCTIONS = `
  drop trigger focal_point_moved on focal_point_contact; drop function focal_point_readdress();
  drop policy engine_asks on mail_message; revoke insert (id, recipient_id, kind, due_at) on mail_message from slt_engine;
  drop policy engine_offers on subscription_recipient;
  revoke select (state, reader_id, language, time_zone, delivery, digest_at, quiet_from, quiet_until, max_per_hour),
    insert (id, subscription_id, reader_id, address, language, time_zone, delivery, digest_at, quiet_from, quiet_until,
      max_per_hour) on subscription_recipient from slt_engine;
  drop policy engine_readdresses on mail_notice; revoke update (address) on mail_notice from slt_engine;
  drop trigger partner_left on partner; drop function focal_point_leave();
  drop trigger focal_point_gone on focal_point; drop trigger focal_point_confirmed on focal_point;
  drop function focal_point_forget(); drop function focal_point_covers();
  drop function focal_point_lock_partner(uuid);
  revoke select (id, partner_id, reader_id, focal_point_id, revoked_at), update (revoked_at) on client from slt_engine;
  drop policy engine_reads on client; drop policy engine_revokes on client;
  revoke select (id, subscription_id, address), delete on subscription_recipient from slt_engine;
  drop policy engine_reads on subscription_recipient; drop policy engine_forgets on subscription_recipient;
  revoke select (id, partner_id) on subscription from slt_engine;
  drop policy engine_reads on subscription;
  revoke update (reminder_address) on commitment_acceptance from slt_engine;
  drop policy engine_forgets on commitment_acceptance;
  revoke select (id, address, kind, params), delete on mail_notice from slt_engine;
  drop policy engine_reads on mail_notice; drop policy engine_forgets on mail_notice;
`;

const DOWN_TABLES = `
  drop trigger membership_restricted on membership; drop trigger partner_restricted on partner;
  drop function duty_begin(); drop table duty_mail; drop table duty_watch;
  alter table client drop column focal_point_id;
  drop table focal_point_handover; drop table focal_point_contact; drop table focal_point;
  drop policy engine_covers on membership; drop policy engine_covers on partner;
  alter table membership drop column covered_at, drop column restricted_since, drop column is_chair;
  alter table partner drop column covered_at, drop column restricted_since;
`;
