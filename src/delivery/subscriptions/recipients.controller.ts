import { applyDecorators, Controller, Get, HttpCode, Param, Post, Res } from '@nestjs/common';
import { ApiOkResponse, ApiParam, ApiTags } from '@nestjs/swagger';
import { type Response } from 'express';
import { Public } from '../../access/route.decorator.js';
import { IgnoresBody } from '../../core/body-parsers.js';
import { ApiProblems } from '../../core/problem.decorator.js';
import { ValidatesItsOwnInput } from '../../core/undeclared-input.js';
import { answerPage } from '../../mail/mail.module.js';
import { RecipientsService } from './recipients.service.js';

const HTML = { 'text/html': { schema: { type: 'string' } } };

/** For people who have a link and nothing else. Mail programs send bodies of their own, which say nothing. */
const ForRecipients = () =>
  applyDecorators(
    Public(),
    IgnoresBody(),
    ValidatesItsOwnInput(),
    ApiParam({ name: 'token', schema: { type: 'string', maxLength: 100 } }),
    ApiOkResponse({ description: 'A page in the language of the recipient.', content: HTML }),
    ApiProblems('not-found'),
  );

@ApiTags('subscriptions')
@Controller('v1')
export class RecipientsController {
  constructor(private readonly recipients: RecipientsService) {}

  /** Ask a recipient, by the link that it was sent, whether it agrees to be sent alerts. */
  @Get('subscription-confirmations/:token')
  @ForRecipients()
  async showConfirmation(
    @Param('token') token: string,
    @Res({ passthrough: true }) response: Response,
  ): Promise<string> {
    return answerPage(await this.recipients.askToConfirm(token), response);
  }

  /** Agree to be sent alerts. */
  @Post('subscription-confirmations/:token')
  @HttpCode(200)
  @ForRecipients()
  async confirmSubscription(
    @Param('token') token: string,
    @Res({ passthrough: true }) response: Response,
  ): Promise<string> {
    return answerPage(await this.recipients.confirm(token), response);
  }

  /** Ask a recipient, by the link in its mails, whether it wants no more of them; reading this changes nothing. */
  @Get('unsubscribe/:token')
  @ForRecipients()
  async showUnsubscription(
    @Param('token') token: string,
    @Res({ passthrough: true }) response: Response,
  ): Promise<string> {
    return answerPage(await this.recipients.askToUnsubscribe(token), response);
  }

  /** Be sent no more mails of a subscription, with one click (RFC 8058). */
  @Post('unsubscribe/:token')
  @HttpCode(200)
  @ForRecipients()
  async unsubscribe(
    @Param('token') token: string,
    @Res({ passthrough: true }) response: Response,
  ): Promise<string> {
    return answerPage(await this.recipients.unsubscribe(token), response);
  }
}
