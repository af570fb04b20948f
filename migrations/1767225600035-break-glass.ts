import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** What one client may do beyond its own for some hours, why, and what was thought of it later. */
export class BreakGlass1767225600035 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table break_glass (
        id uuid constraint break_glass_pkey primary key,
        partner_id uuid not null constraint break_glass_partner_fkey references partner (id),
        client_id text not null constraint break_glass_client_fkey references client (id),
        -- Added to those of the client.
        scopes text[] not null,
        -- Of its reader meanwhile, and before and after; null: not raised.
        ceiling_tlp smallint,
        ceiling_classification smallint,
        former_tlp smallint,
        former_classification smallint,
        reason text not null,
        granted_by text not null,
        state text not null default 'open',
        created_at timestamptz not null default now(),
        until timestamptz not null,
        ended_at timestamptz,
        outcome text,
        review_note text,
        reviewed_at timestamptz,
        constraint break_glass_state_check check (state in ('open', 'ended')),
        constraint break_glass_ended_check check ((ended_at is not null) = (state = 'ended')),
        constraint break_glass_until_check check (until > created_at and until <= created_at + interval '8 hours'),
        constraint break_glass_ceiling_check check (
          (num_nulls(ceiling_tlp, ceiling_classification, former_tlp, former_classification) = 4
            and cardinality(scopes) > 0)
          or (num_nulls(ceiling_tlp, ceiling_classification, former_tlp, former_classification) = 0
            and ceiling_tlp between former_tlp and 4 and ceiling_classification between former_classification and 2)),
        constraint break_glass_review_check check (
          num_nulls(outcome, review_note, reviewed_at) in (0, 3) and (outcome is null or state = 'ended')),
        constraint break_glass_outcome_check check (outcome in ('justified', 'not_justified'))
      );
      create unique index break_glass_open_key on break_glass (client_id) where state = 'open';
      create index break_glass_partner_idx on break_glass (partner_id, id);
      create index break_glass_until_idx on break_glass (until, id) where state = 'open';

      alter table break_glass enable row level security;
      alter table break_glass force row level security;
      create policy background_all on break_glass to slt_background using (true) with check (true);
      create policy service_reads on break_glass for select to slt_service
        using (partner_id = (select acting_owner()) or (select acting_manages('partners')));
      create policy service_grants on break_glass for insert to slt_service
        with check ((select acting_manages('partners')));
      create policy service_changes on break_glass for update to slt_service
        using ((select acting_manages('partners'))) with check ((select acting_manages('partners')));
      grant select, insert, update (state, ended_at, outcome, review_note, reviewed_at) on break_glass to slt_service;
      grant select, update (state, ended_at) on break_glass to slt_background;
    `);
    await runner.query(TELLING);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(DOWN_TELLING);
    // Whoever was raised is as before.
    await runner.query(`
      alter table reader no force row level security;
      alter table break_glass no force row level security;
      alter table client no force row level security;
      update reader r set ceiling_tlp = b.former_tlp, ceiling_classification = b.former_classification
        from break_glass b join client c on c.id = b.client_id
        where c.reader_id = r.id and b.state = 'open' and b.former_tlp is not null;
      set constraints all immediate;
      set constraints all deferred;
      alter table reader force row level security;
      alter table client force row level security;
      drop table break_glass;
    `);
  }
}

/**
 * Persons of an organisation, of which whoever acts sees nothing, are told in its language of what is done with it, or in an
 * arrangement: by the address of a sub-partner's sponsor, too, for it names nobody itself.
 */
const TELLING = `
  create policy engine_posts on mail_notice for insert to slt_engine with check (kind like 'focal\\_point.%');
  grant insert (id, address, language, kind, params) on mail_notice to slt_engine;
  grant select (role, arrangement_id, valid_from) on focal_point to slt_engine;

  create function notice_tell(p_partners uuid[], p_arrangement uuid, p_kind text, p_params jsonb) returns void
  language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
  begin
    if p_kind = 'focal_point.break_glass' then
      if not acting_manages('partners') then return; end if;
    elsif p_kind not in ('focal_point.tree_called', 'focal_point.tree_drill')
      or not (acting_manages('arrangements') or p_arrangement in (select acting_arrangements())) then
      return;
    end if;
    insert into mail_notice (id, address, language, kind, params)
    select gen_random_uuid(), t.email, t.language, p_kind, p_params || jsonb_build_object('id', t.id)
    from (
      select distinct on (lower(c.email)) f.id, c.email, coalesce((
        select split_part(lower(l.code), '-', 1) from unnest(c.languages) with ordinality as l (code, place)
        where split_part(lower(l.code), '-', 1) in ('en', 'fr', 'es', 'ar', 'ru', 'zh') order by l.place limit 1), 'en') as language
      from focal_point f join focal_point_contact c on c.focal_point_id = f.id
      join partner p on p.id = f.partner_id and p.status in ('active', 'suspended')
      where f.partner_id in (
          select coalesce(q.sponsor_id, q.id) from partner q where q.id = any (p_partners)
            and (p_arrangement is null or exists (
              select from membership m
              where m.partner_id = q.id and m.arrangement_id = p_arrangement and m.state = 'current')))
        and f.state not in ('ended', 'departed') and f.valid_from <= now()
        and (f.arrangement_id is null or f.arrangement_id = p_arrangement)
        and (f.role in ('administrator', 'duty_line')
          or (p_arrangement is not null and f.role in ('country', 'area', 'alternate')))
      order by lower(c.email), f.id) t;
  end $$;
  grant create on schema public to slt_engine;
  alter function notice_tell(uuid[], uuid, text, jsonb) owner to slt_engine;
  revoke create on schema public from slt_engine;
  revoke execute on function notice_tell(uuid[], uuid, text, jsonb) from public;
  grant execute on function notice_tell(uuid[], uuid, text, jsonb) to slt_service;
`;

const DOWN_TELLING = `
  drop function notice_tell(uuid[], uuid, text, jsonb);
  drop policy engine_posts on mail_notice;
  revoke insert (id, address, language, kind, params) on mail_notice from slt_engine;
  revoke select (role, arrangement_id, valid_from) on focal_point from slt_engine;
`;
