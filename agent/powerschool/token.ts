/** The plugin's bearer token (OAuth client credentials), fetched when needed and shared by all requests. */
import { z } from 'zod';
import { fail, type HallpassError } from '../../shared/errors.ts';
import type { Answer, PowerSchoolHttp } from './http.ts';
import { parseJson } from './json.ts';
import type { Credentials, SignIn } from './sign-in.ts';

/** PowerSchool sends `expires_in` as text ("2504956"); the documentation has a number. Seconds. */
const tokenSchema = z.object({
  access_token: z.string().min(1),
  expires_in: z.union([z.string().regex(/^\d+$/).transform(Number), z.number()]),
});

export class TokenSource {
  readonly #http: PowerSchoolHttp;
  readonly #signIn: SignIn;
  #token: { value: string; renewAt: number } | undefined;
  #flight: Promise<string> | undefined;
  #proven = false;

  constructor(http: PowerSchoolHttp, signIn: SignIn) {
    this.#http = http;
    this.#signIn = signIn;
  }

  /**
   * The current token; only one request at a time asks for a new one.
   *
   * @throws HallpassError POWERSCHOOL_SECRET_REFUSED (without a request until its pause is over),
   *   POWERSCHOOL_WRONG_HOST, POWERSCHOOL_FAILED, POWERSCHOOL_MALFORMED, those of the connection and of the stored
   *   credentials
   */
  async get(): Promise<string> {
    if (this.#token !== undefined && this.#http.now() < this.#token.renewAt) return this.#token.value;
    this.#flight ??= this.#fetch().finally(() => {
      this.#flight = undefined;
    });
    return this.#flight;
  }

  /** Drops a token that PowerSchool no longer accepts; a newer one that another request has fetched stays. */
  drop(token: string): void {
    if (this.#token?.value === token) this.#token = undefined;
  }

  /** Records that PowerSchool has answered a request with the token: only that resets the count of refusals. */
  async proven(): Promise<void> {
    if (this.#proven) return;
    this.#proven = true;
    await this.#signIn.accepted();
  }

  /** PowerSchool refuses even a new token: that counts as if it had refused the secret. @returns what to throw */
  async refused(detail: string): Promise<HallpassError> {
    this.#token = undefined;
    return this.#signIn.refused(await this.#signIn.credentials(), detail);
  }

  async #fetch(): Promise<string> {
    const credentials = await this.#signIn.credentials();
    const basic = Buffer.from(`${credentials.clientId}:${credentials.clientSecret}`).toString('base64');
    const answer = await this.#http.request({
      method: 'POST',
      path: '/oauth/access_token',
      headers: {
        authorization: `Basic ${basic}`,
        accept: 'application/json',
        'content-type': 'application/x-www-form-urlencoded;charset=UTF-8',
      },
      body: 'grant_type=client_credentials',
    });
    if (answer.status !== 200) throw await this.#failure(answer, credentials);
    const token = tokenSchema.safeParse(parseJson(answer.text));
    if (!token.success) {
      const reason = 'it holds no access_token';
      throw fail('POWERSCHOOL_MALFORMED', { url: this.#http.origin, what: 'token', reason });
    }
    const lifeMs = token.data.expires_in * 1000;
    // PowerSchool returns the same token until it expires, so asking much earlier is useless.
    const renewAt = this.#http.now() + lifeMs - Math.min(60_000, lifeMs / 10);
    this.#token = { value: token.data.access_token, renewAt };
    this.#proven = false;
    return token.data.access_token;
  }

  async #failure({ status, text }: Answer, credentials: Credentials): Promise<HallpassError> {
    const url = this.#http.origin;
    if (status === 400 || status === 401) {
      const refusal = z.object({ error: z.string().max(60) }).safeParse(parseJson(text)).data?.error;
      return this.#signIn.refused(credentials, refusal ?? `status ${status}`);
    }
    if (status >= 500) return fail('POWERSCHOOL_FAILED', { url, status, what: 'token' });
    return fail('POWERSCHOOL_WRONG_HOST', { url, status });
  }
}
