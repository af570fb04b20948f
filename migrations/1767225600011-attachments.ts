import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Files that belong to renditions: whoever may have the rendition may have them, and nobody sees from whom they are. */
export class Attachments1767225600011 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table attachment (
        id uuid constraint attachment_pkey primary key,
        name text not null,
        type text not null,
        bytes integer not null,
        -- SHA-256 of what is kept, which for images is not what was sent.
        digest bytea not null,
        created_at timestamptz not null default now(),
        -- What it belongs to, once something carries it: in a second one it would tell who wrote both.
        shareable_id uuid constraint attachment_shareable_fkey references shareable (id),
        constraint attachment_bytes_check check (bytes > 0)
      );
      create index attachment_created_idx on attachment (created_at);

      -- Its own table, so that no row that a reader sees can tell whose an upload is. The key admits one owner.
      create table attachment_owner (
        attachment_id uuid constraint attachment_owner_pkey primary key
          constraint attachment_owner_attachment_fkey references attachment (id) on delete cascade
          deferrable initially deferred,
        partner_id uuid not null constraint attachment_owner_partner_fkey references partner (id),
        -- A narrowed client finds its own uploads, its partner finds all.
        reader_id uuid not null constraint attachment_owner_reader_fkey references reader (id)
      );
      create index attachment_owner_partner_idx on attachment_owner (partner_id);

      -- Written while the file arrives; only then is its size known, and the rest of it.
      create table attachment_chunk (
        attachment_id uuid not null constraint attachment_chunk_attachment_fkey references attachment (id)
          on delete cascade deferrable initially deferred,
        ordinal integer not null,
        bytes bytea not null,
        constraint attachment_chunk_pkey primary key (attachment_id, ordinal),
        constraint attachment_chunk_bytes_check check (octet_length(bytes) between 1 and 65536)
      );
      -- Pictures and PDFs are compressed already.
      alter table attachment_chunk alter column bytes set storage external;

      create table attachment_use (
        attachment_id uuid not null constraint attachment_use_attachment_fkey references attachment (id),
        rendition_id uuid not null constraint attachment_use_rendition_fkey references rendition (id),
        constraint attachment_use_pkey primary key (attachment_id, rendition_id)
      );
      create index attachment_use_rendition_idx on attachment_use (rendition_id);

      -- What belongs to the same thing, which only its uploader can have said of it.
      create function attaches(p_attachment uuid, p_rendition uuid) returns boolean
        language sql stable security definer set search_path = pg_catalog, public, pg_temp
        as $$
          select exists (select from rendition r join attachment a on a.shareable_id = r.shareable_id
            where r.id = p_rendition and a.id = p_attachment and originates(r.shareable_id))
        $$;
      -- Of the acting partner, all its narrowed clients among it.
      create function unused_attachments() returns bigint
        language sql stable security definer set search_path = pg_catalog, public, pg_temp
        as $$
          select count(*) from attachment_owner o join attachment a on a.id = o.attachment_id
          where o.partner_id = acting_partner()
            and not exists (select from attachment_use u where u.attachment_id = o.attachment_id)
        $$;
      grant create on schema public to slt_engine;
      alter function attaches(uuid, uuid) owner to slt_engine;
      alter function unused_attachments() owner to slt_engine;
      revoke create on schema public from slt_engine;
      revoke execute on function attaches(uuid, uuid), unused_attachments() from public;
      grant execute on function attaches(uuid, uuid), unused_attachments() to slt_service;

      alter table attachment enable row level security;
      alter table attachment force row level security;
      create policy engine_reads on attachment for select to slt_engine using (true);
      create policy background_all on attachment to slt_background using (true) with check (true);
      create policy service_reads on attachment for select to slt_service using (
        exists (select from attachment_owner o where o.attachment_id = attachment.id)
        or exists (select from attachment_use u where u.attachment_id = attachment.id));
      create policy service_uploads on attachment for insert to slt_service
        with check (exists (select from attachment_owner o where o.attachment_id = attachment.id));
      create policy service_assigns on attachment for update to slt_service
        using (shareable_id is null and exists (select from attachment_owner o where o.attachment_id = attachment.id))
        with check (originates(shareable_id));

      alter table attachment_owner enable row level security;
      alter table attachment_owner force row level security;
      create policy engine_reads on attachment_owner for select to slt_engine using (true);
      create policy service_reads on attachment_owner for select to slt_service using (
        partner_id = (select acting_owner()) or reader_id = (select acting_reader()));
      create policy service_uploads on attachment_owner for insert to slt_service
        with check (partner_id = (select acting_partner()) and reader_id = (select acting_reader()));

      alter table attachment_chunk enable row level security;
      alter table attachment_chunk force row level security;
      create policy service_reads on attachment_chunk for select to slt_service using (
        exists (select from attachment a where a.id = attachment_chunk.attachment_id));
      create policy service_uploads on attachment_chunk for insert to slt_service with check (
        exists (select from attachment_owner o where o.attachment_id = attachment_chunk.attachment_id));

      -- By the rendition's own rule: who has it, has what belongs to it, and loses both together.
      alter table attachment_use enable row level security;
      alter table attachment_use force row level security;
      create policy engine_reads on attachment_use for select to slt_engine using (true);
      create policy background_reads on attachment_use for select to slt_background using (true);
      create policy service_reads on attachment_use for select to slt_service using (
        exists (select from rendition r where r.id = attachment_use.rendition_id));
      create policy service_attaches on attachment_use for insert to slt_service
        with check (attaches(attachment_id, rendition_id));

      grant select, insert on attachment, attachment_owner, attachment_chunk, attachment_use to slt_service;
      grant update (shareable_id) on attachment to slt_service;
      grant select on attachment, attachment_owner, attachment_use to slt_engine;
      grant select, delete on attachment to slt_background;
      grant select on attachment_use to slt_background;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop table attachment_chunk; drop table attachment_use cascade; drop table attachment_owner cascade;
      drop table attachment; drop function attaches(uuid, uuid); drop function unused_attachments();
    `);
  }
}
