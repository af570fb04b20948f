import { ApiExtension } from '@nestjs/swagger';

/** Headers of answers that a caller can make use of; every answer has some more, see src/openapi-answers.ts. */
export const ANSWER_HEADERS = {
  ETag: 'Version of the answer, for `If-None-Match` on reading and `If-Match` on changing.',
  'Last-Modified':
    'Of the latest change, for `If-Modified-Since`; absent while a later one could have the same.',
  Link: 'Other pages (RFC 8288).',
  Location: 'Where it is found.',
  'Content-Digest': 'SHA-256 of the content (RFC 9530).',
  'Content-Disposition': 'The name under which it is to be saved.',
  'Content-Language': 'Language of the text that was chosen by `Accept-Language`.',
  'SLT-Handling': 'How the content may be used, such as `TLP:AMBER; UNCLASSIFIED`.',
  'SLT-Notice': 'Decisions remain with the recipient.',
} as const;
export type AnswerHeader = keyof typeof ANSWER_HEADERS;

/** Documents headers of an operation's successful answers; with `ETag` a GET can also answer 304. */
export const ApiAnswerHeaders = (...names: AnswerHeader[]) => ApiExtension('x-answer-headers', names);

/** Documents a further form of the body, as text; the query is for that form alone. */
export const ApiOtherBody = (mediaType: string) => ApiExtension('x-other-body', mediaType);
