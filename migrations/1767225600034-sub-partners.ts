import { type MigrationInterface, type QueryRunner } from 'typeorm';
import { Forums1767225600032 } from './1767225600032-forums.js';

/**
 * Organisations registered under a partner, its clients in the sense of TLP 2.0: they stand and fall with their sponsor,
 * and have what AMBER and lower give them through it, and nothing more. And the day on which a partnership ends.
 */
export class SubPartners1767225600034 implements MigrationInterface {
  /** To which a later migration goes back. */
  static readonly statements = () => ({ needSponsor: NEED_SPONSOR });

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(COLUMNS);
    await runner.query(FOLLOWING);
    await runner.query(AGAIN);
    await runner.query(editing(STANDING_OF_ITS_OWN, 1));
    await runner.query(Forums1767225600032.statements(true).places);
    await runner.query(RULE);
    await runner.query(EVALUATION);
    await runner.query(editing(EXPLAINING, 1));
    await runner.query(POLICIES);
    await runner.query(PRIVILEGES);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(DOWN_POLICIES);
    await runner.query(editing(EXPLAINING, -1));
    await runner.query(`drop view admission; alter view direct_admission rename to admission;`);
    await runner.query(DOWN_EVALUATION);
    await runner.query(Forums1767225600032.statements(false).places);
    await runner.query(editing(STANDING_OF_ITS_OWN, -1));
    await runner.query(DOWN_FOLLOWING);
  }
}

const COLUMNS = `
  alter table partner add column sponsor_id uuid constraint partner_sponsor_fkey references partner (id),
    -- Suspended only because its sponsor is, with which it comes back.
    add column fell_with_sponsor boolean not null default false,
    -- The steward lets it go on, and not its sponsor.
    add column suspended_by_steward boolean not null default false,
    add column expires_at timestamptz,
    -- TLP 2.0: AMBER may go to clients; AMBER+STRICT and RED may not.
    add constraint partner_sponsor_check check (
      sponsor_id is null or (kind = 'national_ngo' and sponsor_id <> id and ceiling_tlp <= 2)),
    add constraint partner_fallen_check check (
      not fell_with_sponsor or (sponsor_id is not null and status = 'suspended')),
    add constraint partner_steward_check check (not suspended_by_steward or sponsor_id is not null);
  create index partner_sponsor_idx on partner (sponsor_id) where sponsor_id is not null;
  create index partner_expiring_idx on partner (expires_at) where status in ('active', 'suspended');
`;

const NEED_SPONSOR = `
  create or replace function membership_need_sponsor() returns trigger
  language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
  declare
    v_sponsor uuid;
  begin
    select sponsor_id into v_sponsor from partner where id = new.partner_id;
    if v_sponsor is null then return new; end if;
    perform 1 from membership
      where arrangement_id = new.arrangement_id and partner_id = v_sponsor and state = 'current' for share;
    if not found then
      raise exception 'the sponsor is not a member' using errcode = 'check_violation';
    end if;
    return new;
  end $$;
`;

