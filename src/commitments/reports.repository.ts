import { Injectable } from '@nestjs/common';
import { type Tx } from '../core/database.js';
import { type Standing } from './commitment.rules.js';
import { type ReportRow } from './reports.dto.js';
import { type RatingCount } from './scorecard.rules.js';

/** All SQL on scorecards and yearly reports. */
@Injectable()
export class ReportsRepository {
  /** None where the actor is no member. */
  async listMembers(
    tx: Tx,
    arrangementId: string,
  ): Promise<(Standing & { code: string; name: string; sponsor: string | null; now: Date })[]> {
    return tx.query(
      `with member as (select * from commitment_members($1))
       select p.code, p.name, s.code as sponsor, coalesce(sm.version, m.version) as version,
         coalesce(sm.renew_by, m.renew_by) as "renewBy", least(sm.read_only_from, m.read_only_from) as "readOnlyFrom",
         now() as now
       from member m join partner p on p.id = m.partner_id
       left join partner s on s.id = p.sponsor_id
       left join member sm on sm.partner_id = p.sponsor_id
       order by p.code`,
      [arrangementId],
    );
  }

  async countRatings(tx: Tx, arrangementId: string): Promise<RatingCount[]> {
    return tx.query(`select commitment, rating, members from commitment_ratings($1)`, [arrangementId]);
  }

  /** What there was of each partner within a year, of UTC. */
  async list(
    tx: Tx,
    year: number,
    { partnerId, afterId, limit }: { partnerId?: string; afterId?: string; limit: number },
  ): Promise<ReportRow[]> {
    return tx.query(
      `with year as (select make_timestamptz($1, 1, 1, 0, 0, 0, 'UTC') as starts_at,
         make_timestamptz($1 + 1, 1, 1, 0, 0, 0, 'UTC') as ends_at)
       select p.id, p.code, p.name, p.kind, p.renew_by as "renewBy", p.read_only_from as "readOnlyFrom", now() as now,
         (select t.version from commitment_acceptance c join commitment_text t on t.id = c.text_id
          where c.partner_id = p.id order by c.signed_at desc, c.id desc limit 1) as version,
         ${listed(ACCEPTANCES)} as acceptances, ${listed(LAPSES)} as lapses, ${listed(ASSESSMENTS)} as assessments
       from partner p cross join year y
       where ($2::uuid is null or p.id = $2) and ($3::uuid is null or p.id > $3) and p.created_at < y.ends_at
       order by p.id limit $4`,
      [year, partnerId ?? null, afterId ?? null, limit],
    );
  }
}

const listed = (rows: string): string => `coalesce((select jsonb_agg(to_jsonb(o)) from (${rows}) o), '[]')`;

const ACCEPTANCES = `
  select t.version, c.accepted_at as "acceptedAt", c.valid_until as "validUntil"
  from commitment_acceptance c join commitment_text t on t.id = c.text_id
  where c.partner_id = p.id and c.accepted_at >= y.starts_at and c.accepted_at < y.ends_at order by c.id`;

const LAPSES = `
  select r.lapsed_at as at, (select min(c.accepted_at) from commitment_acceptance c
    where c.partner_id = r.partner_id and c.accepted_at > r.lapsed_at and c.accepted_at < y.ends_at) as until
  from commitment_reminder r
  where r.partner_id = p.id and r.lapsed_at >= y.starts_at and r.lapsed_at < y.ends_at order by r.lapsed_at`;

const ASSESSMENTS = `
  select distinct on (s.country, s.commitment) s.country, s.commitment, s.rating, s.assessed_at as "assessedAt",
    count(*) over (partition by s.country, s.commitment)::int as assessments
  from commitment_assessment s
  where s.partner_id = p.id and s.assessed_at >= y.starts_at and s.assessed_at < y.ends_at
  order by s.country, s.commitment, s.version desc`;
