import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Short mails on their way, and the applications of organisations that are no partners yet. */
export class Applications1767225600028 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(NOTICES);
    await runner.query(TABLES);
    await runner.query(POLICIES);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop table partner_application_asking; drop table partner_application_event; drop table partner_application_message;
      drop table partner_application_document; drop table partner_application; drop table mail_notice;
    `);
  }
}

const NOTICES = `
  create table mail_notice (
    id uuid constraint mail_notice_pkey primary key,
    address text not null,
    language text not null,
    kind text not null,
    params jsonb not null,
    attempts integer not null default 0,
    first_tried_at timestamptz,
    due_at timestamptz not null default now(),
    created_at timestamptz not null default now(),
    constraint mail_notice_language_check check (language in ('en', 'fr', 'es', 'ar', 'ru', 'zh')),
    constraint mail_notice_attempts_check check (attempts >= 0)
  );
  create index mail_notice_due_idx on mail_notice (due_at);
  alter table mail_notice enable row level security;
  alter table mail_notice force row level security;
  create policy background_all on mail_notice to slt_background using (true) with check (true);
  -- Whoever acts may have somebody told, and cannot look who is.
  create policy service_posts on mail_notice for insert to slt_service
    with check ((select acting_partner()) is not null);
  grant select, insert, delete, update (attempts, first_tried_at, due_at) on mail_notice to slt_background;
  grant insert on mail_notice to slt_service;
`;

const TABLES = `
  create table partner_application (
    id uuid constraint partner_application_pkey primary key,
    state text not null,
    kind text not null,
    name text not null,
    statements jsonb not null,
    country text,
    name_key text not null,
    registration_key text,
    domains text[] not null,
    language text not null,
    -- Personal data: gone once it is erased.
    contact_name text,
    contact_title text,
    contact_email text,
    -- Of the private link; null when there is none.
    case_hash bytea constraint partner_application_case_key unique,
    -- Links to it that were used, which are good no more.
    link_turn integer not null default 0,
    link_asked_at timestamptz not null default now(),
    -- Who entered it by hand.
    entered_by uuid constraint partner_application_entered_by_fkey references partner (id),
    decide_by timestamptz,
    answer_by timestamptz,
    reason text,
    partner_id uuid constraint partner_application_partner_fkey references partner (id),
    created_at timestamptz not null default now(),
    submitted_at timestamptz,
    changed_at timestamptz not null default now(),
    erase_at timestamptz,
    constraint partner_application_state_check check (state in ('unconfirmed', 'submitted', 'vetting',
      'information_requested', 'approved', 'rejected', 'withdrawn', 'expired')),
    constraint partner_application_kind_check check (kind in ('un_entity', 'unsms_mou', 'io', 'ingo', 'national_ngo',
      'ngo_platform', 'red_cross_red_crescent', 'private_sector', 'donor')),
    constraint partner_application_language_check check (language in ('en', 'fr', 'es', 'ar', 'ru', 'zh')),
    constraint partner_application_submitted_check check (
      (state = 'unconfirmed') = (submitted_at is null) and (submitted_at is null) = (decide_by is null)),
    constraint partner_application_answer_check check ((state = 'information_requested') = (answer_by is not null)),
    constraint partner_application_partner_check check ((state = 'approved') = (partner_id is not null)),
    constraint partner_application_over_check check (
      erase_at is null or state in ('approved', 'rejected', 'withdrawn', 'expired'))
  );
  create index partner_application_state_idx on partner_application (state, id);
  create index partner_application_name_idx on partner_application (name_key);
  create index partner_application_email_idx on partner_application (contact_email);
  create index partner_application_submitted_idx on partner_application (submitted_at);
  create index partner_application_erase_idx on partner_application (erase_at);
  create index partner_application_partner_idx on partner_application (partner_id);

  create table partner_application_document (
    id uuid constraint partner_application_document_pkey primary key,
    application_id uuid not null constraint partner_application_document_application_fkey
      references partner_application (id) on delete cascade,
    kind text not null,
    name text not null,
    type text not null,
    digest bytea not null,
    content bytea not null,
    created_at timestamptz not null default now(),
    constraint partner_application_document_kind_check check (kind in ('cover_letter', 'registration_certificate',
      'un_partnership', 'unsms_memorandum', 'founding_act', 'member_list', 'contract', 'other')),
    constraint partner_application_document_bytes_check check (octet_length(content) between 1 and 5242880)
  );
  create index partner_application_document_application_idx on partner_application_document (application_id, id);

  create table partner_application_message (
    id uuid constraint partner_application_message_pkey primary key,
    application_id uuid not null constraint partner_application_message_application_fkey
      references partner_application (id) on delete cascade,
    side text not null,
    text text not null,
    at timestamptz not null default now(),
    constraint partner_application_message_side_check check (side in ('applicant', 'vetting'))
  );
  create index partner_application_message_application_idx on partner_application_message (application_id, id);

  -- Its own history.
  create table partner_application_event (
    id uuid constraint partner_application_event_pkey primary key,
    application_id uuid not null constraint partner_application_event_application_fkey
      references partner_application (id) on delete cascade,
    act text not null,
    state text not null,
    side text not null,
    partner_id uuid constraint partner_application_event_partner_fkey references partner (id),
    client_id text,
    reason text,
    at timestamptz not null default now(),
    constraint partner_application_event_side_check check (side in ('applicant', 'vetting', 'exchange')),
    constraint partner_application_event_actor_check check ((side = 'vetting') = (partner_id is not null))
  );
  create index partner_application_event_application_idx on partner_application_event (application_id, id);

  -- Who asked in the last day without credentials, which sends mail to an address that anybody may name.
  create table partner_application_asking (
    id uuid constraint partner_application_asking_pkey primary key,
    -- SHA-256 of the network from which.
    network bytea not null,
    -- The same of the wider network around it.
    prefix bytea not null,
    -- Who is to get a link to an application, if there is one, until that is looked at.
    address text,
    at timestamptz not null default now()
  );
  create index partner_application_asking_at_idx on partner_application_asking (at);
  create index partner_application_asking_address_idx on partner_application_asking (id) where address is not null;
