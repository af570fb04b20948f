import { Injectable } from '@nestjs/common';
import { type Tx } from '../core/database.js';
import { type ReportContent } from './report-content.js';

export interface ContributedReport {
  id: string;
  state: string;
  tlp: number;
  classification: number;
  content: ReportContent;
}

const OWN = `custody c join report p on p.id = c.shareable_id
  join rendition r on r.shareable_id = p.id and r.is_current
  join report_rendition x on x.rendition_id = r.id
  where c.source_id = (select acting_owner())`;

/** The reports of which the acting partner is the source, all of them. */
@Injectable()
export class ReportContributionsRepository {
  /** As they stand; in order of id. */
  async list(tx: Tx, afterId: string | undefined, limit: number): Promise<ContributedReport[]> {
    return tx.query(
      `select p.id, p.state, r.tlp, r.classification, x.content from ${OWN} and ($1::uuid is null or p.id > $1)
       order by p.id limit $2`,
      [afterId ?? null, limit],
    );
  }

  /** One that is not withdrawn and names its source. */
  async findInItsName(tx: Tx): Promise<string | null> {
    const rows: { id: string }[] = await tx.query(
      `select p.id from ${OWN} and p.state <> 'withdrawn' and x.content->>'attribution' = 'named'
       order by p.id limit 1`,
    );
    return rows[0]?.id ?? null;
  }
}
