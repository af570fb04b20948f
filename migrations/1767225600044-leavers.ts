import { type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * Whoever leaves is also forgotten where somebody else wrote down who it is: as the officer who signed, as the contact of the
 * application, as who said or took on something in a meeting, and in the name of its clients.
 */
export class Leavers1767225600044 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table commitment_acceptance alter column officer_name drop not null`);
    await runner.query(FUNCTIONS);
    await runner.query(POLICIES);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop trigger partner_left_application on partner; drop function application_unname();
      drop trigger focal_point_ending on focal_point;
      drop function focal_point_unname(); drop function focal_points_of_person(uuid);
      drop function names_person(text, text, text); drop function without_person(jsonb, text, text, text);
      drop policy engine_unnames on meeting;
      revoke select (id, minutes, actions, version), update (minutes, actions, version) on meeting from slt_engine;
      drop policy engine_reads on partner_application; drop policy engine_unnames on partner_application;
      revoke select (id, state, partner_id, name, contact_name, contact_email),
        update (contact_name, contact_title, contact_email, case_hash) on partner_application from slt_engine;
      ${notices(false)}
      revoke select (name), update (name) on client from slt_engine;
      revoke update (officer_name) on commitment_acceptance from slt_engine;
      -- With a USING clause the table is written anew, whoever may see its rows.
      alter table commitment_acceptance alter column officer_name type text using coalesce(officer_name, '-');
      alter table commitment_acceptance alter column officer_name set not null;
    `);
  }
}

const FUNCTIONS = `
  -- A word alone could be part of many names; more than one, and an address, name somebody wherever they stand.
  create function names_person(p_text text, p_name text, p_email text) returns boolean
  language sql immutable set search_path = pg_catalog, public, pg_temp as $$
    select coalesce(lower(btrim(p_text)) = lower(btrim(p_name))
      or (btrim(p_name) like '% %' and position(lower(btrim(p_name)) in lower(p_text)) > 0)
      or position(lower(p_email) in lower(p_text)) > 0, false)
  $$;

  -- A list of objects, of which none says any more that it was this person.
  create function without_person(p_list jsonb, p_key text, p_name text, p_email text) returns jsonb
  language sql immutable set search_path = pg_catalog, public, pg_temp as $$
    select case when p_list is not null then coalesce(jsonb_agg(
      case when names_person(one ->> p_key, p_name, p_email) then one - p_key else one end order by place), '[]') end
    from jsonb_array_elements(p_list) with ordinality as x (one, place)
  $$;

  -- One person can speak for its organisation in several places, and leaves all of them.
  create function focal_points_of_person(p_id uuid) returns setof uuid
  language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
    select other.id from focal_point one join focal_point_contact its on its.focal_point_id = one.id
    join focal_point other on other.partner_id = one.partner_id and other.role <> 'duty_line'
    join focal_point_contact same on same.focal_point_id = other.id
    where one.id = p_id and one.role <> 'duty_line'
      and (one.partner_id = (select acting_owner()) or (select acting_manages('partners')))
      and lower(btrim(same.name)) = lower(btrim(its.name)) and lower(same.email) = lower(its.email)
    order by other.id
  $$;

  create function focal_point_unname() returns trigger
  language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
  declare
    v_name text;
    v_email text;
  begin
    select name, email into v_name, v_email from focal_point_contact where focal_point_id = new.id;
    -- An address at which somebody else still is says nothing of who leaves.
    if exists (
      select from focal_point f join focal_point_contact o on o.focal_point_id = f.id
      where f.partner_id = new.partner_id and f.id <> new.id and f.state not in ('ended', 'departed')
        and lower(o.email) = lower(v_email)) then v_email := null; end if;
    -- Whose time is over in one place may be there in another; whoever departs does so everywhere.
    if new.state = 'ended' and exists (
      select from focal_point f join focal_point_contact o on o.focal_point_id = f.id
      where f.partner_id = new.partner_id and f.id <> new.id and f.state not in ('ended', 'departed')
        and lower(btrim(o.name)) = lower(btrim(v_name))) then v_name := null; end if;
    delete from mail_notice n using partner_application a
      where a.partner_id = new.partner_id and n.kind like 'application.%'
        and (n.params->>'id' = a.id::text or n.params->>'name' = a.name)
        and (lower(n.address) = lower(v_email)
          or (lower(n.address) = lower(a.contact_email) and names_person(a.contact_name, v_name, v_email)));
    -- With it goes the private link, which it alone was told.
    update partner_application set contact_name = null, contact_title = null, contact_email = null, case_hash = null
      where partner_id = new.partner_id
        and (names_person(contact_name, v_name, v_email) or lower(contact_email) = lower(v_email));
    update client set name = 'Of a focal point that has left'
      where focal_point_id = new.id and names_person(name, v_name, v_email);
    -- What somebody signed and said while it was there is true of whoever only has another task now.
    if new.state = 'ended' then return null; end if;
    update commitment_acceptance set officer_name = null
      where partner_id = new.partner_id and names_person(officer_name, v_name, v_email);
    -- Who read it before writes nobody back into it.
    update meeting m set minutes = without_person(m.minutes, 'speaker', v_name, v_email),
        actions = without_person(m.actions, 'owner', v_name, v_email), version = m.version + 1
      from forum f where f.id = m.forum_id
        and exists (select from membership s where s.arrangement_id = f.arrangement_id and s.partner_id = new.partner_id)
        and (m.minutes <> without_person(m.minutes, 'speaker', v_name, v_email)
          or m.actions <> without_person(m.actions, 'owner', v_name, v_email));
    return null;
  end $$;
  -- Before what is of the person itself goes, in order of name.
  create trigger focal_point_ending after update of state on focal_point
    for each row when (new.state in ('ended', 'departed') and old.state not in ('ended', 'departed'))
    execute function focal_point_unname();

  -- Nobody asks a partner that has left for good how it applied, whoever did that for it.
  create function application_unname() returns trigger
  language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
  begin
    delete from mail_notice n using partner_application a
      where a.partner_id = new.id and n.kind like 'application.%' and lower(n.address) = lower(a.contact_email)
        and (n.params->>'id' = a.id::text or n.params->>'name' = a.name);
    update partner_application set contact_name = null, contact_title = null, contact_email = null, case_hash = null
      where partner_id = new.id;
    return null;
  end $$;
  create trigger partner_left_application after update of status on partner
    for each row when (new.status = 'withdrawn' and old.status <> 'withdrawn') execute function application_unname();
`;