/** The rows of those that are sponsored follow those of their sponsors, whoever changes these, in the same transaction. */
const FOLLOWING = `
  create function partner_keep_below() returns trigger
  language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
  declare
    v_sponsor partner;
    v_steward boolean := acting_manages('partners');
  begin
    select * into v_sponsor from partner where id = new.sponsor_id for share;
    if new.status <> 'suspended' then new.fell_with_sponsor := false; end if;
    if tg_op = 'INSERT' then
      -- Its sponsor accepts the commitments.
      new.renew_by := null;
      new.read_only_from := v_sponsor.read_only_from;
    else
      if new.suspended_by_steward <> old.suspended_by_steward then
        if not v_steward or new.status <> 'suspended' then
          raise exception 'the steward alone holds what is suspended' using errcode = 'check_violation';
        end if;
        -- It does not come back with its sponsor.
        new.fell_with_sponsor := false;
      end if;
      if new.status = 'suspended' and old.status = 'active' and not new.fell_with_sponsor then
        new.suspended_by_steward := v_steward;
      elsif new.status = 'active' and old.status <> 'active' then
        if old.suspended_by_steward and not v_steward then
          raise exception 'the steward suspended it' using errcode = 'check_violation';
        end if;
        new.suspended_by_steward := false;
      end if;
      if acting_partner() = new.sponsor_id and not v_steward and (new.ceiling_tlp > old.ceiling_tlp
        or new.ceiling_classification > old.ceiling_classification
        or coalesce(new.expires_at, 'infinity') > coalesce(old.expires_at, 'infinity')) then
        raise exception 'a sponsor only lowers' using errcode = 'check_violation';
      end if;
    end if;
    if v_sponsor.kind <> 'ingo' or v_sponsor.sponsor_id is not null then
      raise exception 'only an INGO of its own standing sponsors' using errcode = 'check_violation';
    end if;
    if (tg_op = 'INSERT' or old.status <> 'active') and new.status = 'active' and v_sponsor.status <> 'active' then
      raise exception 'the sponsor is not active' using errcode = 'check_violation';
    end if;
    if new.ceiling_tlp > v_sponsor.ceiling_tlp or new.ceiling_classification > v_sponsor.ceiling_classification then
      raise exception 'the ceiling is above that of the sponsor' using errcode = 'check_violation';
    end if;
    return new;
  end $$;
  create trigger partner_kept_below
    before insert or update of status, suspended_by_steward, ceiling_tlp, ceiling_classification, expires_at
    on partner for each row when (new.sponsor_id is not null) execute function partner_keep_below();

  create function partner_take_along() returns trigger
  language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
  begin
    update partner p set
      status = case
        when new.status = 'active' then case when p.fell_with_sponsor then 'active' else p.status end
        when new.status = 'suspended' then case when p.status = 'active' then 'suspended' else p.status end
        when p.status in ('active', 'suspended') then new.status else p.status end,
      fell_with_sponsor = new.status = 'suspended' and (p.fell_with_sponsor or p.status = 'active'),
      ceiling_tlp = least(p.ceiling_tlp, new.ceiling_tlp),
      ceiling_classification = least(p.ceiling_classification, new.ceiling_classification),
      version = p.version + 1, updated_at = now()
    where p.sponsor_id = new.id;
    return null;
  end $$;
  create trigger partner_takes_along after update of status, ceiling_tlp, ceiling_classification on partner
    for each row when (new.sponsor_id is null and (old.status <> new.status or old.ceiling_tlp > new.ceiling_tlp
      or old.ceiling_classification > new.ceiling_classification))
    execute function partner_take_along();

  create function partner_lapse_along() returns trigger
  language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
  begin
    update partner set read_only_from = new.read_only_from where sponsor_id = new.id;
    return null;
  end $$;
  create trigger partner_lapses_along after update of read_only_from on partner for each row
    when (new.sponsor_id is null and old.read_only_from is distinct from new.read_only_from)
    execute function partner_lapse_along();

  ${NEED_SPONSOR}
  create trigger membership_sponsored before insert or update of state on membership
    for each row when (new.state <> 'ended') execute function membership_need_sponsor();

  create function membership_take_along() returns trigger
  language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
  begin
    update membership set state = 'ended', ends_at = greatest(now(), starts_at)
    where arrangement_id = new.arrangement_id and state <> 'ended'
      and partner_id in (select id from partner where sponsor_id = new.partner_id);
    return null;
  end $$;
  create trigger membership_takes_along after update of state on membership
    for each row when (new.state = 'ended' and old.state <> 'ended') execute function membership_take_along();
`;

/**
 * A membership that begins again is no new one: nobody comes to more by leaving, and whoever was silent still is. No ceiling
 * means that of the last time; without one, RED and STRICTLY_CONFIDENTIAL.
 */
const AGAIN = `
  create function membership_resume() returns trigger
  language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
  declare
    v_last membership;
  begin
    select * into v_last from membership
      where arrangement_id = new.arrangement_id and partner_id = new.partner_id and state = 'ended'
      order by created_at desc, id desc limit 1;
    if found then
      new.covered_at := v_last.covered_at;
      new.restricted_since := v_last.restricted_since;
    end if;
    if not acting_manages('arrangements') then
      new.ceiling_tlp := least(new.ceiling_tlp, v_last.ceiling_tlp);
      new.ceiling_classification := least(new.ceiling_classification, v_last.ceiling_classification);
    end if;
    new.ceiling_tlp := coalesce(new.ceiling_tlp, v_last.ceiling_tlp, 4);
    new.ceiling_classification := coalesce(new.ceiling_classification, v_last.ceiling_classification, 2);
    return new;
  end $$;
  create trigger membership_resumed before insert on membership for each row execute function membership_resume();
`;