`;

/** Whoever vets sees what was confirmed; applicants, who are no partners, are served by the background alone. */
const POLICIES = `
  alter table partner_application enable row level security;
  alter table partner_application force row level security;
  create policy background_all on partner_application to slt_background using (true) with check (true);
  create policy service_reads on partner_application for select to slt_service
    using ((select acting_partner()) is not null and (select acting_manages('applications')) and state <> 'unconfirmed');
  create policy service_changes on partner_application for update to slt_service
    using ((select acting_partner()) is not null and (select acting_manages('applications')) and state <> 'unconfirmed')
    with check ((select acting_partner()) is not null and (select acting_manages('applications')) and state <> 'unconfirmed');
  create policy service_enters on partner_application for insert to slt_service
    with check ((select acting_partner()) is not null and (select acting_manages('applications')) and state <> 'unconfirmed'
      and entered_by = (select acting_partner()));
  grant select, insert on partner_application to slt_service, slt_background;
  grant delete on partner_application to slt_background;
  grant update (state, decide_by, answer_by, reason, partner_id, changed_at, erase_at, case_hash)
    on partner_application to slt_service;
  grant update (state, decide_by, answer_by, submitted_at, changed_at, erase_at, case_hash, link_turn, link_asked_at,
    contact_name, contact_title, contact_email, statements, domains, reason) on partner_application to slt_background;

  alter table partner_application_document enable row level security;
  alter table partner_application_document force row level security;
  create policy background_all on partner_application_document to slt_background using (true) with check (true);
  create policy service_reads on partner_application_document for select to slt_service
    using (exists (select from partner_application a where a.id = application_id));
  grant select on partner_application_document to slt_service;
  grant select, insert, delete on partner_application_document to slt_background;

  alter table partner_application_message enable row level security;
  alter table partner_application_message force row level security;
  create policy background_all on partner_application_message to slt_background using (true) with check (true);
  create policy service_reads on partner_application_message for select to slt_service
    using (exists (select from partner_application a where a.id = application_id));
  create policy service_asks on partner_application_message for insert to slt_service
    with check (side = 'vetting' and exists (select from partner_application a where a.id = application_id));
  grant select, insert on partner_application_message to slt_service, slt_background;
  grant delete on partner_application_message to slt_background;

  alter table partner_application_event enable row level security;
  alter table partner_application_event force row level security;
  create policy background_all on partner_application_event to slt_background using (true) with check (true);
  create policy service_reads on partner_application_event for select to slt_service
    using (exists (select from partner_application a where a.id = application_id));
  create policy service_records on partner_application_event for insert to slt_service
    with check (side = 'vetting' and partner_id = (select acting_partner())
      and exists (select from partner_application a where a.id = application_id));
  grant select, insert on partner_application_event to slt_service, slt_background;
  grant update (reason) on partner_application_event to slt_background;

  alter table partner_application_asking enable row level security;
  alter table partner_application_asking force row level security;
  create policy background_all on partner_application_asking to slt_background using (true) with check (true);
  grant select, insert, delete, update (address) on partner_application_asking to slt_background;
`;
