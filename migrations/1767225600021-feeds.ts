import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** What feeds need of the database: a time of the last change that can be compared, and readers for feed addresses. */
export class Feeds1767225600021 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(LAST_CHANGE);
    await runner.query(FEED_ADDRESSES);
    await runner.query(PUBLIC);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(DOWN_PUBLIC);
    await runner.query(DOWN_FEED_ADDRESSES);
    await runner.query(`
      drop trigger change_head_moved on change_head; drop function change_head_keep_time();
      alter table change_head drop column changed_at;
    `);
  }
}

/**
 * `Last-Modified` has whole seconds, entries the time at which their transaction began. So every advance of a head has
 * a second of its own, later than the one before: the head is locked, and whoever holds an equal time has seen all.
 */
const LAST_CHANGE = `
  alter table change_head add column changed_at timestamptz not null default now();
  create function change_head_keep_time() returns trigger language plpgsql
    set search_path = pg_catalog, public, pg_temp as $$
    begin
      new.changed_at := greatest(old.changed_at + interval '1 second',
        date_trunc('second', clock_timestamp()) + interval '1 second');
      return new;
    end $$;
  revoke execute on function change_head_keep_time() from public;
  create trigger change_head_moved before update of position on change_head
    for each row execute function change_head_keep_time();
`;

/**
 * A feed address is a reader of its own, within the one that made it: then and whenever that one comes to have less. Who
 * opens one need not manage partners, so functions do it that can make no other reader.
 */
const FEED_ADDRESSES = `
  create table feed_address (
    id uuid constraint feed_address_pkey primary key,
    partner_id uuid not null constraint feed_address_partner_fkey references partner (id),
    -- Whose it is.
    owner_id uuid not null constraint feed_address_owner_fkey references reader (id),
    -- As whom it reads.
    reader_id uuid not null constraint feed_address_reader_fkey references reader (id),
    -- Its keeper: it answers only while this client may still read.
    client_id text not null constraint feed_address_client_fkey references client (id),
    name text not null,
    token_hash bytea not null,
    filter jsonb,
    expires_at timestamptz,
    revoked_at timestamptz,
    -- No finer times are kept: they would show when somebody is at work.
    last_used_at timestamptz,
    created_at timestamptz not null default now(),
    constraint feed_address_hour_check check (last_used_at = date_trunc('hour', last_used_at, 'UTC'))
  );
  create unique index feed_address_token_key on feed_address (token_hash);
  create unique index feed_address_reader_key on feed_address (reader_id);
  create index feed_address_owner_idx on feed_address (owner_id, id);
  create index feed_address_partner_idx on feed_address (partner_id);
  create index feed_address_client_idx on feed_address (client_id);

  alter table feed_address enable row level security;
  alter table feed_address force row level security;
  create policy engine_all on feed_address to slt_engine using (true) with check (true);
  create policy background_all on feed_address to slt_background using (true) with check (true);
  create policy service_reads on feed_address for select to slt_service
    using (owner_id = (select acting_reader()) or partner_id = (select acting_owner()));
  create policy service_changes on feed_address for update to slt_service
    using (owner_id = (select acting_reader()) or partner_id = (select acting_owner()))
    with check (owner_id = (select acting_reader()) or partner_id = (select acting_owner()));
  grant select on feed_address to slt_service, slt_background, slt_engine;
  grant insert on feed_address to slt_engine;
  grant update (client_id, name, filter, expires_at, revoked_at) on feed_address to slt_service;
  grant update (last_used_at) on feed_address to slt_background;

  create policy engine_opens on reader for insert to slt_engine with check (true);
  create policy engine_narrows on reader for update to slt_engine using (true) with check (true);
  grant insert on reader to slt_engine;
  grant update (is_open, ceiling_tlp, ceiling_classification, arrangement_ids) on reader to slt_engine;

  create function feed_address_open(p_id uuid, p_reader uuid, p_client text, p_name text, p_token_hash bytea,
    p_filter jsonb, p_expires_at timestamptz, p_tlp smallint, p_classification smallint) returns void
  language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
  begin
    -- Whatever narrows the owner meanwhile waits, or has done so before.
    insert into reader (id, partner_id, ceiling_tlp, ceiling_classification, arrangement_ids)
      select p_reader, o.partner_id, least(p_tlp, o.ceiling_tlp), least(p_classification, o.ceiling_classification),
        o.arrangement_ids
      from reader o where o.id = acting_reader() and o.partner_id = acting_partner() and o.is_open for share;
    if not found then raise exception 'nobody is acting' using errcode = 'insufficient_privilege'; end if;
    insert into feed_address (id, partner_id, owner_id, reader_id, client_id, name, token_hash, filter, expires_at)
      values (p_id, acting_partner(), acting_reader(), p_reader, p_client, p_name, p_token_hash, p_filter,
        p_expires_at);
  end $$;

  -- For good: what it was given is withdrawn with it.
  create function feed_address_close(p_id uuid) returns void
  language sql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
    update reader r set is_open = false from feed_address a
    where a.id = p_id and a.reader_id = r.id and a.revoked_at is not null
      and (a.owner_id = acting_reader() or a.partner_id = acting_owner())
  $$;

  create function feed_address_narrow() returns trigger
  language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
  begin
    update reader r set
      is_open = r.is_open and new.is_open,
      ceiling_tlp = least(r.ceiling_tlp, new.ceiling_tlp),
      ceiling_classification = least(r.ceiling_classification, new.ceiling_classification),
      arrangement_ids = case
        when new.arrangement_ids is null then r.arrangement_ids
        when r.arrangement_ids is null then new.arrangement_ids
        else array(select unnest(r.arrangement_ids) intersect select unnest(new.arrangement_ids)) end
    from feed_address a where a.owner_id = new.id and a.reader_id = r.id;
    return null;
  end $$;
  create trigger reader_narrowed after update on reader
    for each row when (old.* is distinct from new.*) execute function feed_address_narrow();

  grant create on schema public to slt_engine;
  alter function feed_address_open(uuid, uuid, text, text, bytea, jsonb, timestamptz, smallint, smallint)
    owner to slt_engine;
  alter function feed_address_close(uuid) owner to slt_engine;
  alter function feed_address_narrow() owner to slt_engine;
  revoke create on schema public from slt_engine;
  revoke execute on function
    feed_address_open(uuid, uuid, text, text, bytea, jsonb, timestamptz, smallint, smallint), feed_address_close(uuid),
    feed_address_narrow() from public;
  grant execute on function
    feed_address_open(uuid, uuid, text, text, bytea, jsonb, timestamptz, smallint, smallint), feed_address_close(uuid)
    to slt_service;
`;

