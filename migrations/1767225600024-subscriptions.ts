import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Who is to be told of what by mail, and what is on its way to them. */
export class Subscriptions1767225600024 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(SUBSCRIPTIONS);
    await runner.query(OUTBOX);
    await runner.query(POLICIES);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop table mail_asking; drop table mail_line; drop table mail_message; drop table mail_thread; drop table subscription_recipient;
      drop table subscription;
    `);
  }
}

const SUBSCRIPTIONS = `
  create table subscription (
    id uuid constraint subscription_pkey primary key,
    partner_id uuid not null constraint subscription_partner_fkey references partner (id),
    reader_id uuid not null constraint subscription_reader_fkey references reader (id),
    name text not null,
    -- It may tell where somebody works: read by the reader and by what delivers to it, and logged nowhere.
    filter jsonb not null,
    drills boolean not null,
    -- What is above it is announced by mail, and not told.
    mail_tlp smallint not null,
    mail_classification smallint not null,
    created_at timestamptz not null default now(),
    changed_at timestamptz not null default now(),
    constraint subscription_mail_tlp_check check (mail_tlp between 0 and 4),
    constraint subscription_mail_classification_check check (mail_classification between 0 and 2)
  );
  create index subscription_reader_idx on subscription (reader_id, id);
  create index subscription_partner_idx on subscription (partner_id);

  create table subscription_recipient (
    id uuid constraint subscription_recipient_pkey primary key,
    subscription_id uuid not null constraint subscription_recipient_subscription_fkey
      references subscription (id) on delete cascade,
    reader_id uuid not null constraint subscription_recipient_reader_fkey references reader (id),
    address text not null,
    language text not null,
    time_zone text not null,
    delivery text not null,
    -- Local times of the day, as hh:mm.
    digest_at text[] not null,
    quiet_from text,
    quiet_until text,
    max_per_hour integer not null,
    state text not null default 'unconfirmed',
    state_changed_at timestamptz not null default now(),
    -- The codes with which its mail server refused for good; never its words.
    failure text,
    last_sent_at timestamptz,
    -- Until then somebody is sending to it; one mail at a time, so that they arrive in order.
    taken_until timestamptz not null default now(),
    constraint subscription_recipient_delivery_check check (delivery in ('immediate', 'digest')),
    constraint subscription_recipient_digest_check check ((delivery = 'digest') = (digest_at <> '{}')),
    constraint subscription_recipient_quiet_check check ((quiet_from is null) = (quiet_until is null)),
    constraint subscription_recipient_max_per_hour_check check (max_per_hour > 0),
    constraint subscription_recipient_state_check
      check (state in ('unconfirmed', 'confirmed', 'unsubscribed', 'failed')),
    constraint subscription_recipient_failure_check check ((state = 'failed') = (failure is not null))
  );
  create unique index subscription_recipient_address_key on subscription_recipient (subscription_id, address);
