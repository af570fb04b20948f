import { type ArgumentMetadata, type PipeTransform, type Type, ValidationPipe } from '@nestjs/common';
import { type ValidationError } from 'class-validator';
import { escapePointer } from './json-text.js';
import { type Fault, type Problem, problems } from './problem.js';

type Place = 'body' | 'query';

const MAX_FAULTS = 100;

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
        refusal(errors.flatMap((error) => faultsOf(error, place === 'query' ? '?' : '#/'))),
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
  const reserved = reservedNames(value, place === 'query' ? '?' : '#/');
  if (reserved.length > 0) throw refusal(reserved);
  return PIPES[place].transform(value, { type: place, metatype: dto }) as Promise<Dto>;
}

/** An answer that stays smaller than what it answers. */
function refusal(faults: Fault[]): Problem {
  const more = faults.length - MAX_FAULTS;
  const rest = more > 0 ? [{ pointer: '#', detail: `and ${more} more faults` }] : [];
  return problems.invalidInput([...faults.slice(0, MAX_FAULTS), ...rest]);
}

/** What every object has from birth, such as `constructor`: class-transformer passes over it, so it is refused before. */
function reservedNames(value: unknown, parent: string): Fault[] {
  if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) return [];
  return Object.entries(value).flatMap(([name, member]) => {
    const pointer = `${parent}${escapePointer(name)}`;
    const own = name in Object.prototype ? [{ pointer, detail: 'is not a known name' }] : [];
    return [...own, ...reservedNames(member, `${pointer}/`)];
  });
}

function faultsOf(error: ValidationError, parent: string): Fault[] {
  const pointer = `${parent}${escapePointer(error.property)}`;
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
