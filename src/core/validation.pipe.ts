import { type ArgumentMetadata, type PipeTransform, type Type, ValidationPipe } from '@nestjs/common';
import { type ValidationError } from 'class-validator';
import { type Fault, problems } from './problem.js';

type Place = 'body' | 'query';

/** Whitelisted, unknown names refused, nothing converted that the DTO does not convert, all faults at once. */
class FaultNamingPipe extends ValidationPipe {
  constructor(place: Place) {
    super({
      whitelist: true,
      forbidNonWhitelisted: true,
      forbidUnknownValues: false,
      transform: true,
      transformOptions: { enableImplicitConversion: false, exposeDefaultValues: true },
      stopAtFirstError: false,
      validationError: { target: false, value: false },
      exceptionFactory: (errors) =>
        problems.invalidInput(errors.flatMap((error) => faultsOf(error, place === 'query' ? '?' : '#/'))),
    });
  }
}

const PIPES = { body: new FaultNamingPipe('body'), query: new FaultNamingPipe('query') };

/** The global pipe: knows from where a value comes. */
export class InputPipe implements PipeTransform {
  async transform(value: unknown, { type, metatype }: ArgumentMetadata): Promise<unknown> {
    if ((type !== 'body' && type !== 'query') || metatype === undefined) return value;
    return validate(metatype, value, type);
  }
}

/** @throws Problem 400 naming every fault */
export async function validate<Dto extends object>(
  dto: Type<Dto>,
  value: unknown,
  place: Place,
): Promise<Dto> {
  if (place === 'body' && (value === null || typeof value !== 'object' || Array.isArray(value))) {
    throw problems.invalidInput([{ pointer: '#', detail: 'must be a JSON object' }]);
  }
  return PIPES[place].transform(value, { type: place, metatype: dto }) as Promise<Dto>;
}

/** Pointers are escaped as JSON Pointer wants it; names come from the caller and are cut to a bearable length. */
function faultsOf(error: ValidationError, parent: string): Fault[] {
  const name = error.property.slice(0, 100).replaceAll('~', '~0').replaceAll('/', '~1');
  const pointer = `${parent}${name}`;
  const own = Object.values(error.constraints ?? {}).map((message) => ({
    pointer,
    detail: withoutName(message, error.property),
  }));
  return [...own, ...(error.children ?? []).flatMap((child) => faultsOf(child, `${pointer}/`))];
}

/** class-validator begins its sentences with the name, which the pointer already says. */
function withoutName(message: string, property: string): string {
  if (message === `property ${property} should not exist`) return 'is not a known name';
  const prefix = `${property} `;
  return message.startsWith(prefix) ? message.slice(prefix.length) : message;
}
