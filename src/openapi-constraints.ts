import { getMetadataStorage } from 'class-validator';

type Schema = Record<string, unknown>;
type Class = abstract new () => object;

/** As src/openapi-metadata.ts has it: for each file its classes, for each class its properties. */
interface Metadata {
  '@nestjs/swagger': {
    models: [Promise<Record<string, unknown>>, Record<string, Record<string, Schema>>][];
    controllers: unknown[];
  };
}

/** Validators in the words of JSON Schema. */
const WORDS: Record<string, (constraints: unknown[]) => Schema> = {
  isInt: () => ({ type: 'integer' }),
  min: ([minimum]) => ({ minimum }),
  max: ([maximum]) => ({ maximum }),
  minLength: ([minLength]) => ({ minLength }),
  maxLength: ([maxLength]) => ({ maxLength }),
  isLength: ([minLength, maxLength]) => ({ minLength, maxLength }),
  matches: ([pattern]) => ({ pattern: pattern instanceof RegExp ? pattern.source : pattern }),
  isUuid: () => ({ format: 'uuid' }),
  isEmail: () => ({ format: 'email' }),
  isIso8601: () => ({ format: 'date-time' }),
  isBooleanString: () => ({ enum: ['true', 'false'] }),
  arrayNotEmpty: () => ({ minItems: 1 }),
  arrayMinSize: ([minItems]) => ({ minItems }),
  arrayMaxSize: ([maxItems]) => ({ maxItems }),
  arrayUnique: () => ({ uniqueItems: true }),
  isLanguage: () => ({ minLength: 2, maxLength: 35 }),
};

/** What the type says already, or what no schema can say. */
const UNSAID = [
  'isString',
  'isBoolean',
  'isNumber',
  'isArray',
  'isObject',
  'isDefined',
  'isIn',
  'isClean',
  'isWritable',
  'isTimeZone',
];

/** @throws Error for a validator that would be missing from the document */
function wordsOf(name: string, constraints: unknown[]): Schema {
  const words = WORDS[name];
  if (words === undefined && !UNSAID.includes(name)) {
    throw new Error(`openapi-constraints.ts does not know how OpenAPI says ${name}.`);
  }
  return words?.(constraints) ?? {};
}

/**
 * Adds what the validators enforce and what the generator cannot see: values of constants, validators of our own,
 * limits on the members of a list, defaults, and that a field with a default may be left out.
 */
export async function withConstraints(metadata: Metadata): Promise<Metadata> {
  for (const [file, classes] of metadata['@nestjs/swagger'].models) {
    const loaded = await file;
    for (const [name, properties] of Object.entries(classes)) constrain(loaded[name] as Class, properties);
  }
  return metadata;
}

function constrain(type: Class, properties: Record<string, Schema>): void {
  const validators = getMetadataStorage()
    .getTargetValidationMetadatas(type, '', false, false)
    .filter(({ target }) => target === type);
  if (validators.length === 0) return;
  const defaults = Reflect.construct(type, []) as Schema;
  for (const [name, schema] of Object.entries(properties)) {
    const own = validators.filter(({ propertyName }) => propertyName === name);
    if (own.some(({ type: kind }) => kind === 'conditionalValidation')) schema['required'] = false;
    if (defaults[name] !== undefined) Object.assign(schema, { required: false, default: defaults[name] });
    const words = (each: boolean): Schema =>
      Object.assign(
        {},
        ...own
          .filter((validator) => Boolean(validator.each) === each && validator.name !== undefined)
          .map((validator) => wordsOf(validator.name ?? '', validator.constraints ?? [])),
      ) as Schema;
    const ofMembers = words(true);
    if (Object.keys(ofMembers).length > 0) {
      // The generator puts the limits of the members on the list.
      for (const word of Object.keys(ofMembers)) delete schema[word];
      Object.assign(schema, { type: 'array', items: { type: 'string', ...ofMembers } });
    }
    Object.assign(schema, words(false));
    if (schema['format'] === 'date-time') {
      // A pattern beside it takes either the time or its absence away.
      const { pattern } = schema;
      if (typeof pattern === 'string' && !pattern.includes('T')) schema['format'] = 'date';
      delete schema['pattern'];
    }
  }
}
