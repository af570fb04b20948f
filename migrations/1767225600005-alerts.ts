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

      alter table alert_rendition enable row level security;
      alter table alert_rendition force row level security;
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
      grant select on alert_rendition, alert_shape to slt_background;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table alert_shape; drop table alert_rendition;');
  }
}
