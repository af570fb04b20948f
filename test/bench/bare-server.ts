import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import pg from 'pg';
import { type AlertContent } from '../../src/alerts/alert-content.js';
import { presentContent } from '../../src/alerts/alerts.view.js';

/**
 * The yardstick: node:http and pg, the same SQL as a superuser that no policy concerns, the same bytes, no token, no
 * validation. Run as a process of its own: DATABASE_URL and READER come by argument.
 */
const [databaseUrl, readerId] = process.argv.slice(2);
const pool = new pg.Pool({ connectionString: databaseUrl, max: 10 });

interface Row {
  id: string;
  version: number;
  position: string;
  changed_at: Date;
  content: AlertContent;
}

const PAGE = {
  name: 'page',
  text: `select g.shareable_id as id, g.version, g.position, g.changed_at, a.content
    from share_grant g join alert_rendition a on a.rendition_id = g.rendition_id
    where g.reader_id = $1 and g.type = 'alert' order by g.position desc limit 51`,
};

const ITEM = {
  name: 'item',
  text: `select g.shareable_id as id, g.version, g.position, g.changed_at, a.content
    from share_grant g join alert_rendition a on a.rendition_id = g.rendition_id
    where g.reader_id = $1 and g.shareable_id = $2`,
};

const view = (row: Row): object => ({
  id: row.id,
  version: row.version,
  changedAt: row.changed_at.toISOString(),
  ...presentContent(row.content, row.content.texts[0]?.language),
});

const server = createServer((request, response) => {
  const id = /^\/v1\/alerts\/([0-9a-f-]{36})$/.exec(request.url ?? '')?.[1];
  const query = id === undefined ? { ...PAGE, values: [readerId] } : { ...ITEM, values: [readerId, id] };
  pool
    .query<Row>(query)
    .then(({ rows }) => {
      const page = rows.slice(0, 50);
      const nextCursor = 'x'.repeat(43);
      const body = id === undefined ? { items: page.map(view), nextCursor } : view(rows[0] as Row);
      response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
    })
    .catch((error: unknown) => {
      response.writeHead(500).end(String(error));
    });
});

server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
});
