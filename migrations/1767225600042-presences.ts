import { type MigrationInterface, type QueryRunner } from 'typeorm';
import { SubPartners1767225600034 } from './1767225600034-sub-partners.js';

/** In which countries a partner works, from when: where it does not, nothing reaches it through arrangements of them. */
export class Presences1767225600042 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(TABLE);
    await runner.query(HOLDING);
    await runner.query(FOLLOWING);
    await runner.query(SHARING);
    await runner.query(LEAVING);
    await runner.query(RECORDING);
    await runner.query(POLICIES);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(SubPartners1767225600034.statements().needSponsor);
    await runner.query(`
      drop trigger partner_following_recorded on partner; drop function partner_record_following();
      drop trigger membership_moving_recorded on membership; drop function membership_record_moving();
      drop function audit_following(text, text, uuid, uuid, jsonb);
      drop trigger partner_leaves on partner; drop trigger partner_all_locked on partner;
      drop function membership_leave(); drop function membership_leave_lock();
      drop trigger arrangement_countries_shared on arrangement; drop trigger arrangement_countries_applied on arrangement;
      drop trigger membership_held on membership; drop function membership_hold();
      drop function membership_lock_ahead(uuid);
      drop trigger membership_pauses_along on membership; drop function membership_pause_along();
      drop table partner_presence; drop function acting_confirms(); drop function acting_counterparts();
      drop function presence_reasons(uuid);
      drop function presence_share_countries(); drop function presence_apply_countries();
      drop function presence_share(); drop function presence_apply();
      drop function presence_record(uuid[], uuid[]); drop function presence_follow(uuid[], uuid[]);
      drop function presence_lock(uuid[]); drop function presence_holds(uuid, uuid);
      alter table membership no force row level security;
      update membership set state = 'ended', ends_at = greatest(now(), starts_at) where state = 'suspended';
      set constraints all immediate;
      set constraints all deferred;
      alter table membership force row level security;
      alter table membership drop constraint membership_state_check;
      alter table membership add constraint membership_state_check check (state in ('future', 'current', 'ended'));
    `);
  }
}

const TABLE = `
  alter table membership drop constraint membership_state_check;
  alter table membership add constraint membership_state_check
    check (state in ('future', 'current', 'suspended', 'ended'));

  create table partner_presence (
    id uuid constraint partner_presence_pkey primary key,
    partner_id uuid not null constraint partner_presence_partner_fkey references partner (id),
    country text not null,
    status text not null,
    starts_at timestamptz not null,
    -- What memberships follow; once confirmed, time moves it on.
    state text not null,
    reason text,
    created_at timestamptz not null default now(),
    constraint partner_presence_country_check check (country ~ '^[A-Z]{2}$'),
    constraint partner_presence_status_check check (status in ('active', 'suspended', 'closed')),
    constraint partner_presence_state_check check (state in ('proposed', 'refused', 'planned', 'current', 'past'))
  );
  create unique index partner_presence_current_key on partner_presence (partner_id, country) where state = 'current';
  create index partner_presence_partner_idx on partner_presence (partner_id, id);
  create index partner_presence_planned_idx on partner_presence (starts_at) where state = 'planned';
`;

/**
 * A membership rests while all that is known of the countries of its arrangement is that the partner does not work there;
 * and a sub-partner's while that of its sponsor does.
 */
