import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Forums of arrangements and their meetings: for current members, as far as their ceilings reach. */
export class Forums1767225600032 implements MigrationInterface {
  /** Which later migrations widen, and to which they go back. */
  static readonly statements = (sponsors: boolean) => ({ places: places(sponsors) });

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(TABLES);
    await runner.query(places(false));
    await runner.query(OWNED_BY_ENGINE);
    await runner.query(POLICIES);
    await runner.query(HANDING_OVER);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      `drop function forum_hand_over(uuid, uuid, integer, integer); drop table meeting; drop table forum; drop function acting_places();`,
    );
  }
}

const TABLES = `
  create table forum (
    id uuid constraint forum_pkey primary key,
    arrangement_id uuid not null constraint forum_arrangement_fkey references arrangement (id),
    -- Who calls the meetings and writes down what was said.
    convenor_id uuid not null constraint forum_convenor_fkey references partner (id),
    name text not null,
    purpose text,
    time_zone text not null,
    schedule text,
    is_closed boolean not null default false,
    version integer not null default 1,
    created_at timestamptz not null default now()
  );
  create index forum_arrangement_idx on forum (arrangement_id, id);

  create table meeting (
    id uuid constraint meeting_pkey primary key,
    forum_id uuid not null constraint meeting_forum_fkey references forum (id),
    title text not null,
    starts_at timestamptz not null,
    ends_at timestamptz,
    place text,
    agenda text[] not null,
    tlp smallint not null,
    classification smallint not null,
    -- The Chatham House Rule: who said something, or took it on, is not kept at all.
    is_unattributed boolean not null,
    is_cancelled boolean not null default false,
    minutes jsonb,
    actions jsonb not null default '[]',
    version integer not null default 1,
    created_at timestamptz not null default now(),
    -- What is RED is for those in the room, and is not written down.
    constraint meeting_tlp_check check (tlp between 0 and 3),
    constraint meeting_classification_check check (classification between 0 and 2),
    constraint meeting_period_check check (ends_at > starts_at),
    constraint meeting_attribution_check check (not is_unattributed or (
      not jsonb_path_exists(coalesce(minutes, '[]'), '$[*].speaker')
      and not jsonb_path_exists(actions, '$[*].owner')))
  );
  create index meeting_forum_idx on meeting (forum_id, id);
`;

/**
 * Where the acting reader is a member now, and what it may receive there at most; companies and donors are not reached
 * through arrangements.
 * @param sponsors whether there are members that have nothing but what their sponsor has there too
 */
const places = (sponsors: boolean): string => {
  const above = (column: string): string => (sponsors ? `s.${column}, sm.${column}, ` : '');
  return `
  create or replace function acting_places() returns table (arrangement_id uuid, tlp smallint, classification smallint)
    language sql stable security definer set search_path = pg_catalog, public, pg_temp
    as $$
      select m.arrangement_id,
        least(m.ceiling_tlp, p.ceiling_tlp, ${above('ceiling_tlp')}r.ceiling_tlp, answered.tlp),
        least(m.ceiling_classification, p.ceiling_classification, ${above('ceiling_classification')}
          r.ceiling_classification, answered.classification)
      from membership m join partner p on p.id = m.partner_id
      join reader r on r.id = acting_reader() and r.partner_id = p.id${
        sponsors
          ? `
      left join partner s on s.id = p.sponsor_id and s.status = 'active'
      left join membership sm on sm.partner_id = s.id and sm.arrangement_id = m.arrangement_id and sm.state = 'current'`
          : ''
      }
      -- As the rule has it: while nobody answers, GREEN and UNCLASSIFIED at most.
      left join (values (1::smallint, 0::smallint)) answered (tlp, classification)
        on m.restricted_since is not null or p.restricted_since is not null
          ${sponsors ? 'or s.restricted_since is not null or sm.restricted_since is not null' : ''}
      where m.partner_id = acting_partner() and m.state = 'current' and p.status = 'active'
        and p.kind not in ('private_sector', 'donor')
        ${sponsors ? 'and (p.sponsor_id is null or sm.id is not null)' : ''}
        and (r.arrangement_ids is null or m.arrangement_id = any (r.arrangement_ids))
    $$;
  `;
};

