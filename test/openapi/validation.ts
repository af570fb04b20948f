import { Ajv2020 } from 'ajv/dist/2020.js';
import { DOCUMENT, type Schema } from './document.js';

/** Formats that the document uses, as strict as their standards. */
const formats = {
  uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
  date: (text: string) => /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text)),
  'date-time': (text: string) =>
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text) && !Number.isNaN(Date.parse(text)),
  // Bytes: whatever they are.
  binary: () => true,
  uri: (text: string) => URL.canParse(text),
  email: /^[^\s@]+@[^\s@]+$/,
};

/** Answers may gain fields one day; today they have exactly those that are documented. */
const closed = Object.fromEntries(
  Object.entries(DOCUMENT.components.schemas).map(([name, schema]) => [
    name,
    schema['properties'] ? { ...schema, additionalProperties: false } : schema,
  ]),
);
const ajv = new Ajv2020({ strict: false, allErrors: true, formats });
ajv.addSchema({ $id: 'document:', components: { schemas: closed } });

export function faultsOf(schema: Schema, value: unknown): string[] {
  const validate = ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"document:#/')) as Schema);
  validate(value);
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
  );
}