const HOLDING = `
  create function presence_holds(p_partner uuid, p_arrangement uuid) returns boolean
  language sql stable set search_path = pg_catalog, public, pg_temp as $$
    select coalesce(bool_and(n.status <> 'active'), false)
    from partner_presence n join arrangement a on a.id = p_arrangement and n.country = any (a.countries)
    where n.partner_id = p_partner and n.state = 'current'
  $$;

  -- Whoever may change where a partner works, or what of it rests, goes one after the other.
  create function presence_lock(p_partners uuid[]) returns void
  language plpgsql volatile set search_path = pg_catalog, public, pg_temp as $$
  declare
    v_partner uuid;
  begin
    for v_partner in select distinct id from unnest(p_partners) as id order by id loop
      perform pg_advisory_xact_lock(hashtextextended('presence:' || v_partner, 0));
    end loop;
  end $$;

  create function membership_hold() returns trigger
  language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
  begin
    -- Whoever changes the countries does not see yet who is being added.
    if tg_op = 'INSERT' then
      perform pg_advisory_xact_lock_shared(hashtextextended('countries:' || new.arrangement_id, 0));
    end if;
    perform presence_lock(array[new.partner_id]);
    -- It left meanwhile: whoever leaves does not see yet who is being added.
    if tg_op = 'INSERT' and exists (select from partner where id = new.partner_id and status = 'withdrawn') then
      return null;
    end if;
    if new.state = 'current' and presence_holds(new.partner_id, new.arrangement_id) then new.state := 'suspended'; end if;
    return new;
  end $$;
  -- Before what asks for the sponsor, in order of name.
  create trigger membership_held before insert or update of state on membership
    for each row when (new.state in ('future', 'current')) execute function membership_hold();

  -- What a membership that is to begin will have, in the order in which others take it; that itself comes last.
  create function membership_lock_ahead(p_membership uuid) returns void
  language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
  declare
    v_membership membership;
  begin
    select * into v_membership from membership where id = p_membership;
    perform presence_lock(array[v_membership.partner_id]);
    perform 1 from membership
    where arrangement_id = v_membership.arrangement_id and state in ('current', 'suspended')
      and partner_id = (select sponsor_id from partner where id = v_membership.partner_id) for share;
  end $$;

  create or replace function membership_need_sponsor() returns trigger
  language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
  declare
    v_sponsor uuid;
    v_state text;
  begin
    select sponsor_id into v_sponsor from partner where id = new.partner_id;
    if v_sponsor is null then return new; end if;
    select state into v_state from membership
      where arrangement_id = new.arrangement_id and partner_id = v_sponsor and state in ('current', 'suspended') for share;
    if not found then
      raise exception 'the sponsor is not a member' using errcode = 'check_violation';
    end if;
    if new.state = 'current' and v_state = 'suspended' then new.state := 'suspended'; end if;
    return new;
  end $$;

  create function membership_pause_along() returns trigger
  language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
  begin
    update membership set state = new.state
    where arrangement_id = new.arrangement_id and state = old.state
      and partner_id in (select id from partner where sponsor_id = new.partner_id);
    return null;
  end $$;
  create trigger membership_pauses_along after update of state on membership
    for each row when (old.state in ('current', 'suspended') and new.state in ('current', 'suspended')
      and old.state <> new.state)
    execute function membership_pause_along();
`;

/** What rests begins again, and the other way round, as presences and the countries of arrangements now have it. */
const FOLLOWING = `
  create function presence_follow(p_partners uuid[], p_arrangements uuid[]) returns void
  language sql volatile set search_path = pg_catalog, public, pg_temp as $$
    -- A sponsor that ends its membership has its own first, and then theirs.
    select from membership
    where partner_id in (select sponsor_id from partner where id = any (p_partners))
      and arrangement_id = any (p_arrangements) and state in ('current', 'suspended')
    order by arrangement_id, partner_id for share;
    update membership m set state = case m.state when 'current' then 'suspended' else 'current' end
    where m.partner_id = any (p_partners) and m.arrangement_id = any (p_arrangements)
      and m.state = case when presence_holds(m.partner_id, m.arrangement_id) then 'current' else 'suspended' end
  $$;

  create function presence_apply() returns trigger
  language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
  begin
    perform presence_lock(share_kin(new.partner_id));
    perform presence_follow(array[new.partner_id],
      array(select id from arrangement where new.country = any (countries)));
    return null;
  end $$;
  create trigger partner_presence_applied after insert or update of state on partner_presence
    for each row when (new.state = 'current') execute function presence_apply();

  create function presence_apply_countries() returns trigger
  language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
  begin
    perform pg_advisory_xact_lock(hashtextextended('countries:' || new.id, 0));
    perform presence_lock(array(
      select kin from membership m cross join unnest(share_kin(m.partner_id)) as kin
      where m.arrangement_id = new.id and m.state <> 'ended'));
    perform presence_follow(
      array(select partner_id from membership where arrangement_id = new.id and state in ('current', 'suspended')),
      array[new.id]);
    return null;
  end $$;
  create trigger arrangement_countries_applied after update of countries on arrangement
    for each row when (old.countries is distinct from new.countries) execute function presence_apply_countries();
`;

/**
 * Who sees what is decided for all memberships that follow at once, before what decides for each by itself: locks are
 * taken in their order, and change logs advance in theirs.
 */
