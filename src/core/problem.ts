/** RFC 9457 problems: the one catalogue of what the service answers when it does not do what it was asked. */

export interface Fault {
  /** JSON Pointer into the body (`#/renditions/0/tlp`), or `?name` for a query parameter. */
  pointer: string;
  detail: string;
}

const CATALOGUE = {
  'invalid-input': [400, 'The request is not valid'],
  unauthenticated: [401, 'A valid access token is needed'],
  forbidden: [403, 'Not allowed'],
  'not-found': [404, 'Not found'],
  'method-not-allowed': [405, 'Method not allowed'],
  'not-acceptable': [406, 'None of the accepted media types is on offer'],
  'request-timeout': [408, 'The request took too long to arrive'],
  conflict: [409, 'In conflict with what is there'],
  'cursor-expired': [410, 'The cursor is too old'],
  'precondition-failed': [412, 'It has changed meanwhile'],
  'content-too-large': [413, 'The body is too large'],
  'unsupported-media-type': [415, 'The media type is not supported'],
  unprocessable: [422, 'Well-formed, but cannot be honoured'],
  'headers-too-large': [431, 'The headers are too large'],
  'precondition-required': [428, 'It must name what it is meant for'],
  'too-many-requests': [429, 'Too many requests'],
  internal: [500, 'Something failed here'],
  unavailable: [503, 'Temporarily unavailable'],
} as const satisfies Record<string, readonly [number, string]>;

export type ProblemType = keyof typeof CATALOGUE;
export const PROBLEM_TYPES = Object.keys(CATALOGUE) as ProblemType[];

export const PROBLEM_TITLES = Object.fromEntries(
  Object.entries(CATALOGUE).map(([type, [, title]]) => [type, title]),
) as Record<ProblemType, string>;

export const problemStatus = (type: ProblemType): number => CATALOGUE[type][0];

export class Problem extends Error {
  readonly status: number;
  constructor(
    readonly type: ProblemType,
    readonly detail?: string,
    readonly errors?: Fault[],
    readonly headers: Record<string, string> = {},
  ) {
    super(detail ?? CATALOGUE[type][1]);
    this.status = problemStatus(type);
  }

  /** What leaves: the type is a stable address within the documentation, never a reason for a secret. */
  toBody(): { type: string; title: string; status: number; detail?: string; errors?: Fault[] } {
    return {
      type: `/problems/${this.type}`,
      title: CATALOGUE[this.type][1],
      status: this.status,
      ...(this.detail !== undefined && { detail: this.detail }),
      ...(this.errors !== undefined && { errors: this.errors }),
    };
  }
}

export const problems = {
  invalidInput: (errors: Fault[], detail?: string) => new Problem('invalid-input', detail, errors),
  unauthenticated: (error?: 'invalid_token') =>
    new Problem('unauthenticated', undefined, undefined, {
      'WWW-Authenticate': error ? `Bearer error="${error}"` : 'Bearer',
    }),
  /** RFC 9449 §7.1; one answer for whatever is wrong with a token that is bound to a key, or with the proof of that. */
  unproven: (algorithms: readonly string[]) =>
    new Problem('unauthenticated', undefined, undefined, {
      'WWW-Authenticate': `DPoP error="invalid_token", algs="${algorithms.join(' ')}"`,
    }),
  /** Of several scopes any would do; the header can only name those that together are enough, so it names the first. */
  insufficientScope: (...scopes: string[]) =>
    new Problem('forbidden', `The scope ${scopes.join(' or ')} is needed.`, undefined, {
      'WWW-Authenticate': `Bearer error="insufficient_scope", scope="${scopes[0]}"`,
    }),
  forbidden: (detail: string) => new Problem('forbidden', detail),
  /** Hidden and missing are the same answer, byte for byte. */
  notFound: () => new Problem('not-found'),
  notAcceptable: (offered: readonly string[]) =>
    new Problem('not-acceptable', `On offer: ${offered.join(', ')}.`),
  conflict: (detail: string, errors?: Fault[]) => new Problem('conflict', detail, errors),
  cursorExpired: () =>
    new Problem('cursor-expired', 'Start again from a snapshot: GET /v1/changes?snapshot=true.'),
  preconditionFailed: () => new Problem('precondition-failed', 'Read it again and repeat the change.'),
  preconditionRequired: () => new Problem('precondition-required', 'Read it, and send its ETag as If-Match.'),
  contentTooLarge: (limit: number) => new Problem('content-too-large', `The limit is ${limit} bytes.`),
  unsupportedMediaType: (supported: readonly string[]) =>
    new Problem('unsupported-media-type', `Supported: ${supported.join(', ')}.`),
  unprocessable: (detail: string, errors?: Fault[]) => new Problem('unprocessable', detail, errors),
  tooManyRequests: (retryAfterSeconds: number) =>
    new Problem('too-many-requests', undefined, undefined, { 'Retry-After': String(retryAfterSeconds) }),
  unavailable: () => new Problem('unavailable', undefined, undefined, { 'Retry-After': '2' }),
};
