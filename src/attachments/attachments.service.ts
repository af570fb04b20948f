import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { type Actor } from '../access/actor.js';
import { AuditService } from '../audit/audit.service.js';
import { type Config } from '../core/config.js';
import { CONFIG } from '../core/config.provider.js';
import { Database, type Tx } from '../core/database.js';
import { newId } from '../core/ids.js';
import { type Fault, Problem, problems } from '../core/problem.js';
import { type Quota } from '../core/quota.js';
import { ATTACHMENT_TYPES, type AttachmentType, kindOf, safeName } from './attachment.types.js';
import {
  AttachmentsRepository,
  type AttachmentRow,
  type ReadableAttachmentRow,
} from './attachments.repository.js';
import { NotWhatItSays } from './cleaning/byte-source.js';
import { contentDigest } from './transfer.js';
import { CHUNK_BYTES, cleanChunks } from './upload.js';

export { AttachmentView } from './attachments.dto.js';
export { type AttachmentType } from './attachment.types.js';
export { type ReadableAttachmentRow } from './attachments.repository.js';

/** What a text says of a file that belongs to it. */
export interface AttachmentSummary {
  id: string;
  name: string;
  type: AttachmentType;
  bytes: number;
  /** As in `Content-Digest`. */
  digest: string;
}

export interface CleanFile {
  name: string;
  type: AttachmentType;
  /** SHA-256. */
  digest: Buffer;
  content: Buffer;
}

export const MAX_ATTACHMENTS = 10;
const MAX_UNUSED = 50;
const UNUSED_HOURS = 24;
const DROPPED_AT_ONCE = 100;
/** Uploads of one partner at the same time; the others have connections left. */
const MAX_RUNNING = 2;
/** Chunks that a download holds in memory. */
const READ_AT_ONCE = 4;
/** Whoever takes its time is asked again whether it still may. */
const GOOD_FOR_MS = 1000;

@Injectable()
export class AttachmentsService {
  private readonly running = new Map<string, number>();

