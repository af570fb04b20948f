import { type MigrationInterface, type QueryRunner } from 'typeorm';
import { SubPartners1767225600034 } from './1767225600034-sub-partners.js';

/** In which countries a partner works, from when: where it does not, nothing reaches it through arrangements of them. */
export class Presences1767225600042 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(TABLE);
    await runner.query(HOLDING);
    await runner.query(POLICIES);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(SubPartners1767225600034.statements().needSponsor);
    await runner.query(`
      drop trigger membership_held on membership; drop function membership_hold();
      drop trigger membership_pauses_along on membership; drop function membership_pause_along();
      drop table partner_presence; drop function presence_apply(); drop function presence_holds(uuid, uuid);
      alter table membership no force row level security;
      update membership set state = 'ended', ends_at = greatest(now(), starts_at) where state = 'suspended';
      alter table membership force row level security;
      set constraints all immediate;
      set constraints all deferred;
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

  create function membership_hold() returns trigger
  language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
  begin
    if presence_holds(new.partner_id, new.arrangement_id) then new.state := 'suspended'; end if;
    return new;
  end $$;
  -- Before what asks for the sponsor, in order of name.
  create trigger membership_held before insert or update of state on membership
    for each row when (new.state = 'current') execute function membership_hold();

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

  create function presence_apply() returns trigger
  language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
  begin
    update membership m set state = case m.state when 'current' then 'suspended' else 'current' end
    from arrangement a
    where a.id = m.arrangement_id and m.partner_id = new.partner_id and new.country = any (a.countries)
      and m.state = case when presence_holds(m.partner_id, m.arrangement_id) then 'current' else 'suspended' end;
    return null;
  end $$;
  create trigger partner_presence_applied after insert or update of state on partner_presence
    for each row when (new.state = 'current') execute function presence_apply();
`;

const POLICIES = `
  alter table partner_presence enable row level security;
  alter table partner_presence force row level security;
  create policy engine_reads on partner_presence for select to slt_engine using (true);
  create policy background_all on partner_presence to slt_background using (true) with check (true);
  create policy service_reads on partner_presence for select to slt_service using (
    partner_id = (select acting_owner()) or (select acting_manages('partners'))
    or (state in ('planned', 'current') and partner_id in (select acting_peers())));
  create policy service_proposes on partner_presence for insert to slt_service with check (
    (select acting_manages('partners')) or (state = 'proposed' and partner_id = (select acting_owner())));
  create policy service_decides on partner_presence for update to slt_service
    using ((select acting_manages('partners'))) with check ((select acting_manages('partners')));
  grant select, insert, update (state) on partner_presence to slt_service;
  grant select, update (state) on partner_presence to slt_background;
  grant select on partner_presence to slt_engine;
  grant create on schema public to slt_engine;
  alter function presence_holds(uuid, uuid) owner to slt_engine;
  alter function membership_hold() owner to slt_engine;
  alter function membership_pause_along() owner to slt_engine;
  alter function presence_apply() owner to slt_engine;
  revoke create on schema public from slt_engine;
  revoke execute on function presence_holds(uuid, uuid), membership_hold(), membership_pause_along(), presence_apply()
    from public;
`;
