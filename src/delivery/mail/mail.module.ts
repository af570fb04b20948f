import { Module } from '@nestjs/common';
import { MailLinksService } from './mail-links.service.js';
import { SmtpService } from './smtp.service.js';

/** How a mail looks and how it leaves: templates in six languages, links for recipients, SMTP. Keeps nothing. */
@Module({ providers: [MailLinksService, SmtpService], exports: [MailLinksService, SmtpService] })
export class MailModule {}
