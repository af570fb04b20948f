import { Injectable } from '@nestjs/common';
import { type Tx } from '../../core/database.js';

/** Longer than a mail server may take; what a process left undone goes on after it. */
const TAKEN_SECONDS = 90;
const ENTRIES_AT_ONCE = 200;
/**
 * So long after a duty address was last told of it, what is over is watched: it may still be extended, cancelled or
 * withdrawn. Later nobody acts by it any more, and a log that is read for ever on its behalf would serve nobody.
 */
const OVER_DAYS = 30;

/** Partners for which, or for a membership of which, nobody answers. */
const RESTRICTED = `(
    select p.id as partner_id, p.restricted_since as since from partner p where p.restricted_since is not null
    union all
    select m.partner_id, m.restricted_since from membership m
    where m.restricted_since is not null and m.state in ('current', 'suspended'))`;

/** What is to be told next. Whoever is sending about the same alert is not overtaken: that is seen when it is done. */
const AGAIN = `state = 'waiting', attempts = 0, first_tried_at = null,
  due_at = case when d.state = 'waiting' then least(d.due_at, now() + make_interval(secs => ${TAKEN_SECONDS}))
    else now() end`;
const SAME = `focal_point_id = $1 and alert_id = $2`;

/** An alert that changed in a log, with its last place there. */
interface Changed {
  id: string;
  position: string;
  /** Worth telling whoever was told of it. */
  alarm: boolean;
}

export interface TakenDutyMail {
  focal_point_id: string;
  alert_id: string;
  position: string;
  attempts: number;
  first_tried_at: Date;
  /** The label under which it was told of the alert before. */
  tlp: number | null;
  partner_id: string;
  partner_name: string;
  is_restricted: boolean;
  /** Null: deleted meanwhile. */
  email: string | null;
  languages: string[] | null;
}