`;

const OUTBOX = `
  -- Of what a recipient was told, or is being told: the mails about it are one thread, and its end is told there too.
  create table mail_thread (
    recipient_id uuid not null constraint mail_thread_recipient_fkey
      references subscription_recipient (id) on delete cascade,
    alert_id uuid not null constraint mail_thread_alert_fkey references shareable (id),
    -- Whether it was told at once for being severe.
    is_urgent boolean not null,
    -- The label under which it was told; null until it was.
    tlp smallint,
    constraint mail_thread_pkey primary key (recipient_id, alert_id),
    constraint mail_thread_tlp_check check (tlp between 0 and 4)
  );

  create table mail_message (
    id uuid constraint mail_message_pkey primary key,
    recipient_id uuid not null constraint mail_message_recipient_fkey
      references subscription_recipient (id) on delete cascade,
    kind text not null,
    alert_id uuid constraint mail_message_alert_fkey references shareable (id),
    is_drill boolean not null default false,
    -- The first one of its thread, which the others name.
    is_first boolean not null default false,
    -- Nobody has begun to send it: what is new can still go with it.
    is_open boolean not null default true,
    state text not null default 'waiting',
    created_at timestamptz not null default now(),
    due_at timestamptz not null,
    -- Of what is withdrawn, the label under which it was told.
    tlp smallint,
    attempts integer not null default 0,
    first_tried_at timestamptz,
    settled_at timestamptz,
    constraint mail_message_kind_check check (kind in ('confirmation', 'alert', 'withdrawal', 'digest')),
    constraint mail_message_alert_check check ((alert_id is not null) = (kind in ('alert', 'withdrawal'))),
    constraint mail_message_tlp_check check (tlp between 0 and 4),
    constraint mail_message_withdrawal_check check ((tlp is not null) = (kind = 'withdrawal')),
    constraint mail_message_state_check check (state in ('waiting', 'sent', 'dropped')),
    constraint mail_message_open_check check (not is_open or state = 'waiting'),
    constraint mail_message_settled_check check ((settled_at is null) = (state = 'waiting'))
  ) with (fillfactor = 70);
  create index mail_message_due_idx on mail_message (due_at) where state = 'waiting';
  create index mail_message_settled_idx on mail_message (settled_at) where state <> 'waiting';
  create index mail_message_recipient_idx on mail_message (recipient_id, created_at);
  create unique index mail_message_open_digest_key on mail_message (recipient_id, is_drill)
    where is_open and kind = 'digest';
  create unique index mail_message_open_alert_key on mail_message (recipient_id, alert_id)
    where is_open and kind = 'alert';

  -- One alert in a digest, however often it has changed.
  create table mail_line (
    message_id uuid not null constraint mail_line_message_fkey references mail_message (id) on delete cascade,
    alert_id uuid not null constraint mail_line_alert_fkey references shareable (id),
    changes integer not null,
    constraint mail_line_pkey primary key (message_id, alert_id),
    constraint mail_line_changes_check check (changes > 0)
  );

  -- How often an address was asked whether it agrees, by anybody: outlives what was asked for, and is kept for a day.
  create table mail_asking (
    id uuid constraint mail_asking_pkey primary key,
    address_digest bytea not null,
    asked_at timestamptz not null default now()
  );
  create index mail_asking_address_idx on mail_asking (address_digest);
`;

const POLICIES = `
  alter table subscription enable row level security;
  alter table subscription force row level security;
  create policy background_reads on subscription for select to slt_background using (true);
  create policy service_own on subscription to slt_service
    using (reader_id = (select acting_reader()))
    with check (reader_id = (select acting_reader()) and partner_id = (select acting_partner()));

  alter table subscription_recipient enable row level security;
  alter table subscription_recipient force row level security;
  -- Who confirms, or has had enough, is no partner.
  create policy background_all on subscription_recipient to slt_background using (true) with check (true);
  create policy service_own on subscription_recipient to slt_service
    using (reader_id = (select acting_reader())) with check (reader_id = (select acting_reader()));

  alter table mail_thread enable row level security;
  alter table mail_thread force row level security;
  create policy background_all on mail_thread to slt_background using (true) with check (true);

  alter table mail_message enable row level security;
  alter table mail_message force row level security;
  create policy background_all on mail_message to slt_background using (true) with check (true);
  -- A recipient is asked for confirmation in the transaction that names it; nothing else is sent by hand.
  create policy service_asks on mail_message for insert to slt_service with check (kind = 'confirmation'
    and exists (select from subscription_recipient r where r.id = mail_message.recipient_id
                and r.reader_id = (select acting_reader())));

  alter table mail_line enable row level security;
  alter table mail_line force row level security;
  create policy background_all on mail_line to slt_background using (true) with check (true);

  alter table mail_asking enable row level security;
  alter table mail_asking force row level security;
  create policy background_all on mail_asking to slt_background using (true) with check (true);

  grant select, insert, delete on subscription, subscription_recipient to slt_service;
  grant update (name, filter, drills, mail_tlp, mail_classification, changed_at) on subscription to slt_service;
  grant update (language, time_zone, delivery, digest_at, quiet_from, quiet_until, max_per_hour, state,
    state_changed_at, failure) on subscription_recipient to slt_service;
  grant insert (id, recipient_id, kind, due_at) on mail_message to slt_service;
  grant select on subscription to slt_background;
  grant select, update (state, state_changed_at, failure, last_sent_at, taken_until) on subscription_recipient to slt_background;
  grant select, insert, update, delete on mail_thread, mail_message, mail_line to slt_background;
  grant select, insert, delete on mail_asking to slt_background;
`;
