import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor } from '../access/actor.js';
import { CurrentActor, ReadsOnly, RequireScope } from '../access/route.decorator.js';
import { ApiId, Id } from '../core/http.decorators.js';
import { PageQuery } from '../core/page.dto.js';
import { ApiProblems } from '../core/problem.decorator.js';
import { AlertReceiptsService } from './alert-receipts.service.js';
import {
  AcknowledgeDto,
  AcknowledgementView,
  ConfirmPurgeDto,
  ListReceiptsQuery,
  presentAcknowledgement,
  presentAsked,
  presentConfirmation,
  presentRecall,
  presentReceipt,
  PurgeConfirmationView,
  RecallPage,
  ReceiptPage,
  UnacknowledgedPage,
} from './receipts.dto.js';

@ApiTags('alerts')
@Controller('v1/alerts')
export class ReceiptsController {
  constructor(private readonly receipts: AlertReceiptsService) {}

  /** List the alerts that your organisation is asked to acknowledge and has not. */
  @Get('unacknowledged')
  @RequireScope('alerts:read')
  async listUnacknowledged(
    @CurrentActor() actor: Actor,
    @Query() query: PageQuery,
  ): Promise<UnacknowledgedPage> {
    const { rows, nextCursor } = await this.receipts.listUnacknowledged(actor, query);
    const items = rows.map(({ id, version, event, asked }) => ({
      id,
      version,
      event,
      ...presentAsked(asked),
    }));
    return { items, nextCursor };
  }

  /** Tell the originator that your organisation has taken note; each organisation counts once. */
  @Post(':id/acknowledgements')
  @HttpCode(200)
  @ApiId()
  @RequireScope('alerts:respond')
  @ApiProblems('not-found', 'conflict')
  async acknowledgeAlert(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Body() dto: AcknowledgeDto,
  ): Promise<AcknowledgementView> {
    const { asked, row } = await this.receipts.acknowledge(actor, id, dto.note);
    return presentAcknowledgement(asked, row);
  }

  /** Read what your organisation was asked to acknowledge, and whether it has. */
  @Get(':id/acknowledgement')
  @ApiId()
  @RequireScope('alerts:read')
  @ApiProblems('not-found')
  async getAcknowledgement(@CurrentActor() actor: Actor, @Id() id: string): Promise<AcknowledgementView> {
    const { asked, row } = await this.receipts.getAcknowledgement(actor, id);
    return presentAcknowledgement(asked, row);
  }

  /** List to which organisations an alert of yours was sent, and which of them fetched and acknowledged it. */
  @Get(':id/receipts')
  @ApiId()
  @ReadsOnly()
  @RequireScope('alerts:publish')
  @ApiProblems('not-found')
  async listReceipts(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Query() query: ListReceiptsQuery,
  ): Promise<ReceiptPage> {
    const { rows, nextCursor, asked } = await this.receipts.listReceipts(actor, id, query);
    return { ...presentAsked(asked), items: rows.map(presentReceipt), nextCursor };
  }

  /** Tell the originator that your organisation has deleted what it lost of an alert. */
  @Post(':id/purge-confirmation')
  @HttpCode(200)
  @ApiId()
  @RequireScope('alerts:respond')
  @ApiProblems('not-found', 'conflict')
  async confirmPurge(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Body() dto: ConfirmPurgeDto,
  ): Promise<PurgeConfirmationView> {
    return presentConfirmation(await this.receipts.confirmPurge(actor, id, dto.note));
  }

  /** List which organisations lost what they had of an alert of yours, and which of them have deleted it. */
  @Get(':id/recall')
  @ApiId()
  @ReadsOnly()
  @RequireScope('alerts:publish')
  @ApiProblems('not-found')
  async listRecalls(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Query() query: ListReceiptsQuery,
  ): Promise<RecallPage> {
    const { rows, nextCursor } = await this.receipts.listRecalls(actor, id, query);
    return { items: rows.map(presentRecall), nextCursor };
  }
}
