/** What came back; nothing is thrown for a status, whatever it is. */
export interface Answer<T = Record<string, unknown>> {
  status: number;
  headers: Headers;
  /** Parsed when it is JSON of any kind; otherwise undefined. */
  body: T;
  text: string;
}

export interface Problem {
  type: string;
  title: string;
  status: number;
  detail?: string;
  errors?: { pointer: string; detail: string }[];
}

/** How often what was refused because the machine is too busy is asked again, each time after two seconds. */
const REPEATS = 5;
const TOO_BUSY = /"\/problems\/(unavailable|request-timeout)"/;

export type SendOptions = { headers?: Record<string, string>; query?: Record<string, string | number> };

/** A client of the running service: with a token, or without one. */
export class Http {
  constructor(
    readonly url: string,
    private readonly headers: Record<string, string> = {},
    private readonly repeats = REPEATS,
  ) {}

  /** What it sends with every request. */
  get sent(): Record<string, string> {
    return this.headers;
  }

  /** The same client with more headers, or others in the place of its own. */
  with(headers: Record<string, string>): Http {
    return new Http(this.url, { ...this.headers, ...headers }, this.repeats);
  }

  /** The same client, for which the first answer is the answer, also that the service is unavailable. */
  impatient(): Http {
    return new Http(this.url, this.headers, 0);
  }

  get<T = Record<string, unknown>>(path: string, options?: SendOptions): Promise<Answer<T>> {
    return this.send<T>('GET', path, undefined, options);
  }

  post<T = Record<string, unknown>>(path: string, body?: unknown, options?: SendOptions): Promise<Answer<T>> {
    return this.send<T>('POST', path, body, options);
  }

  put<T = Record<string, unknown>>(path: string, body?: unknown, options?: SendOptions): Promise<Answer<T>> {
    return this.send<T>('PUT', path, body, options);
  }

  patch<T = Record<string, unknown>>(
    path: string,
    body?: unknown,
    options?: SendOptions,
  ): Promise<Answer<T>> {
    return this.send<T>('PATCH', path, body, options);
  }

  delete<T = Record<string, unknown>>(path: string, options?: SendOptions): Promise<Answer<T>> {
    return this.send<T>('DELETE', path, undefined, options);
  }

  /** A body that is text or bytes goes as it is, and names its own content type; anything else goes as JSON. */
  async send<T = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    options: SendOptions = {},
  ): Promise<Answer<T>> {
    for (let turn = 0; ; turn++) {
      const answer = await this.sendOnce<T>(method, path, body, options);
      if (turn >= this.repeats || !TOO_BUSY.test(answer.text)) return answer;
      await new Promise((resolve) => setTimeout(resolve, 2000));
    }
  }

  private async sendOnce<T>(
    method: string,
    path: string,
    body: unknown,
    { headers = {}, query = {} }: SendOptions,
  ): Promise<Answer<T>> {
    const url = new URL(path, this.url);
    for (const [name, value] of Object.entries(query)) url.searchParams.append(name, String(value));
    const raw = typeof body === 'string' || body instanceof Uint8Array;
    const response = await fetch(url, {
      method,
      redirect: 'manual',
      headers: {
        ...(body !== undefined && !raw && { 'Content-Type': 'application/json' }),
        ...this.headers,
        ...headers,
      },
      ...(body !== undefined && { body: raw ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = /[/+]json\b/.test(response.headers.get('content-type') ?? '') && text !== '';
    return {
      status: response.status,
      headers: response.headers,
      body: (isJson ? JSON.parse(text) : undefined) as T,
      text,
    };
  }
}

/** For steps that a test only builds upon. */
export function expectStatus<T>(answer: Answer<T>, status: number): T {
  if (answer.status === status) return answer.body;
  throw new Error(`expected ${status}, got ${answer.status}: ${answer.text}`);
}
