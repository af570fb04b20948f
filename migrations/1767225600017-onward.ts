import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Requests to pass a text on to somebody it was not written for, and texts that become less restricted by themselves. */
export class Onward1767225600017 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table release_request (
        id uuid constraint release_request_pkey primary key,
        alert_id uuid not null constraint release_request_alert_fkey references shareable (id),
        -- The text that the asker held: whatever is granted is this one.
        rendition_id uuid not null constraint release_request_rendition_fkey references rendition (id),
        asker_id uuid not null constraint release_request_asker_fkey references partner (id),
        originator_id uuid not null constraint release_request_originator_fkey references partner (id),
        -- To whom it should go, by the code that the asker knows: it need not be able to look it up.
        partner_id uuid not null constraint release_request_partner_fkey references partner (id),
        partner_code text not null,
        asker_code text not null,
        until timestamptz not null,
        reason text not null,
        state text not null default 'open',
        asked_at timestamptz not null default now(),
        answered_at timestamptz,
        granted_until timestamptz,
        conditions text,
        answer_reason text,
        release_id uuid constraint release_request_release_fkey references onward_release (id),
        constraint release_request_state_check check (state in ('open', 'granted', 'denied', 'ended')),
        constraint release_request_answer_check check ((state = 'open') = (answered_at is null)),
        constraint release_request_granted_check check (
          (state in ('granted', 'ended')) = (release_id is not null) and (release_id is null) = (granted_until is null))
      );
      create unique index release_request_open_key on release_request (rendition_id, partner_id, asker_id)
        where state = 'open';
      create index release_request_asker_idx on release_request (asker_id, id);
      create index release_request_originator_idx on release_request (originator_id, id);
      create index release_request_partner_idx on release_request (partner_id, id) where release_id is not null;
      create unique index release_request_release_key on release_request (release_id);

      alter table release_request enable row level security;
      alter table release_request force row level security;
      -- Whom it names learns of what was granted, and never that anything was asked for.
      create policy service_reads on release_request for select to slt_service using (
        asker_id = (select acting_owner()) or originator_id = (select acting_owner())
        or (partner_id = (select acting_owner()) and release_id is not null));
      create policy service_asks on release_request for insert to slt_service with check (
        asker_id = (select acting_owner()) and state = 'open' and not originates(alert_id)
        and exists (select from share_grant g where g.reader_id = (select acting_owner())
                    and g.shareable_id = alert_id and g.rendition_id = release_request.rendition_id)
        and exists (select from shareable s where s.id = alert_id and s.type = 'alert'
                    and s.originator_id = release_request.originator_id and not s.in_custody));
      create policy service_answers on release_request for update to slt_service
        using (originator_id = (select acting_owner())) with check (originator_id = (select acting_owner()));
      grant select, insert on release_request to slt_service;
      grant update (state, answered_at, granted_until, conditions, answer_reason, release_id) on release_request
        to slt_service;

      -- Why a text cannot be released to somebody, null when it can: to its originator the reason, to who holds it no more
      -- than that.
      create function release_refusal(p_rendition uuid, p_partner uuid) returns text
        language sql stable security definer set search_path = pg_catalog, public, pg_temp
        as $$
          with refusal as (
            select s.id as shareable_id, case
              when not r.is_current or s.state not in ('published', 'expired') then 'replaced'
              when exists (select from share_grant g join rendition h on h.id = g.rendition_id
                           where g.shareable_id = s.id and g.reader_id = p.id
                             and (h.tlp, h.classification) >= (r.tlp, r.classification)) then 'has it'
              when p.status <> 'active' then 'inactive'
              when r.audience_except @> array[p.id] then 'excluded'
              when r.tlp > p.ceiling_tlp or r.classification > p.ceiling_classification then 'ceiling'
            end as reason
            from rendition r join shareable s on s.id = r.shareable_id, partner p
            where r.id = p_rendition and p.id = p_partner
          )
          select case when f.reason is null or originates(f.shareable_id) then f.reason else 'refused' end
          from refusal f
          where originates(f.shareable_id)
            or exists (select from share_grant g where g.rendition_id = p_rendition and g.reader_id = acting_reader())
        $$;
      grant create on schema public to slt_engine;
      alter function release_refusal(uuid, uuid) owner to slt_engine;
      revoke create on schema public from slt_engine;
      revoke execute on function release_refusal(uuid, uuid) from public;
      grant execute on function release_refusal(uuid, uuid) to slt_service;

      -- What its originator says it becomes, and when.
      alter table rendition add column downgrade_at timestamptz, add column downgrade_tlp smallint,
        add column downgrade_classification smallint,
        add constraint rendition_downgrade_check check (
          num_nonnulls(downgrade_at, downgrade_tlp, downgrade_classification) in (0, 3)),
        add constraint rendition_downgrade_lower_check check (
          downgrade_tlp between 0 and tlp and downgrade_classification between 0 and classification
          and downgrade_tlp + downgrade_classification < tlp + classification),
        add constraint rendition_downgrade_consistent_check check (
          (downgrade_classification < 2 or downgrade_tlp >= 3) and (downgrade_classification < 1 or downgrade_tlp >= 2));
      create index rendition_downgrade_idx on rendition (downgrade_at) where is_current and downgrade_at is not null;
      grant update (downgrade_at, downgrade_tlp, downgrade_classification) on rendition to slt_service;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table rendition drop column downgrade_at, drop column downgrade_tlp, drop column downgrade_classification;
      drop function release_refusal(uuid, uuid);
      drop table release_request;
    `);
  }
}