/** What the rule was before, whatever it has learnt meanwhile, decides for each by itself; nobody has more than its sponsor. */
const RULE = `
  alter view admission rename to direct_admission;
  create view admission with (security_invoker = true) as
  select a.* from direct_admission a
  join reader rd on rd.id = a.reader_id
  left join partner p on p.id = rd.partner_id
  where p.sponsor_id is null
    -- Its own.
    or a.way in ('originator', 'source')
    or exists (select from direct_admission s
               where s.shareable_id = a.shareable_id and s.rendition_id = a.rendition_id and s.reader_id = p.sponsor_id);
`;

/** What changes for somebody may change for those that it sponsors. */
const EVALUATION = `
  create function share_kin(p_partner uuid) returns uuid[]
  language sql stable set search_path = pg_catalog, public, pg_temp as $$
    select array[p_partner] || array(select id from partner where sponsor_id = p_partner)
      || array(select sponsor_id from partner where id = p_partner and sponsor_id is not null)
  $$;
  -- Its own readers, and those of whom it sponsors.
  create function share_readers_below(p_partner uuid) returns uuid[]
  language sql stable set search_path = pg_catalog, public, pg_temp as $$
    select array(select r.id from reader r join partner p on p.id = r.partner_id
                 where p.id = p_partner or p.sponsor_id = p_partner)
  $$;

  create or replace function share_after_membership_change() returns trigger
  language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
  begin
    perform share_lock(true, share_kin(new.partner_id), '{}', array[new.arrangement_id]);
    perform share_record(array(select share_differences_of_readers(
      share_readers_below(new.partner_id), new.arrangement_id)));
    return null;
  end $$;

  create or replace function share_after_partner_change() returns trigger
  language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
  begin
    -- Of those that follow it in this transaction too: no kind may be left to be locked after arrangements.
    perform share_lock(true, share_kin(new.id),
      array(select distinct kind from partner where id = any (share_kin(new.id))), '{}');
    perform share_lock(true, '{}', '{}',
      array(select distinct arrangement_id from membership where partner_id = new.id and state = 'current'));
    perform share_record(array(select share_differences_of_readers(share_readers_below(new.id), null)));
    return null;
  end $$;

  create or replace function share_after_reader_change() returns trigger
  language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
  begin
    perform share_lock(true, share_kin(new.partner_id), array(select kind from partner where id = new.partner_id), '{}');
    perform share_lock(true, '{}', '{}',
      array(select distinct arrangement_id from membership where partner_id = new.partner_id and state = 'current'));
    perform share_record(array(select share_differences_of_readers(
      case when new.id = new.partner_id then share_readers_below(new.id) else array[new.id] end, null)));
    return null;
  end $$;

  create or replace function share_after_release_change() returns trigger
  language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
  begin
    perform pg_advisory_xact_lock(hashtextextended('shareable:' || new.shareable_id, 0));
    perform share_lock(true, share_kin(new.partner_id), '{}', '{}');
    perform share_record(array(
      select d from share_differences_of_shareable(new.shareable_id) d
      where d.reader_id = any (share_readers_below(new.partner_id))));
    return null;
  end $$;
`;

const REASON = `('sponsor_not_reached', p.sponsor_id is not null and not exists (
            select from direct_admission s where s.shareable_id = p_shareable and s.rendition_id = r.id
              and s.reader_id = p.sponsor_id)),
        `;
const BEFORE_REASON = `('kind_not_reached_by_arrangement', d.way`;
/** Counts of organisations that the originator may not see must not move when it excepts one of them. */
const COUNTED = { old: `array['excluded'])`, now: `array['excluded', 'sponsor_not_reached'])` };

type Edit = readonly [signature: string, before: string, after: string];

const EXPLAINING: Edit[] = [
  ['share_addressed(uuid)', BEFORE_REASON, REASON + BEFORE_REASON],
  ['share_explanation_others(uuid)', COUNTED.old, COUNTED.now],
];
/** Whoever is sponsored accepts nothing: its dates are those of its sponsor. */
const STANDING_OF_ITS_OWN: Edit[] = [
  ['commitments_settle(uuid)', 'where o.id = p_partner)', 'where o.id = p_partner and o.sponsor_id is null)'],
];

/** Functions that otherwise stay as they are. */
const editing = (places: Edit[], direction: 1 | -1): string => {
  const edits = places.map(([signature, before, after]) =>
    direction === 1 ? [signature, before, after] : [signature, after, before],
  );
  return `
  do $do$
  declare
    v_before text;
    v_after text;
  begin
    ${edits
      .map(
        ([signature, from, to]) => `
    v_before := pg_get_functiondef('${signature}'::regprocedure);
    v_after := replace(v_before, $text$${from}$text$, $text$${to}$text$);
    if v_after = v_before then raise exception '${signature} is not as it was'; end if;
    execute v_after;`,
      )
      .join('')}
  end $do$;`;
};

