import { getSchemaPath } from '@nestjs/swagger';
import { ANSWER_HEADERS, type AnswerHeader } from './core/answers.decorator.js';
import {
  type Fault,
  Problem,
  PROBLEM_TITLES,
  PROBLEM_TYPES,
  problems,
  problemStatus,
  type ProblemType,
} from './core/problem.js';
import { ProblemView } from './core/problem.dto.js';

/** What every operation answers, or every one of a sort: said here once instead of at each of them. */
export interface OperationSort {
  isPublic: boolean;
  hasBody: boolean;
  /** Anything that can be wrong: a body, a query, a header of its own. */
  hasInput: boolean;
  isLimited: boolean;
}

export const commonProblems = ({ isPublic, hasBody, hasInput, isLimited }: OperationSort): ProblemType[] => [
  ...(hasInput ? (['invalid-input'] as const) : []),
  ...(isPublic ? [] : (['unauthenticated', 'forbidden'] as const)),
  ...(hasBody ? (['content-too-large', 'unsupported-media-type'] as const) : []),
  ...(isLimited ? (['too-many-requests'] as const) : []),
  'headers-too-large',
  'internal',
  'unavailable',
];

const componentName = (type: ProblemType): string =>
  type.replace(/(^|-)(\w)/g, (_, __, letter: string) => letter.toUpperCase());

export const problemAnswers = (types: ProblemType[]) =>
  Object.fromEntries(
    types.map((type) => [problemStatus(type), { $ref: `#/components/responses/${componentName(type)}` }]),
  );

const fault = (pointer: string, detail: string): Fault => ({ pointer, detail });

const EXAMPLES: Partial<Record<ProblemType, Problem>> = {
  'invalid-input': problems.invalidInput([
    fault('#/severity', 'must be one of the following values: unknown, minor, moderate, severe, extreme'),
    fault('#/renditions/0/colour', 'is not a known name'),
  ]),
  forbidden: problems.insufficientScope('alerts:publish'),
  'not-acceptable': problems.notAcceptable([
    'application/json',
    'application/cap+xml',
    'application/geo+json',
  ]),
  conflict: problems.conflict('There is a partner UNHCR already.', [fault('#/code', 'is taken')]),
  'cursor-expired': problems.cursorExpired(),
  'precondition-failed': problems.preconditionFailed(),
  'precondition-required': problems.preconditionRequired(),
  'content-too-large': problems.contentTooLarge(1_048_576),
  'unsupported-media-type': problems.unsupportedMediaType(['application/json']),
  unprocessable: problems.unprocessable('This Idempotency-Key was used for another request.'),
};

const PROBLEM_HEADERS: Partial<Record<ProblemType, Record<string, string>>> = {
  unauthenticated: {
    'WWW-Authenticate':
      'Asks for a bearer token (RFC 6750), or says that one needs proof of its key (RFC 9449).',
  },
  forbidden: { 'WWW-Authenticate': 'Names the scope that is missing, if one is.' },
  'too-many-requests': { 'Retry-After': 'Seconds to wait.' },
  unavailable: { 'Retry-After': 'Seconds to wait.' },
};

export const textHeader = (description: string) => ({ description, schema: { type: 'string' as const } });

export const HEADERS = Object.fromEntries(
  Object.entries({
    ...ANSWER_HEADERS,
    RateLimit:
      'What is left of the limit, and seconds until it is whole again (draft-ietf-httpapi-ratelimit-headers).',
    'RateLimit-Policy': 'The limit: requests in a window of seconds.',
    'X-Request-Id': 'Name of this request in the logs; the one that the request brought, if it did.',
  }).map(([name, description]) => [name, textHeader(description)]),
);

const reference = (name: string) => ({ $ref: `#/components/headers/${name}` });

export const answerHeaders = (own: AnswerHeader[], { isLimited }: Pick<OperationSort, 'isLimited'>) =>
  Object.fromEntries(
    [...own, ...(isLimited ? ['RateLimit', 'RateLimit-Policy'] : []), 'X-Request-Id'].map((name) => [
      name,
      reference(name),
    ]),
  );

export const PROBLEM_RESPONSES = Object.fromEntries(
  PROBLEM_TYPES.map((type) => [
    componentName(type),
    {
      description: PROBLEM_TITLES[type],
      headers: {
        ...Object.fromEntries(
          Object.entries(PROBLEM_HEADERS[type] ?? {}).map(([name, description]) => [
            name,
            textHeader(description),
          ]),
        ),
        ...(type === 'too-many-requests' && {
          RateLimit: reference('RateLimit'),
          'RateLimit-Policy': reference('RateLimit-Policy'),
        }),
      },
      content: {
        'application/problem+json': {
          schema: { $ref: getSchemaPath(ProblemView) },
          example: (EXAMPLES[type] ?? new Problem(type)).toBody(),
        },
      },
    },
  ]),
);
