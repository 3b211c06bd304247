import { type components, type paths } from './api-types.js';

type Body<Path extends keyof paths, Method extends keyof paths[Path]> = paths[Path][Method] extends {
  requestBody: { content: { 'application/json': infer B } };
}
  ? B
  : never;
type Query<Path extends keyof paths, Method extends keyof paths[Path]> = paths[Path][Method] extends {
  parameters: { query?: infer Q };
}
  ? NonNullable<Q>
  : never;
type Answer<Path extends keyof paths, Method extends keyof paths[Path]> = paths[Path][Method] extends {
  responses: { 200: { content: { 'application/json': infer A } } };
}
  ? A
  : never;

export type Problem = components['schemas']['Problem'];
export type Event = Body<'/event', 'post'>;
export type RecommendRequest = Body<'/recommend', 'post'>;
export type RecommendAnswer = Answer<'/recommend', 'post'>;

export interface NextItemOptions {
  /** Where the server is, such as `https://recommend.example`. */
  readonly url: string;
  /** Sent as a bearer token. In a page only a key that may be seen: bound to the page's origin, with few scopes. */
  readonly apiKey?: string;
  /** Time for one attempt, milliseconds; default 2,000. */
  readonly timeoutMs?: number;
  /** Attempts after the first; default 2. Only what can be repeated without harm is: reading, and events, which have ids. */
  readonly retries?: number;
  /** Wait before the first retry, milliseconds, doubled each time, then by chance between half and all of it; default 100. */
  readonly retryDelayMs?: number;
  /** Default: the global one. */
  readonly fetch?: typeof fetch;
}

/** What went wrong: what the server refused, or why there was no answer. */
export class NextItemRequestError extends Error {
  override readonly name = 'NextItemRequestError';

