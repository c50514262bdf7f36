/** A bare Graph client for tests: real HTTPS, no library, and every answer compared with the contract. */
import { Agent, request } from 'undici';
import { isBag } from '../json.ts';
import type { MicrosoftSimulator } from '../server.ts';
import { breachOf, requestBreachOf } from './contract.ts';

export class RawAnswer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  /** Parsed JSON, or the text when it is not JSON; undefined when empty. */
  readonly body: unknown;

  constructor(status: number, headers: Record<string, string | string[] | undefined>, body: unknown) {
    this.status = status;
    this.headers = headers;
    this.body = body;
  }

  /** The value at a dotted path: `value.0.id`. A name that contains dots is given alone: `@odata.nextLink`. */
  at(path: string): unknown {
    const names = path.startsWith('@') ? [path] : path.split('.');
    let value = this.body;
    for (const name of names) {
      value = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
    }
    return value;
  }

  text(path: string): string {
    return String(this.at(path) ?? '');
  }

  /** The objects of a collection. */
  rows(): Record<string, unknown>[] {
    return (this.at('value') ?? []) as Record<string, unknown>[];
  }

  /** One answer inside a batch's answer. */
  inner(id: string): { status: number; headers: Record<string, string>; body?: unknown } | undefined {
    const responses = this.at('responses');
    if (!Array.isArray(responses)) return undefined;
    return (responses as ({ id: string } & NonNullable<ReturnType<RawAnswer['inner']>>)[]).find(
      (response) => response.id === id,
    );
  }
}

export class RawClient implements AsyncDisposable {
  readonly #simulator: MicrosoftSimulator;
  readonly #agent: Agent;
  token = '';
  /** Contract violations so far. */
  readonly breaches: string[] = [];

  constructor(simulator: MicrosoftSimulator) {
    this.#simulator = simulator;
    this.#agent = new Agent({ connect: { ca: simulator.ca }, pipelining: 1 });
  }

  /** A client with a token, obtained with the simulator's secret. */
  static async signedIn(simulator: MicrosoftSimulator): Promise<RawClient> {
    const client = new RawClient(simulator);
    await client.signIn();
    return client;
  }

  async signIn(): Promise<void> {
    const { tenantId, clientId, clientSecret = '' } = this.#simulator;
    const answer = await this.form(`/${tenantId}/oauth2/v2.0/token`, {
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
      scope: 'https://graph.microsoft.com/.default',
    });
    this.token = answer.text('access_token');
  }

  async form(path: string, fields: Record<string, string>): Promise<RawAnswer> {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    return this.#send('POST', this.#simulator.baseUrl + path, headers, new URLSearchParams(fields).toString());
  }

  /** A Graph call; `path` is below `/v1.0`, or a whole link from an answer. */
  async call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<RawAnswer> {
    const base = `${this.#simulator.baseUrl}/v1.0`;
    const url = path.startsWith('https:') ? path : base + path;
    const all: Record<string, string> = { authorization: `Bearer ${this.token}`, ...headers };
    if (body !== undefined) all['content-type'] = 'application/json';
    const answer = await this.#send(method, url, all, body === undefined ? undefined : JSON.stringify(body));
    this.#hold(method, url.slice(base.length), answer.status, answer.body);
    if (answer.status < 400) this.#note(requestBreachOf(method, url.slice(base.length), body));
    if (path === '/$batch' && isBag(body) && Array.isArray(body.requests)) {
      for (const inner of body.requests) {
        if (!isBag(inner)) continue;
        const found = answer.inner(String(inner.id));
        if (found !== undefined) this.#hold(String(inner.method), String(inner.url), found.status, found.body);
      }
    }
    return answer;
  }

  /** The control API. */
  async control(method: string, path: string, body?: unknown): Promise<RawAnswer> {
    const headers: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
    const text = body === undefined ? undefined : JSON.stringify(body);
    return this.#send(method, `${this.#simulator.baseUrl}/_sim${path}`, headers, text);
  }

  /** Follows `@odata.nextLink` to the end. */
  async all(path: string): Promise<{ value: Record<string, unknown>[]; pages: number; deltaLink: string }> {
    const value: Record<string, unknown>[] = [];
    let pages = 0;
    let next: string | undefined = path;
    let deltaLink = '';
    while (next !== undefined) {
      const page = await this.call('GET', next);
      value.push(...page.rows());
      next = page.at('@odata.nextLink') as string | undefined;
      deltaLink = page.text('@odata.deltaLink');
      pages += 1;
    }
    return { value, pages, deltaLink };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#agent.destroy();
  }

  #hold(method: string, path: string, status: number, body: unknown): void {
    this.#note(breachOf(method, path, status, body));
  }

  #note(breach: string | undefined): void {
    if (breach !== undefined) this.breaches.push(breach);
  }

  async #send(
    method: string,
    url: string,
    headers: Record<string, string>,
    sent: string | undefined,
  ): Promise<RawAnswer> {
    const answer = await request(url, {
      method: method as 'GET',
      headers,
      body: sent ?? null,
      dispatcher: this.#agent,
      headersTimeout: 10_000,
    });
    const text = await answer.body.text();
    const isJson = String(answer.headers['content-type']).startsWith('application/json');
    const body = text === '' ? undefined : isJson ? parsedOr(text) : text;
    return new RawAnswer(answer.statusCode, answer.headers, body);
  }
}

/** Text that a fault has cut off is returned as text. */
function parsedOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
