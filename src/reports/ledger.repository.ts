import { Injectable } from '@nestjs/common';
import { type Tx } from '../core/database.js';

export interface LedgerRow {
  month: string;
  given: number;
  outcomes: number;
  alerts: number;
}

@Injectable()
export class LedgerRepository {
  /** What the acting partner gave and got back, by month in UTC, newest first; the other side does not show. */
  async list(tx: Tx, months: number): Promise<LedgerRow[]> {
    return tx.query(
      `with given as (
         select r.id, r.submitted_at from custody c join report r on r.id = c.shareable_id
         where c.source_id = acting_owner()
       ), counted as (
         select submitted_at as at, 1 as given, 0 as outcomes, 0 as alerts from given
         union all
         select min(o.decided_at), 0, 1, 0 from report_outcome o join given on given.id = o.report_id
         group by o.report_id
         union all
         select min(e.at), 0, 0, 1 from change_entry e
         where e.reader_id = acting_reader() and e.type = 'alert' and e.change = 'published' and not e.is_drill
         group by e.shareable_id
       )
       select to_char(at at time zone 'UTC', 'YYYY-MM') as month, sum(given)::int as given,
         sum(outcomes)::int as outcomes, sum(alerts)::int as alerts
       from counted
       where at >= date_trunc('month', now() at time zone 'UTC') at time zone 'UTC' - make_interval(months => $1 - 1)
       group by 1 order by 1 desc`,
      [months],
    );
  }
}
