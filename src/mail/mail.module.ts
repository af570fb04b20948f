import { Module } from '@nestjs/common';
import { MailLinksService } from './mail-links.service.js';
import { NoticesRepository } from './notices.repository.js';
import { NoticesService } from './notices.service.js';
import { NoticeSender } from './notice.sender.js';
import { SmtpService } from './smtp.service.js';

export { MAIL_LANGUAGES, type MailLanguage, SCRIPTS } from './languages.js';
export {
  type Block,
  type Document,
  fill,
  inParagraph,
  oneLine,
  say,
  type Sentence,
} from './render/document.js';
export { escapeHtml, writeHtml } from './render/html.js';
export { answerPage, writePage } from './render/page.js';
export { writeText } from './render/text.js';

/**
 * How a mail is written and leaves: paragraphs as text and HTML in six languages, links that nobody keeps, SMTP. Owns
 * mail_notice, the outbox of short notices; what they say is defined by whoever posts them. Knows nothing of alerts.
 */
@Module({
  providers: [MailLinksService, NoticeSender, NoticesRepository, NoticesService, SmtpService],
  exports: [MailLinksService, NoticesService, SmtpService],
})
export class MailModule {}
