import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Until when somebody must say that a client is still needed, and what was said. */
export class AccessReview1767225600039 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(ATTESTATIONS);
    await runner.query(ATTEST);
    await runner.query(SPOKEN_FOR);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table client no force row level security;
      update client set scopes = array_remove(scopes, 'clients:attest') where 'clients:attest' = any (scopes);
      alter table client force row level security;
      drop function client_attest(text, text[], boolean, timestamptz);
      alter policy engine_reads on client using (focal_point_id is not null);
      drop policy engine_attests on client;
      revoke select (scopes, attest_by), update (scopes, attest_by) on client from slt_engine;
      drop table client_attestation;
      alter table client drop column attest_by, drop column attest_told_for, drop column attest_told_days;
    `);
  }
}

/** A sub-partner speaks for no client: its sponsor does. */
const SPONSORED = `((select acting_manages('sub-partners')) and partner_id in (select acting_sub_partners()))`;

const ATTESTATIONS = `
  alter table client add column attest_by timestamptz not null default now() + interval '180 days',
    -- Of which day, and how many days before it, it was last said that somebody must speak.
    add column attest_told_for timestamptz,
    add column attest_told_days smallint,
    add constraint client_attest_told_check check ((attest_told_for is null) = (attest_told_days is null));
  grant update (attest_told_for, attest_told_days) on client to slt_background;
  -- Sooner, when the steward asks.
  grant update (attest_by) on client to slt_service;

  create table client_attestation (
    id uuid constraint client_attestation_pkey primary key,
    partner_id uuid not null constraint client_attestation_partner_fkey references partner (id),
    client_id text not null constraint client_attestation_client_fkey references client (id),
    outcome text not null,
    -- Scopes that it gave up.
    dropped text[] not null,
    note text not null,
    attested_by text not null,
    created_at timestamptz not null default now(),
    constraint client_attestation_outcome_check check (outcome in ('kept', 'narrowed', 'revoked')),
    constraint client_attestation_dropped_check check ((cardinality(dropped) > 0) = (outcome = 'narrowed'))
  );
  create index client_attestation_partner_idx on client_attestation (partner_id, id);

  alter table client_attestation enable row level security;
  alter table client_attestation force row level security;
  create policy service_reads on client_attestation for select to slt_service
    using (partner_id = (select acting_owner()) or (select acting_manages('partners')) or ${SPONSORED});
  create policy service_attests on client_attestation for insert to slt_service with check (
    (select acting_manages('partners'))
    or (partner_id = (select acting_owner()) and (select acting_manages('clients'))) or ${SPONSORED});
  grant select, insert on client_attestation to slt_service;
`;

/** Who managed the exchange before this must not fall silent with nobody left to speak. */
const SPOKEN_FOR = `
  alter table client no force row level security;
  update client set scopes = array_append(scopes, 'clients:attest')
    where 'partners:manage' = any (scopes) and not 'clients:attest' = any (scopes);
  alter table client force row level security;
`;

/**
 * A partner does not change its clients, the steward does; but it says which of them it still needs. So a function does
 * that, by which no client can come to do more.
 */
const ATTEST = `
  alter policy engine_reads on client using (true);
  create policy engine_attests on client for update to slt_engine using (true) with check (true);
  grant select (scopes, attest_by), update (scopes, attest_by) on client to slt_engine;

  -- Gives the scopes that it dropped; null for a client that is not the actor's to attest, or was revoked.
  create function client_attest(p_client text, p_kept text[], p_revoke boolean, p_by timestamptz) returns text[]
  language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
  declare former client%rowtype;
  begin
    select id, partner_id, reader_id, scopes into former.id, former.partner_id, former.reader_id, former.scopes
      from client where id = p_client and revoked_at is null
        and (acting_manages('partners') or partner_id = acting_owner() and acting_manages('clients')
          or ${SPONSORED})
      for update;
    if not found then return null; end if;
    update client set attest_by = p_by, revoked_at = case when p_revoke then now() end,
      scopes = array(select s from unnest(former.scopes) s where s = any (p_kept))
    where id = p_client;
    if p_revoke and former.reader_id <> former.partner_id then
      update reader set is_open = false where id = former.reader_id;
    end if;
    return array(select s from unnest(former.scopes) s where s <> all (p_kept));
  end $$;

  grant create on schema public to slt_engine;
  alter function client_attest(text, text[], boolean, timestamptz) owner to slt_engine;
  revoke create on schema public from slt_engine;
  revoke execute on function client_attest(text, text[], boolean, timestamptz) from public;
  grant execute on function client_attest(text, text[], boolean, timestamptz) to slt_service;
`;
