import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { ClientsService, type IssuedClient } from './access/clients.service.js';
import { ALL_SCOPES } from './access/scopes.js';
import { type Config } from './core/config.js';
import { CONFIG } from './core/config.provider.js';
import { Database } from './core/database.js';
import { newId } from './core/ids.js';
import { PartnersService } from './partners/partners.service.js';
import { SharingService } from './sharing/sharing.service.js';

/** On an empty database: the steward, with one client that holds every scope. */
@Injectable()
export class Bootstrap implements OnModuleInit {
  private readonly logger = new Logger(Bootstrap.name);
  /** The steward's credentials, when this start made them; a secret of the operator's own is not repeated. */
  issued: IssuedClient | undefined;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly database: Database,
    private readonly partners: PartnersService,
    private readonly sharing: SharingService,
    private readonly clients: ClientsService,
  ) {}

  async onModuleInit(): Promise<void> {
    const { code, name, clientId, clientSecret } = this.config.steward;
    await this.database.asSystem(async (tx) => {
      // Processes that start together on an empty database must not make two stewards.
      await tx.query(`select pg_advisory_xact_lock(hashtextextended('slt bootstrap', 0))`);
      if (await this.partners.existAny(tx)) {
        const stewardId = await this.partners.findId(tx, code);
        if (stewardId !== null) await this.sharing.appointCustodian(tx, stewardId);
        return;
      }
      const partnerId = newId();
      await this.partners.insert(tx, partnerId, { code, name, kind: 'un_entity', ceiling: { tlp: 'RED' } });
      await this.sharing.appointCustodian(tx, partnerId);
      const issued = await this.clients.create(tx, {
        partnerId,
        name: 'Steward',
        scopes: ALL_SCOPES,
        authentication: 'client_secret',
        clientId,
        clientSecret,
      });
      this.issued = clientSecret === undefined ? issued : { clientId };
      this.logger.log(`the steward ${code} was made, with the client ${clientId}`);
    });
  }
}
