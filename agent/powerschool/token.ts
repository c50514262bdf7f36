/** The bearer token of the plugin (OAuth client credentials), fetched when needed and shared by all requests. */
import { z } from 'zod';
import { fail, type HallpassError } from '../../shared/errors.ts';
import type { Answer, PowerSchoolHttp } from './http.ts';
import { parseJson } from './json.ts';

/** PowerSchool sends `expires_in` as text ("2504956"); the documentation has a number. Seconds. */
const tokenSchema = z.object({
  access_token: z.string().min(1),
  expires_in: z.union([z.string().regex(/^\d+$/).transform(Number), z.number()]),
});

/**
 * After a refused secret the next attempt waits a minute, then twice as long each time, up to an hour: a client that kept
 * trying has taken a whole server down before.
 */
const refusedFirstMs = 60_000;
const refusedMostMs = 3_600_000;

export interface TokenOptions {
  http: PowerSchoolHttp;
  clientId: string;
  clientSecret: string;
}

export class TokenSource {
  readonly #http: PowerSchoolHttp;
  readonly #credentials: string;
  #token: { value: string; renewAt: number } | undefined;
  #flight: Promise<string> | undefined;
  #refused: { times: number; until: number; error: HallpassError } | undefined;

  constructor({ http, clientId, clientSecret }: TokenOptions) {
    this.#http = http;
    this.#credentials = Buffer.from(`${clientId}:${clientSecret}`).toString('base64');
  }

  /**
   * The current token; one request at a time asks for a new one.
   *
   * @throws HallpassError POWERSCHOOL_SECRET_REFUSED (again without a request until its pause is over),
   *   POWERSCHOOL_WRONG_HOST, POWERSCHOOL_FAILED, POWERSCHOOL_MALFORMED, and those of the connection
   */
  async get(): Promise<string> {
    const now = this.#http.now();
    if (this.#token !== undefined && now < this.#token.renewAt) return this.#token.value;
    if (this.#refused !== undefined && now < this.#refused.until) throw this.#refused.error;
    this.#flight ??= this.#fetch().finally(() => {
      this.#flight = undefined;
    });
    return this.#flight;
  }

  /** PowerSchool no longer takes this token; a newer one that another request has fetched meanwhile stays. */
  drop(token: string): void {
    if (this.#token?.value === token) this.#token = undefined;
  }

  async #fetch(): Promise<string> {
    const answer = await this.#http.request({
      method: 'POST',
      path: '/oauth/access_token',
      headers: {
        authorization: `Basic ${this.#credentials}`,
        accept: 'application/json',
        'content-type': 'application/x-www-form-urlencoded;charset=UTF-8',
      },
      body: 'grant_type=client_credentials',
    });
    if (answer.status !== 200) throw this.#failure(answer);
    const token = tokenSchema.safeParse(parseJson(answer.text));
    if (!token.success) {
      const reason = 'it holds no access_token';
      throw fail('POWERSCHOOL_MALFORMED', { url: this.#http.origin, what: 'token', reason });
    }
    const lifeMs = token.data.expires_in * 1000;
    // The same token is handed out again until it expires, so asking much earlier brings nothing.
    const renewAt = this.#http.now() + lifeMs - Math.min(60_000, lifeMs / 10);
    this.#token = { value: token.data.access_token, renewAt };
    this.#refused = undefined;
    return token.data.access_token;
  }

  #failure({ status, text }: Answer): HallpassError {
    const url = this.#http.origin;
    if (status === 400 || status === 401) {
      const times = (this.#refused?.times ?? 0) + 1;
      const pause = Math.min(refusedMostMs, refusedFirstMs * 2 ** (times - 1));
      const told = z.object({ error: z.string().max(60) }).safeParse(parseJson(text)).data?.error;
      const detail = told ?? `status ${status}`;
      const error = fail('POWERSCHOOL_SECRET_REFUSED', { url, detail }, { retryAfterMs: pause });
      this.#refused = { times, until: this.#http.now() + pause, error };
      return error;
    }
    if (status >= 500) return fail('POWERSCHOOL_FAILED', { url, status, what: 'token' });
    return fail('POWERSCHOOL_WRONG_HOST', { url, status });
  }
}
