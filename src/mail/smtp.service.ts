import { isIP } from 'node:net';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { createTransport } from 'nodemailer';
import { type Config } from '../core/config.js';
import { CONFIG, PUBLIC_URL } from '../core/config.provider.js';
import { type Outcome, outcomeOf } from './smtp.rules.js';

export { GIVE_UP_AFTER_MS, type Outcome, retryAt } from './smtp.rules.js';

/** One mail to one recipient. */
export interface Mail {
  /** Without angle brackets. The same for every try, so that a repeat can be told. */
  messageId: string;
  /** The first mail of its thread, when this is not it. */
  threadId?: string;
  to: string;
  subject: string;
  text: string;
  html: string;
  language: string;
  /** RFC 8058: where a POST ends these mails. */
  unsubscribeUrl?: string;
}

/** Longer than any server that answers at all; shorter than others wait before they take a mail for abandoned. */
const PATIENCE_MS = 45_000;
export const MAILS_AT_ONCE = 4;

/** The way out by SMTP. Without a mail server in the settings there is none, and nothing pretends. */
@Injectable()
export class SmtpService implements OnApplicationShutdown {
  private readonly transport: ReturnType<typeof openTransport> | undefined;
  private readonly host: string;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(PUBLIC_URL) publicUrl: string,
  ) {
    this.host = new URL(publicUrl).hostname;
    this.transport = config.mail && openTransport(config.mail.smtpUrl, this.host);
  }

  get isConfigured(): boolean {
    return this.transport !== undefined;
  }

  /** An id for a mail or thread of ours (RFC 5322 §3.6.4). */
  idOf(...parts: string[]): string {
    return `${parts.join('.')}@${isIP(this.host) === 0 && !this.host.startsWith('[') ? this.host : 'slt.invalid'}`;
  }

  /** Never throws: what went wrong is part of the answer. */
  async send(mail: Mail): Promise<Outcome> {
    const { transport } = this;
    const { mail: settings } = this.config;
    if (transport === undefined || settings === undefined)
      return { as: 'failed', reason: 'no mail server is set' };
    const { messageId, threadId, to, subject, text, html, language, unsubscribeUrl } = mail;
    try {
      await transport.sendMail({
        from: settings.from,
        // As an object it is taken for one address, whatever is in it.
        to: { name: '', address: to },
        envelope: { from: settings.from.address, to: [to] },
        messageId: `<${messageId}>`,
        ...(threadId !== undefined && { inReplyTo: `<${threadId}>`, references: `<${threadId}>` }),
        subject,
        text,
        html,
        headers: {
          // RFC 3834 §5: whoever answers by itself does not answer this.
          'Auto-Submitted': 'auto-generated',
          'X-Auto-Response-Suppress': 'All',
          'Content-Language': language,
          ...(unsubscribeUrl !== undefined && {
            'List-Unsubscribe': { prepared: true, value: `<${unsubscribeUrl}>` },
            'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
          }),
        },
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      return { as: 'sent' };
    } catch (error) {
      return outcomeOf(error);
    }
  }

  onApplicationShutdown(): void {
    this.transport?.close();
  }
}

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/**
 * Encrypted, unless the server is on this very machine or the operator says that the way there is safe
 * (`?requireTLS=false`).
 */
function openTransport(address: string, name: string) {
  const url = new URL(address);
  const secure = url.protocol === 'smtps:';
  const credentials = { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) };
  return createTransport({
    pool: true,
    maxConnections: MAILS_AT_ONCE,
    // A mail is repeated by whoever keeps it, and not behind its back.
    maxRequeues: 0,
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (secure ? 465 : 587) : Number(url.port),
    secure,
    requireTLS: !secure && !LOOPBACK.test(url.hostname) && url.searchParams.get('requireTLS') !== 'false',
    ...(credentials.user !== '' && { auth: credentials }),
    name,
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 30_000,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
}
