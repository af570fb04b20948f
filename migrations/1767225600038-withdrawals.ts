import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** What becomes of what a partner contributed, by its own choice, when it withdraws. */
export class Withdrawals1767225600038 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table partner_withdrawal (
        partner_id uuid constraint partner_withdrawal_pkey primary key
          constraint partner_withdrawal_partner_fkey references partner (id),
        choice text not null,
        state text not null,
        requested_at timestamptz not null default now(),
        -- Until when it can be fetched, and by which link; of that only a digest is kept.
        fetch_until timestamptz,
        link_hash bytea,
        finished_at timestamptz,
        constraint partner_withdrawal_choice_check check (choice in ('return', 'deletion')),
        constraint partner_withdrawal_state_check check (state in ('returning', 'withdrawing', 'done')),
        constraint partner_withdrawal_return_check check ((choice = 'return') = (fetch_until is not null)),
        constraint partner_withdrawal_link_check check ((link_hash is not null) = (state = 'returning')),
        constraint partner_withdrawal_finished_check check ((finished_at is not null) = (state = 'done'))
      );
      create unique index partner_withdrawal_link_key on partner_withdrawal (link_hash);
      create index partner_withdrawal_due_idx on partner_withdrawal (requested_at, partner_id)
        where state <> 'done';

      alter table partner_withdrawal enable row level security;
      alter table partner_withdrawal force row level security;
      create policy background_all on partner_withdrawal to slt_background using (true) with check (true);
      create policy service_reads on partner_withdrawal for select to slt_service using (
        partner_id = (select acting_owner()) or (select acting_manages('partners'))
        or partner_id in (select acting_sub_partners()));
      create policy service_requests on partner_withdrawal for insert to slt_service with check (
        ((select acting_manages('partnership')) and partner_id = (select acting_owner()))
        or (choice = 'deletion' and ((select acting_manages('partners'))
          or ((select acting_manages('sub-partners')) and partner_id in (select acting_sub_partners())))));
      grant select, insert on partner_withdrawal to slt_service;
      grant select, update (state, link_hash, finished_at) on partner_withdrawal to slt_background;

      -- Itself it can do nothing to its row but end it.
      create policy service_withdraws on partner for update to slt_service
        using ((select acting_manages('partnership')) and id = (select acting_owner()))
        with check ((select acting_manages('partnership')) and id = (select acting_owner()) and status = 'withdrawn');
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop policy service_withdraws on partner; drop table partner_withdrawal;`);
  }
}