const OWNED_BY_ENGINE = `
  grant create on schema public to slt_engine;
  alter function acting_places() owner to slt_engine;
  revoke create on schema public from slt_engine;
  revoke execute on function acting_places() from public;
  grant execute on function acting_places() to slt_service;
`;

const HERE = 'arrangement_id in (select p.arrangement_id from acting_places() p)';
const CONVENES = `(convenor_id = (select acting_partner()) or (select acting_manages('arrangements')))`;
const inForum = (more: string): string => `
  exists (select from forum f join acting_places() p on p.arrangement_id = f.arrangement_id
          where f.id = meeting.forum_id and meeting.tlp <= p.tlp and meeting.classification <= p.classification${more})`;
const MAY_WRITE = inForum(` and ${CONVENES}`);

const POLICIES = `
  alter table forum enable row level security;
  alter table forum force row level security;
  create policy service_reads on forum for select to slt_service using (${HERE});
  create policy service_creates on forum for insert to slt_service
    with check (${HERE} and convenor_id = (select acting_partner()));
  create policy service_changes on forum for update to slt_service
    using (${HERE} and ${CONVENES}) with check (${HERE} and ${CONVENES});
  grant select, insert on forum to slt_service;
  grant update (name, purpose, time_zone, schedule, is_closed, version) on forum to slt_service;

  alter table meeting enable row level security;
  alter table meeting force row level security;
  create policy service_reads on meeting for select to slt_service using (${inForum('')});
  create policy service_creates on meeting for insert to slt_service with check (${MAY_WRITE});
  create policy service_changes on meeting for update to slt_service using (${MAY_WRITE}) with check (${MAY_WRITE});
  grant select, insert on meeting to slt_service;
  grant update (title, starts_at, ends_at, place, agenda, is_unattributed, is_cancelled, minutes, actions, version)
    on meeting to slt_service;
`;

/**
 * A convenor that is gone, or does not answer, hands over nothing: whoever manages arrangements can at any time, without
 * reading what it is. Whoever is to convene it has room for it, as if it opened one.
 */
const HANDING_OVER = `
  -- At most so many that are open, and so many at all, that it convenes there.
  create function forum_hand_over(p_forum uuid, p_to uuid, p_open integer, p_all integer)
  returns table (outcome text, former uuid)
  language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
  declare
    v_forum forum;
    v_open bigint;
    v_all bigint;
  begin
    select * into v_forum from forum where id = p_forum for no key update;
    if not found or acting_partner() is null or not (acting_manages('arrangements')
      or exists (select from acting_places() p where p.arrangement_id = v_forum.arrangement_id)) then
      return query select 'hidden', null::uuid;
    elsif not acting_manages('arrangements') and v_forum.convenor_id <> acting_partner() then
      return query select 'forbidden', null::uuid;
    elsif not exists (
      select from membership m join partner p on p.id = m.partner_id
      where m.arrangement_id = v_forum.arrangement_id and m.partner_id = p_to and m.state = 'current'
        and p.status = 'active' and p.kind not in ('private_sector', 'donor')) then
      return query select 'no_member', null::uuid;
    else
      -- Others that it opens, or is handed, at the same time wait.
      perform pg_advisory_xact_lock(hashtextextended('forums ' || v_forum.arrangement_id || p_to, 0));
      select count(*) filter (where not f.is_closed), count(*) into v_open, v_all from forum f
      where f.arrangement_id = v_forum.arrangement_id and f.convenor_id = p_to and f.id <> p_forum;
      if v_all >= p_all or (not v_forum.is_closed and v_open >= p_open) then
        return query select 'full', null::uuid;
        return;
      end if;
      update forum set convenor_id = p_to, version = version + 1 where id = p_forum;
      return query select 'done', v_forum.convenor_id;
    end if;
  end $$;

  create policy engine_reads on forum for select to slt_engine using (true);
  create policy engine_hands_over on forum for update to slt_engine using (true) with check (true);
  grant select, update (convenor_id, version) on forum to slt_engine;
  grant create on schema public to slt_engine;
  alter function forum_hand_over(uuid, uuid, integer, integer) owner to slt_engine;
  revoke create on schema public from slt_engine;
  revoke execute on function forum_hand_over(uuid, uuid, integer, integer) from public;
  grant execute on function forum_hand_over(uuid, uuid, integer, integer) to slt_service;
`;