const SHARING = `
  create function presence_record(p_partners uuid[], p_arrangements uuid[]) returns void
  language plpgsql volatile set search_path = pg_catalog, public, pg_temp as $$
  declare
    v_kin uuid[] := array(select distinct kin from unnest(p_partners) as id cross join unnest(share_kin(id)) as kin);
    v_readers uuid[];
  begin
    if cardinality(p_partners) = 0 or cardinality(p_arrangements) = 0 then return; end if;
    perform share_lock(true, v_kin, array(select kind from partner where id = any (v_kin)), p_arrangements);
    v_readers := array(select r.id from reader r join partner p on p.id = r.partner_id
                       where p.id = any (p_partners) or p.sponsor_id = any (p_partners));
    perform share_record(array(
      select distinct d from unnest(p_arrangements) as arrangement_id
      cross join lateral share_differences_of_readers(v_readers, arrangement_id) as d));
  end $$;

  create function presence_share() returns trigger
  language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
  begin
    perform presence_record(array[new.partner_id], array(
      select m.arrangement_id from membership m join arrangement a on a.id = m.arrangement_id
      where m.partner_id = new.partner_id and m.state in ('current', 'suspended') and new.country = any (a.countries)));
    return null;
  end $$;
  create constraint trigger partner_presence_shared after insert or update of state on partner_presence
    deferrable initially deferred for each row when (new.state = 'current') execute function presence_share();

  create function presence_share_countries() returns trigger
  language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
  begin
    perform presence_record(array(
      select m.partner_id from membership m
      where m.arrangement_id = new.id and m.state in ('current', 'suspended')
        and exists (select from partner_presence n where n.partner_id = m.partner_id and n.state = 'current')),
      array[new.id]);
    return null;
  end $$;
  create constraint trigger arrangement_countries_shared after update of countries on arrangement
    deferrable initially deferred for each row when (old.countries is distinct from new.countries)
    execute function presence_share_countries();
`;

/** Whoever has left for good is a member of nothing. */
const LEAVING = `
  create function membership_leave() returns trigger
  language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
  begin
    perform presence_lock(share_kin(new.id));
    update membership set state = 'ended', ends_at = greatest(now(), starts_at)
      where partner_id = new.id and state <> 'ended';
    return null;
  end $$;
  create trigger partner_leaves after update of status on partner
    for each row when (new.status = 'withdrawn' and old.status <> 'withdrawn') execute function membership_leave();

  create function membership_leave_lock() returns trigger
  language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
  declare
    v_kin uuid[] := share_kin(new.id);
  begin
    perform share_lock(true, v_kin, array(select kind from partner where id = any (v_kin)),
      array(select arrangement_id from membership
            where partner_id = any (v_kin) and (state <> 'ended' or ends_at >= now())));
    return null;
  end $$;
  -- Before what decides for it and for each membership by itself, in order of name.
  create constraint trigger partner_all_locked after update of status on partner
    deferrable initially deferred for each row when (new.status = 'withdrawn' and old.status <> 'withdrawn')
    execute function membership_leave_lock();
`;

/** What nobody did as such is in the audit too: what follows from something else, and memberships at their dates. */
const RECORDING = `
  -- For the exchange, whom it befell, and the sponsor of that.
  create function audit_following(p_action text, p_type text, p_object uuid, p_partner uuid, p_details jsonb) returns void
  language sql volatile set search_path = pg_catalog, public, pg_temp as $$
    insert into audit_entry (id, viewer_id, action, object_type, object_id, details)
    select
      -- UUIDv7: entries sort by time.
      encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid()) placing
        substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6),
        52, 1), 53, 1), 'hex')::uuid,
      viewer, p_action, p_type, p_object, p_details
    from (select null::uuid union all select p_partner union all
      select sponsor_id from partner where id = p_partner and sponsor_id is not null) as viewers (viewer)
  $$;

  create function membership_record_moving() returns trigger
  language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
  begin
    -- Whoever ends a membership is in the audit already.
    if pg_trigger_depth() = 1 and acting_partner() is not null then return null; end if;
    perform audit_following(
      'membership.' || case
        when new.state in ('ended', 'suspended') then new.state
        when old.state = 'suspended' then 'resumed'
        else 'began' end,
      'arrangement', new.arrangement_id, new.partner_id, jsonb_build_object('partner', new.partner_id));
    return null;
  end $$;
  create trigger membership_moving_recorded after update of state on membership
    for each row when (old.state <> new.state) execute function membership_record_moving();

  create function partner_record_following() returns trigger
  language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
  begin
    if pg_trigger_depth() = 1 then return null; end if;
    if old.status <> new.status then
      perform audit_following('partner.standing_changed', 'partner', new.id, new.id,
        jsonb_build_object('status', new.status, 'with', new.sponsor_id));
    end if;
    if old.ceiling_tlp <> new.ceiling_tlp or old.ceiling_classification <> new.ceiling_classification then
      perform audit_following('partner.changed', 'partner', new.id, new.id, jsonb_build_object(
        'ceiling', jsonb_build_object(
          'tlp', (array['CLEAR', 'GREEN', 'AMBER', 'AMBER+STRICT', 'RED'])[new.ceiling_tlp + 1],
          'classification', (array['UNCLASSIFIED', 'CONFIDENTIAL', 'STRICTLY_CONFIDENTIAL'])[
            new.ceiling_classification + 1]),
        'with', new.sponsor_id));
    end if;
    return null;
  end $$;
  create trigger partner_following_recorded after update of status, ceiling_tlp, ceiling_classification on partner
    for each row when (new.sponsor_id is not null) execute function partner_record_following();
`;

