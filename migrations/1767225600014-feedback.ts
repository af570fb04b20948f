import { type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * What readers say to an alert. A row is its sender's alone; all else passes through two functions, of which one counts
 * without names and the other names those who wished to be named to the originator.
 */
export class Feedback1767225600014 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table alert_feedback (
        alert_id uuid not null constraint alert_feedback_alert_fkey references shareable (id),
        partner_id uuid not null constraint alert_feedback_partner_fkey references partner (id),
        -- An organisation has one word on each topic: its latest.
        topic text not null,
        -- Handling of the text that its sender held. One word for each: what is said to a higher text must not move
        -- what the readers of a lower one count.
        tlp smallint not null,
        classification smallint not null,
        kind text not null,
        note text,
        is_anonymous boolean not null,
        given_at timestamptz not null default now(),
        constraint alert_feedback_pkey primary key (alert_id, partner_id, topic, tlp, classification),
        constraint alert_feedback_topic_check check (topic = case
          when kind in ('confirm', 'dispute', 'no_longer_valid') then 'assessment' else kind end),
        constraint alert_feedback_kind_check check (kind in ('confirm', 'dispute', 'no_longer_valid', 'helpful',
          'acted_on', 'more_information'))
      );

      alter table alert_feedback enable row level security;
      alter table alert_feedback force row level security;
      create policy engine_reads on alert_feedback for select to slt_engine using (true);
      -- A narrowed client sees what its organisation said to texts that it may itself have.
      create policy service_reads on alert_feedback for select to slt_service using (
        partner_id = (select acting_partner()) and (
          (select acting_owner()) is not null
          or exists (select from share_grant g join rendition r on r.id = g.rendition_id
                     where g.reader_id = (select acting_reader()) and g.shareable_id = alert_feedback.alert_id
                       and r.tlp >= alert_feedback.tlp and r.classification >= alert_feedback.classification)));
      create policy service_gives on alert_feedback for insert to slt_service with check (
        partner_id = (select acting_partner()) and not originates(alert_id)
        and exists (select from share_grant g join rendition r on r.id = g.rendition_id
                    where g.reader_id = (select acting_reader()) and g.shareable_id = alert_feedback.alert_id
                      and r.tlp = alert_feedback.tlp and r.classification = alert_feedback.classification));
      create policy service_changes on alert_feedback for update to slt_service
        using (partner_id = (select acting_partner())) with check (partner_id = (select acting_partner()));
      create policy service_withdraws on alert_feedback for delete to slt_service
        using (partner_id = (select acting_partner()));
      grant select, insert, delete on alert_feedback to slt_service;
      grant update (kind, note, is_anonymous, given_at) on alert_feedback to slt_service;
      grant select on alert_feedback to slt_engine;

      -- Who is suspended sees what it published, and learns nothing new by it.
      create function acting_is_active() returns boolean language sql stable security definer
        set search_path = pg_catalog, public, pg_temp
        as $$ select exists (select from partner p where p.id = acting_partner() and p.status = 'active') $$;

      -- How many organisations say what, in the order of the kinds above, as far as the acting reader may know: those
      -- that held the same text or a lower one; all of them for the originator.
      create function alert_corroboration(p_alert uuid) returns int[] language sql stable security definer
        set search_path = pg_catalog, public, pg_temp
        as $$
          with held as (
            select 4 as tlp, 2 as classification from shareable s
            where s.id = p_alert and s.originator_id = acting_owner() and acting_is_active()
            union all
            select r.tlp, r.classification from share_grant g join rendition r on r.id = g.rendition_id
            where g.shareable_id = p_alert and g.reader_id = acting_reader()
          ), latest as (
            select distinct on (f.partner_id, f.topic) f.kind from alert_feedback f
            where f.alert_id = p_alert
              and f.tlp <= (select max(tlp) from held) and f.classification <= (select max(classification) from held)
            order by f.partner_id, f.topic, f.given_at desc
          )
          select array[
            count(*) filter (where kind = 'confirm'), count(*) filter (where kind = 'dispute'),
            count(*) filter (where kind = 'no_longer_valid'), count(*) filter (where kind = 'helpful'),
            count(*) filter (where kind = 'acted_on'), count(*) filter (where kind = 'more_information')]::int[]
          from latest
        $$;

      -- What the acting originator received. Of whom did not wish to be named neither name nor time leaves, and the
      -- order is that of the words themselves.
      create function alert_feedback_received(p_alert uuid)
        returns table (kind text, note text, code text, name text, given_at timestamptz)
        language sql stable security definer set search_path = pg_catalog, public, pg_temp
        as $$
          with latest as (
            select distinct on (f.partner_id, f.topic) f.kind, f.note, f.is_anonymous, f.partner_id, f.given_at
            from alert_feedback f
            where f.alert_id = p_alert and acting_is_active()
              and exists (select from shareable s where s.id = p_alert and s.originator_id = acting_owner())
            order by f.partner_id, f.topic, f.given_at desc
          )
          select l.kind, l.note, p.code, p.name,
            case when not l.is_anonymous then date_trunc('hour', l.given_at, 'UTC') end
          from latest l left join partner p on p.id = l.partner_id and not l.is_anonymous
          order by l.kind, p.code nulls last, l.note
        $$;

      grant create on schema public to slt_engine;
      alter function acting_is_active() owner to slt_engine;
      alter function alert_corroboration(uuid) owner to slt_engine;
      alter function alert_feedback_received(uuid) owner to slt_engine;
      revoke create on schema public from slt_engine;
      revoke execute on function acting_is_active(), alert_corroboration(uuid), alert_feedback_received(uuid)
        from public;
      grant execute on function acting_is_active(), alert_corroboration(uuid), alert_feedback_received(uuid)
        to slt_service;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop function alert_feedback_received(uuid); drop function alert_corroboration(uuid);
      drop function acting_is_active();
      drop table alert_feedback;
    `);
  }
}
