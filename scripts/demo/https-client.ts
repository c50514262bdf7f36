/** HTTPS to the simulators as an outsider would use it, trusting only the demo's own authority. */
import { createInterface } from 'node:readline';
import { Agent, type Dispatcher, request } from 'undici';
import { DemoError } from './demo-error.ts';

const timeoutMs = 30_000;

export class HttpsClient {
  readonly baseUrl: string;
  readonly #agent: Agent;
  readonly #signal: AbortSignal;

  /** @param ca PEM */
  constructor(baseUrl: string, ca: string, signal: AbortSignal) {
    this.baseUrl = baseUrl;
    this.#signal = signal;
    const timeouts = { headersTimeout: timeoutMs, bodyTimeout: timeoutMs };
    this.#agent = new Agent({ connect: { ca, timeout: 5000 }, connections: 2, ...timeouts });
  }

  /** @param body a Buffer is sent as it is, URLSearchParams as a form, anything else as JSON */
  async call(
    method: Dispatcher.HttpMethod,
    path: string,
    options: { body?: unknown; headers?: Record<string, string> } = {},
  ): Promise<unknown> {
    const { body, headers = {} } = options;
    const { statusCode, body: answer } = await this.#request(method, path, encoded(body), {
      ...contentType(body),
      ...headers,
    });
    const text = await answer.text();
    if (statusCode >= 200 && statusCode < 300) return text === '' ? undefined : JSON.parse(text);
    throw new DemoError(
      `${method} ${this.baseUrl}${path} was answered with ${statusCode}.`,
      'This is a bug in the demo or the simulator: please report it with these lines.',
      [text.slice(0, 2000)],
    );
  }

  /** The lines of an answer, one by one. */
  async *lines(path: string): AsyncGenerator<string> {
    const { statusCode, body } = await this.#request('GET', path, null, {});
    if (statusCode !== 200) {
      throw new DemoError(`GET ${this.baseUrl}${path} was answered with ${statusCode}.`, 'Please report this bug.');
    }
    yield* createInterface({ input: body, crlfDelay: Number.POSITIVE_INFINITY });
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  #request(
    method: Dispatcher.HttpMethod,
    path: string,
    body: string | Buffer | null,
    headers: Record<string, string>,
  ): Promise<Dispatcher.ResponseData> {
    return request(`${this.baseUrl}${path}`, {
      method,
      headers,
      body,
      dispatcher: this.#agent,
      signal: this.#signal,
    });
  }
}

function encoded(body: unknown): string | Buffer | null {
  if (body === undefined) return null;
  if (Buffer.isBuffer(body)) return body;
  return body instanceof URLSearchParams ? body.toString() : JSON.stringify(body);
}

function contentType(body: unknown): Record<string, string> {
  if (body === undefined) return {};
  if (Buffer.isBuffer(body)) return { 'content-type': 'application/octet-stream' };
  const form = body instanceof URLSearchParams;
  return { 'content-type': form ? 'application/x-www-form-urlencoded' : 'application/json' };
}
