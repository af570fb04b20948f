import { Body, Controller, Delete, Get, HttpCode, Param, type PipeTransform, Post } from '@nestjs/common';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import { type Actor } from '../access/actor.js';
import { CurrentActor, RequireScope } from '../access/route.decorator.js';
import { ApiId, Id } from '../core/http.decorators.js';
import { ApiProblems } from '../core/problem.decorator.js';
import { problems } from '../core/problem.js';
import {
  ClientCredentialsView,
  ClientList,
  CreateClientDto,
  presentClient,
  RotateClientDto,
} from './clients.dto.js';
import { PartnerClientsService } from './partner-clients.service.js';

class ClientIdPipe implements PipeTransform<string, string> {
  /** What cannot be an id is answered like an id that is not there. */
  transform(value: string): string {
    if (!/^[\w.-]{1,64}$/.test(value)) throw problems.notFound();
    return value;
  }
}

const ClientId = () => Param('clientId', ClientIdPipe);

const ApiClientId = () => ApiParam({ name: 'clientId', schema: { type: 'string', maxLength: 64 } });

@ApiTags('partners')
@Controller('v1/partners/:id/clients')
export class ClientsController {
  constructor(private readonly clients: PartnerClientsService) {}

  /** Give a system of a partner its credentials; a secret is shown this once. */
  @Post()
  @ApiId()
  @RequireScope('partners:manage')
  @ApiProblems('not-found')
  async createClient(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Body() dto: CreateClientDto,
  ): Promise<ClientCredentialsView> {
    const { row, clientSecret } = await this.clients.create(actor, id, dto);
    return { ...presentClient(row), ...(clientSecret !== undefined && { clientSecret }) };
  }

  /** List the clients of a partner. */
  @Get()
  @ApiId()
  @RequireScope('partners:read')
  @ApiProblems('not-found')
  async listClients(@CurrentActor() actor: Actor, @Id() id: string): Promise<ClientList> {
    return { items: (await this.clients.list(actor, id)).map(presentClient) };
  }

  /** Replace a client's secret; the old one may go on for a while. */
  @Post(':clientId/rotation')
  @HttpCode(200)
  @ApiId()
  @ApiClientId()
  @RequireScope('partners:manage')
  @ApiProblems('not-found', 'conflict')
  async rotateClient(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @ClientId() clientId: string,
    @Body() dto: RotateClientDto,
  ): Promise<ClientCredentialsView> {
    const { row, clientSecret } = await this.clients.rotate(actor, id, clientId, dto.overlapSeconds ?? 0);
    return { ...presentClient(row), ...(clientSecret !== undefined && { clientSecret }) };
  }

  /** Revoke a client: it and the tokens it holds stop working within seconds. */
  @Delete(':clientId')
  @HttpCode(204)
  @ApiId()
  @ApiClientId()
  @RequireScope('partners:manage')
  @ApiProblems('not-found')
  async revokeClient(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @ClientId() clientId: string,
  ): Promise<void> {
    await this.clients.revoke(actor, id, clientId);
  }
}