/** Which mails on their way the engine finds and forgets. */
const notices = (applications: boolean): string => {
  const kinds = ['focal\\_point', 'commitments', ...(applications ? ['application'] : [])];
  const own = kinds.map((kind) => `kind like '${kind}.%'`).join(' or ');
  return `alter policy engine_reads on mail_notice using (${own}); alter policy engine_forgets on mail_notice using (${own});`;
};

const POLICIES = `
  create policy engine_unnames on meeting for update to slt_engine using (true) with check (true);
  grant select (id, minutes, actions, version), update (minutes, actions, version) on meeting to slt_engine;
  create policy engine_reads on partner_application for select to slt_engine using (state = 'approved');
  create policy engine_unnames on partner_application for update to slt_engine
    using (state = 'approved') with check (state = 'approved');
  grant select (id, state, partner_id, name, contact_name, contact_email),
    update (contact_name, contact_title, contact_email, case_hash) on partner_application to slt_engine;
  ${notices(true)}
  grant select (name), update (name) on client to slt_engine;
  grant update (officer_name) on commitment_acceptance to slt_engine;
  grant create on schema public to slt_engine;
  alter function application_unname() owner to slt_engine;
  alter function focal_point_unname() owner to slt_engine;
  alter function focal_points_of_person(uuid) owner to slt_engine;
  revoke create on schema public from slt_engine;
  revoke execute on function application_unname(), focal_point_unname(), focal_points_of_person(uuid),
    names_person(text, text, text), without_person(jsonb, text, text, text) from public;
  grant execute on function names_person(text, text, text), without_person(jsonb, text, text, text) to slt_engine;
  grant execute on function focal_points_of_person(uuid) to slt_service;
`;
