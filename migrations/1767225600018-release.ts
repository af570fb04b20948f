import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** The release of alerts by a second person: from which handling a partner requires it, and what waits for it. */
export class Release1767225600018 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table release_policy (
        partner_id uuid constraint release_policy_pkey primary key
          constraint release_policy_partner_fkey references partner (id),
        -- Either is enough; nothing stated is no requirement.
        tlp smallint,
        classification smallint,
        -- What one client wishes in its place and another has yet to confirm, for it holds less.
        proposed_tlp smallint,
        proposed_classification smallint,
        proposed_by text,
        proposed_at timestamptz,
        constraint release_policy_tlp_check check (tlp between 0 and 4),
        constraint release_policy_classification_check check (classification between 0 and 2),
        constraint release_policy_proposed_tlp_check check (proposed_tlp between 0 and 4),
        constraint release_policy_proposed_classification_check check (proposed_classification between 0 and 2),
        constraint release_policy_proposed_check check ((proposed_by is null) = (proposed_at is null)
          and (proposed_by is not null or num_nonnulls(proposed_tlp, proposed_classification) = 0))
      );
      create table alert_release (
        alert_id uuid constraint alert_release_pkey primary key
          constraint alert_release_alert_fkey references shareable (id),
        partner_id uuid not null constraint alert_release_partner_fkey references partner (id),
        subject text not null,
        state text not null,
        -- What is to be said in the place of what stands; kept only while it waits.
        proposal jsonb,
        asked_by text not null,
        asked_at timestamptz not null default now(),
        -- Where the alert stood then.
        asked_version integer not null,
        asked_state text not null,
        decided_by text,
        decided_at timestamptz,
        reason text,
        constraint alert_release_subject_check check (subject in ('alert', 'update', 'translation')),
        constraint alert_release_state_check check (state in ('waiting', 'released', 'refused')),
        constraint alert_release_proposal_check
          check ((proposal is not null) = (state = 'waiting' and subject <> 'alert')),
        constraint alert_release_decision_check check ((state = 'waiting') = (decided_by is null)),
        constraint alert_release_persons_check check (state <> 'released' or decided_by <> asked_by),
        constraint alert_release_reason_check check ((state = 'refused') = (reason is not null))
      );

      alter table release_policy enable row level security;
      alter table release_policy force row level security;
      -- Also a narrowed client must know that it has to wait.
      create policy service_reads on release_policy for select to slt_service
        using (partner_id = (select acting_partner()));
      create policy service_states on release_policy for insert to slt_service
        with check (partner_id = (select acting_owner()));
      create policy service_changes on release_policy for update to slt_service
        using (partner_id = (select acting_owner())) with check (partner_id = (select acting_owner()));
      grant select, insert on release_policy to slt_service;
      grant update (tlp, classification, proposed_tlp, proposed_classification, proposed_by, proposed_at)
        on release_policy to slt_service;

      alter table alert_release enable row level security;
      alter table alert_release force row level security;
      create policy service_reads on alert_release for select to slt_service
        using (partner_id = (select acting_owner()));
      create policy service_asks on alert_release for insert to slt_service
        with check (partner_id = (select acting_owner()) and originates(alert_id) and state = 'waiting');
      create policy service_decides on alert_release for update to slt_service
        using (partner_id = (select acting_owner())) with check (partner_id = (select acting_owner()));
      create policy service_drops on alert_release for delete to slt_service
        using (partner_id = (select acting_owner()));
      grant select, insert, delete on alert_release to slt_service;
      grant update (subject, state, proposal, asked_by, asked_at, asked_version, asked_state, decided_by, decided_at,
        reason) on alert_release to slt_service;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table alert_release; drop table release_policy;');
  }
}
