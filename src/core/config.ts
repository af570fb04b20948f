import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';

/** Everything the surroundings can decide, read once at start. A value that makes no sense stops the start. */
export interface Config {
  /** Undefined: nobody asked for a port, so the next free one from 3000 will do. */
  port: number | undefined;
  host: string;
  /** Address that partners use; issuer of tokens and base of links. Undefined: derived from host and port. */
  publicUrl: string | undefined;
  databaseUrl: string | undefined;
  backgroundDatabaseUrl: string | undefined;
  migrationDatabaseUrl: string | undefined;
  dataDir: string | undefined;
  steward: { code: string; name: string; clientId: string; clientSecret: string | undefined };
  logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'silent';
  /** Number of proxies in front, or their addresses; what Express calls `trust proxy`. */
  trustProxy: number | string[];
  /** Requests that one client may make in a minute. */
  requestsPerMinute: number;
  /** Requests without a token, token requests among them, that one address may make in a minute. */
  anonymousRequestsPerMinute: number;
  /** Of organisations without credentials, each of which sends mail: from one network, and from all. */
  applicationsPerHour: number;
  applicationsPerDay: number;
  /** Streams that this process keeps open, and requests that wait in it, together. */
  longAnswers: number;
  longAnswersPerPartner: number;
  /** The largest file that can be attached to an alert or report. */
  attachmentMaxBytes: number;
  /** For development: webhooks may go to this very machine, by http and on any port. */
  webhooksAllowLoopback: boolean;
  /** Opens GET /metrics to whoever sends it as a bearer token. Undefined: the page does not exist. */
  metricsToken: string | undefined;
  /** The mail server, and in whose name mail leaves. Undefined: there is no mail. */
  mail: { smtpUrl: string; from: { name: string; address: string } } | undefined;
  /** Time between "not ready" and the end, for a load balancer to notice; zero without one. */
  shutdownDelaySeconds: number;
  /** Started as `npm start` or another script of npm's, which sets this by itself. */
  underNpm: boolean;
}

type Environment = Record<string, string | undefined>;

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'silent'] as const;

