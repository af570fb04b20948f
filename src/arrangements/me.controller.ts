import { Controller, Get, Inject } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor } from '../access/actor.js';
import { type HandlingView } from '../access/handling.dto.js';
import { classificationLabel, tlpLabel } from '../access/handling.js';
import { AnyClient, CurrentActor } from '../access/route.decorator.js';
import { type Config } from '../core/config.js';
import { CONFIG } from '../core/config.provider.js';
import { PartnersService } from '../partners/partners.service.js';
import { ArrangementsService } from './arrangements.service.js';
import { MeView } from './me.dto.js';

@ApiTags('me')
@Controller('v1/me')
export class MeController {
  constructor(
    private readonly partners: PartnersService,
    private readonly arrangements: ArrangementsService,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Who am I, what may I do, how far do I see? */
  @Get()
  @AnyClient()
  async getMe(@CurrentActor() actor: Actor): Promise<MeView> {
    const partner = await this.partners.get(actor, actor.partnerId);
    const ceiling = await this.partners.effectiveCeiling(actor);
    const arrangements = await this.arrangements.listOwn(actor);
    return {
      clientId: actor.clientId,
      partner: {
        id: partner.id,
        code: partner.code,
        name: partner.name,
        kind: partner.kind,
        status: partner.status,
      },
      scopes: [...actor.scopes].sort(),
      ceiling: labels(ceiling),
      arrangements: arrangements.map(({ id, code, name, ceiling }) => ({
        id,
        code,
        name,
        ceiling: labels(ceiling),
      })),
      ...(actor.attestBy && { attestBy: actor.attestBy.toISOString() }),
      requestsPerMinute: actor.requestsPerMinute ?? this.config.requestsPerMinute,
    };
  }
}

const labels = ({ tlp, classification }: { tlp: number; classification: number }): HandlingView => ({
  tlp: tlpLabel(tlp),
  classification: classificationLabel(classification),
});
