import { Injectable } from '@nestjs/common';
import { type Actor } from '../../access/actor.js';
import { AlertPagesService } from '../../alerts/alert-pages.service.js';
import { AlertReadingService, NOTICE, type ReadAlert, tagOf } from '../../alerts/alert-reading.service.js';
import { ArrangementsService } from '../../arrangements/arrangements.service.js';
import { Cursors } from '../../core/cursor.js';
import { Database, type Tx } from '../../core/database.js';
import { problems } from '../../core/problem.js';
import { PartnersService } from '../../partners/partners.service.js';
import { ChangeLogsService } from '../../sharing/change-logs.service.js';
import { type ChangeRow } from '../../sharing/sharing.service.js';
import { writeBundle } from './bundle-file.js';
import { BundleKeysService } from './bundle-keys.service.js';
import { type Selection, select } from './bundle-selection.js';
import { type BundleArrangementView, type BundleView, presentPortable } from './bundles.dto.js';

const HOUR = 3_600_000;
const WINDOW = 24 * HOUR;
const GOOD_FOR = 24 * HOUR;
/** Whoever keeps asking and holds the same gets it anew before it is old. */
const RENEWED_AFTER = 6 * HOUR;
const ALERTS_MOST = 100;
const ENTRIES_MOST = 1000;

export interface BundleWish {
  arrangementId: string;
  after: string | undefined;
  isDrill: boolean;
  acceptLanguage: string | undefined;
}

/** What there is to tell, before any of it is given. */
interface Found extends Selection {
  arrangement: BundleArrangementView;
  read: ReadAlert[];
  startsAt: Date | undefined;
}

export interface Bundle {
  tag: string;
  contents: ReadAlert['content'][];
  /** For the name of the file. */
  code: string;
  /** Gives it: that the reader was given these alerts is durable when it is there. */
  write: () => Promise<Buffer>;
}

const listOf = ({ arrangementId, isDrill }: BundleWish): string =>
  `bundles of ${arrangementId}${isDrill ? ' in drills' : ''}`;

/** Bundles: a part of the reader's own log with what it says now, for one arrangement, to be checked without a network. */
@Injectable()
export class BundlesService {
  constructor(
    private readonly database: Database,
    private readonly arrangements: ArrangementsService,
    private readonly partners: PartnersService,
    private readonly logs: ChangeLogsService,
    private readonly pages: AlertPagesService,
    private readonly alerts: AlertReadingService,
    private readonly keys: BundleKeysService,
    private readonly cursors: Cursors,
  ) {}

  /**
   * @throws Problem 404 for an arrangement that the actor does not see, 400 for a cursor of another list, 410 for one after
   * which something is gone from the log
   */
  async prepare(actor: Actor, wish: BundleWish): Promise<Bundle> {
    const madeAt = new Date();
    const found = await this.database.readAs(actor, (tx) => this.find(tx, actor, wish, madeAt));
    return {
      tag: tagFor(actor, wish, found, madeAt),
      contents: found.read.map(({ content }) => content),
      code: found.arrangement.code,
      write: () => this.write(actor, wish, found, madeAt),
    };
  }

  /** All of one moment: whether the actor is in it, what happened, what it has of that, and what that says. */
  private async find(tx: Tx, actor: Actor, wish: BundleWish, madeAt: Date): Promise<Found> {
    const { arrangementId, isDrill } = wish;
    const { id, code, name } = await this.arrangements.getIn(tx, arrangementId);
    const startsAt = wish.after === undefined ? new Date(madeAt.getTime() - WINDOW) : undefined;
    const { rows, end } = await this.listEntries(tx, actor, wish, startsAt);
    const ids = [...new Set(rows.map((row) => row.shareable_id))];
    const held = await this.pages.matchingIn(tx, { arrangements: [id] }, ids, isDrill);
    const selection = select(rows, held, end, ALERTS_MOST);
    const read = await this.alerts.listGranted(tx, actor, selection.alerts);
    const newestFirst = read.sort((a, b) => Number(b.row.position) - Number(a.row.position));
    return { ...selection, arrangement: { id, code, name }, read: newestFirst, startsAt };
  }

  private async listEntries(
    tx: Tx,
    actor: Actor,
    wish: BundleWish,
    startsAt: Date | undefined,
  ): Promise<{ rows: ChangeRow[]; end: bigint | undefined }> {
    const { isDrill } = wish;
    const after =
      wish.after === undefined
        ? await this.logs.positionBefore(tx, isDrill, startsAt ?? new Date(0))
        : this.cursors.open(actor.readerId, listOf(wish), wish.after, '?after');
    const part = { isDrill, after, types: ['alert' as const], limit: ENTRIES_MOST };
    const { rows, head, trimmed } = await this.logs.listOwnEntries(tx, part);
    if (wish.after !== undefined && (after < trimmed || after > head)) throw problems.cursorExpired();
    return { rows, end: rows.length < ENTRIES_MOST ? head : undefined };
  }

  private async write(actor: Actor, wish: BundleWish, found: Found, madeAt: Date): Promise<Buffer> {
    const key = await this.keys.signing();
    const partner = await this.partners.get(actor, actor.partnerId);
    const alerts = await this.alerts.give(actor, found.read, wish.acceptLanguage);
    const content: BundleView = {
      for: { partner: partner.code, id: actor.readerId },
      arrangement: found.arrangement,
      madeAt: madeAt.toISOString(),
      expiresAt: new Date(madeAt.getTime() + GOOD_FOR).toISOString(),
      ...(found.startsAt && { startsAt: found.startsAt.toISOString() }),
      ...(wish.after !== undefined && { after: wish.after }),
      cursor: this.cursors.seal(actor.readerId, listOf(wish), found.until),
      complete: found.isComplete,
      drill: wish.isDrill,
      notice: NOTICE,
      alerts: alerts.map(presentPortable),
      gone: found.gone,
    };
    return writeBundle(content, key);
  }
}

/** Follows what it says, not how far the log went on over what is not of this arrangement. */
function tagFor(actor: Actor, wish: BundleWish, found: Found, madeAt: Date): string {
  const { arrangement, read, gone, isComplete } = found;
  return tagOf(
    actor.readerId,
    listOf(wish),
    wish.after ?? '',
    wish.acceptLanguage ?? '',
    `${arrangement.code} ${arrangement.name}`,
    ...read.map(({ row, content }) => [row.id, row.rendition_id, row.version, content.state].join(' ')),
    gone.join(),
    String(isComplete),
    String(Math.floor(madeAt.getTime() / RENEWED_AFTER)),
  );
}
