import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** SLT levels with their history, what each level expects to be there, and what is there. */
export class ArrangementLevels1767225600031 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(TABLES);
    await runner.query(BEFORE_HISTORY);
    await runner.query(PROPOSALS);
    await runner.query(POLICIES);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      revoke update (level, version, updated_at) on arrangement from slt_background;
      drop policy background_all on arrangement;
      create policy background_reads on arrangement for select to slt_background using (true);
      drop table readiness_provision; drop table level_setting; drop table arrangement_level;
    `);
  }
}

const TABLES = `
  create table arrangement_level (
    id uuid constraint arrangement_level_pkey primary key,
    arrangement_id uuid not null constraint arrangement_level_arrangement_fkey references arrangement (id),
    level text not null,
    reason text,
    -- The office that decided; null for what was there before history began.
    issuer text,
    -- Who recorded it.
    partner_id uuid constraint arrangement_level_partner_fkey references partner (id),
    starts_at timestamptz not null,
    ends_at timestamptz,
    state text not null,
    recorded_at timestamptz not null default now(),
    constraint arrangement_level_level_check check (level in ('regular', 'enhanced', 'emergency')),
    constraint arrangement_level_state_check check (state in ('planned', 'current', 'past', 'cancelled')),
    constraint arrangement_level_period_check check (ends_at >= starts_at),
    constraint arrangement_level_end_check check ((state = 'past') = (ends_at is not null))
  );
  create unique index arrangement_level_current_key on arrangement_level (arrangement_id) where state = 'current';
  create unique index arrangement_level_planned_key on arrangement_level (arrangement_id, starts_at)
    where state = 'planned';
  create index arrangement_level_history_idx on arrangement_level (arrangement_id, id);
  create index arrangement_level_due_idx on arrangement_level (starts_at) where state = 'planned';

  -- What a level expects: of one arrangement, or of all that say nothing of their own.
  create table level_setting (
    id uuid constraint level_setting_pkey primary key,
    arrangement_id uuid constraint level_setting_arrangement_fkey references arrangement (id),
    level text not null,
    -- Null: nothing of its own any more; kept so that versions go on, and none comes twice.
    expectations jsonb,
    -- Came with the service, from no source: until somebody has decided.
    is_proposal boolean not null default false,
    version integer not null default 1,
    updated_at timestamptz not null default now(),
    constraint level_setting_level_check check (level in ('regular', 'enhanced', 'emergency')),
    constraint level_setting_expectations_check check (jsonb_typeof(expectations) = 'array'),
    constraint level_setting_exchange_check check (expectations is not null or arrangement_id is not null)
  );
  create unique index level_setting_arrangement_key on level_setting (arrangement_id, level)
    where arrangement_id is not null;
  create unique index level_setting_exchange_key on level_setting (level) where arrangement_id is null;

  create table readiness_provision (
    arrangement_id uuid not null constraint readiness_provision_arrangement_fkey references arrangement (id),
    code text not null,
    -- Null: not there any more; kept as above.
    starts_at timestamptz,
    ends_at timestamptz,
    note text,
    version integer not null default 1,
    updated_at timestamptz not null default now(),
    constraint readiness_provision_pkey primary key (arrangement_id, code),
    constraint readiness_provision_code_check check (code ~ '^[a-z][a-z0-9_]{0,63}$'),
    constraint readiness_provision_period_check check (ends_at > starts_at),
    constraint readiness_provision_gone_check check (starts_at is not null or (ends_at is null and note is null))
  );
`;

/** Since when an older arrangement has its level, nobody wrote down: its last change is the latest it can be. */
const BEFORE_HISTORY = `
  alter table arrangement no force row level security;
  insert into arrangement_level (id, arrangement_id, level, starts_at, state)
    select gen_random_uuid(), id, level, updated_at, 'current' from arrangement;
  alter table arrangement force row level security;
