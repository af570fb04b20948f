import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { get, request as httpRequest, type IncomingMessage } from 'node:http';
import { join as joinPath } from 'node:path';
import { Readable } from 'node:stream';
import pg from 'pg';
import { AttachmentsService } from '../../src/attachments/attachments.service.js';
import { startApp, type TestApp } from '../support/app.js';
import { query } from '../support/database.js';
import {
  alert,
  alertInput,
  arrangement,
  client,
  join,
  leave,
  partner,
  renditionInput,
  type TestArrangement,
  type TestPartner,
} from '../support/factories.js';
import { reportInput, submitted } from '../reports/reporting.js';
import { type Answer, expectStatus, type Http, type Problem } from '../support/http.js';

const image = (name: string): Buffer => readFileSync(joinPath('test', 'fixtures', 'images', name));

interface Attachment {
  id: string;
  name: string;
  type: string;
  bytes: number;
  digest: string;
}

let app: TestApp;
let author: TestPartner;
let reader: TestPartner;
let stranger: TestPartner;
let place: TestArrangement;
beforeAll(async () => {
  app = await startApp({ settings: { SLT_ATTACHMENT_MAX_BYTES: String(3 * 1024 * 1024) } });
  // What a file takes is seen by how much the table grows, which no vacuum may take away or make room for meanwhile.
  await query(
    app.database.superuserUrl,
    'alter table attachment_chunk set (autovacuum_enabled = false, toast.autovacuum_enabled = false)',
  );
  [author, reader, stranger] = [
    await partner(app, { kind: 'un_entity' }),
    await partner(app, { ceiling: { tlp: 'GREEN' } }),
    await partner(app),
  ];
  place = await arrangement(app, { members: [author, reader] });
});
afterAll(() => app.close());

const upload = <T = Attachment>(
  by: Http,
  bytes: Uint8Array | string,
  type = 'text/plain',
  name = 'note.txt',
): Promise<Answer<T>> =>
  by.post<T>('/v1/attachments', bytes, { headers: { 'Content-Type': type }, query: { name } });

const uploaded = async (
  by: Http,
  ...rest: [bytes: Uint8Array | string, type?: string, name?: string]
): Promise<Attachment> => expectStatus(await upload(by, ...rest), 201);

const address = ({ id }: { id: string }): string => `/v1/attachments/${id}`;

/** Text of lines that are all different. */
const lines = (bytes: number): string =>
  Array.from({ length: Math.ceil(bytes / 16) }, (_, line) => `${String(line).padStart(15, '.')}\n`)
    .join('')
    .slice(0, bytes);

async function download(by: TestPartner, path: string): Promise<Buffer> {
  const { url, headers } = by.http as unknown as { url: string; headers: Record<string, string> };
  const answer = await fetch(`${url}${path}`, { headers });
  expect(answer.status).toBe(200);
  return Buffer.from(await answer.arrayBuffer());
}

const rowsLeft = (): Promise<Record<string, unknown>[]> =>
  query(
    app.database.superuserUrl,
    `select (select count(*) from attachment)::int as files, (select count(*) from attachment_owner)::int as owners,
       (select count(distinct attachment_id) from attachment_chunk)::int as contents`,
  );

/** An alert to the arrangement with these files, one list of them for each rendition, GREEN first. */
async function publish(files: Attachment[][], more: Record<string, unknown> = {}): Promise<{ id: string }> {
  const renditions = files.map((list, index) => ({
    ...renditionInput({
      ...(index > 0 && { tlp: 'AMBER', classification: 'CONFIDENTIAL', classificationReason: 'Sources' }),
      audience: { arrangements: [place.code] },
      texts: [
        {
          language: 'en',
          headline: `Rendition ${index}`,
          description: 'What is known.',
          instruction: 'Stay away.',
        },
      ],
    }),
    attachments: list.map(({ id }) => id),
  }));
  return alert(author.http, { renditions, ...more });
}