const POLICIES = `
  alter table partner_presence enable row level security;
  alter table partner_presence force row level security;
  create policy engine_reads on partner_presence for select to slt_engine using (true);
  create policy background_all on partner_presence to slt_background using (true) with check (true);
  -- Whose presence, and where, whoever manages their arrangement decides: the steward of arrangements, or their chair.
  create function acting_confirms() returns table (partner_id uuid, country text)
  language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
    select m.partner_id, c.country
    from membership m join arrangement a on a.id = m.arrangement_id cross join unnest(a.countries) as c (country)
    where m.state <> 'ended' and m.partner_id <> acting_partner()
      and (acting_manages('arrangements') or (acting_manages('presences') and exists (
        select from membership k
        where k.arrangement_id = a.id and k.partner_id = acting_owner() and k.is_chair and k.state = 'current')))
  $$;
  -- Of whom the acting partner sees where it works now: of fellow members, in the countries that they share. Companies and
  -- donors are no counterparts here.
  create function acting_counterparts() returns table (partner_id uuid, country text)
  language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
    select distinct m.partner_id, c.country
    from membership m join arrangement a on a.id = m.arrangement_id cross join unnest(a.countries) as c (country)
    where m.state in ('current', 'suspended') and m.arrangement_id in (select acting_arrangements())
      and exists (select from partner p where p.id = acting_partner() and p.kind not in ('private_sector', 'donor'))
  $$;
  -- Why it works somewhere, or does not, can endanger whoever is there: for the partner itself and the steward.
  create function presence_reasons(p_partner uuid) returns table (id uuid, reason text)
  language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
    select n.id, n.reason from partner_presence n
    where n.partner_id = p_partner and (n.partner_id = acting_owner() or acting_manages('partners'))
  $$;
  create policy service_reads on partner_presence for select to slt_service using (
    partner_id = (select acting_owner()) or (select acting_manages('partners'))
    or (state = 'current' and (partner_id, country) in (select c.partner_id, c.country from acting_counterparts() c))
    or (state <> 'past' and (partner_id, country) in (select c.partner_id, c.country from acting_confirms() c)));
  create policy service_proposes on partner_presence for insert to slt_service with check (
    (select acting_manages('partners')) or (state = 'proposed' and partner_id = (select acting_owner())));
  create policy service_decides on partner_presence for update to slt_service
    using ((select acting_manages('partners')) or (state = 'proposed'
      and (partner_id, country) in (select c.partner_id, c.country from acting_confirms() c)))
    with check ((select acting_manages('partners')) or (state in ('planned', 'refused')
      and (partner_id, country) in (select c.partner_id, c.country from acting_confirms() c)));
  grant select (id, partner_id, country, status, starts_at, state, created_at), insert, update (state)
    on partner_presence to slt_service;
  grant select, update (state) on partner_presence to slt_background;
  grant select on partner_presence to slt_engine;
  grant create on schema public to slt_engine;
  alter function acting_confirms() owner to slt_engine;
  alter function acting_counterparts() owner to slt_engine;
  alter function presence_reasons(uuid) owner to slt_engine;
  alter function presence_holds(uuid, uuid) owner to slt_engine;
  alter function presence_lock(uuid[]) owner to slt_engine;
  alter function presence_follow(uuid[], uuid[]) owner to slt_engine;
  alter function presence_record(uuid[], uuid[]) owner to slt_engine;
  alter function membership_hold() owner to slt_engine;
  alter function membership_lock_ahead(uuid) owner to slt_engine;
  alter function membership_pause_along() owner to slt_engine;
  alter function membership_leave() owner to slt_engine;
  alter function membership_leave_lock() owner to slt_engine;
  alter function presence_apply() owner to slt_engine;
  alter function presence_apply_countries() owner to slt_engine;
  alter function presence_share() owner to slt_engine;
  alter function presence_share_countries() owner to slt_engine;
  alter function audit_following(text, text, uuid, uuid, jsonb) owner to slt_engine;
  alter function membership_record_moving() owner to slt_engine;
  alter function partner_record_following() owner to slt_engine;
  revoke create on schema public from slt_engine;
  revoke execute on function acting_confirms(), acting_counterparts(), presence_reasons(uuid), presence_holds(uuid, uuid), presence_lock(uuid[]), presence_follow(uuid[], uuid[]),
    presence_record(uuid[], uuid[]), membership_hold(), membership_lock_ahead(uuid), membership_pause_along(),
    membership_leave(), membership_leave_lock(), presence_apply(), presence_apply_countries(), presence_share(), presence_share_countries(),
    audit_following(text, text, uuid, uuid, jsonb), membership_record_moving(), partner_record_following()
    from public;
  grant execute on function membership_lock_ahead(uuid) to slt_background;
  grant execute on function acting_confirms() to slt_service, slt_background;
  grant execute on function acting_counterparts(), presence_reasons(uuid) to slt_service;
`;