  constructor(
    message: string,
    /** Of HTTP; 0: there was no answer. */
    readonly status: number,
    /** One of docs/errors.md, or `network`, `timeout`, `aborted`. */
    readonly code: string,
    /** What the server said; null where it said nothing that could be read. */
    readonly problem: Problem | null = null,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

export interface CallOptions {
  readonly signal?: AbortSignal;
}

/** Longest wait for a server that says when to come back: above it the error is more use. */
const MOST_RETRY_AFTER_MS = 10_000;
/** Answers after which a later attempt may succeed. */
const LATER = new Set([429, 502, 503, 504]);

/**
 * The API of a nextitem server, for Node.js and browsers. Every method rejects with {@link NextItemRequestError}.
 *
 * An event gets an `event_id` before the first attempt unless it has one, so one that is sent twice, because the answer to the
 * first attempt was lost, counts once.
 */
export class NextItem {
  private readonly options: Required<Omit<NextItemOptions, 'apiKey' | 'fetch'>>;
  private readonly headers: Readonly<Record<string, string>>;
  private readonly fetch: typeof fetch;

  constructor({
    url,
    apiKey,
    timeoutMs = 2000,
    retries = 2,
    retryDelayMs = 100,
    fetch: ask,
  }: NextItemOptions) {
    this.options = { url: url.replace(/\/+$/, ''), timeoutMs, retries, retryDelayMs };
    this.headers = apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
    this.fetch = ask ?? ((...args) => globalThis.fetch(...args));
  }

  /** Tells what a shopper did. Resolves when it is stored. */
  event(event: Event, options?: CallOptions): Promise<Answer<'/event', 'post'>> {
    return this.call('POST', '/event', { body: withId(event), ...options });
  }

  /** Tells up to 1,000 events at a time; `results` says what became of each, in order. */
  events(events: readonly Event[], options?: CallOptions): Promise<Answer<'/events', 'post'>> {
    return this.call('POST', '/events', { body: { events: events.map(withId) }, ...options });
  }

  /** The next items for a session. */
  recommend(request: RecommendRequest, options?: CallOptions): Promise<RecommendAnswer> {
    return this.call('POST', '/recommend', { body: request, ...options });
  }

  /** Items like one item. */
  similar(
    itemId: string,
    query: Query<'/items/{item_id}/similar', 'get'> = {},
    options?: CallOptions,
  ): Promise<Answer<'/items/{item_id}/similar', 'get'>> {
    return this.call('GET', `/items/${encodeURIComponent(itemId)}/similar`, { query, ...options });
  }

  /** The most popular items. */
  popular(query: Query<'/popular', 'get'> = {}, options?: CallOptions): Promise<Answer<'/popular', 'get'>> {
    return this.call('GET', '/popular', { query, ...options });
  }

  categories(options?: CallOptions): Promise<Answer<'/catalogue/categories', 'get'>> {
    return this.call('GET', '/catalogue/categories', { ...options });
  }

  /** Searches the catalogue. */
  items(
    query: Query<'/catalogue/items', 'get'> = {},
    options?: CallOptions,
  ): Promise<Answer<'/catalogue/items', 'get'>> {
    return this.call('GET', '/catalogue/items', { query, ...options });
  }

  item(itemId: string, options?: CallOptions): Promise<Answer<'/catalogue/items/{item_id}', 'get'>> {
    return this.call('GET', `/catalogue/items/${encodeURIComponent(itemId)}`, { ...options });
  }

  /** A session as it is stored. Scope `admin`, as all that follow. */
  session(sessionId: string, options?: CallOptions): Promise<Answer<'/session/{session_id}', 'get'>> {
    return this.call('GET', `/session/${encodeURIComponent(sessionId)}`, { ...options });
  }

  eraseSession(sessionId: string, options?: CallOptions): Promise<Answer<'/session/{session_id}', 'delete'>> {
    return this.call('DELETE', `/session/${encodeURIComponent(sessionId)}`, { ...options });
  }

  eraseUser(userId: string, options?: CallOptions): Promise<Answer<'/users/{user_id}', 'delete'>> {
    return this.call('DELETE', `/users/${encodeURIComponent(userId)}`, { ...options });
  }

  /** Why a session gets its recommendations. */
  inspect(request: Body<'/inspect', 'post'>, options?: CallOptions): Promise<Answer<'/inspect', 'post'>> {
    return this.call('POST', '/inspect', { body: request, ...options });
  }

  models(options?: CallOptions): Promise<Answer<'/models', 'get'>> {
    return this.call('GET', '/models', { ...options });
  }

  model(version: string, options?: CallOptions): Promise<Answer<'/models/{version}', 'get'>> {
    return this.call('GET', `/models/${encodeURIComponent(version)}`, { ...options });
  }

  /** The same sessions, answered by two models. */
  compareModels(
    request: Body<'/models/compare', 'post'>,
    options?: CallOptions,
  ): Promise<Answer<'/models/compare', 'post'>> {
    return this.call('POST', '/models/compare', { body: request, ...options });
  }

  version(options?: CallOptions): Promise<Answer<'/version', 'get'>> {
    return this.call('GET', '/version', { ...options });
  }

  private async call<A>(
    method: string,
    path: string,
    { body, query = {}, signal }: { body?: unknown; query?: object; signal?: AbortSignal },
  ): Promise<A> {
    const url = `${this.options.url}${path}${queryText(query)}`;
    const init = {
      method,
      headers: { ...this.headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    };
    for (let attempt = 0; ; attempt++) {
      const { answer, error, retryAfterMs } = await this.attempt<A>(url, init, signal);
      if (error === undefined) return answer as A;
      const isLast = attempt >= this.options.retries || signal?.aborted === true;
      const mayHelp = error.status === 0 || LATER.has(error.status);
      if (isLast || !mayHelp || retryAfterMs > MOST_RETRY_AFTER_MS) throw error;
      const backoffMs = this.options.retryDelayMs * 2 ** attempt * (0.5 + Math.random() / 2);
      await wait(Math.max(backoffMs, retryAfterMs), signal);
    }
  }

  private async attempt<A>(
    url: string,
    init: RequestInit,
    signal: AbortSignal | undefined,
  ): Promise<{ answer?: A; error?: NextItemRequestError; retryAfterMs: number }> {
    const timeout = AbortSignal.timeout(this.options.timeoutMs);
    try {
      const response = await this.fetch(url, {
        ...init,
        signal: signal === undefined ? timeout : AbortSignal.any([timeout, signal]),
      });
      const value: unknown = await response.json().catch(() => null);
      if (response.ok && value !== null) return { answer: value as A, retryAfterMs: 0 };
      const problem = isProblem(value) ? value : null;
      const message =
        problem === null ? `the server answered ${response.status}` : `${problem.title}: ${problem.detail}`;
      return {
        error: new NextItemRequestError(message, response.status, problem?.code ?? 'internal', problem),
        retryAfterMs: 1000 * (Number(response.headers.get('retry-after')) || 0),
      };
    } catch (cause) {
      const [code, message] = signal?.aborted
        ? ['aborted', 'the call was aborted']
        : timeout.aborted
          ? ['timeout', `no answer within ${this.options.timeoutMs} ms`]
          : ['network', `the server at ${this.options.url} cannot be reached`];
      return { error: new NextItemRequestError(message, 0, code, null, { cause }), retryAfterMs: 0 };
    }
  }
}

function withId(event: Event): Event {
  return event.event_id === undefined ? { ...event, event_id: newId() } : event;
}

/** A random UUID. Pages that did not come over HTTPS have no `randomUUID`. */
function newId(): string {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID();
  const hex = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) =>
    byte.toString(16).padStart(2, '0'),
  );
  return hex.join('');
}

function queryText(query: object): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    for (const each of Array.isArray(value) ? value : [value])
      if (each !== undefined) parameters.append(name, String(each));
  const text = parameters.toString();
  return text === '' ? '' : `?${text}`;
}

function isProblem(value: unknown): value is Problem {
  return typeof value === 'object' && value !== null && 'code' in value && 'title' in value;
}

function wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
  });
}
