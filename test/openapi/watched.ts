import { type Answer, type Http, type SendOptions } from '../support/http.js';
import { type TestApp } from '../support/app.js';
import { answerOf, type Operation, ROUTES } from './document.js';
import { faultsOf } from './validation.js';

const patterns = ROUTES.map((route) => ({
  ...route,
  pattern: new RegExp(`^${route.path.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^/]+')}$`),
})).sort((a, b) => Number(a.path.includes('{')) - Number(b.path.includes('{')));

/** Not on every answer of the operations that document them: a message may have no text, drafts have no tag, a token no key. */
const SOMETIMES = ['listAlerts ETag', 'DPoP-Nonce', 'Content-Language', 'Last-Modified', 'Link'];
/** Said once, in the introduction, for whatever goes wrong. */
const GENERAL = ['RateLimit', 'RateLimit-Policy', 'X-Request-Id'];
const CATALOGUE = [
  ...GENERAL,
  ...['ETag', 'Last-Modified', 'Link', 'Location', 'Content-Digest', 'Content-Disposition', 'Content-Language', 'SLT-Handling', 'SLT-Notice'],
  ...['Retry-After', 'WWW-Authenticate', 'DPoP-Nonce'],
];

/** Holds every answer of the application against the document, and remembers which there were. */
export class Watch {
  readonly faults = new Set<string>();
  readonly seen = new Set<string>();

  /** The same application, whose every answer is checked from now on. */
  app(app: TestApp): TestApp {
    return {
      ...app,
      anonymous: this.http(app.anonymous),
      steward: this.http(app.steward),
      as: async (client, scope) => this.http(await app.as(client, scope)),
    };
  }

  http(http: Http): Http {
    const watched = Object.create(http) as Http;
    watched.with = (headers) => this.http(http.with(headers));
    watched.impatient = () => this.http(http.impatient());
    watched.send = async <T>(method: string, path: string, body?: unknown, options?: SendOptions) => {
      const answer = await http.send<T>(method, path, body, options);
      this.check(method, path, answer);
      return answer;
    };
    return watched;
  }

  /** For an answer that came another way. */
  check(method: string, path: string, answer: Answer<unknown>): void {
    const { pathname } = new URL(path, 'http://here');
    const route = patterns.find((one) => one.method === method && one.pattern.test(pathname));
    if (!route) return;
    const { operationId } = route.operation;
    this.seen.add(`${operationId} ${answer.status}`);
    for (const fault of faultsIn(route.operation, answer)) {
      this.faults.add(`${operationId} ${answer.status}: ${fault}\n${answer.text.slice(0, 500)}`);
    }
  }
}

function faultsIn({ operationId, responses }: Operation, { status, headers, body, text }: Answer<unknown>): string[] {
  const documented = responses[String(status)];
  if (!documented) return ['is not documented'];
  const { content = {}, headers: named = {} } = answerOf(documented);
  const type = headers.get('content-type')?.split(';')[0] ?? '';
  const problems: string[] = [];
  for (const name of Object.keys(named)) {
    const always = status < 400 ? !SOMETIMES.some((one) => [name, `${operationId} ${name}`].includes(one)) : name === 'Retry-After';
    if (always && !headers.has(name)) problems.push(`lacks ${name}`);
  }
  for (const name of CATALOGUE) {
    const general = status >= 400 && GENERAL.includes(name);
    if (headers.has(name) && !general && !(name in named)) problems.push(`has ${name}, which is not documented`);
  }
  if (Object.keys(content).length === 0) return text === '' ? problems : [...problems, 'has a body'];
  const schema = content[type]?.schema;
  if (!schema) return [...problems, `is ${type}`];
  return [...problems, ...faultsOf(schema, body ?? text)];
}

/** What is documented and was never seen; 500 and 503 can come from anywhere, 431 before anything is known. */
export function missing(watch: Watch, statuses: RegExp): string[] {
  return ROUTES.flatMap(({ operation: { operationId, responses } }) =>
    Object.keys(responses)
      .filter((status) => statuses.test(status))
      .map((status) => `${operationId} ${status}`)
      .filter((answer) => !watch.seen.has(answer)),
  );
}

