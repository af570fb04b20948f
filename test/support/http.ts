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

export type SendOptions = { headers?: Record<string, string>; query?: Record<string, string | number> };

/** A client of the running service: with a token, or without one. */
export class Http {
  constructor(
    readonly url: string,
    private readonly headers: Record<string, string> = {},
  ) {}

  /** What it sends with every request. */
  get sent(): Record<string, string> {
    return this.headers;
  }

  /** The same client with more headers, or others in the place of its own. */
  with(headers: Record<string, string>): Http {
    return new Http(this.url, { ...this.headers, ...headers });
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
    { headers = {}, query = {} }: SendOptions = {},
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