describe('an upload', () => {
  it('comes back byte for byte, with its digest, as a file to save', async () => {
    const text = lines(300_000);
    const made = await upload(author.http, text, 'text/csv; charset=UTF-8', 'closures.csv');
    const sha = `sha-256=:${createHash('sha256').update(text).digest('base64')}:`;
    expect(expectStatus(made, 201)).toEqual({
      id: made.body.id,
      name: 'closures.csv',
      type: 'text/csv',
      bytes: 300_000,
      digest: sha,
    });
    expect(made.headers.get('location')).toBe(address(made.body));
    const read = await author.http.get(address(made.body));
    expect([read.status, read.text === text]).toEqual([200, true]);
    expect(Object.fromEntries(read.headers)).toMatchObject({
      'content-type': 'text/csv; charset=utf-8',
      'content-length': '300000',
      'content-disposition': `attachment; filename="closures.csv"; filename*=UTF-8''closures.csv`,
      'content-digest': sha,
      'content-security-policy': "sandbox; default-src 'none'",
      'x-content-type-options': 'nosniff',
      'cache-control': 'private, no-store',
    });
  });

  it.each([
    ['photo.jpg', 'image/jpeg'],
    ['photo.webp', 'image/webp'],
    ['map.png', 'image/png'],
  ])('of %s is kept without a word of who took it where', async (name, type) => {
    expect(image(name).includes('A. Reporter')).toBe(true);
    const made = await uploaded(author.http, image(name), type, name);
    const kept = await download(author, address(made));
    for (const secret of ['A. Reporter', 'Ulana Cameras', 'roof of the office', 'http', 'xmp'])
      expect([secret, kept.includes(secret)]).toEqual([secret, false]);
    expect(made.digest).toBe(`sha-256=:${createHash('sha256').update(kept).digest('base64')}:`);
    const chunks = await query<{ bytes: Buffer }>(
      app.database.superuserUrl,
      'select bytes from attachment_chunk',
    );
    expect(chunks.filter(({ bytes }) => bytes.includes('A. Reporter'))).toEqual([]);
  });

  it('of a PDF is kept as it is', async () => {
    const pdf = '%PDF-1.7\n%âãÏÓ\n1 0 obj\n<< /Author (somebody) >>\nendobj\n%%EOF\n';
    const made = await uploaded(author.http, pdf, 'application/pdf', 'plan');
    expect([made.name, (await author.http.get(address(made))).text]).toEqual(['plan.pdf', pdf]);
  });

  it.each([
    ['a picture that is text', 'no picture', 'image/png'],
    ['a picture of another kind', image('map.png'), 'image/jpeg'],
    ['text that is a picture', image('map.png'), 'text/plain'],
    ['text that is a PDF', '%PDF-1.7\n1 0 obj\n<< /Author (somebody) >>\n', 'text/plain'],
    ['a PDF that is a page', '<html><script>alert(1)</script>', 'application/pdf'],
    ['a picture that ends too early', image('photo.jpg').subarray(0, 900), 'image/jpeg'],
    ['text in another encoding', Buffer.from('émigré', 'latin1'), 'text/plain'],
    ['text that says so', 'text', 'text/plain; charset=iso-8859-1'],
    ['a page', '<html>', 'text/html'],
    ['a drawing', '<svg/>', 'image/svg+xml'],
    ['a program', Buffer.from('MZ\0\0'), 'application/octet-stream'],
    ['JSON', '{}', 'application/json'],
  ])('of %s is refused and leaves nothing', async (_, bytes, type) => {
    const before = await rowsLeft();
    const answer = await upload<Problem>(author.http, bytes, type);
    expect([answer.status, answer.body.type]).toEqual([415, '/problems/unsupported-media-type']);
    expect(answer.body.detail).toContain('Supported');
    expect(await rowsLeft()).toEqual(before);
  });

  it('of too much is refused, announced or not, and leaves nothing', async () => {
    const before = await rowsLeft();
    const much = lines(3 * 1024 * 1024 + 1);
    expect((await upload(author.http, much)).status).toBe(413);
    const { url, headers } = author.http as unknown as { url: string; headers: Record<string, string> };
    const pieces = Readable.from(
      [much.slice(0, 1_000_000), much.slice(1_000_000)].map((text) => Buffer.from(text)),
    );
    const answer = await fetch(`${url}/v1/attachments?name=much.txt`, {
      method: 'POST',
      headers: { ...headers, 'Content-Type': 'text/plain' },
      body: Readable.toWeb(pieces) as ReadableStream,
      duplex: 'half',
    });
    expect([answer.status, ((await answer.json()) as Problem).detail]).toEqual([
      413,
      'The limit is 3145728 bytes.',
    ]);
    expect(await rowsLeft()).toEqual(before);
    expect((await uploaded(author.http, much.slice(0, -1))).bytes).toBe(3 * 1024 * 1024);
  });

  it('of nothing is refused', async () => {
    expect((await upload<Problem>(author.http, '')).body.errors).toEqual([
      { pointer: '#', detail: 'must not be empty' },
    ]);
    expect((await author.http.post('/v1/attachments', undefined, { query: { name: 'x' } })).status).toBe(400);
    expect((await upload(author.http, 'x', 'text/plain', '   ')).status).toBe(400);
    expect(
      (await author.http.post('/v1/attachments', 'x', { headers: { 'Content-Type': 'text/plain' } })).status,
    ).toBe(400);
  });

  it('that breaks off leaves nothing', async () => {
    const before = await rowsLeft();
    const { url, headers } = author.http as unknown as { url: string; headers: Record<string, string> };
    const sending = httpRequest(`${url}/v1/attachments?name=x.txt`, {
      method: 'POST',
      headers: { ...headers, 'Content-Type': 'text/plain', 'Content-Length': '1000000' },
    });
    sending.on('error', () => undefined);
    sending.write(lines(400_000));
    const running = () =>
      query(
        app.database.superuserUrl,
        `select from pg_stat_activity where application_name = 'slt-upload' and datname = $1 and state = 'idle in transaction'`,
        [app.database.name],
      );
    await until(async () => (await running()).length === 1);
    sending.destroy();
    await until(async () => (await running()).length === 0);
    expect(await rowsLeft()).toEqual(before);
  });

  it('in another form than its own bytes is refused', async () => {
    const answer = await author.http.post('/v1/attachments', randomBytes(10), {
      headers: { 'Content-Type': 'text/plain', 'Content-Encoding': 'gzip' },
      query: { name: 'x' },
    });
    expect(answer.status).toBe(415);
  });

  it('is for those who publish or report, and for nobody else', async () => {
    const by = async (scopes: string[]): Promise<Http> =>
      app.as(await client(app, author.partner.id, { scopes }));
    expect((await upload(await by(['reports:submit']), 'x')).status).toBe(201);
    const refused = await upload<Problem>(await by(['alerts:read']), 'x');
    expect([refused.status, refused.body.detail]).toEqual([
      403,
      'The scope alerts:publish or reports:submit is needed.',
    ]);
    expect((await upload(app.anonymous, 'x')).status).toBe(401);
  });

  it('of more than fifty that nothing uses is refused', async () => {
    const eager = await partner(app);
    for (let sent = 0; sent < 50; sent++) await uploaded(eager.http, 'x');
    expect((await upload(eager.http, 'x')).status).toBe(409);
    expect((await upload(author.http, 'x')).status).toBe(201);
  });
});