const POLICIES = `
  create function acting_sub_partners() returns setof uuid language sql stable security definer
    set search_path = pg_catalog, public, pg_temp
    as $$ select id from partner where sponsor_id = acting_partner() $$;
  create function acting_sponsor() returns uuid language sql stable security definer
    set search_path = pg_catalog, public, pg_temp
    as $$ select sponsor_id from partner where id = acting_partner() $$;

  create policy service_reads_kin on partner for select to slt_service
    using (sponsor_id = (select acting_partner()) or id = (select acting_sponsor()));
  create policy service_sponsors on partner for insert to slt_service
    with check ((select acting_manages('sub-partners')) and sponsor_id = (select acting_owner()));
  create policy service_changes_sponsored on partner for update to slt_service
    using ((select acting_manages('sub-partners')) and sponsor_id = (select acting_owner()))
    with check ((select acting_manages('sub-partners')) and sponsor_id = (select acting_owner()));
  create policy engine_takes_along on partner for update to slt_engine using (true) with check (true);

  create policy service_reads_sponsored on membership for select to slt_service
    using (partner_id in (select acting_sub_partners()));
  create policy service_creates_sponsored on membership for insert to slt_service with check (
    (select acting_manages('sub-partners')) and partner_id in (select acting_sub_partners())
    and arrangement_id in (select acting_arrangements()));
  create policy service_changes_sponsored on membership for update to slt_service
    using ((select acting_manages('sub-partners')) and partner_id in (select acting_sub_partners()))
    with check ((select acting_manages('sub-partners')) and partner_id in (select acting_sub_partners()));
  create policy engine_takes_along on membership for update to slt_engine using (true) with check (true);

  create policy service_reads_sponsored on reader for select to slt_service
    using ((select acting_manages('sub-partners')) and partner_id in (select acting_sub_partners()));
  create policy service_creates_sponsored on reader for insert to slt_service
    with check ((select acting_manages('sub-partners')) and partner_id in (select acting_sub_partners()));
  create policy service_changes_sponsored on reader for update to slt_service
    using ((select acting_manages('sub-partners')) and partner_id in (select acting_sub_partners()))
    with check ((select acting_manages('sub-partners')) and partner_id in (select acting_sub_partners()));
  create policy service_reads_sponsored on client for select to slt_service
    using ((select acting_manages('sub-partners')) and partner_id in (select acting_sub_partners()));
  -- Readers of their own: what is the sub-partner's own, and what it reports in confidence, is not for its sponsor.
  create policy service_creates_sponsored on client for insert to slt_service
    with check ((select acting_manages('sub-partners')) and partner_id in (select acting_sub_partners())
      and reader_id <> partner_id);
  create policy service_changes_sponsored on client for update to slt_service
    using ((select acting_manages('sub-partners')) and partner_id in (select acting_sub_partners()))
    with check ((select acting_manages('sub-partners')) and partner_id in (select acting_sub_partners()));

  -- Whoever knows its secret reads as the partner itself.
  create function client_keep_whole() returns trigger
  language plpgsql volatile set search_path = pg_catalog, public, pg_temp as $$
  begin
    if acting_partner() is not null and not acting_manages('partners') then
      raise exception 'the steward alone issues what reads as the partner itself' using errcode = 'insufficient_privilege';
    end if;
    return new;
  end $$;
  create trigger client_kept_whole before update of secret_hash, previous_secret_hash, jwks on client
    for each row when (new.reader_id = new.partner_id) execute function client_keep_whole();
  revoke execute on function client_keep_whole() from public;
`;

