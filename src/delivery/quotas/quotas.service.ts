import { Inject, Injectable } from '@nestjs/common';
import { type Actor } from '../../access/actor.js';
import { AttachmentsService } from '../../attachments/attachments.service.js';
import { type Config } from '../../core/config.js';
import { CONFIG } from '../../core/config.provider.js';
import { Database, type Tx } from '../../core/database.js';
import { type Quota } from '../../core/quota.js';
import { LongAnswersService } from '../changes/long-answers.service.js';
import { FeedAddressesService } from '../feeds/feed-addresses.service.js';
import { SubscriptionsService } from '../subscriptions/subscriptions.service.js';
import { WebhooksService } from '../webhooks/webhooks.service.js';

/** How much a client may have, and has: as those say who refuse what is beyond it. */
@Injectable()
export class QuotasService {
  constructor(
    private readonly database: Database,
    private readonly longAnswers: LongAnswersService,
    private readonly webhooks: WebhooksService,
    private readonly subscriptions: SubscriptionsService,
    private readonly feedAddresses: FeedAddressesService,
    private readonly attachments: AttachmentsService,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** What all of its partner use is not for a narrowed client: it would see them work on what it may not know of. */
  async list(actor: Actor): Promise<Quota[]> {
    const quotas = await this.database.readAs(actor, (tx) => this.listIn(tx, actor));
    if (!actor.narrowed) return quotas;
    return quotas.map((quota) => (quota.of === 'partner' ? { ...quota, used: undefined } : quota));
  }

  private async listIn(tx: Tx, actor: Actor): Promise<Quota[]> {
    return [
      {
        name: 'requests',
        of: 'client',
        limit: actor.requestsPerMinute ?? this.config.requestsPerMinute,
        perSeconds: 60,
        isPerProcess: true,
      },
      this.longAnswers.quotaOf(actor),
      await this.webhooks.quotaIn(tx),
      await this.subscriptions.quotaIn(tx),
      await this.feedAddresses.quotaIn(tx),
      ...(await this.attachments.quotasIn(tx, actor)),
    ];
  }
}