  constructor(
    private readonly database: Database,
    private readonly attachments: AttachmentsRepository,
    private readonly audit: AuditService,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * Keeps a file as it arrives, in one transaction: all of it or nothing.
   * @throws Problem 413, 415, 409 with too many that nothing uses, 429 with too many at once
   */
  async upload(
    actor: Actor,
    { name, type }: { name: string; type: AttachmentType },
    pieces: AsyncIterator<Buffer>,
  ): Promise<AttachmentRow> {
    const running = this.running.get(actor.partnerId) ?? 0;
    if (running >= MAX_RUNNING) throw problems.tooManyRequests(2);
    this.running.set(actor.partnerId, running + 1);
    try {
      return await this.database.asUploading(actor, async (tx) => {
        await this.refuseBeyond(tx, MAX_UNUSED - 1);
        const id = newId();
        await this.attachments.insertOwner(tx, id, actor);
        const row = {
          id,
          name: safeName(name, type),
          type,
          ...(await this.keep(tx, id, cleanChunks(pieces, type, this.config.attachmentMaxBytes))),
        };
        await this.attachments.insert(tx, row);
        await this.attachments.awaitTurn(tx, actor.partnerId);
        await this.refuseBeyond(tx, MAX_UNUSED);
        // Readers of the audit must not find the source of a protected report by its picture.
        await this.audit.record(tx, actor, {
          action: 'attachment.uploaded',
          object: { type: 'attachment', id },
          escrowed: true,
        });
        return row;
      });
    } catch (error) {
      throw error instanceof NotWhatItSays ? notAsStated(error) : error;
    } finally {
      this.release(actor.partnerId);
    }
  }

  /**
   * A file for another module to keep: clean, whole and in memory, so its limit must be small.
   * @throws Problem 400 for an empty one, 413, 415
   */
  async clean(
    { name, type }: { name: string; type: AttachmentType },
    pieces: AsyncIterator<Buffer>,
    limit: number,
  ): Promise<CleanFile> {
    try {
      const chunks: Buffer[] = [];
      const most = Math.min(limit, this.config.attachmentMaxBytes);
      for await (const chunk of cleanChunks(pieces, type, most)) chunks.push(chunk);
      const content = Buffer.concat(chunks);
      if (content.length === 0) throw problems.invalidInput([{ pointer: '#', detail: 'must not be empty' }]);
      const digest = createHash('sha256').update(content).digest();
      return { name: safeName(name, type), type, digest, content };
    } catch (error) {
      throw error instanceof NotWhatItSays ? notAsStated(error) : error;
    }
  }

  private async keep(
    tx: Tx,
    id: string,
    chunks: AsyncIterable<Buffer>,
  ): Promise<Pick<AttachmentRow, 'bytes' | 'digest'>> {
    const hash = createHash('sha256');
    let [bytes, ordinal] = [0, 0];
    for await (const chunk of chunks) {
      hash.update(chunk);
      bytes += chunk.length;
      await this.attachments.insertChunk(tx, id, ordinal++, chunk);
    }
    if (bytes === 0) throw problems.invalidInput([{ pointer: '#', detail: 'must not be empty' }]);
    return { bytes, digest: hash.digest() };
  }

  async quotasIn(tx: Tx, { partnerId }: Actor): Promise<Quota[]> {
    const running = this.running.get(partnerId) ?? 0;
    const unused = await this.attachments.countUnused(tx);
    return [
      { name: 'uploads', of: 'partner', limit: MAX_RUNNING, used: running, isPerProcess: true },
      { name: 'unused_attachments', of: 'partner', limit: MAX_UNUSED, used: unused, isPerProcess: false },
    ];
  }

  private async refuseBeyond(tx: Tx, most: number): Promise<void> {
    if ((await this.attachments.countUnused(tx)) > most) {
      throw problems.conflict(
        `You have ${MAX_UNUSED} attachments that nothing uses: use them, or wait until they go after ${UNUSED_HOURS} hours.`,
      );
    }
  }

  private release(partnerId: string): void {
    const running = (this.running.get(partnerId) ?? 1) - 1;
    if (running === 0) this.running.delete(partnerId);
    else this.running.set(partnerId, running);
  }

  /** @throws Problem 404 when it is missing or hidden */
  async get(actor: Actor, id: string): Promise<ReadableAttachmentRow> {
    const row = await this.database.readAs(actor, (tx) => this.attachments.find(tx, id));
    if (row === null) throw problems.notFound();
    return row;
  }

  /**
   * The content, a few chunks at a time as they are asked for. Each time the right to read is asked for anew, so that
   * a slow reader holds no connection, and none reads on who has lost it.
   */
  async *read(renew: () => Promise<Actor>, { id, bytes }: AttachmentRow): AsyncGenerator<Buffer> {
    const count = Math.ceil(bytes / CHUNK_BYTES);
    let chunks: Buffer[] = [];
    let readAt = 0;
    for (let next = 0; next < count; next++) {
      if (chunks.length === 0 || performance.now() - readAt > GOOD_FOR_MS) {
        const until = Math.min(next + READ_AT_ONCE, count);
        const actor = await renew();
        chunks = await this.database.readAs(actor, (tx) => this.attachments.listChunks(tx, id, next, until));
        if (chunks.length < until - next) throw problems.notFound();
        readAt = performance.now();
      }
      yield chunks.shift() as Buffer;
    }
  }

  /**
   * What a text is to say of uploads of the actor's own.
   * @param options.uncleaned allows files that metadata may hide in: never where the source is to stay unknown
   * @throws Problem 400 with a pointer to each that is unknown, somebody else's or not allowed
   */
  async describe(
    tx: Tx,
    stated: string[],
    { pointer = '#/attachments', uncleaned = false }: { pointer?: string; uncleaned?: boolean } = {},
  ): Promise<AttachmentSummary[]> {
    if (stated.length === 0) return [];
    const ids = stated.map((id) => id.toLowerCase());
    const rows = new Map((await this.attachments.listOwn(tx, ids)).map((row) => [row.id, row]));
    const faults: Fault[] = ids.flatMap((id, index) => {
      const row = rows.get(id);
      const detail =
        row === undefined
          ? 'is not an upload of yours'
          : ids.indexOf(id) < index
            ? 'is there already'
            : !uncleaned && !kindOf(row.type).isClean
              ? `may hide who wrote it, which a ${row.type} can: send it as a picture or as text`
              : undefined;
      return detail === undefined ? [] : [{ pointer: `${pointer}/${index}`, detail }];
    });
    if (ids.length > MAX_ATTACHMENTS) faults.push({ pointer, detail: `must be at most ${MAX_ATTACHMENTS}` });
    if (faults.length > 0) throw problems.invalidInput(faults);
    return ids.flatMap((id) => {
      const row = rows.get(id);
      return row === undefined ? [] : [summaryOf(row)];
    });
  }

  /**
   * From here on, whoever may have the rendition may have these.
   * @throws Problem 409 for what belongs to something else already
   */
  async attach(
    tx: Tx,
    { shareableId, renditionId }: { shareableId: string; renditionId: string },
    ids: string[],
  ): Promise<void> {
    if (ids.length === 0) return;
    const elsewhere = await this.attachments.assign(tx, shareableId, ids);
    if (elsewhere.length > 0) {
      throw problems.conflict(
        `Of another alert or report already: ${elsewhere.join(', ')}. Two with one file would tell that they come from the same hand; upload it again.`,
      );
    }
    await this.attachments.insertUses(tx, renditionId, ids);
  }

  /** @returns how many were dropped; zero when none is left */
  async dropUnusedAsSystem(): Promise<number> {
    return this.database.asSystem((tx) =>
      this.attachments.deleteUnusedAsSystem(tx, UNUSED_HOURS, DROPPED_AT_ONCE),
    );
  }
}

export const summaryOf = ({ id, name, type, bytes, digest }: AttachmentRow): AttachmentSummary => ({
  id,
  name,
  type,
  bytes,
  digest: contentDigest(digest),
});

const notAsStated = ({ message }: NotWhatItSays): Problem =>
  new Problem('unsupported-media-type', `The content ${message}. Supported: ${ATTACHMENT_TYPES.join(', ')}.`);
