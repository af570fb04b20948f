import { Injectable } from '@nestjs/common';
import { type Tx } from '../core/database.js';
import { type AlertContent } from './alert-content.js';

export interface ContributedAlert {
  id: string;
  state: string;
  renditions: { tlp: number; classification: number; content: AlertContent }[];
}

const OWN = `s.originator_id = (select acting_owner()) and s.type = 'alert' and not s.in_custody`;

/** The acting partner's alerts, all of them. */
@Injectable()
export class AlertContributionsRepository {
  /** As they stand; in order of id. */
  async list(tx: Tx, afterId: string | undefined, limit: number): Promise<ContributedAlert[]> {
    return tx.query(
      `select s.id, s.state, (
         select jsonb_agg(jsonb_build_object('tlp', r.tlp, 'classification', r.classification, 'content', a.content)
           order by r.ordinal)
         from rendition r join alert_rendition a on a.rendition_id = r.id
         where r.shareable_id = s.id and r.is_current) as renditions
       from shareable s
       where ${OWN} and ($1::uuid is null or s.id > $1) order by s.id limit $2`,
      [afterId ?? null, limit],
    );
  }

  /** One that is not withdrawn: of those that are out, only if they name their originator. */
  async findInItsName(tx: Tx): Promise<string | null> {
    const rows: { id: string }[] = await tx.query(
      `select s.id from shareable s
       where ${OWN} and s.state <> 'withdrawn'
         and (s.state in ('draft', 'pending_release') or not exists (
           select from alert_rendition a
           where a.alert_id = s.id and a.content->>'attribution' is distinct from 'named'))
       order by s.id limit 1`,
    );
    return rows[0]?.id ?? null;
  }
}
