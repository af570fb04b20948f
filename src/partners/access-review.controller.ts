import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor } from '../access/actor.js';
import { CurrentActor, RequireScope } from '../access/route.decorator.js';
import { ApiId, Id } from '../core/http.decorators.js';
import { ApiProblems } from '../core/problem.decorator.js';
import {
  AccessReviewView,
  AskAccessReviewDto,
  AttestationList,
  AttestationView,
  AttestClientDto,
  presentAttestation,
} from './access-review.dto.js';
import { AccessReviewService } from './access-review.service.js';
import { ApiClientId, ClientId } from './client-id.decorators.js';

@ApiTags('partners')
@Controller('v1/partners/:id')
export class AccessReviewController {
  constructor(private readonly reviews: AccessReviewService) {}

  /** Ask a partner to say by then which of its clients are still needed; without being asked it must every half year. */
  @Post('access-review')
  @HttpCode(200)
  @ApiId()
  @RequireScope('partners:manage')
  @ApiProblems('not-found')
  async askAccessReview(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Body() dto: AskAccessReviewDto,
  ): Promise<AccessReviewView> {
    return this.reviews.ask(actor, id, dto);
  }

  /** Say that a client is still needed, needs less, or no more; another client does, where there is one, or the sponsor. */
  @Post('clients/:clientId/attestations')
  @ApiId()
  @ApiClientId()
  @RequireScope('clients:attest', 'partners:manage', 'sub-partners:manage')
  @ApiProblems('not-found', 'conflict')
  async attestClient(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @ClientId() clientId: string,
    @Body() dto: AttestClientDto,
  ): Promise<AttestationView> {
    return presentAttestation(await this.reviews.attest(actor, id, clientId, dto));
  }

  /** List what was said of the clients of a partner. */
  @Get('attestations')
  @ApiId()
  @RequireScope('partners:read')
  @ApiProblems('not-found')
  async listAttestations(@CurrentActor() actor: Actor, @Id() id: string): Promise<AttestationList> {
    return { items: (await this.reviews.list(actor, id)).map(presentAttestation) };
  }
}
