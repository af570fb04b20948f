import { Injectable } from '@nestjs/common';
import { type AttachmentType, AttachmentsService } from '../attachments/attachments.service.js';
import { Database, type Tx } from '../core/database.js';
import { problems } from '../core/problem.js';
import { ApplicationRecordService } from './application-record.service.js';
import {
  type ApplicationAct,
  type ApplicationState,
  DOCUMENT_MAX_BYTES,
  type DocumentKind,
  ERASED_AFTER_DAYS,
  MAX_DOCUMENTS,
  nextState,
} from './application.rules.js';
import { type ApplicationRow, ApplicationsRepository } from './applications.repository.js';
import { type WholeApplication } from './applications.view.js';
import { caseHashOf } from './case-token.js';

/** Uploads in memory at the same time, of this process. */
const MAX_RUNNING = 4;

/** What an applicant sees and does by its private link, which leads to its own application alone. */
@Injectable()
export class CasesService {
  private running = 0;

  constructor(
    private readonly database: Database,
    private readonly applications: ApplicationsRepository,
    private readonly attachments: AttachmentsService,
    private readonly record: ApplicationRecordService,
  ) {}

  async get(token: string): Promise<WholeApplication> {
    return this.database.asSystem(async (tx) => this.record.whole(tx, await this.lockIn(tx, token)));
  }

  /** @throws Problem 409 when nothing was asked */
  async answer(token: string, text: string): Promise<WholeApplication> {
    return this.change(token, 'answer', (tx, { id }) =>
      this.applications.insertMessage(tx, id, 'applicant', text),
    );
  }

  /** @throws Problem 409 once it is over */
  async withdraw(token: string): Promise<WholeApplication> {
    return this.change(token, 'withdraw', () => Promise.resolve());
  }

  /** @throws Problem 409 once it is over or with too many, 413, 415, 429 */
  async supply(
    token: string,
    { kind, name, type }: { kind: DocumentKind; name: string; type: AttachmentType },
    pieces: AsyncIterator<Buffer>,
  ): Promise<WholeApplication> {
    // Nobody but an applicant makes us read a file.
    await this.database.asSystem(async (tx) => {
      await this.requireRoom(tx, await this.lockIn(tx, token));
    });
    if (this.running >= MAX_RUNNING) throw problems.tooManyRequests(5);
    this.running += 1;
    try {
      const file = await this.attachments.clean({ name, type }, pieces, DOCUMENT_MAX_BYTES);
      return await this.change(token, 'supply', async (tx, row) => {
        await this.requireRoom(tx, row);
        await this.applications.insertDocument(tx, row.id, kind, file);
      });
    } finally {
      this.running -= 1;
    }
  }

  private async requireRoom(tx: Tx, { id, state }: ApplicationRow): Promise<void> {
    nextState(state, 'supply', 'applicant');
    if ((await this.applications.listDocuments(tx, id)).length >= MAX_DOCUMENTS) {
      throw problems.conflict(`There are ${MAX_DOCUMENTS} documents already.`);
    }
  }

  private async change(
    token: string,
    act: ApplicationAct,
    work: (tx: Tx, row: ApplicationRow) => Promise<void>,
  ): Promise<WholeApplication> {
    return this.database.asSystem(async (tx) => {
      const row = await this.lockIn(tx, token);
      const state: ApplicationState = nextState(row.state, act, 'applicant');
      await work(tx, row);
      if (state !== row.state) {
        await this.applications.changeState(tx, row.id, {
          ...{ state, decideBy: row.decide_by, answerBy: null, eraseInDays: ERASED_AFTER_DAYS[state] },
        });
      }
      await this.record.record(tx, null, row.id, { act, state, side: 'applicant' });
      return this.record.whole(tx, await this.lockIn(tx, token));
    });
  }

  /** @throws Problem 404 for a link that was made up, replaced or revoked */
  private async lockIn(tx: Tx, token: string): Promise<ApplicationRow> {
    const hash = caseHashOf(token);
    const row = hash === null ? null : await this.applications.lockCase(tx, hash);
    if (row === null) throw problems.notFound();
    return row;
  }
}
