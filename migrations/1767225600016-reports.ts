import { type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * Reports from partners, held in custody: what they say, how far they have come, and what source and desk tell each
 * other. No column of any of these tables says whose a report is.
 */
export class Reports1767225600016 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(TABLES);
    await runner.query(POLICIES);
    await runner.query(FUNCTIONS);
    await runner.query(PRIVILEGES);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop policy service_reads on rendition;
      create policy service_reads on rendition for select to slt_service using (
        exists (select from share_grant g where g.rendition_id = rendition.id
                and g.reader_id = (select acting_reader()))
        or exists (select from shareable s where s.id = rendition.shareable_id
                   and s.originator_id = (select acting_owner()))
        or exists (select from custody c where c.shareable_id = rendition.shareable_id
                   and c.source_id = (select acting_owner())));
      drop function report_tell(uuid[], text[]); drop function report_reveal(uuid, uuid, uuid[], text, text);
      drop function report_source(uuid);
      drop table source_reveal; drop table report_message; drop table report_link; drop table report_outcome;
      drop table report_rendition; drop table report;
    `);
  }
}

const TABLES = `
  create table report (
    id uuid constraint report_pkey primary key constraint report_shareable_fkey references shareable (id),
    state text not null,
    -- The latest; its history is in report_outcome.
    outcome text,
    -- The partner whose desk has taken it.
    assignee_id uuid constraint report_assignee_fkey references partner (id),
    submitted_at timestamptz not null default now(),
    constraint report_state_check check (state in ('submitted', 'in_triage', 'concluded', 'withdrawn')),
    constraint report_outcome_check check (outcome in ('alert', 'merged', 'duplicate', 'recorded', 'not_used')),
    constraint report_concluded_check check (state <> 'concluded' or outcome is not null)
  );
  create index report_open_idx on report (submitted_at) where state in ('submitted', 'in_triage');

  create table report_rendition (
    rendition_id uuid constraint report_rendition_pkey primary key
      constraint report_rendition_rendition_fkey references rendition (id),
    report_id uuid not null constraint report_rendition_report_fkey references report (id),
    content jsonb not null
  );
  create index report_rendition_report_idx on report_rendition (report_id);

  create table report_outcome (
    id uuid constraint report_outcome_pkey primary key,
    report_id uuid not null constraint report_outcome_report_fkey references report (id),
    outcome text not null,
    reason text,
    explanation text not null,
    decided_by uuid not null constraint report_outcome_decided_by_fkey references partner (id),
    decided_at timestamptz not null default now(),
    constraint report_outcome_outcome_check check (outcome in ('alert', 'merged', 'duplicate', 'recorded', 'not_used')),
    constraint report_outcome_reason_check check ((outcome = 'not_used') = (reason is not null))
  );
  create index report_outcome_report_idx on report_outcome (report_id);

  create table report_link (
    outcome_id uuid constraint report_link_pkey primary key
      constraint report_link_outcome_fkey references report_outcome (id),
    target_id uuid not null constraint report_link_target_fkey references shareable (id)
  );
  create index report_link_target_idx on report_link (target_id);

  create table report_message (
    id uuid constraint report_message_pkey primary key,
    report_id uuid not null constraint report_message_report_fkey references report (id),
    side text not null,
    -- Null for what the source writes: the row does not say who that is.
    desk_id uuid constraint report_message_desk_fkey references partner (id),
    text text not null,
    sent_at timestamptz not null default now(),
    constraint report_message_side_check check (side in ('source', 'desk')),
    constraint report_message_desk_check check ((side = 'desk') = (desk_id is not null))
  );
  create index report_message_report_idx on report_message (report_id, id);

  create table source_reveal (
    id uuid constraint source_reveal_pkey primary key,
    report_id uuid not null constraint source_reveal_report_fkey references report (id),
    revealed_to uuid not null constraint source_reveal_revealed_to_fkey references partner (id),
    revealed_to_name text not null,
    reason text not null,
    revealed_at timestamptz not null default now()
  );
  create index source_reveal_report_idx on source_reveal (report_id);
`;

const isSource = (report: string): string => `exists (select from custody c
    where c.shareable_id = ${report} and c.source_id = (select acting_owner()))`;
const isGiven = (report: string): string => `exists (select from share_grant g
    where g.shareable_id = ${report} and g.reader_id = (select acting_reader()))`;
const isCustodian = (report: string): string => `exists (select from shareable s
    where s.id = ${report} and s.originator_id = (select acting_owner()))`;
/** The policy of \`report\` holds within it: what was withdrawn is no longer on anybody's desk. */
const isDesk = (report: string): string => `exists (select from report d where d.id = ${report}
    and (d.assignee_id = (select acting_owner()) or ${isCustodian('d.id')}))`;

const POLICIES = `
  -- What was taken back from the custodian is gone for it too, with the files that belong to it.
  drop policy service_reads on rendition;
  create policy service_reads on rendition for select to slt_service using (
    exists (select from share_grant g where g.rendition_id = rendition.id
            and g.reader_id = (select acting_reader()))
    or exists (select from shareable s where s.id = rendition.shareable_id
               and s.originator_id = (select acting_owner()) and not s.in_custody)
    or exists (select from custody c where c.shareable_id = rendition.shareable_id
               and c.source_id = (select acting_owner())));

  alter table report enable row level security;
  alter table report force row level security;
  create policy engine_reads on report for select to slt_engine using (true);
  create policy service_reads on report for select to slt_service using (${isSource('report.id')} or ${isGiven('report.id')});
  create policy service_submits on report for insert to slt_service with check (${isSource('report.id')});
  create policy service_changes on report for update to slt_service
    using (${isSource('report.id')} or ${isCustodian('report.id')} or assignee_id = (select acting_owner())
      or (assignee_id is null and (select acting_owner()) is not null and ${isGiven('report.id')}))
    with check (${isSource('report.id')} or ${isCustodian('report.id')} or assignee_id = (select acting_owner()));

  alter table report_rendition enable row level security;
  alter table report_rendition force row level security;
  create policy service_reads on report_rendition for select to slt_service using (
    ${isSource('report_rendition.report_id')}
    or exists (select from share_grant g where g.rendition_id = report_rendition.rendition_id
               and g.reader_id = (select acting_reader())));
  create policy service_writes on report_rendition for insert to slt_service
    with check (${isSource('report_rendition.report_id')});

  alter table report_outcome enable row level security;
  alter table report_outcome force row level security;
  create policy service_reads on report_outcome for select to slt_service
    using (${isSource('report_outcome.report_id')} or ${isDesk('report_outcome.report_id')});
  create policy service_decides on report_outcome for insert to slt_service
    with check (decided_by = (select acting_owner()) and ${isDesk('report_outcome.report_id')});

  -- For whoever may see both ends of it.
  alter table report_link enable row level security;
  alter table report_link force row level security;
  create policy service_reads on report_link for select to slt_service using (
    exists (select from report_outcome o where o.id = report_link.outcome_id)
    and exists (select from shareable s where s.id = report_link.target_id));
  create policy service_decides on report_link for insert to slt_service with check (
    exists (select from report_outcome o where o.id = report_link.outcome_id
            and o.decided_by = (select acting_owner()))
    and exists (select from shareable s where s.id = report_link.target_id));

  alter table report_message enable row level security;
  alter table report_message force row level security;
  create policy service_reads on report_message for select to slt_service
    using (${isSource('report_message.report_id')} or ${isDesk('report_message.report_id')});
  create policy service_writes on report_message for insert to slt_service with check (
    (side = 'source' and ${isSource('report_message.report_id')})
    or (side = 'desk' and desk_id = (select acting_owner()) and ${isDesk('report_message.report_id')}));

  alter table source_reveal enable row level security;
  alter table source_reveal force row level security;
  create policy engine_reveals on source_reveal for insert to slt_engine with check (true);
  create policy service_reads on source_reveal for select to slt_service
    using (revealed_to = (select acting_owner()) or ${isSource('source_reveal.report_id')});

  grant select, insert on report, report_rendition, report_outcome, report_link, report_message to slt_service;
  grant update (state, outcome, assignee_id) on report to slt_service;
  grant select on source_reveal to slt_service;
  grant select on report to slt_engine;
  grant insert on source_reveal to slt_engine;
`;

const FUNCTIONS = `
  -- How the source is called, for the source itself and, unless it is protected, for the custodian.
  create function report_source(p_report uuid) returns table (code text, name text)
    language sql stable security definer set search_path = pg_catalog, public, pg_temp
    as $$
      select p.code, p.name
      from custody c join shareable s on s.id = c.shareable_id join partner p on p.id = c.source_id
      where c.shareable_id = p_report and s.type = 'report'
        and (c.source_id = acting_owner() or (not c.is_protected and s.originator_id = acting_owner()))
    $$;

  -- The one way to a protected identity: for the custodian, with a reason, an audit entry and a word to the source.
  create function report_reveal(p_id uuid, p_report uuid, p_audit uuid[], p_client text, p_reason text)
    returns table (partner_id uuid, code text, name text)
    language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
    declare
      v_source uuid;
    begin
      select c.source_id into v_source
      from custody c join shareable s on s.id = c.shareable_id join report r on r.id = s.id
      where c.shareable_id = p_report and c.is_protected and s.originator_id = acting_owner()
        and r.state <> 'withdrawn';
      if v_source is null or length(p_reason) < 10 then
        raise exception 'only the custodian is told, for a reason' using errcode = 'insufficient_privilege';
      end if;
      insert into source_reveal (id, report_id, revealed_to, revealed_to_name, reason)
        select p_id, p_report, p.id, p.name, p_reason from partner p where p.id = acting_owner();
      insert into audit_entry (id, viewer_id, action, object_type, object_id, partner_id, client_id, details)
        select copy.id, copy.viewer_id, 'report.source_revealed', 'report', p_report, acting_owner(), copy.client_id,
          jsonb_build_object('reason', p_reason)
        from (values (p_audit[1], null::uuid, p_client), (p_audit[2], acting_owner(), p_client),
                     (p_audit[3], v_source, null)) as copy (id, viewer_id, client_id)
        where copy.client_id is not null or copy.viewer_id <> acting_owner();
      perform report_tell(array[p_report], array['source']);
      return query select p.id, p.code, p.name from partner p where p.id = v_source;
    end $$;

  -- Something about these reports has changed for one side of them, or for all who have them; nobody learns who that is.
  create function report_tell(p_reports uuid[], p_sides text[]) returns void
    language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
    begin
      if exists (
        select from unnest(p_reports) as told (id)
        where not exists (select from share_grant g where g.shareable_id = told.id and g.reader_id = acting_owner())
          or not exists (select from report r where r.id = told.id)) then
        raise exception 'only a party tells the others' using errcode = 'insufficient_privilege';
      end if;
      perform share_lock_shareables(p_reports);
      perform share_record(array(
        select distinct row(g.reader_id, g.shareable_id, g.rendition_id, g.rendition_id)::share_difference
        from unnest(p_reports, p_sides) as told (id, side)
        join report r on r.id = told.id
        join shareable s on s.id = r.id
        join share_grant g on g.shareable_id = r.id
        where told.side = 'all'
          or (told.side = 'source'
            and g.reader_id = (select c.source_id from custody c where c.shareable_id = r.id))
          or (told.side = 'desk' and g.reader_id in (s.originator_id, r.assignee_id))));
    end $$;
`;

const PRIVILEGES = `
  grant create on schema public to slt_engine;
  alter function report_source(uuid) owner to slt_engine;
  alter function report_reveal(uuid, uuid, uuid[], text, text) owner to slt_engine;
  alter function report_tell(uuid[], text[]) owner to slt_engine;
  revoke create on schema public from slt_engine;
  revoke execute on function report_source(uuid), report_reveal(uuid, uuid, uuid[], text, text),
    report_tell(uuid[], text[]) from public;
  grant execute on function report_source(uuid), report_reveal(uuid, uuid, uuid[], text, text),
    report_tell(uuid[], text[]) to slt_service;
`;