/** @throws Error naming every setting that is wrong. */
export function readConfig(environment: Environment = process.env): Config {
  const faults: string[] = [];
  const fault = (name: string, wanted: string): undefined => {
    faults.push(`${name} ${wanted}`);
    return undefined;
  };
  const text = (name: string): string | undefined => environment[name]?.trim() || undefined;
  const secret = (name: string): string | undefined => {
    const file = text(`${name}_FILE`);
    if (file === undefined) return text(name);
    if (text(name) !== undefined) return fault(name, `and ${name}_FILE are both set: set one`);
    try {
      return readFileSync(file, 'utf8').trim() || fault(`${name}_FILE`, 'names an empty file');
    } catch {
      return fault(`${name}_FILE`, 'names a file that cannot be read');
    }
  };
  const integer = (name: string, least: number, most: number): number | undefined => {
    const value = text(name);
    if (value === undefined) return undefined;
    const number = Number(value);
    return Number.isInteger(number) && number >= least && number <= most
      ? number
      : fault(name, `must be a whole number from ${least} to ${most}`);
  };
  const flag = (name: string): boolean => {
    const value = text(name) ?? 'false';
    if (!['true', 'false'].includes(value)) fault(name, 'must be true or false');
    return value === 'true';
  };
  const url = (name: string, protocols: string[], value = text(name)): string | undefined => {
    if (value === undefined) return undefined;
    return URL.canParse(value) && protocols.includes(new URL(value).protocol)
      ? value
      : fault(name, `must be an address that begins with ${protocols.map((p) => `${p}//`).join(' or ')}`);
  };
  const postgres = (name: string): string | undefined =>
    url(name, ['postgres:', 'postgresql:'], secret(name));

  const config: Config = {
    port: integer('PORT', 1, 65535),
    host: text('HOST') ?? '127.0.0.1',
    publicUrl: url('SLT_PUBLIC_URL', ['http:', 'https:'])?.replace(/\/+$/, ''),
    databaseUrl: postgres('DATABASE_URL'),
    backgroundDatabaseUrl: postgres('BACKGROUND_DATABASE_URL'),
    migrationDatabaseUrl: postgres('MIGRATION_DATABASE_URL'),
    dataDir: text('SLT_DATA_DIR'),
    steward: {
      code: text('SLT_STEWARD_CODE') ?? 'UNDSS',
      name: text('SLT_STEWARD_NAME') ?? 'United Nations Department of Safety and Security',
      clientId: text('SLT_STEWARD_CLIENT_ID') ?? 'steward',
      clientSecret: secret('SLT_STEWARD_CLIENT_SECRET'),
    },
    logLevel: LOG_LEVELS.find((level) => level === (text('SLT_LOG_LEVEL') ?? 'info')) ?? 'info',
    trustProxy: readTrustProxy(text('SLT_TRUST_PROXY'), fault),
    requestsPerMinute: integer('SLT_REQUESTS_PER_MINUTE', 1, 1e9) ?? 6000,
    anonymousRequestsPerMinute: integer('SLT_ANONYMOUS_REQUESTS_PER_MINUTE', 1, 1e9) ?? 300,
    applicationsPerHour: integer('SLT_APPLICATIONS_PER_HOUR', 0, 1e9) ?? 10,
    applicationsPerDay: integer('SLT_APPLICATIONS_PER_DAY', 0, 1e9) ?? 500,
    longAnswers: integer('SLT_STREAMS', 1, 100_000) ?? 8000,
    longAnswersPerPartner: integer('SLT_STREAMS_PER_PARTNER', 1, 100_000) ?? 50,
    attachmentMaxBytes: integer('SLT_ATTACHMENT_MAX_BYTES', 1024, 100 * 1024 * 1024) ?? 10 * 1024 * 1024,
    webhooksAllowLoopback: flag('SLT_WEBHOOKS_ALLOW_LOOPBACK'),
    metricsToken: secret('SLT_METRICS_TOKEN'),
    mail: readMail(
      url('SLT_SMTP_URL', ['smtp:', 'smtps:'], secret('SLT_SMTP_URL')),
      text('SLT_MAIL_FROM'),
      fault,
    ),
    shutdownDelaySeconds: integer('SLT_SHUTDOWN_DELAY_SECONDS', 0, 60) ?? 0,
    underNpm: text('npm_lifecycle_event') !== undefined,
  };

  if (!/^[A-Z0-9][A-Z0-9._-]{1,31}$/.test(config.steward.code)) {
    fault('SLT_STEWARD_CODE', 'must be 2 to 32 capital letters, digits, dots, hyphens or underscores');
  }
  if (!/^[\w.-]{3,64}$/.test(config.steward.clientId)) {
    fault('SLT_STEWARD_CLIENT_ID', 'must be 3 to 64 letters, digits, dots, hyphens or underscores');
  }
  // RFC 6749 §2.3.1 form-decodes credentials before it compares them, which few command lines prepare for.
  if (config.steward.clientSecret !== undefined && !/^[\w.~-]{24,200}$/.test(config.steward.clientSecret)) {
    fault(
      'SLT_STEWARD_CLIENT_SECRET',
      'must be 24 to 200 letters, digits, dots, tildes, hyphens or underscores',
    );
  }
  if (config.metricsToken !== undefined && config.metricsToken.length < 24) {
    fault('SLT_METRICS_TOKEN', 'must have at least 24 characters');
  }
  if (text('SLT_LOG_LEVEL') !== undefined && !LOG_LEVELS.some((level) => level === text('SLT_LOG_LEVEL'))) {
    fault('SLT_LOG_LEVEL', `must be one of ${LOG_LEVELS.join(', ')}`);
  }
  if (
    config.databaseUrl !== undefined &&
    !config.migrationDatabaseUrl &&
    !config.backgroundDatabaseUrl &&
    faults.length === 0
  ) {
    fault('BACKGROUND_DATABASE_URL', 'or MIGRATION_DATABASE_URL is needed beside DATABASE_URL');
  }
  if (config.databaseUrl === undefined && (config.migrationDatabaseUrl || config.backgroundDatabaseUrl)) {
    fault('DATABASE_URL', 'is needed beside the other database addresses');
  }
  if (faults.length > 0) throw new Error(`The settings cannot be used:\n  ${faults.join('\n  ')}`);
  return config;
}

/** `alerts@example.org`, or `SLT Exchange <alerts@example.org>`. */
const SENDER = /^(?:([^<>@"\r\n]{1,100}?)\s*<)?([\w.+-]{1,64}@[a-z0-9-]+(?:\.[a-z0-9-]+)+)>?$/i;

function readMail(
  smtpUrl: string | undefined,
  from: string | undefined,
  fault: (name: string, wanted: string) => undefined,
): Config['mail'] {
  if (smtpUrl === undefined && from === undefined) return undefined;
  if (from === undefined) return fault('SLT_MAIL_FROM', 'is needed beside SLT_SMTP_URL');
  const [, name = 'SLT Exchange', address] = SENDER.exec(from) ?? [];
  if (address === undefined || from.includes('<') !== from.includes('>')) {
    return fault('SLT_MAIL_FROM', 'must be an address, or a name and an address in angle brackets');
  }
  if (smtpUrl === undefined) return fault('SLT_SMTP_URL', 'is needed beside SLT_MAIL_FROM');
  return { smtpUrl, from: { name, address } };
}

function readTrustProxy(
  value: string | undefined,
  fault: (name: string, wanted: string) => undefined,
): number | string[] {
  if (value === undefined) return 0;
  if (/^\d{1,2}$/.test(value)) return Number(value);
  const addresses = value.split(',').map((part) => part.trim());
  const known = addresses.every((address) => {
    const [ip, length, ...rest] = address.split('/');
    return isIP(ip ?? '') !== 0 && rest.length === 0 && (length === undefined || /^\d{1,3}$/.test(length));
  });
  if (!known) fault('SLT_TRUST_PROXY', 'must be a number of proxies or a list of their addresses');
  return addresses;
}
