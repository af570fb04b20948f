import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Endpoints of partners, what is to be sent to them, and what became of each attempt. */
export class Webhooks1767225600027 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(TABLES);
    await runner.query(POLICIES);
    await runner.query(PRIVILEGES);
    await runner.query(AUDIT);
    // One job for each endpoint; those that take nothing have a queue of their own, so that they keep nobody waiting.
    for (const queue of ['webhook', 'webhook-dead']) {
      await runner.query(`select pgboss.create_queue($1, $2)`, [
        queue,
        {
          policy: 'standard',
          retryLimit: 1_000_000,
          retryDelay: 0,
          expireInSeconds: 30,
          retentionMinutes: 525_600,
        },
      ]);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      select pgboss.delete_queue('webhook'), pgboss.delete_queue('webhook-dead');
      drop function audit_by_itself(text, text, uuid, jsonb, uuid[], uuid[]);
      drop index change_entry_withdrawn_idx; drop table webhook_attempt; drop table webhook_delivery; drop table webhook;
      drop function webhook_keep_keys();
    `);
  }
}

const TABLES = `
  create table webhook (
    id uuid constraint webhook_pkey primary key
      constraint webhook_follower_fkey references follower (id) on delete cascade,
    partner_id uuid not null constraint webhook_partner_fkey references partner (id),
    reader_id uuid not null constraint webhook_reader_fkey references reader (id),
    name text not null,
    url text not null,
    types text[] not null,
    filter jsonb,
    drills boolean not null,
    content text not null,
    ceiling_tlp smallint not null,
    ceiling_classification smallint not null,
    is_ordered boolean not null,
    -- Sealed: what is needed to sign, and what was until a moment ago.
    keys bytea not null,
    previous_keys bytea,
    previous_until timestamptz,
    public_key text not null,
    state text not null default 'active',
    reason text,
    state_at timestamptz not null default now(),
    -- Attempts that failed in a row, and since when.
    failures integer not null default 0,
    failing_since timestamptz,
    delivered_at timestamptz,
    not_before timestamptz not null default now(),
    -- Who is sending, and until when nobody else does.
    claim uuid,
    claimed_until timestamptz not null default now(),
    -- When its owner last had it tested.
    tested_at timestamptz,
    version integer not null default 1,
    created_at timestamptz not null default now(),
    constraint webhook_content_check check (content in ('thin', 'full')),
    constraint webhook_state_check check (state in ('active', 'resting', 'disabled')),
    constraint webhook_reason_check check ((reason is null) = (state = 'active')
      and reason in ('keeper', 'gone', 'failing', 'owner')),
    constraint webhook_ceiling_tlp_check check (ceiling_tlp between 0 and 4),
    constraint webhook_ceiling_classification_check check (ceiling_classification between 0 and 2)
  ) with (fillfactor = 50);
  create function webhook_keep_keys() returns trigger language plpgsql
    set search_path = pg_catalog, public, pg_temp as $$
    begin
      new.previous_keys := old.keys;
      return new;
    end $$;
  revoke execute on function webhook_keep_keys() from public;
  create trigger webhook_keys_replaced before update of keys on webhook
    for each row execute function webhook_keep_keys();
  create index webhook_reader_idx on webhook (reader_id, id);
  create index webhook_partner_idx on webhook (partner_id, id);
  create index webhook_resting_idx on webhook (id) where state = 'resting';

  create table webhook_delivery (
    id uuid constraint webhook_delivery_pkey primary key,
    webhook_id uuid not null constraint webhook_delivery_webhook_fkey references webhook (id) on delete cascade,
    type text not null,
    change text not null,
    object_id uuid not null,
    version integer,
    alarm boolean not null,
    is_drill boolean not null,
    -- In the reader's log; null for what the exchange tells about the endpoint itself.
    position bigint,
    at timestamptz not null,
    state text not null,
    due_at timestamptz not null,
    attempts integer not null default 0,
    first_attempt_at timestamptz,
    constraint webhook_delivery_type_check check (type in ('alert', 'report', 'webhook')),
    constraint webhook_delivery_state_check check (state in ('pending', 'delivered', 'failed'))
  );
  create unique index webhook_delivery_entry_key on webhook_delivery (webhook_id, is_drill, position);
  create index webhook_delivery_pending_idx on webhook_delivery (webhook_id, is_drill, position)
    where state = 'pending';
  create index webhook_delivery_failed_idx on webhook_delivery (webhook_id) where state = 'failed';
  create index webhook_delivery_at_idx on webhook_delivery (at);
  -- What was taken back from a reader, for endpoints that rest.
  create index change_entry_withdrawn_idx on change_entry (reader_id, position) where change = 'withdrawn';

  create table webhook_attempt (
    id uuid constraint webhook_attempt_pkey primary key,
    webhook_id uuid not null constraint webhook_attempt_webhook_fkey references webhook (id) on delete cascade,
    delivery_id uuid not null
      constraint webhook_attempt_delivery_fkey references webhook_delivery (id) on delete cascade,
    at timestamptz not null default now(),
    status smallint,
    error text,
    duration_ms integer not null,
    constraint webhook_attempt_error_check check (error in ('address_not_allowed', 'connection_failed', 'timeout',
      'redirect', 'refused', 'interrupted'))
  );
  create index webhook_attempt_webhook_idx on webhook_attempt (webhook_id, id);
  create index webhook_attempt_delivery_idx on webhook_attempt (delivery_id);
  create index webhook_attempt_at_idx on webhook_attempt (at);
`;

/** Read by its own reader, and by the partner as a whole; changed by its own reader alone. */
const POLICIES = `
  alter table webhook enable row level security;
  alter table webhook force row level security;
  create policy background_all on webhook to slt_background using (true) with check (true);
  create policy service_reads on webhook for select to slt_service
    using (reader_id = (select acting_reader()) or partner_id = (select acting_owner()));
  create policy service_opens on webhook for insert to slt_service
    with check (partner_id = (select acting_partner()) and reader_id = (select acting_reader()));
  create policy service_changes on webhook for update to slt_service
    using (reader_id = (select acting_reader())) with check (reader_id = (select acting_reader()));

  alter table webhook_delivery enable row level security;
  alter table webhook_delivery force row level security;
  create policy background_all on webhook_delivery to slt_background using (true) with check (true);
  create policy service_reads on webhook_delivery for select to slt_service
    using (exists (select from webhook w where w.id = webhook_delivery.webhook_id));
  create policy service_changes on webhook_delivery for update to slt_service
    using (exists (select from webhook w where w.id = webhook_delivery.webhook_id
                   and w.reader_id = (select acting_reader())));

  alter table webhook_attempt enable row level security;
  alter table webhook_attempt force row level security;
  create policy background_all on webhook_attempt to slt_background using (true) with check (true);
  create policy service_reads on webhook_attempt for select to slt_service
    using (exists (select from webhook w where w.id = webhook_attempt.webhook_id));
`;

/** Who serves requests writes keys and cannot read them, not even to keep them for a while: a trigger does that. */
const PRIVILEGES = `
  grant select (id, partner_id, reader_id, name, url, types, filter, drills, content, ceiling_tlp,
      ceiling_classification, is_ordered, previous_until, public_key, state, reason, state_at, failures, failing_since,
      delivered_at, tested_at, version, created_at),
    insert (id, partner_id, reader_id, name, url, types, filter, drills, content, ceiling_tlp,
      ceiling_classification, is_ordered, keys, public_key),
    update (name, url, types, filter, drills, content, ceiling_tlp, ceiling_classification, is_ordered,
      keys, previous_until, public_key, state, reason, state_at, failures, failing_since, not_before, tested_at, version)
    on webhook to slt_service;
  grant select on webhook_delivery, webhook_attempt to slt_service;
  grant update (state, due_at, attempts, first_attempt_at) on webhook_delivery to slt_service;
  grant select on webhook to slt_background;
  grant update (state, reason, state_at, failures, failing_since,
    delivered_at, not_before, claim, claimed_until) on webhook to slt_background;
  grant select, insert, delete on webhook_delivery, webhook_attempt to slt_background;
  grant update (state, due_at, attempts, first_attempt_at) on webhook_delivery to slt_background;
`;

/** What the exchange does by itself, for whom it concerns. */
const AUDIT = `
  create function audit_by_itself(p_action text, p_type text, p_object uuid, p_details jsonb, p_ids uuid[],
    p_viewers uuid[]) returns void
  language sql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
    insert into audit_entry (id, viewer_id, action, object_type, object_id, details)
    select copy.id, copy.viewer_id, p_action, p_type, p_object, p_details
    from unnest(p_ids, p_viewers) as copy (id, viewer_id)
  $$;
  grant create on schema public to slt_engine;
  alter function audit_by_itself(text, text, uuid, jsonb, uuid[], uuid[]) owner to slt_engine;
  revoke create on schema public from slt_engine;
  revoke execute on function audit_by_itself(text, text, uuid, jsonb, uuid[], uuid[]) from public;
  grant execute on function audit_by_itself(text, text, uuid, jsonb, uuid[], uuid[]) to slt_background;
`;