/** All SQL on what duty addresses are told, as the system. */
@Injectable()
export class DutyRepository {
  /**
   * Somebody answers again: the log is watched no more, once it is read and all is withdrawn, or long over, of which a
   * duty address was told, or is about to be. What rests may come back, and is watched until then.
   */
  async endWatches(tx: Tx): Promise<void> {
    await tx.query(
      `delete from duty_watch w where not exists (select from ${RESTRICTED} r where r.partner_id = w.partner_id)
         and not exists (select from change_head h
           where h.reader_id = w.partner_id and not h.is_drill and h.position > w.position)
         and not exists (select from focal_point f join duty_mail d on d.focal_point_id = f.id
           join shareable s on s.id = d.alert_id and s.state <> 'withdrawn'
           where f.partner_id = w.partner_id and f.state not in ('ended', 'departed')
             and (d.tlp is not null or d.state = 'waiting')
             and (s.state = 'published'
               or greatest(d.due_at, case when s.state = 'expired' then s.expires_at end)
                 > now() - make_interval(hours => ${24 * OVER_DAYS})))`,
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
    // What the restriction itself changed is no news; nor is what its end did, to whoever was told before.
    const entries: { position: string; shareable_id: string; alarm: boolean; is_news: boolean }[] =
      await tx.query(
        `select e.position, e.shareable_id, e.alarm and not exists (
           select from partner p where p.id = e.reader_id and p.covered_at = e.at
           union all select from membership m where m.partner_id = e.reader_id and m.covered_at = e.at) as alarm,
         e.type = 'alert' and not exists (
           select from partner p where p.id = e.reader_id and p.restricted_since = e.at
           union all select from membership m where m.partner_id = e.reader_id and m.restricted_since = e.at) as is_news
       from change_entry e
       where e.reader_id = $1 and not e.is_drill and e.position > $2 order by e.position limit ${ENTRIES_AT_ONCE}`,
        [watch.partner_id, watch.position],
      );
    const last = entries.at(-1);
    if (last === undefined) return false;
    const changed = new Map<string, Changed>();
    for (const { shareable_id: id, position, alarm } of entries.filter((entry) => entry.is_news)) {
      changed.set(id, { id, position, alarm: alarm || changed.get(id)?.alarm === true });
    }
    await this.write(tx, watch.partner_id, [...changed.values()]);
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
       returning d.focal_point_id, d.alert_id, d.position, d.attempts, d.first_tried_at, d.tlp, f.partner_id,
         p.name as partner_name, c.email, c.languages,
         exists (select from ${RESTRICTED} r where r.partner_id = f.partner_id) as is_restricted`,
      [limit],
    );
    return rows;
  }

  /**
   * The last step before something leaves: from here on it counts as told.
   * @returns false when there is something newer to tell
   */
  async beginTelling(tx: Tx, mail: TakenDutyMail, tlp: number): Promise<boolean> {
    const [, held]: [unknown, number] = await tx.query(
      `update duty_mail set tlp = $5 where ${SAME} and position = $3 and attempts = $4 and state = 'waiting'`,
      [mail.focal_point_id, mail.alert_id, mail.position, mail.attempts, tlp],
    );
    return held > 0;
  }

  /** @param tlp the label under which it is told by now */
  async settle(tx: Tx, mail: TakenDutyMail, state: 'sent' | 'dropped', tlp: number | null): Promise<void> {
    const [, settled]: [unknown, number] = await tx.query(
      `update duty_mail set state = $5, tlp = $6 where ${SAME} and position = $3 and attempts = $4`,
      [mail.focal_point_id, mail.alert_id, mail.position, mail.attempts, state, tlp],
    );
    if (settled === 0) await this.release(tx, mail);
  }

  async postpone(tx: Tx, mail: TakenDutyMail, until: Date): Promise<void> {
    const [, postponed]: [unknown, number] = await tx.query(
      `update duty_mail set due_at = $5 where ${SAME} and position = $3 and attempts = $4`,
      [mail.focal_point_id, mail.alert_id, mail.position, mail.attempts, until],
    );
    if (postponed === 0) await this.release(tx, mail);
  }

  /** What came meanwhile need not wait any longer. */
  private async release(tx: Tx, mail: TakenDutyMail): Promise<void> {
    await tx.query(
      `update duty_mail set due_at = now()
       where ${SAME} and position > $3 and attempts = 0 and state = 'waiting'`,
      [mail.focal_point_id, mail.alert_id, mail.position],
    );
  }

  /**
   * To whom was told of it, or is being told: that it has changed, whatever it has become. Of what is severe, to the duty
   * lines, and to whoever else speaks for the partner where there is none.
   */
  private async write(tx: Tx, partnerId: string, changed: Changed[]): Promise<void> {
    await tx.query(
      `update duty_mail d set position = c.position, ${AGAIN}
       from jsonb_to_recordset($2::jsonb) as c (id uuid, position bigint, alarm boolean), focal_point f
       where f.id = d.focal_point_id and f.partner_id = $1 and d.alert_id = c.id and c.alarm
         and d.position < c.position and (d.tlp is not null or d.state = 'waiting')`,
      [partnerId, JSON.stringify(changed)],
    );
    await tx.query(
      `with told as (
         select g.shareable_id as alert_id, c.position from share_grant g
         join jsonb_to_recordset($2::jsonb) as c (id uuid, position bigint) on c.id = g.shareable_id
         join shareable s on s.id = g.shareable_id and s.state = 'published' and s.originator_id <> $1
         join rendition r on r.id = g.rendition_id and r.tlp <= 1 and r.classification = 0
         join alert_rendition a on a.rendition_id = r.id and a.status = 'actual' and a.severity >= 3
         where g.reader_id = $1 and g.type = 'alert' and not g.is_drill
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
       insert into duty_mail as d (focal_point_id, alert_id, position)
       select a.id, t.alert_id, t.position from addressees a, told t
       on conflict (focal_point_id, alert_id) do update set position = excluded.position, ${AGAIN}
       where d.position < excluded.position and d.tlp is null and d.state <> 'waiting'`,
      [partnerId, JSON.stringify(changed)],
    );
  }
}