const PRIVILEGES = `
  grant update (expires_at, suspended_by_steward) on partner to slt_service;
  grant update (status, version, updated_at) on partner to slt_background;
  grant update (status, fell_with_sponsor, ceiling_tlp, ceiling_classification, version, updated_at) on partner
    to slt_engine;
  grant update (state, ends_at) on membership to slt_engine;
  grant select on admission to slt_engine;
  grant create on schema public to slt_engine;
  alter view admission owner to slt_engine;
  alter function acting_sub_partners() owner to slt_engine;
  alter function acting_sponsor() owner to slt_engine;
  alter function partner_keep_below() owner to slt_engine;
  alter function partner_take_along() owner to slt_engine;
  alter function partner_lapse_along() owner to slt_engine;
  alter function membership_resume() owner to slt_engine;
  alter function membership_need_sponsor() owner to slt_engine;
  alter function membership_take_along() owner to slt_engine;
  alter function share_kin(uuid) owner to slt_engine;
  alter function share_readers_below(uuid) owner to slt_engine;
  revoke create on schema public from slt_engine;
  revoke execute on function acting_sub_partners(), acting_sponsor(), partner_keep_below(), partner_take_along(),
    partner_lapse_along(), membership_resume(), membership_need_sponsor(), membership_take_along(), share_kin(uuid), share_readers_below(uuid) from public;
  grant execute on function acting_sub_partners(), acting_sponsor() to slt_service, slt_background;
`;

const DOWN_POLICIES = `
  drop policy service_reads_kin on partner; drop policy service_sponsors on partner;
  drop policy service_changes_sponsored on partner; drop policy engine_takes_along on partner;
  drop policy service_reads_sponsored on membership; drop policy service_creates_sponsored on membership;
  drop policy service_changes_sponsored on membership; drop policy engine_takes_along on membership;
  drop policy service_reads_sponsored on reader; drop policy service_creates_sponsored on reader;
  drop policy service_changes_sponsored on reader;
  drop policy service_reads_sponsored on client; drop policy service_creates_sponsored on client;
  drop policy service_changes_sponsored on client;
  drop trigger client_kept_whole on client; drop function client_keep_whole();
  drop function acting_sub_partners(); drop function acting_sponsor();
  revoke update (expires_at, suspended_by_steward) on partner from slt_service;
  revoke update (status, version, updated_at) on partner from slt_background;
  revoke update (status, fell_with_sponsor, ceiling_tlp, ceiling_classification, version, updated_at) on partner
    from slt_engine;
  revoke update (state, ends_at) on membership from slt_engine;
`;

const DOWN_EVALUATION = `
  create or replace function share_after_membership_change() returns trigger
  language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
  begin
    perform share_lock(true, array[new.partner_id], '{}', array[new.arrangement_id]);
    perform share_record(array(select share_differences_of_readers(
      array(select id from reader where partner_id = new.partner_id), new.arrangement_id)));
    return null;
  end $$;
  create or replace function share_after_partner_change() returns trigger
  language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
  begin
    perform share_lock(true, array[new.id], array[new.kind], '{}');
    perform share_lock(true, '{}', '{}',
      array(select distinct arrangement_id from membership where partner_id = new.id and state = 'current'));
    perform share_record(array(select share_differences_of_readers(
      array(select id from reader where partner_id = new.id), null)));
    return null;
  end $$;
  create or replace function share_after_reader_change() returns trigger
  language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
  begin
    perform share_lock(true, array[new.partner_id], array(select kind from partner where id = new.partner_id), '{}');
    perform share_lock(true, '{}', '{}',
      array(select distinct arrangement_id from membership where partner_id = new.partner_id and state = 'current'));
    perform share_record(array(select share_differences_of_readers(array[new.id], null)));
    return null;
  end $$;
  create or replace function share_after_release_change() returns trigger
  language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
  begin
    perform pg_advisory_xact_lock(hashtextextended('shareable:' || new.shareable_id, 0));
    perform share_lock(true, array[new.partner_id], '{}', '{}');
    perform share_record(array(
      select d from share_differences_of_shareable(new.shareable_id) d
      where d.reader_id in (select id from reader where partner_id = new.partner_id)));
    return null;
  end $$;
  drop function share_readers_below(uuid); drop function share_kin(uuid);
`;

/** Whoever was sponsored cannot stay: without a sponsor it would be a partner like others. */
const DOWN_FOLLOWING = `
  drop trigger membership_takes_along on membership; drop function membership_take_along();
  drop trigger membership_sponsored on membership; drop function membership_need_sponsor();
  drop trigger membership_resumed on membership; drop function membership_resume();
  drop trigger partner_lapses_along on partner; drop function partner_lapse_along();
  drop trigger partner_takes_along on partner; drop function partner_take_along();
  drop trigger partner_kept_below on partner; drop function partner_keep_below();
  alter table partner no force row level security;
  update partner set status = 'withdrawn', fell_with_sponsor = false where sponsor_id is not null;
  set constraints all immediate;
  set constraints all deferred;
  alter table partner force row level security;
  alter table partner drop column sponsor_id, drop column fell_with_sponsor,
    drop column suspended_by_steward, drop column expires_at;
`;
