import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** What the authorization server keeps, retry keys, and secrets of this installation. */
export class Identity1767225600006 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table oidc_record (
        model text not null,
        id text not null,
        payload jsonb not null,
        consumed_at timestamptz,
        expires_at timestamptz,
        constraint oidc_record_pkey primary key (model, id)
      );
      create index oidc_record_expires_idx on oidc_record (expires_at);

      -- Access tokens are self-contained; one revoked early is remembered until it would have ended.
      create table revoked_token (
        jti text constraint revoked_token_pkey primary key,
        expires_at timestamptz not null
      );
      create index revoked_token_expires_idx on revoked_token (expires_at);

      create table signing_key (
        kid text constraint signing_key_pkey primary key,
        private_jwk jsonb not null,
        created_at timestamptz not null default now(),
        -- Published at once, signing from here on, published until the last token it signed has ended.
        signs_from timestamptz not null,
        signs_until timestamptz not null,
        published_until timestamptz not null
      );

      create table installation_secret (
        name text constraint installation_secret_pkey primary key,
        value bytea not null
      );

      create table idempotency_key (
        client_id text not null constraint idempotency_key_client_fkey references client (id),
        key text not null,
        partner_id uuid not null constraint idempotency_key_partner_fkey references partner (id),
        request_digest bytea not null,
        resource_id uuid not null,
        created_at timestamptz not null default now(),
        constraint idempotency_key_pkey primary key (client_id, key)
      );
      create index idempotency_key_created_idx on idempotency_key (created_at);

      alter table oidc_record enable row level security;
      alter table oidc_record force row level security;
      create policy background_all on oidc_record to slt_background using (true) with check (true);
      alter table revoked_token enable row level security;
      alter table revoked_token force row level security;
      create policy background_all on revoked_token to slt_background using (true) with check (true);
      alter table signing_key enable row level security;
      alter table signing_key force row level security;
      create policy background_all on signing_key to slt_background using (true) with check (true);
      alter table installation_secret enable row level security;
      alter table installation_secret force row level security;
      create policy background_all on installation_secret to slt_background using (true) with check (true);
      alter table idempotency_key enable row level security;
      alter table idempotency_key force row level security;
      create policy service_own on idempotency_key to slt_service
        using (partner_id = (select acting_partner())) with check (partner_id = (select acting_partner()));
      create policy background_all on idempotency_key to slt_background using (true) with check (true);

      grant select, insert, update, delete on oidc_record, revoked_token, signing_key to slt_background;
      grant select, insert on installation_secret to slt_background;
      grant select, delete on idempotency_key to slt_background;
      grant select, insert on idempotency_key to slt_service;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop table idempotency_key; drop table installation_secret; drop table signing_key; drop table revoked_token;
      drop table oidc_record;
    `);
  }
}
