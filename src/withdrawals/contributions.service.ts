import { Injectable } from '@nestjs/common';
import { type Actor } from '../access/actor.js';
import { AlertContributionsService } from '../alerts/alert-contributions.service.js';
import { AttachmentsService, type ReadableAttachmentRow } from '../attachments/attachments.service.js';
import { AuditService } from '../audit/audit.service.js';
import { Cursors, idToPlace, placeToId } from '../core/cursor.js';
import { Database, type Tx } from '../core/database.js';
import { problems } from '../core/problem.js';
import { Rounds } from '../core/rounds.js';
import { ReportContributionsService } from '../reports/report-contributions.service.js';
import { PartnersService } from '../partners/partners.service.js';
import { type ContributionsPage, presentAlert, presentReport } from './withdrawals.dto.js';
import { leaveHashOf, leavePath } from './withdrawal-link.js';
import { nextWithdrawalState } from './withdrawal.rules.js';
import { type DueWithdrawal, type WithdrawalRow, WithdrawalsRepository } from './withdrawals.repository.js';

const LIST = 'contributions';

/** What a partner that has left contributed: to be fetched by it, and then withdrawn in its name. */
@Injectable()
export class ContributionsService {
  private readonly due = new Rounds<DueWithdrawal>(
    (after, limit) => this.database.asSystem((tx) => this.withdrawals.listDueAsSystem(tx, after, limit)),
    (one) => this.goOn(one),
  );

  constructor(
    private readonly database: Database,
    private readonly withdrawals: WithdrawalsRepository,
    private readonly alerts: AlertContributionsService,
    private readonly reports: ReportContributionsService,
    private readonly attachments: AttachmentsService,
    private readonly partners: PartnersService,
    private readonly audit: AuditService,
    private readonly cursors: Cursors,
  ) {}

  /** In order of id. @throws Problem 404 for a link that leads nowhere, or has ended */
  async list(token: string, cursor: string | undefined, limit: number): Promise<ContributionsPage> {
    const withdrawal = await this.find(token);
    const actor = inNameOf(withdrawal.partner_id);
    const after =
      cursor === undefined ? undefined : placeToId(this.cursors.open(actor.readerId, LIST, cursor));
    const [alerts, reports] = await Promise.all([
      this.alerts.list(actor, after, limit + 1),
      this.reports.list(actor, after, limit + 1),
    ]);
    const found = [
      ...alerts.map((one) => presentAlert(one, leavePath(token))),
      ...reports.map((one) => presentReport(one, leavePath(token))),
    ];
    found.sort((one, other) => (one.id < other.id ? -1 : 1));
    const items = found.slice(0, limit);
    const last = items.at(-1);
    const more = found.length > limit && last !== undefined;
    await this.database.asSystem((tx) => this.record(tx, withdrawal.partner_id, 'fetched'));
    const { code } = await this.database.readAs(actor, (tx) => this.partners.describe(tx, actor.partnerId));
    return {
      partner: code,
      fetchUntil: withdrawal.fetch_until?.toISOString() ?? '',
      items,
      nextCursor: more ? this.cursors.seal(actor.readerId, LIST, idToPlace(last.id)) : null,
    };
  }

  /**
   * One file that it uploaded, and its content as that is asked for, until the link ends.
   * @throws Problem 404 as for reading, and for the file of anybody else
   */
  async openFile(
    token: string,
    id: string,
  ): Promise<{ file: ReadableAttachmentRow; content: () => AsyncGenerator<Buffer> }> {
    const renew = async (): Promise<Actor> => inNameOf((await this.find(token)).partner_id);
    const actor = await renew();
    const file = await this.attachments.get(actor, id);
    await this.database.asSystem((tx) => this.record(tx, actor.partnerId, 'fetched'));
    return { file, content: () => this.attachments.read(renew, file) };
  }

  /** It has everything: the link ends, and what was in its name is withdrawn. @throws Problem 404 as for reading */
  async takeOver(token: string): Promise<WithdrawalRow> {
    const hash = leaveHashOf(token);
    return this.database.asSystem(async (tx) => {
      const row = hash && (await this.withdrawals.findByLinkAsSystem(tx, hash, true));
      if (!row) throw problems.notFound();
      const state = nextWithdrawalState(row.state, 'take_over');
      await this.withdrawals.moveAsSystem(tx, row.partner_id, row.state, state);
      await this.record(tx, row.partner_id, 'taken_over');
      return { ...row, state };
    });
  }

  private async find(token: string): Promise<WithdrawalRow> {
    const hash = leaveHashOf(token);
    const row =
      hash && (await this.database.asSystem((tx) => this.withdrawals.findByLinkAsSystem(tx, hash, false)));
    if (!row) throw problems.notFound();
    return row;
  }

  /** Whoever has the link is the partner, which nothing else tells of its callers. */
  private async record(tx: Tx, id: string, act: 'fetched' | 'taken_over'): Promise<void> {
    await this.audit.recordAsSystem(tx, {
      action: `partner.contributions_${act}`,
      object: { type: 'partner', id },
      about: [id],
    });
  }

  /** @returns whether there may be more to withdraw */
  async goOnAsSystem(): Promise<boolean> {
    return this.due.next();
  }

  private async goOn({ id, state }: DueWithdrawal): Promise<boolean> {
    if (state === 'returning') return this.move(id, 'returning', 'lapse');
    const actor = inNameOf(id);
    if ((await this.alerts.withdrawOne(actor)) || (await this.reports.withdrawOne(actor))) return true;
    return this.move(id, 'withdrawing', 'finish');
  }

  private async move(
    id: string,
    from: 'returning' | 'withdrawing',
    act: 'lapse' | 'finish',
  ): Promise<boolean> {
    const to = nextWithdrawalState(from, act);
    return this.database.asSystem((tx) => this.withdrawals.moveAsSystem(tx, id, from, to));
  }
}

/** In the name of a partner that has left, for what it asked for when it did. */
const inNameOf = (partnerId: string): Actor => ({
  clientId: 'exchange',
  partnerId,
  readerId: partnerId,
  partnerKind: '',
  partnerStatus: 'active',
  scopes: new Set(['reports:submit'] as const),
  narrowed: false,
  manages: [],
});
