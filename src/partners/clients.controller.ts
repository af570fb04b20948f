import { Body, Controller, Delete, Get, HttpCode, Inject, Patch, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor } from '../access/actor.js';
import { CurrentActor, RequireScope } from '../access/route.decorator.js';
import { type ClientRow } from '../access/clients.service.js';
import { type Config } from '../core/config.js';
import { CONFIG } from '../core/config.provider.js';
import { ApiId, Id } from '../core/http.decorators.js';
import { ApiProblems } from '../core/problem.decorator.js';
import {
  ChangeClientDto,
  ClientCredentialsView,
  ClientList,
  ClientReportQuery,
  ClientReportView,
  ClientView,
  CreateClientDto,
  presentClient,
  RotateClientDto,
} from './clients.dto.js';
import { ApiClientId, ClientId } from './client-id.decorators.js';
import { PartnerClientsService } from './partner-clients.service.js';

@ApiTags('partners')
@Controller('v1/partners/:id/clients')
export class ClientsController {
  constructor(
    private readonly clients: PartnerClientsService,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Give a system of a partner its credentials; a secret is shown this once. By sponsors: for readers of what reaches a sub-partner. */
  @Post()
  @ApiId()
  @RequireScope('partners:manage', 'sub-partners:manage')
  @ApiProblems('not-found')
  async createClient(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Body() dto: CreateClientDto,
  ): Promise<ClientCredentialsView> {
    const { row, clientSecret } = await this.clients.create(actor, id, dto);
    return this.presentIssued(row, clientSecret);
  }

  /** List the clients of a partner. */
  @Get()
  @ApiId()
  @RequireScope('partners:read')
  @ApiProblems('not-found')
  async listClients(@CurrentActor() actor: Actor, @Id() id: string): Promise<ClientList> {
    const rows = await this.clients.list(actor, id);
    return { items: rows.map((row) => presentClient(row, this.config)) };
  }

  /** Find clients of a partner that nobody uses, that end soon, and for which somebody must speak soon. */
  @Get('report')
  @ApiId()
  @RequireScope('partners:read')
  @ApiProblems('not-found')
  async reportClients(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Query() { dormantDays, expiringDays, attestingDays }: ClientReportQuery,
  ): Promise<ClientReportView> {
    const days = { dormant: dormantDays, expiring: expiringDays, attesting: attestingDays };
    const { dormant, expiring, toAttest } = await this.clients.report(actor, id, days);
    return {
      dormant: dormant.map((row) => presentClient(row, this.config)),
      expiring: expiring.map((row) => presentClient(row, this.config)),
      toAttest: toAttest.map((row) => presentClient(row, this.config)),
    };
  }

  /** Rename a client, or allow it less or more than others. */
  @Patch(':clientId')
  @ApiId()
  @ApiClientId()
  @RequireScope('partners:manage', 'sub-partners:manage')
  @ApiProblems('not-found', 'conflict')
  async changeClient(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @ClientId() clientId: string,
    @Body() dto: ChangeClientDto,
  ): Promise<ClientView> {
    return presentClient(await this.clients.change(actor, id, clientId, dto), this.config);
  }

  /** Replace a client's secret; the old one may go on for a while. */
  @Post(':clientId/rotation')
  @HttpCode(200)
  @ApiId()
  @ApiClientId()
  @RequireScope('partners:manage', 'sub-partners:manage')
  @ApiProblems('not-found', 'conflict')
  async rotateClient(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @ClientId() clientId: string,
    @Body() dto: RotateClientDto,
  ): Promise<ClientCredentialsView> {
    const { row, clientSecret } = await this.clients.rotate(actor, id, clientId, dto.overlapSeconds ?? 0);
    return this.presentIssued(row, clientSecret);
  }

  /** Revoke a client: it and the tokens it holds stop working within seconds. */
  @Delete(':clientId')
  @HttpCode(204)
  @ApiId()
  @ApiClientId()
  @RequireScope('partners:manage', 'sub-partners:manage')
  @ApiProblems('not-found')
  async revokeClient(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @ClientId() clientId: string,
  ): Promise<void> {
    await this.clients.revoke(actor, id, clientId);
  }

  private presentIssued(row: ClientRow, clientSecret: string | undefined): ClientCredentialsView {
    return { ...presentClient(row, this.config), ...(clientSecret !== undefined && { clientSecret }) };
  }
}
