import { Injectable } from '@nestjs/common';
import { type Tx } from '../../core/database.js';

/** Longer than a mail server may take; what a process left undone goes on after it. */
const TAKEN_SECONDS = 90;
const ENTRIES_AT_ONCE = 200;

/** Partners for which, or for a membership of which, nobody answers. */
const RESTRICTED = `(
    select p.id as partner_id, p.restricted_since as since from partner p where p.restricted_since is not null
    union all
    select m.partner_id, m.restricted_since from membership m
    where m.restricted_since is not null and m.state in ('current', 'suspended'))`;

export interface TakenDutyMail {
  focal_point_id: string;
  alert_id: string;
  attempts: number;
  first_tried_at: Date;
  partner_id: string;
  partner_name: string;
  /** Null: deleted meanwhile. */
  email: string | null;
  languages: string[] | null;
}

/** All SQL on what duty addresses are told, as the system. */
@Injectable()
export class DutyRepository {
  /** Somebody answers again: the log is watched no more. What rests may come back, and is watched until then. */
  async endWatches(tx: Tx): Promise<void> {
    await tx.query(
      `delete from duty_watch w where not exists (select from ${RESTRICTED} r where r.partner_id = w.partner_id)`,
    );
  }

  /** Whoever is restricted without anybody watching, from the entry on that came first after it was. */
  async beginWatches(tx: Tx): Promise<void> {
    await tx.query(
      `insert into duty_watch (partner_id, position)
       select r.partner_id, coalesce((
         select e.position from change_entry e
         where e.reader_id = r.partner_id and not e.is_drill and e.at < min(r.since)
         order by e.position desc limit 1), 0)
       from ${RESTRICTED} r
       where not exists (select from duty_watch w where w.partner_id = r.partner_id)
       group by r.partner_id
       on conflict do nothing`,
    );
  }

  /** Writes mails about what is new in one log, in the transaction that moves on in it. @returns whether there was one */
  async follow(tx: Tx): Promise<boolean> {
    const [watch]: { partner_id: string; position: string }[] = await tx.query(
      `select w.partner_id, w.position from duty_watch w
       join change_head h on h.reader_id = w.partner_id and not h.is_drill and h.position > w.position
       order by random() limit 1 for update of w skip locked`,
    );
    if (watch === undefined) return false;
    // What the restriction itself changed is no news.
    const entries: { position: string; shareable_id: string; is_news: boolean }[] = await tx.query(
      `select e.position, e.shareable_id, not exists (
           select from partner p where p.id = e.reader_id and p.restricted_since = e.at
           union all select from membership m where m.partner_id = e.reader_id and m.restricted_since = e.at) as is_news
       from change_entry e
       where e.reader_id = $1 and not e.is_drill and e.position > $2 order by e.position limit ${ENTRIES_AT_ONCE}`,
      [watch.partner_id, watch.position],
    );
    const last = entries.at(-1);
    if (last === undefined) return false;
    const news = entries.filter((entry) => entry.is_news);
    const ids = [...new Set(news.map((entry) => entry.shareable_id))];
    await this.write(tx, watch.partner_id, ids);
    await tx.query(`update duty_watch set position = $2 where partner_id = $1`, [
      watch.partner_id,
      last.position,
    ]);
    return true;
  }

  /** Some that are due, which nobody else takes for a while. */
  async take(tx: Tx, limit: number): Promise<TakenDutyMail[]> {
    const [rows]: [TakenDutyMail[]] = await tx.query(
      `with due as (
         select focal_point_id, alert_id from duty_mail where state = 'waiting' and due_at <= now()
         order by due_at limit $1 for update skip locked)
       update duty_mail d set attempts = d.attempts + 1, first_tried_at = coalesce(d.first_tried_at, now()),
         due_at = now() + make_interval(secs => ${TAKEN_SECONDS})
       from due join focal_point f on f.id = due.focal_point_id join partner p on p.id = f.partner_id
       left join focal_point_contact c on c.focal_point_id = f.id
       where d.focal_point_id = due.focal_point_id and d.alert_id = due.alert_id
       returning d.focal_point_id, d.alert_id, d.attempts, d.first_tried_at, f.partner_id, p.name as partner_name,
         c.email, c.languages`,
      [limit],
    );
    return rows;
  }

  async settle(tx: Tx, mail: TakenDutyMail, state: 'sent' | 'dropped'): Promise<void> {
    await tx.query(
      `update duty_mail set state = $4 where focal_point_id = $1 and alert_id = $2 and attempts = $3`,
      [mail.focal_point_id, mail.alert_id, mail.attempts, state],
    );
  }

  async postpone(tx: Tx, mail: TakenDutyMail, until: Date): Promise<void> {
    await tx.query(
      `update duty_mail set due_at = $4 where focal_point_id = $1 and alert_id = $2 and attempts = $3`,
      [mail.focal_point_id, mail.alert_id, mail.attempts, until],
    );
  }

  /** To the duty lines; to whoever else speaks for the partner where there is none. */
  private async write(tx: Tx, partnerId: string, alertIds: string[]): Promise<void> {
    await tx.query(
      `with told as (
         select g.shareable_id as alert_id from share_grant g
         join shareable s on s.id = g.shareable_id and s.state = 'published' and s.originator_id <> $1
         join rendition r on r.id = g.rendition_id and r.tlp <= 1 and r.classification = 0
         join alert_rendition a on a.rendition_id = r.id and a.status = 'actual' and a.severity >= 3
         where g.reader_id = $1 and g.shareable_id = any ($2) and g.type = 'alert' and not g.is_drill
           and (exists (select from partner p where p.id = $1 and p.restricted_since is not null)
             or exists (select from membership m where m.partner_id = $1 and m.state = 'current'
                        and m.restricted_since is not null and m.arrangement_id = any (r.audience_arrangements)))
       ), there as (
         select f.id, f.role = 'duty_line' as is_duty, lower(c.email) as address
         from focal_point f join focal_point_contact c on c.focal_point_id = f.id
         where f.partner_id = $1 and f.state not in ('ended', 'departed') and f.valid_from <= now()
           and f.role not in ('training', 'finance')
       ), addressees as (
         select distinct on (address) id from there
         where is_duty or not exists (select from there where is_duty) order by address, id
       )
       insert into duty_mail (focal_point_id, alert_id) select a.id, t.alert_id from addressees a, told t
       on conflict do nothing`,
      [partnerId, alertIds],
    );
  }
}
