import { type MigrationInterface, type QueryRunner } from 'typeorm';
import { type AlertContent } from '../src/alerts/alert-content.js';
import { indexOf } from '../src/alerts/alert-index.js';

const BATCH = 500;

/** What alerts are found, counted and compared by; texts are folded anew, so that single characters are found. */
export class AlertIndex1767225600012 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table alert_rendition
        add state text, add urgency text, add certainty text, add begins_at timestamptz, add originator_code text,
        add incident_types text[], add languages text[], add countries text[], add geocodes text[];
    `);
    await this.fill(runner);
    await runner.query(`
      alter table alert_rendition
        alter state set not null, alter urgency set not null, alter certainty set not null,
        alter begins_at set not null, alter incident_types set not null, alter languages set not null,
        alter countries set not null, alter geocodes set not null;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table alert_rendition
        drop state, drop urgency, drop certainty, drop begins_at, drop originator_code, drop incident_types,
        drop languages, drop countries, drop geocodes;
    `);
  }

  /** The owner of a table is bound by its policies only as long as they are forced upon it. */
  private async fill(runner: QueryRunner): Promise<void> {
    await runner.query('alter table alert_rendition no force row level security');
    let after = '00000000-0000-0000-0000-000000000000';
    for (;;) {
      const rows = (await runner.query(
        'select rendition_id as id, content from alert_rendition where rendition_id > $1 order by 1 limit $2',
        [after, BATCH],
      )) as { id: string; content: AlertContent }[];
      const last = rows.at(-1);
      if (last === undefined) break;
      after = last.id;
      await runner.query(
        `update alert_rendition a set state = r.state, urgency = r.urgency, certainty = r.certainty,
           begins_at = r.begins_at, originator_code = r.originator_code, incident_types = r.incident_types,
           languages = r.languages, countries = r.countries, geocodes = r.geocodes,
           search = to_tsvector('simple', r.search)
         from jsonb_to_recordset($1::jsonb) as r (id uuid, state text, urgency text, certainty text,
           begins_at timestamptz, originator_code text, incident_types text[], languages text[], countries text[],
           geocodes text[], search text)
         where a.rendition_id = r.id`,
        [JSON.stringify(rows.map(({ id, content }) => ({ id, ...indexOf(content) })))],
      );
    }
    await runner.query('alter table alert_rendition force row level security');
  }
}
