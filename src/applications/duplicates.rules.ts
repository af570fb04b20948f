/** Words that say what form an organisation has in law, and not which one it is. */
const FORMS = new Set(
  [
    'the of for and de du des la le les el los y et',
    'inc ltd limited llc plc gmbh ev asbl vzw sarl sa ngo ingo ong',
    'association asociacion associazione verein foundation fondation fundacion fondazione stiftung',
  ].flatMap((words) => words.split(' ')),
);

/** Where anybody has an address. */
const MAIL_PROVIDERS = new Set([
  ...['gmail.com', 'googlemail.com', 'outlook.com', 'hotmail.com', 'live.com', 'yahoo.com', 'icloud.com'],
  ...['proton.me', 'protonmail.com', 'gmx.net', 'gmx.de', 'mail.ru', 'yandex.ru', 'qq.com', '163.com'],
]);

/** The name without case, accents, punctuation and forms of law, its words in order of the alphabet. */
export function nameKey(name: string): string {
  const plain = name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  const words = plain.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== '');
  const telling = words.filter((word) => !FORMS.has(word));
  return (telling.length > 0 ? telling : words).sort().join(' ');
}

export const registrationKey = (number: string): string =>
  number
    .normalize('NFKC')
    .replace(/[^\p{L}\p{N}]/gu, '')
    .toUpperCase();

/** Domains that are an organisation's own, of its website and its address of mail. */
export function ownDomains(website: string | undefined, email: string): string[] {
  const web = website !== undefined && URL.canParse(website) ? new URL(website).hostname : '';
  const mail = email.slice(email.lastIndexOf('@') + 1);
  const domains = [web, mail].map((domain) => domain.toLowerCase().replace(/^www\./, ''));
  return [...new Set(domains.filter((domain) => domain !== '' && !MAIL_PROVIDERS.has(domain)))];
}

export const HINT_REASONS = ['name', 'code', 'registration', 'domain'] as const;
export type HintReason = (typeof HINT_REASONS)[number];

export interface Keys {
  name_key: string;
  country: string | null;
  registration_key: string | null;
  domains: string[];
}

/** In what two organisations are alike; registers of two countries may have the same number. */
export function likeness(one: Keys, other: Keys): HintReason[] {
  const sameCountry = one.country === null || other.country === null || one.country === other.country;
  return [
    ...(one.name_key === other.name_key ? (['name'] as const) : []),
    ...(one.registration_key !== null && one.registration_key === other.registration_key && sameCountry
      ? (['registration'] as const)
      : []),
    ...(one.domains.some((domain) => other.domains.includes(domain)) ? (['domain'] as const) : []),
  ];
}