describe('the name of a file', () => {
  it.each([
    ['run.bat', 'run.bat.txt'],
    ['photo.JPG.exe', 'photo.JPG.exe.txt'],
    ['NOTES.TXT', 'NOTES.TXT'],
    ['مستند "1"; x=y.txt', 'مستند "1"; x=y.txt'],
  ])('%s is made harmless', async (name, harmless) => {
    const made = await uploaded(author.http, 'x', 'text/plain', name);
    expect(made.name).toBe(harmless);
    const header = (await author.http.get(address(made))).headers.get('content-disposition') ?? '';
    const parts = /^attachment; filename="([\w. -]+)"; filename\*=UTF-8''([\w.%~!&+^`|#$-]+)$/.exec(header);
    expect(decodeURIComponent(parts?.[2] ?? '')).toBe(harmless);
  });

  it.each(['../../etc/passwd', 'a\\b', 'a\r\nSet-Cookie: x', 'gpj\u202etxt.exe', 'x'.repeat(151), '\u0000'])(
    '%j is refused',
    async (name) => {
      expect((await upload(author.http, 'x', 'text/plain', name)).status).toBe(400);
    },
  );
});

describe('a file of an alert', () => {
  it('belongs to its rendition: whoever may have the one may have the other', async () => {
    const [open, closed] = [await uploaded(author.http, 'for all'), await uploaded(author.http, 'for few')];
    const { id } = await publish([[open], [closed]]);
    const few = await partner(app);
    await join(app, place, few);

    const seen = async (by: TestPartner) =>
      (await by.http.get<{ attachments: Attachment[] }>(`/v1/alerts/${id}`)).body.attachments;
    expect([await seen(reader), await seen(few)]).toEqual([[open], [closed]]);
    const read = await reader.http.get(address(open));
    expect([read.text, read.headers.get('cache-control'), read.headers.get('slt-handling')]).toEqual([
      'for all',
      'private, no-cache',
      'TLP:GREEN; UNCLASSIFIED',
    ]);
    const higher = await few.http.get(address(closed));
    expect([higher.text, higher.headers.get('cache-control'), higher.headers.get('slt-handling')]).toEqual([
      'for few',
      'private, no-store',
      'TLP:AMBER; CONFIDENTIAL',
    ]);

    const missing = await reader.http.get(`/v1/attachments/${randomUUID()}`);
    for (const hidden of [
      await reader.http.get(address(closed)),
      await few.http.get(address(open)),
      await stranger.http.get(address(open)),
      await reader.http.get('/v1/attachments/nothing'),
    ]) {
      expect([hidden.status, hidden.text]).toEqual([404, missing.text]);
      expect(named(hidden)).toEqual(named(missing));
    }
  });

  it('is nobody’s but its uploader’s until it is published', async () => {
    const file = await uploaded(author.http, 'draft');
    await publish([[file]], { state: 'draft' });
    expect((await reader.http.get(address(file))).status).toBe(404);
    expect((await author.http.get(address(file))).status).toBe(200);
  });

  it('goes with the alert when it is withdrawn, and with the membership', async () => {
    const file = await uploaded(author.http, 'soon gone');
    const { id } = await publish([[file]]);
    const member = await partner(app);
    await join(app, place, member);
    expect((await member.http.get(address(file))).status).toBe(200);
    await leave(app, place, member);
    expect((await member.http.get(address(file))).status).toBe(404);
    expect((await reader.http.get(address(file))).status).toBe(200);
    expectStatus(await author.http.post(`/v1/alerts/${id}/withdrawal`), 204);
    expect((await reader.http.get(address(file))).status).toBe(404);
  });

  it('ends in the middle for a reader who loses it there', async () => {
    const file = await uploaded(author.http, lines(2_000_000));
    const { id } = await publish([[file]]);
    const service = app.nest.get(AttachmentsService, { strict: false });
    const actor = {
      ...reader.client,
      partnerId: reader.partner.id,
      readerId: reader.partner.id,
      manages: [],
    } as never;
    const chunks = service.read(() => Promise.resolve(actor), await service.get(actor, file.id));
    expect((await chunks.next()).done).toBe(false);
    expectStatus(await author.http.post(`/v1/alerts/${id}/withdrawal`), 204);
    await expect(
      (async () => {
        for await (const _ of chunks);
      })(),
    ).rejects.toMatchObject({ type: 'not-found' });
  });

  it('stays through a cancellation, and leaves with an update that does not name it', async () => {
    const file = await uploaded(author.http, 'kept');
    const { id } = await publish([[file]]);
    const listed = async () =>
      (await reader.http.get<{ attachments: Attachment[] }>(`/v1/alerts/${id}`)).body.attachments;
    const other = await uploaded(author.http, 'other');
    const updated = alertInput({
      renditions: [
        { ...renditionInput({ audience: { arrangements: [place.code] } }), attachments: [other.id] } as never,
      ],
    });
    expectStatus(await author.http.post(`/v1/alerts/${id}/updates`, updated), 200);
    expect(await listed()).toEqual([other]);
    expect((await reader.http.get(address(file))).status).toBe(404);
    expectStatus(await author.http.post(`/v1/alerts/${id}/cancellation`, { note: 'Over.' }), 200);
    expect(await listed()).toEqual([other]);
    expect((await reader.http.get(address(other))).text).toBe('other');
  });

  it('is in its renditions and its CAP message', async () => {
    const file = await uploaded(author.http, image('map.png'), 'image/png', 'map of the market.png');
    const { id } = await publish([[file]]);
    const own = await author.http.get<{ items: { attachments: Attachment[] }[] }>(
      `/v1/alerts/${id}/renditions`,
    );
    expect(own.body.items.map(({ attachments }) => attachments)).toEqual([[file]]);
    const cap = await reader.http.get(`/v1/alerts/${id}`, { headers: { Accept: 'application/cap+xml' } });
    for (const element of [
      '<resourceDesc>map of the market.png',
      '<mimeType>image/png',
      `<size>${file.bytes}`,
      `<uri>${app.url}${address(file)}`,
    ]) {
      expect(cap.text).toContain(`${element}</`);
    }
  });

  it('must be an upload of one’s own', async () => {
    const theirs = await uploaded(stranger.http, 'x');
    const mine = await uploaded(author.http, 'x');
    const body = (attachments: string[], more = {}) =>
      alertInput({
        renditions: [
          { ...renditionInput({ audience: { arrangements: [place.code] } }), attachments } as never,
        ],
        ...more,
      });
    const refused = await author.http.post<Problem>('/v1/alerts', body([mine.id, theirs.id, randomUUID()]));
    expect([refused.status, refused.body.errors]).toEqual([
      400,
      [1, 2].map((index) => ({
        pointer: `#/renditions/0/attachments/${index}`,
        detail: 'is not an upload of yours',
      })),
    ]);
    expect((await author.http.post('/v1/alerts', body(Array(11).fill(mine.id) as string[]))).status).toBe(
      400,
    );
    const again = await author.http.post<Problem>('/v1/alerts', body([mine.id, mine.id.toUpperCase()]));
    expect(again.body.errors).toEqual([
      { pointer: '#/renditions/0/attachments/1', detail: 'is there already' },
    ]);
  });

  describe('belongs to one thing alone, or it would tell that two are of the same hand:', () => {
    const both = ['alerts:publish', 'alerts:read', 'reports:submit'];
    const alertWith = ({ id }: Attachment) =>
      alertInput({
        renditions: [
          { ...renditionInput({ audience: { arrangements: [place.code] } }), attachments: [id] } as never,
        ],
      });
    const detailOf = (answer: Answer<unknown>) => [answer.status, (answer.body as Problem).detail];
    const refusal = ({ id }: Attachment) => [409, expect.stringContaining(`already: ${id}.`) as string];

    it('what a named alert carries is in no protected report, nor the other way round', async () => {
      const source = await partner(app, { scopes: both });
      const [first, second] = [await uploaded(source.http, 'x'), await uploaded(source.http, 'y')];
      expectStatus(await source.http.post('/v1/alerts', alertWith(first)), 201);
      const reported = await source.http.post('/v1/reports', reportInput({ attachments: [first.id] }));
      expect(detailOf(reported)).toEqual(refusal(first));

      const { id } = await submitted(source.http, { attachments: [second.id] });
      expect(detailOf(await source.http.post('/v1/alerts', alertWith(second)))).toEqual(refusal(second));
      expectStatus(await source.http.post(`/v1/reports/${id}/withdrawal`), 204);
      expect(detailOf(await source.http.post('/v1/alerts', alertWith(second)))).toEqual(refusal(second));
      const audience = await source.http.post('/v1/alerts/audience-preview', alertWith(second));
      expect(detailOf(audience)).toEqual(refusal(second));
    });

    it('two that ask for it at the same time do not both get it', async () => {
      const source = await partner(app, { scopes: both });
      for (let round = 0; round < 5; round++) {
        const file = await uploaded(source.http, `round ${round}`);
        const answers = await Promise.all([
          source.http.post('/v1/alerts', alertWith(file)),
          source.http.post('/v1/reports', reportInput({ attachments: [file.id] })),
          source.http.post('/v1/alerts', alertWith(file)),
        ]);
        expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
        const rows = await query(
          app.database.superuserUrl,
          `select distinct r.shareable_id from attachment_use u join rendition r on r.id = u.rendition_id
           where u.attachment_id = $1`,
          [file.id],
        );
        expect(rows).toHaveLength(1);
      }
    });

    it('its own versions and renditions carry it as before, and a try that came to nothing leaves it free', async () => {
      const file = await uploaded(author.http, 'twice');
      expectStatus(await author.http.post('/v1/alerts/audience-preview', alertWith(file)), 200);
      const { id } = await publish([[file], [file]]);
      expectStatus(await author.http.post(`/v1/alerts/${id}/updates`, alertWith(file)), 200);
      expect((await reader.http.get(address(file))).text).toBe('twice');
    });
  });

  it('may not tell who wrote it where the originator stays unnamed', async () => {
    const pdf = await uploaded(author.http, '%PDF-1.7\n<< /Author (somebody) >>\n', 'application/pdf');
    const body = (attribution: string) =>
      alertInput({
        attribution,
        renditions: [
          { ...renditionInput({ audience: { arrangements: [place.code] } }), attachments: [pdf.id] } as never,
        ],
      });
    const refused = await author.http.post<Problem>('/v1/alerts', body('a_partner'));
    expect([refused.status, refused.body.errors?.[0]?.pointer]).toEqual([
      400,
      '#/renditions/0/attachments/0',
    ]);
    expect((await author.http.post('/v1/alerts', body('named'))).status).toBe(201);
  });

  it('is answered with 304 to the reader who has it, and with its head alone', async () => {
    const file = await uploaded(author.http, 'unchanged');
    await publish([[file]]);
    const ask = async (by: TestPartner, tag: string, method = 'GET'): Promise<IncomingMessage> => {
      const { headers } = by.http as unknown as { headers: Record<string, string> };
      const [answer] = (await once(
        get(`${app.url}${address(file)}`, { method, headers: { ...headers, 'If-None-Match': tag } }),
        'response',
      )) as [IncomingMessage];
      return answer;
    };
    const tag = (await ask(reader, '"none"')).headers.etag ?? '';
    const again = await ask(reader, tag);
    expect([again.statusCode, (await again.toArray()).length]).toEqual([304, 0]);
    expect((await ask(author, tag)).statusCode).toBe(200);
    expect((await ask(stranger, tag)).statusCode).toBe(404);
    const head = await ask(reader, '"none"', 'HEAD');
    expect([head.statusCode, head.headers['content-length'], (await head.toArray()).length]).toEqual([
      200,
      '9',
      0,
    ]);
  });
});

