import { Injectable } from '@nestjs/common';
import { type Actor } from '../access/actor.js';
import { type Tx } from '../core/database.js';
import { problems } from '../core/problem.js';
import {
  type AcknowledgementRow,
  type ConfirmationRow,
  type OrganisationsFrom,
  type ReceiptRow,
  type RecallRow,
  ReceiptsRepository,
} from './receipts.repository.js';
import { type ShareableType } from './sharing.repository.js';
import { SharingService } from './sharing.service.js';

export {
  type AcknowledgementRow,
  type ConfirmationRow,
  LOSSES,
  type Loss,
  type OrganisationRow,
  type OrganisationsFrom,
  type ReceiptRow,
  type RecallRow,
} from './receipts.repository.js';

/** What organisations say of what they were given: to its originator alone, by organisation and by the hour. */
@Injectable()
export class ReceiptsService {
  constructor(
    private readonly receipts: ReceiptsRepository,
    private readonly sharing: SharingService,
  ) {}

  /** Once for each organisation; again, it changes the note. @throws Problem 404 when hidden; 409 for its originator */
  async acknowledge(
    tx: Tx,
    id: string,
    type: ShareableType,
    note: string | undefined,
  ): Promise<AcknowledgementRow> {
    const row = await this.receipts.acknowledge(tx, id, type, note);
    if (row === null) throw problems.notFound();
    if (row.is_own) throw problems.conflict('Originators do not acknowledge their own.');
    return row;
  }

  /** That of the acting partner. */
  async findAcknowledgement(tx: Tx, id: string): Promise<AcknowledgementRow | null> {
    return this.receipts.findAcknowledgement(tx, id);
  }

  /**
   * Says that the organisation has deleted what it lost: for all of its clients, so a narrowed one cannot.
   * @throws Problem 404 for what was never there to lose; 409 for its originator; 403 for a narrowed client
   */
  async confirmPurge(
    tx: Tx,
    id: string,
    type: ShareableType,
    note: string | undefined,
  ): Promise<ConfirmationRow> {
    const row = await this.receipts.confirmPurge(tx, id, type, note);
    if (row === null) throw problems.notFound();
    if (row.is_own) throw problems.conflict('Originators keep their own.');
    if (row.is_narrowed) {
      throw problems.forbidden('A client that may read less than its partner cannot speak for all of it.');
    }
    return row;
  }

  /** @throws Problem 404 and 403 for whoever is not the originator */
  async listReceipts(
    tx: Tx,
    actor: Actor,
    id: string,
    type: ShareableType,
    from: OrganisationsFrom,
  ): Promise<ReceiptRow[]> {
    await this.sharing.getOwn(tx, actor, id, type);
    return this.receipts.listReceipts(tx, id, from);
  }

  /** @throws Problem 404 and 403 for whoever is not the originator */
  async listRecalls(
    tx: Tx,
    actor: Actor,
    id: string,
    type: ShareableType,
    from: OrganisationsFrom,
  ): Promise<RecallRow[]> {
    await this.sharing.getOwn(tx, actor, id, type);
    return this.receipts.listRecalls(tx, id, from);
  }
}
