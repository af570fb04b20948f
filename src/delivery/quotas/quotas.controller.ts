import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor } from '../../access/actor.js';
import { AnyClient, CurrentActor } from '../../access/route.decorator.js';
import { presentQuota, QuotasView } from './quotas.dto.js';
import { QuotasService } from './quotas.service.js';

@ApiTags('me')
@Controller('v1/me/quotas')
export class QuotasController {
  constructor(private readonly quotas: QuotasService) {}

  /** How much may this client ask for and keep here, and how much of it is used? */
  @Get()
  @AnyClient()
  async listQuotas(@CurrentActor() actor: Actor): Promise<QuotasView> {
    return { items: (await this.quotas.list(actor)).map(presentQuota) };
  }
}