describe('a client that may read less than its partner', () => {
  it('publishes with its own uploads, and has no others', async () => {
    const narrow = await app.as(await client(app, author.partner.id, { ceiling: { tlp: 'GREEN' } }));
    const [its, partners] = [
      await uploaded(narrow, 'its own'),
      await uploaded(author.http, 'of its partner'),
    ];
    expect((await narrow.get(address(its))).status).toBe(200);
    expect((await narrow.get(address(partners))).status).toBe(404);
    expect((await author.http.get(address(its))).status).toBe(200);
    const body = (id: string) =>
      alertInput({
        renditions: [
          { ...renditionInput({ audience: { arrangements: [place.code] } }), attachments: [id] } as never,
        ],
      });
    expect((await narrow.post('/v1/alerts', body(partners.id))).status).toBe(400);
    expectStatus(await narrow.post('/v1/alerts', body(its.id)), 201);
    expect((await reader.http.get(address(its))).text).toBe('its own');
  });
});

describe('who uploaded a file', () => {
  it('is in no row that a reader can see', async () => {
    const file = await uploaded(author.http, 'from nobody');
    await publish([[file]], { attribution: 'a_partner' });
    const owner = new pg.Client({ connectionString: app.database.serviceUrl });
    await owner.connect();
    try {
      await owner.query(
        `begin; select set_config('slt.partner', '${reader.partner.id}', true), set_config('slt.reader', '${reader.partner.id}', true)`,
      );
      const rows: Record<string, unknown>[] = [];
      for (const table of ['attachment', 'attachment_owner', 'attachment_chunk', 'attachment_use']) {
        rows.push(
          ...(await owner.query<Record<string, unknown>>(`select '${table}' as "table", t.* from ${table} t`))
            .rows,
        );
      }
      expect(rows.filter((row) => row['table'] === 'attachment').map(({ id }) => id)).toContain(file.id);
      expect(rows.filter((row) => row['table'] === 'attachment_owner')).toEqual([]);
      expect(JSON.stringify(rows)).not.toContain(author.partner.id);
    } finally {
      await owner.end();
    }
  });

  it('is not in the audit of the exchange', async () => {
    const file = await uploaded(author.http, 'audited');
    const auditor = await app.as(await client(app, author.partner.id, { scopes: ['audit:read'] }));
    const own = await auditor.get<{ items: Record<string, unknown>[] }>('/v1/audit', {
      query: { object: file.id },
    });
    expect(own.body.items.map(({ action, partner: who }) => [action, who])).toEqual([
      ['attachment.uploaded', author.partner.id],
    ]);
    const whole = await app.steward.get<{ items: Record<string, unknown>[] }>('/v1/audit', {
      query: { object: file.id, of: 'exchange' },
    });
    expect(whole.body.items).toHaveLength(1);
    expect(whole.text).not.toContain(author.partner.id);
  });
});

