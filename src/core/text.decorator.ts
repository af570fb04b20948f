import { applyDecorators } from '@nestjs/common';
import {
  isEmail,
  IsString,
  Length,
  Matches,
  registerDecorator,
  type ValidationOptions,
} from 'class-validator';

/** Control characters other than tab and line ends: neither XML nor PostgreSQL can carry them. */
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ufffe\uffff]/;

export const isCleanText = (value: unknown): boolean =>
  typeof value === 'string' && value.isWellFormed() && !FORBIDDEN.test(value);

/** Text for people, of bounded length in UTF-16 units; white space alone says nothing. */
export const IsText = (least: number, most: number, options?: ValidationOptions): PropertyDecorator =>
  applyDecorators(
    IsString(options),
    Length(least, most, options),
    Matches(/\S/, { message: 'must not be blank', ...options }),
    IsClean(options),
  );

/** Neither control characters nor halves of characters. */
export function IsClean(options?: ValidationOptions): PropertyDecorator {
  return (target, propertyName) => {
    registerDecorator({
      name: 'isClean',
      target: target.constructor,
      propertyName: String(propertyName),
      options: { message: 'must not contain control characters or broken characters', ...options },
      validator: { validate: isCleanText },
    });
  };
}

/** A plain address of one mailbox, as every mail server takes it. */
export function IsMailAddress(options?: ValidationOptions): PropertyDecorator {
  return (target, propertyName) => {
    registerDecorator({
      name: 'isEmail',
      target: target.constructor,
      propertyName: String(propertyName),
      options: { message: 'must be a plain mail address', ...options },
      validator: {
        // `isEmail` throws at halves of characters.
        validate: (value) =>
          isCleanText(value) &&
          isEmail(value, { allow_utf8_local_part: false, allow_ip_domain: false, require_tld: true }),
      },
    });
  };
}
