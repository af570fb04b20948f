import { type AddressInfo } from 'node:net';
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer, type SMTPServerEnvelope } from 'smtp-server';

/** One mail as it arrived. */
export interface Received {
  to: string[];
  from: string;
  raw: string;
  mail: Email;
  /** The first of this name, in small letters. */
  header: (name: string) => string | undefined;
}

/** What the server says instead of taking a mail; by the address or the whole message. */
type Refusal = { code: number; message: string } | undefined;

export interface MailServer {
  url: string;
  received: Received[];
  /** Asked for each recipient, when it is named. */
  refuseRecipient: (address: string) => Refusal;
  /** Asked for each message, when it has come and before that is said. */
  refuseMessage: (raw: string) => Refusal | Promise<Refusal>;
  /** Mails to this address, oldest first, once there are as many. */
  to: (address: string, count?: number) => Promise<Received[]>;
  start: () => Promise<void>;
  stop: () => Promise<void>;
}

const PATIENCE_MS = 60_000;

/** A real mail server within the test. */
export async function startMailServer(): Promise<MailServer> {
  let server: SMTPServer | undefined;
  let port = 0;
  const mails: MailServer = {
    url: '',
    received: [],
    refuseRecipient: () => undefined,
    refuseMessage: () => undefined,
    async to(address, count = 1) {
      const end = Date.now() + PATIENCE_MS;
      for (;;) {
        const found = mails.received.filter((one) => one.to.includes(address));
        if (found.length >= count) return found;
        if (Date.now() > end) throw new Error(`${found.length} mails to ${address}, wanted ${count}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    async start() {
      const opened = new SMTPServer({
        authOptional: true,
        disabledCommands: ['STARTTLS', 'AUTH'],
        logger: false,
        disableReverseLookup: true,
        closeTimeout: 100,
        onRcptTo: ({ address }, _, done) => done(asError(mails.refuseRecipient(address))),
        onData: (stream, session, done) => {
          const chunks: Buffer[] = [];
          stream.on('data', (chunk: Buffer) => chunks.push(chunk));
          stream.on('end', () => {
            void take(Buffer.concat(chunks).toString('utf8'), session.envelope).then(done);
          });
        },
      });
      // A client that goes away is no failure of the server.
      opened.on('error', () => undefined);
      await new Promise<void>((resolve) => opened.listen(port, '127.0.0.1', () => resolve()));
      port = (opened.server.address() as AddressInfo).port;
      mails.url = `smtp://127.0.0.1:${port}`;
      server = opened;
    },
    async stop() {
      await new Promise<void>((resolve) =>
        server === undefined ? resolve() : server.close(() => resolve()),
      );
      server = undefined;
    },
  };
  const take = async (raw: string, { mailFrom, rcptTo }: SMTPServerEnvelope): Promise<Error | null> => {
    const refusal = await mails.refuseMessage(raw);
    if (refusal) return asError(refusal);
    const mail = await PostalMime.parse(raw);
    mails.received.push({
      to: rcptTo.map(({ address }) => address),
      from: mailFrom ? mailFrom.address : '',
      raw,
      mail,
      header: (name) => mail.headers.find(({ key }) => key === name)?.value,
    });
    return null;
  };
  await mails.start();
  return mails;
}

const asError = (refusal: Refusal): Error | null =>
  refusal === undefined ? null : Object.assign(new Error(refusal.message), { responseCode: refusal.code });
