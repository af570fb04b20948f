import {
  Body,
  Controller,
  Delete,
  Get,
  Headers,
  HttpCode,
  Inject,
  Patch,
  Post,
  Query,
  Res,
} from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Response } from 'express';
import { type Actor } from '../access/actor.js';
import { CurrentActor, RequireScope } from '../access/route.decorator.js';
import { type ClientRow } from '../access/clients.service.js';
import { ApiAnswerHeaders } from '../core/answers.decorator.js';
import { type Config } from '../core/config.js';
import { CONFIG } from '../core/config.provider.js';
import { versionTag } from '../core/etag.js';
import { ApiId, ApiIdempotencyKey, ApiIfMatch, Id, Idempotency } from '../core/http.decorators.js';
import { type IdempotencyKey } from '../core/idempotency.js';
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
  @ApiIdempotencyKey()
  @ApiAnswerHeaders('ETag')
  @ApiProblems('not-found', 'unprocessable')
  async createClient(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Body() dto: CreateClientDto,
    @Idempotency() idempotency: IdempotencyKey | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ClientCredentialsView> {
    const { row, clientSecret } = await this.clients.create(actor, id, dto, idempotency);
    response.set('ETag', versionTag(row.version));
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
  @ApiIfMatch()
  @ApiAnswerHeaders('ETag')
  @ApiProblems('not-found', 'conflict', 'precondition-failed')
  async changeClient(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @ClientId() clientId: string,
    @Body() dto: ChangeClientDto,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ClientView> {
    const row = await this.clients.change(actor, id, clientId, dto, ifMatch);
    response.set('ETag', versionTag(row.version));
    return presentClient(row, this.config);
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
