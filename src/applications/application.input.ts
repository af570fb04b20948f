import { type Fault } from '../core/problem.js';
import { REQUIREMENTS, type Statement } from './application.rules.js';
import { type ApplyDto } from './applications.dto.js';
import { type NewApplication, type Statements } from './applications.repository.js';
import { nameKey, ownDomains, registrationKey } from './duplicates.rules.js';

/** What an organisation of this kind must say, and does not, or must not say. */
export function applicationFaults(dto: ApplyDto): Fault[] {
  const missing = REQUIREMENTS[dto.kind].statements.filter((name: Statement) => dto[name] === undefined);
  return [
    ...missing.map((name) => ({ pointer: `#/${name}`, detail: `is needed of ${dto.kind}` })),
    // It stands on pages and in mails of the exchange, though in none before the address was confirmed.
    ...(/:\/\/|www\./i.test(dto.name) ? [{ pointer: '#/name', detail: 'must lead nowhere' }] : []),
  ];
}

/** As it is kept until its address is confirmed. */
export function newApplication(id: string, dto: ApplyDto): NewApplication {
  const { kind, name, country, registrationNumber, website, unPartnership, mandate, countries, language } =
    dto;
  const statements: Statements = {
    ...(registrationNumber !== undefined && { registrationNumber }),
    ...(website !== undefined && { website }),
    ...(unPartnership !== undefined && {
      unPartnership: { entity: unPartnership.entity, reference: unPartnership.reference },
    }),
    ...(mandate !== undefined && { mandate }),
    ...(countries !== undefined && { countries }),
  };
  const email = dto.contact.email.toLowerCase();
  return {
    ...{ id, state: 'unconfirmed', kind, name, statements, language },
    country: country ?? null,
    nameKey: nameKey(name),
    registrationKey: registrationNumber === undefined ? null : registrationKey(registrationNumber) || null,
    domains: ownDomains(website, email),
    contact: { name: dto.contact.name, title: dto.contact.title, email },
    enteredBy: null,
    caseHash: null,
    decideWithinDays: null,
  };
}
