import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** What an alert says: one row per rendition, immutable, found by the reader's grant. */
export class Alerts1767225600005 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table alert_rendition (
        rendition_id uuid constraint alert_rendition_pkey primary key
          constraint alert_rendition_rendition_fkey references rendition (id),
        alert_id uuid not null constraint alert_rendition_alert_fkey references shareable (id),
        originator_id uuid not null constraint alert_rendition_originator_fkey references partner (id),
        -- Identity of this message towards other systems; none of the three ever moves.
        identifier text not null,
        sender text not null,
        sent text not null,
        sent_at timestamptz not null,
        kind text not null,
        status text not null,
        severity smallint not null,
        categories text[] not null,
        expires_at timestamptz,
        content jsonb not null,
        -- The message as it came, for alerts that came as CAP.
        cap jsonb,
        cap_digest bytea,
        search tsvector not null,
        constraint alert_rendition_severity_check check (severity between 0 and 4)
      );
      create index alert_rendition_alert_idx on alert_rendition (alert_id);
      -- The originator is part of the key: a clash can only tell a partner about its own messages.
      create unique index alert_rendition_message_key on alert_rendition (originator_id, identifier, sender, sent);
      create index alert_rendition_search_idx on alert_rendition using gin (search);

      create table alert_shape (
        id uuid constraint alert_shape_pkey primary key,
        rendition_id uuid not null constraint alert_shape_rendition_fkey references alert_rendition (rendition_id),
        alert_id uuid not null constraint alert_shape_alert_fkey references shareable (id),
        -- Longitude is x, latitude is y; circles are drawn as polygons.
        shape polygon not null
      );
      create index alert_shape_rendition_idx on alert_shape (rendition_id);
      create index alert_shape_shape_idx on alert_shape using gist (shape);

      -- What the acting reader was given of these alerts before what it has now: identities, no content.
      create function received_messages(p_alerts uuid[])
        returns table (alert_id uuid, identifier text, sender text, sent text)
        language sql stable security definer set search_path = pg_catalog, public, pg_temp
        as $$
          select a.alert_id, a.identifier, a.sender, a.sent from alert_rendition a
          where a.rendition_id in (
              select e.rendition_id from change_entry e
              where e.shareable_id = any (p_alerts) and e.reader_id = acting_reader())
            and not exists (
              select from share_grant g where g.rendition_id = a.rendition_id and g.reader_id = acting_reader())
          order by a.rendition_id
        $$;
      grant create on schema public to slt_engine;
      alter function received_messages(uuid[]) owner to slt_engine;
      revoke create on schema public from slt_engine;
      revoke execute on function received_messages(uuid[]) from public;
      grant execute on function received_messages(uuid[]) to slt_service;

      alter table alert_rendition enable row level security;
      alter table alert_rendition force row level security;
      create policy engine_reads on alert_rendition for select to slt_engine using (true);
      create policy background_reads on alert_rendition for select to slt_background using (true);
      create policy service_reads on alert_rendition for select to slt_service using (
        originator_id = (select acting_owner())
        or exists (select from share_grant g where g.rendition_id = alert_rendition.rendition_id
                   and g.reader_id = (select acting_reader())));
      create policy service_originates on alert_rendition for insert to slt_service
        with check (originator_id = (select acting_partner()) and originates(alert_id));

      alter table alert_shape enable row level security;
      alter table alert_shape force row level security;
      create policy background_reads on alert_shape for select to slt_background using (true);
      create policy service_reads on alert_shape for select to slt_service using (
        exists (select from alert_rendition a where a.rendition_id = alert_shape.rendition_id));
      create policy service_originates on alert_shape for insert to slt_service with check (originates(alert_id));

      grant select, insert on alert_rendition, alert_shape to slt_service;
      grant select (rendition_id, alert_id, identifier, sender, sent) on alert_rendition to slt_engine;
      grant select on alert_rendition, alert_shape to slt_background;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'drop table alert_shape; drop function received_messages(uuid[]); drop table alert_rendition;',
    );
  }
}
