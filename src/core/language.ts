import { registerDecorator, type ValidationOptions } from 'class-validator';
import Negotiator from 'negotiator';

/** BCP 47 tag in its canonical form, or undefined when it is none. */
export function canonicalLanguage(tag: string): string | undefined {
  try {
    return tag.length <= 35 ? Intl.getCanonicalLocales(tag)[0] : undefined;
  } catch {
    return undefined;
  }
}

export function IsLanguage(options?: ValidationOptions): PropertyDecorator {
  return (target, propertyName) => {
    registerDecorator({
      name: 'isLanguage',
      target: target.constructor,
      propertyName: String(propertyName),
      options: { message: 'must be a BCP 47 language tag', ...options },
      validator: {
        validate: (value: unknown) => typeof value === 'string' && canonicalLanguage(value) !== undefined,
      },
    });
  };
}

/**
 * Which of the languages at hand serves the reader best (RFC 4647 lookup through `Accept-Language`).
 * The first one, its author's own, serves when none does.
 */
export function chooseLanguage(available: string[], acceptLanguage: string | undefined): string | undefined {
  if (acceptLanguage === undefined || available.length < 2) return available[0];
  const negotiator = new Negotiator({ headers: { 'accept-language': acceptLanguage } });
  return negotiator.languages(available)[0] ?? available[0];
}