const DOWN_FEED_ADDRESSES = `
  drop trigger reader_narrowed on reader;
  drop function feed_address_narrow(); drop function feed_address_close(uuid);
  drop function feed_address_open(uuid, uuid, text, text, bytea, jsonb, timestamptz, smallint, smallint);
  revoke insert, update (is_open, ceiling_tlp, ceiling_classification, arrangement_ids) on reader from slt_engine;
  drop policy engine_opens on reader; drop policy engine_narrows on reader;
  drop table feed_address;
`;

/**
 * Whoever reads without credentials: one reader, of no partner, so that no way of the rule but its own leads to it. What
 * is said to it is CLEAR and UNCLASSIFIED.
 */
const PUBLIC = `
  alter table reader alter column partner_id drop not null, no force row level security;
  insert into reader (id, partner_id, ceiling_tlp, ceiling_classification)
    values ('00000000-0000-7000-8000-000000000001', null, 0, 0);
  set constraints all immediate;
  alter table reader force row level security;
  alter table reader add constraint reader_public_check check (
    (partner_id is null) = (id = '00000000-0000-7000-8000-000000000001')
    and (partner_id is not null or (is_open and ceiling_tlp = 0 and ceiling_classification = 0)));
  alter table rendition add constraint rendition_public_check check (
    not audience_kinds @> '{public}' or (tlp = 0 and classification = 0));

  -- Which text of it everybody receives.
  create function share_explanation_public(p_shareable uuid)
    returns table (ordinal smallint, tlp smallint, classification smallint)
  language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
    select a.ordinal, a.tlp, a.classification
    from share_asked(p_shareable), admission a
    where a.shareable_id = p_shareable and a.way = 'public'
    order by a.ordinal limit 1
  $$;
  grant create on schema public to slt_engine;
  alter function share_explanation_public(uuid) owner to slt_engine;
  revoke create on schema public from slt_engine;
  revoke execute on function share_explanation_public(uuid) from public;
  grant execute on function share_explanation_public(uuid) to slt_service;
`;

const DOWN_PUBLIC = `
  drop function share_explanation_public(uuid);
  alter table rendition drop constraint rendition_public_check;
  alter table reader drop constraint reader_public_check;
  alter table change_entry no force row level security;
  alter table change_head no force row level security;
  alter table share_grant no force row level security;
  alter table reader no force row level security;
  delete from change_entry where reader_id = '00000000-0000-7000-8000-000000000001';
  delete from change_head where reader_id = '00000000-0000-7000-8000-000000000001';
  delete from share_grant where reader_id = '00000000-0000-7000-8000-000000000001';
  delete from reader where partner_id is null;
  alter table change_entry force row level security;
  alter table change_head force row level security;
  alter table share_grant force row level security;
  alter table reader force row level security;
  alter table reader alter column partner_id set not null;
`;
