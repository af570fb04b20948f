import { type AnswerHeader } from './core/answers.decorator.js';
import { type ProblemType } from './core/problem.js';
import { answerHeaders, commonProblems, problemAnswers } from './openapi-answers.js';
import { REQUEST_EXAMPLES, RESPONSE_EXAMPLES } from './openapi-examples.js';
import { type Json, type Schemas } from './openapi-schemas.js';

interface MediaType extends Json {
  schema?: Json;
}
interface Answer extends Json {
  description: string;
  content?: Record<string, MediaType>;
}
interface Parameter extends Json {
  name: string;
  description?: string;
  in: string;
  schema: Json;
}
export interface Operation extends Json {
  operationId: string;
  tags: string[];
  parameters: Parameter[];
  requestBody?: { required?: boolean; content: Record<string, MediaType> };
  responses: Record<string, Answer>;
  security?: Record<string, string[]>[];
  'x-problems'?: ProblemType[];
  'x-answer-headers'?: AnswerHeader[];
  'x-other-body'?: string;
}
/** Gives an operation what follows from what it is: problems, headers, security, examples. */
export function completeOperation(method: string, operation: Operation, schemas: Schemas): void {
  const { operationId, parameters, requestBody } = operation;
  const {
    'x-problems': problems = [],
    'x-answer-headers': headers = [],
    'x-other-body': otherBody,
    ...rest
  } = operation;
  const isPublic = !operation.security?.some((one) => 'oauth2' in one);
  const sort = {
    isPublic,
    hasBody: requestBody !== undefined,
    hasInput: requestBody !== undefined || parameters.some((one) => one.in === 'query'),
    isLimited: !operation.tags.includes('health'),
  };
  if (requestBody) settleBody(operation, requestBody, schemas, otherBody);
  if (method === 'get' && headers.includes('ETag')) {
    parameters.push({
      name: 'If-None-Match',
      in: 'header',
      required: false,
      description: 'The `ETag` of what you have; unchanged, it is not sent again.',
      schema: { type: 'string', maxLength: 1000 },
    });
    operation.responses['304'] = { description: 'It is what you have.' };
  }
  for (const parameter of parameters) settleParameter(parameter);
  for (const [status, answer] of Object.entries(operation.responses)) {
    answer.description ||= DESCRIPTIONS[status] ?? '';
    const own = status === '304' ? headers.filter((name) => name !== 'Content-Language') : headers;
    answer['headers'] = answerHeaders(own, sort);
    for (const [type, example] of Object.entries(RESPONSE_EXAMPLES[operationId]?.[status] ?? {})) {
      const content = answer.content?.[type];
      if (content) content['example'] = example;
    }
  }
  for (const key of Object.keys(operation)) delete operation[key];
  Object.assign(operation, rest, {
    security: isPublic ? [] : operationSecurity(rest.security ?? []),
    responses: {
      ...rest.responses,
      ...problemAnswers([...commonProblems(sort), ...problems]),
    },
  });
}

const DESCRIPTIONS: Record<string, string> = {
  '200': 'It worked.',
  '201': 'It was made.',
  '202': 'It was received.',
  '204': 'It is done; there is nothing to say.',
};

/** A token is a token, wherever it is from. */
const operationSecurity = (required: Record<string, string[]>[]) =>
  required.flatMap(({ oauth2 = [] }) => [{ oauth2 }, { bearer: oauth2 }]);

function settleBody(
  { operationId, parameters }: Operation,
  body: NonNullable<Operation['requestBody']>,
  schemas: Schemas,
  otherBody: string | undefined,
): void {
  const reference = body.content['application/json']?.schema?.['$ref'] as string | undefined;
  const required = schemas[reference?.split('/').at(-1) ?? '']?.required ?? [];
  // Nothing is as good as an empty object.
  body.required = required.length > 0 || !('application/json' in body.content);
  if (otherBody !== undefined) {
    body.content[otherBody] = { schema: { type: 'string' } };
    for (const parameter of parameters.filter((one) => one.in === 'query')) {
      const needed = parameter['required'] === true ? ', where it is needed' : '';
      const description = parameter.description === undefined ? '' : ` ${parameter.description}`;
      Object.assign(parameter, {
        required: false,
        description: `For ${otherBody} alone${needed}.${description}`,
      });
    }
  }
  for (const [type, examples] of Object.entries(REQUEST_EXAMPLES[operationId] ?? {})) {
    const content = body.content[type];
    if (content) Object.assign(content, examples);
  }
}

/** Lists in a query are separated by commas. */
function settleParameter(parameter: Parameter): void {
  if (parameter.in === 'query' && parameter.schema['type'] === 'array') {
    Object.assign(parameter, { style: 'form', explode: false });
  }
}