describe('an upload that nothing uses', () => {
  it('goes after a day, with its content; what is used stays', async () => {
    const [unused, used, fresh] = [
      await uploaded(author.http, 'unused'),
      await uploaded(author.http, 'used'),
      await uploaded(author.http, 'fresh'),
    ];
    await publish([[used]]);
    await query(
      app.database.superuserUrl,
      `update attachment set created_at = now() - interval '25 hours' where id = any ($1)`,
      [[unused.id, used.id]],
    );
    const service = app.nest.get(AttachmentsService, { strict: false });
    expect(await service.dropUnusedAsSystem()).toBe(1);
    const statuses = await Promise.all(
      [unused, used, fresh].map(async (one) => (await author.http.get(address(one))).status),
    );
    expect(statuses).toEqual([404, 200, 200]);
    const left = await query(
      app.database.superuserUrl,
      `select from attachment_chunk where attachment_id = $1 union all select from attachment_owner where attachment_id = $1`,
      [unused.id],
    );
    expect(left).toEqual([]);
  });
});

describe('a long file', () => {
  const text = lines(3 * 1024 * 1024);
  const service = (): AttachmentsService => app.nest.get(AttachmentsService, { strict: false });
  const actor = () =>
    ({ ...author.client, partnerId: author.partner.id, readerId: author.partner.id, manages: [] }) as never;

  it('is taken no faster than it is kept, and never held whole', async () => {
    /** Not committed yet, so seen by the space that it takes. */
    const space = async (): Promise<number> => {
      const sql = `select pg_total_relation_size('attachment_chunk')::int as space`;
      return (await query<{ space: number }>(app.database.superuserUrl, sql))[0]?.space ?? 0;
    };
    const before = await space();
    const ahead: number[] = [];
    async function* pieces(): AsyncGenerator<Buffer> {
      for (let at = 0; at < text.length; at += 16_384) {
        if (at % 524_288 === 0) ahead.push(at - ((await space()) - before));
        yield Buffer.from(text.slice(at, at + 16_384));
      }
    }
    const row = await service().upload(actor(), { name: 'long.txt', type: 'text/plain' }, pieces());
    expect([row.bytes, ahead.length]).toEqual([text.length, 6]);
    expect(Math.max(...ahead)).toBeLessThan(300_000);
  });

  it('is read a few pieces at a time', async () => {
    const { id } = await uploaded(author.http, text);
    const chunks = service().read(() => Promise.resolve(actor()), await service().get(actor(), id));
    let read = ((await chunks.next()).value as Buffer).length;
    // Whatever was not in memory by now is gone.
    await query(app.database.superuserUrl, 'delete from attachment_chunk where attachment_id = $1', [id]);
    const all = async (): Promise<void> => {
      for await (const chunk of chunks) read += chunk.length;
    };
    await expect(all()).rejects.toMatchObject({ type: 'not-found' });
    expect(read).toBe(4 * 64 * 1024);
  });
});

const named = ({ headers }: Answer<unknown>): string[] => [...headers.keys()].sort();

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 20));
}
