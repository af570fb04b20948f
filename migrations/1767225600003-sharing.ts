import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Shareables, renditions, grants and change logs: what is written down once a decision has been taken. */
export class Sharing1767225600003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table shareable (
        id uuid constraint shareable_pkey primary key,
        type text not null,
        originator_id uuid not null constraint shareable_originator_fkey references partner (id),
        state text not null,
        version integer not null default 1,
        created_at timestamptz not null default now(),
        updated_at timestamptz not null default now(),
        constraint shareable_type_check check (type in ('alert')),
        constraint shareable_state_check check (state in ('draft', 'published', 'cancelled', 'withdrawn'))
      );
      create index shareable_originator_idx on shareable (originator_id, type, id desc);

      create table rendition (
        id uuid constraint rendition_pkey primary key,
        shareable_id uuid not null constraint rendition_shareable_fkey references shareable (id),
        ordinal smallint not null,
        tlp smallint not null,
        classification smallint not null,
        classification_reason text,
        review_at date,
        is_current boolean not null,
        -- Same digest, same text at the same handling: an update that leaves it alone does not touch its readers.
        digest bytea not null,
        audience_arrangements uuid[] not null,
        audience_kinds text[] not null,
        audience_partners uuid[] not null,
        audience_except uuid[] not null,
        -- Whom it was addressed to before: somebody may be joining or leaving these while the new address commits.
        former_arrangements uuid[] not null default '{}',
        former_kinds text[] not null default '{}',
        former_partners uuid[] not null default '{}',
        created_at timestamptz not null default now(),
        constraint rendition_tlp_check check (tlp between 0 and 4),
        constraint rendition_classification_check check (classification between 0 and 2),
        constraint rendition_strictly_confidential_check check (classification < 2 or tlp >= 3),
        constraint rendition_confidential_check check (classification < 1 or tlp >= 2),
        constraint rendition_red_audience_check check (tlp < 4
          or (audience_arrangements = '{}' and audience_kinds = '{}')),
        constraint rendition_reason_check check (classification = 0 or classification_reason is not null)
      );
      create index rendition_shareable_idx on rendition (shareable_id);
      create index rendition_arrangements_idx on rendition using gin (audience_arrangements) where is_current;
      create index rendition_kinds_idx on rendition using gin (audience_kinds) where is_current;
      create index rendition_partners_idx on rendition using gin (audience_partners) where is_current;

      create function rendition_keep_address() returns trigger language plpgsql
        set search_path = pg_catalog, public, pg_temp as $$
        begin
          new.former_arrangements := array(select unnest(old.former_arrangements)
            union select unnest(old.audience_arrangements));
          new.former_kinds := array(select unnest(old.former_kinds) union select unnest(old.audience_kinds));
          new.former_partners := array(select unnest(old.former_partners)
            union select unnest(old.audience_partners));
          return new;
        end $$;
      revoke execute on function rendition_keep_address() from public;
      create trigger rendition_readdressed
        before update of audience_arrangements, audience_kinds, audience_partners on rendition
        for each row execute function rendition_keep_address();

      create table share_grant (
        reader_id uuid not null constraint share_grant_reader_fkey references reader (id),
        shareable_id uuid not null constraint share_grant_shareable_fkey references shareable (id),
        rendition_id uuid not null constraint share_grant_rendition_fkey references rendition (id),
        type text not null,
        -- Counts what this reader was given of this shareable, never what others were given.
        version integer not null,
        -- Place of the latest change in this reader's log: the order of its lists and feeds.
        position bigint not null,
        changed_at timestamptz not null,
        constraint share_grant_pkey primary key (reader_id, shareable_id)
      );
      create unique index share_grant_feed_key on share_grant (reader_id, type, position);
      create index share_grant_rendition_idx on share_grant (rendition_id, reader_id);
      create index share_grant_shareable_idx on share_grant (shareable_id);

      create table change_head (
        reader_id uuid constraint change_head_pkey primary key constraint change_head_reader_fkey references reader (id),
        position bigint not null
      ) with (fillfactor = 50);

      create table change_entry (
        reader_id uuid not null constraint change_entry_reader_fkey references reader (id),
        position bigint not null,
        change text not null,
        type text not null,
        shareable_id uuid not null constraint change_entry_shareable_fkey references shareable (id),
        version integer not null,
        -- What the reader was given, so that it can be told what a later message replaces; null for a tombstone.
        rendition_id uuid constraint change_entry_rendition_fkey references rendition (id),
        at timestamptz not null,
        constraint change_entry_pkey primary key (reader_id, position),
        constraint change_entry_change_check check (change in ('published', 'updated', 'cancelled', 'withdrawn'))
      );
      create index change_entry_shareable_idx on change_entry (shareable_id, reader_id);

      -- For checks on writes: a narrowed client may originate what it cannot yet see.
      create function originates(p_shareable uuid) returns boolean language sql stable security definer
        set search_path = pg_catalog, public, pg_temp
        as $$ select exists (select from shareable where id = p_shareable and originator_id = acting_partner()) $$;
      grant create on schema public to slt_engine;
      alter function originates(uuid) owner to slt_engine;
      revoke create on schema public from slt_engine;
      revoke execute on function originates(uuid) from public;
      grant execute on function originates(uuid) to slt_service;

      alter table shareable enable row level security;
      alter table shareable force row level security;
      create policy engine_reads on shareable for select to slt_engine using (true);
      create policy background_reads on shareable for select to slt_background using (true);
      create policy service_reads on shareable for select to slt_service using (
        originator_id = (select acting_owner())
        or exists (select from share_grant g where g.shareable_id = shareable.id
                   and g.reader_id = (select acting_reader())));
      create policy service_originates on shareable for insert to slt_service
        with check (originator_id = (select acting_partner()));
      create policy service_changes on shareable for update to slt_service
        using (originator_id = (select acting_owner())) with check (originator_id = (select acting_owner()));

      alter table rendition enable row level security;
      alter table rendition force row level security;
      create policy engine_reads on rendition for select to slt_engine using (true);
      create policy background_reads on rendition for select to slt_background using (true);
      create policy service_reads on rendition for select to slt_service using (
        exists (select from share_grant g where g.rendition_id = rendition.id
                and g.reader_id = (select acting_reader()))
        or exists (select from shareable s where s.id = rendition.shareable_id
                   and s.originator_id = (select acting_owner())));
      create policy service_originates on rendition for insert to slt_service
        with check (originates(shareable_id));
      create policy service_changes on rendition for update to slt_service
        using (exists (select from shareable s where s.id = rendition.shareable_id
                       and s.originator_id = (select acting_owner())))
        with check (originates(shareable_id));

      alter table share_grant enable row level security;
      alter table share_grant force row level security;
      create policy engine_all on share_grant to slt_engine using (true) with check (true);
      create policy background_reads on share_grant for select to slt_background using (true);
      create policy service_reads on share_grant for select to slt_service
        using (reader_id = (select acting_reader()));

      alter table change_head enable row level security;
      alter table change_head force row level security;
      create policy engine_all on change_head to slt_engine using (true) with check (true);
      create policy service_reads on change_head for select to slt_service
        using (reader_id = (select acting_reader()));

      alter table change_entry enable row level security;
      alter table change_entry force row level security;
      create policy engine_all on change_entry to slt_engine using (true) with check (true);
      create policy background_reads on change_entry for select to slt_background using (true);
      create policy service_reads on change_entry for select to slt_service
        using (reader_id = (select acting_reader()));

      grant select, insert on shareable, rendition to slt_service;
      grant update (state, version, updated_at) on shareable to slt_service;
      -- What was written at a handling never changes; only whether and to whom it is current.
      grant update (is_current, ordinal, classification_reason, review_at, audience_arrangements, audience_kinds, audience_partners, audience_except)
        on rendition to slt_service;
      grant select on share_grant, change_head, change_entry to slt_service;
      grant select on shareable, rendition, share_grant, change_entry to slt_background;
      grant select on shareable, rendition to slt_engine;
      grant select, insert, update, delete on share_grant to slt_engine;
      grant select, insert, update on change_head to slt_engine;
      grant select, insert on change_entry to slt_engine;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop policy service_reads on shareable; drop policy service_reads on rendition;
      drop table change_entry; drop table change_head; drop table share_grant; drop table rendition;
      drop table shareable; drop function originates(uuid); drop function rendition_keep_address();
    `);
  }
}