`;

/** No accessible source says what the levels mean; these are proposals, and say so. */
const PROPOSALS = `
  insert into level_setting (id, level, expectations, is_proposal) values
    (gen_random_uuid(), 'regular', '[
      {"code": "focal_points", "label": "Named focal points on both sides", "dueDays": 30},
      {"code": "contact_list", "label": "Contact list", "dueDays": 30},
      {"code": "security_information", "label": "Access to general security information", "dueDays": 30},
      {"code": "training_invitations", "label": "Invitations to training"}]', true),
    (gen_random_uuid(), 'enhanced', '[
      {"code": "focal_points", "label": "Named focal points on both sides", "dueDays": 7},
      {"code": "scheduled_meetings", "label": "Scheduled security meetings", "dueDays": 14},
      {"code": "security_management_observer", "label": "Representation or observation by NGOs at the security management team", "dueDays": 30},
      {"code": "alert_feed", "label": "Alert feed", "dueDays": 14},
      {"code": "common_communications", "label": "Common communications", "dueDays": 30},
      {"code": "contingency_planning", "label": "Coordinated contingency planning", "dueDays": 60},
      {"code": "joint_training_plan", "label": "Joint training plan", "dueDays": 60}]', true),
    (gen_random_uuid(), 'emergency', '[
      {"code": "liaison_officer", "label": "Dedicated liaison officer", "dueDays": 3},
      {"code": "daily_exchange", "label": "Daily exchange", "dueDays": 1},
      {"code": "operations_room", "label": "Common operations room or information cell", "dueDays": 3},
      {"code": "pooled_communications", "label": "Pooled communications", "dueDays": 7},
      {"code": "surge_staff", "label": "Surge staff", "dueDays": 7},
      {"code": "joint_funding_request", "label": "Joint funding request", "dueDays": 14}]', true);
`;

const protect = (table: string): string => `
  alter table ${table} enable row level security;
  alter table ${table} force row level security;
`;
const MANAGES = `(select acting_manages('arrangements'))`;
const SEES = `(${MANAGES} or arrangement_id in (select acting_arrangements()))`;

const POLICIES = `
  ${protect('arrangement_level')}
  create policy service_reads on arrangement_level for select to slt_service using (${SEES});
  create policy service_records on arrangement_level for insert to slt_service
    with check (${MANAGES} and partner_id = (select acting_partner()));
  create policy service_changes on arrangement_level for update to slt_service
    using (${MANAGES}) with check (${MANAGES});
  create policy background_all on arrangement_level to slt_background using (true) with check (true);
  grant select, insert on arrangement_level to slt_service;
  grant select on arrangement_level to slt_background;
  grant update (state, ends_at) on arrangement_level to slt_service, slt_background;

  -- A level takes effect at its time by itself.
  drop policy background_reads on arrangement;
  create policy background_all on arrangement to slt_background using (true) with check (true);
  grant update (level, version, updated_at) on arrangement to slt_background;

  ${protect('level_setting')}
  create policy service_reads on level_setting for select to slt_service using (
    ${SEES} or (arrangement_id is null
      and (select exists (select from partner p where p.id = (select acting_partner())))));
  create policy service_adds on level_setting for insert to slt_service with check (${MANAGES});
  create policy service_changes on level_setting for update to slt_service using (${MANAGES}) with check (${MANAGES});
  grant select, insert on level_setting to slt_service;
  grant update (expectations, is_proposal, version, updated_at) on level_setting to slt_service;

  ${protect('readiness_provision')}
  create policy service_reads on readiness_provision for select to slt_service using (${SEES});
  create policy service_adds on readiness_provision for insert to slt_service with check (${MANAGES});
  create policy service_changes on readiness_provision for update to slt_service
    using (${MANAGES}) with check (${MANAGES});
  grant select, insert on readiness_provision to slt_service;
  grant update (starts_at, ends_at, note, version, updated_at) on readiness_provision to slt_service;
`;
