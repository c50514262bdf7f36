/**
 * Authenticated calls: renews the token at most once per call and waits when PowerSchool throttles. The caller
 * interprets the answer.
 */
import { z } from 'zod';
import { retryAfterMs } from '../../shared/backoff.ts';
import type { Clock } from '../../shared/clock.ts';
import { fail, type HallpassError } from '../../shared/errors.ts';
import type { Answer, PowerSchoolHttp } from './http.ts';
import { parseJson } from './json.ts';
import type { TokenSource } from './token.ts';

/** How many times a throttled request is repeated; PowerSchool says when. */
const throttleRetries = 5;
const longestThrottleMs = 60_000;

const refusalSchema = z.object({
  message: z.string().optional(),
  errorMessage: z.object({ message: z.string() }).optional(),
  errors: z.array(z.object({ field: z.string().optional() })).optional(),
});

export interface Call {
  method: 'GET' | 'POST';
  path: string;
  /** JSON. */
  body?: string;
  signal?: AbortSignal | undefined;
}

export class Calls {
  readonly http: PowerSchoolHttp;
  readonly #tokens: TokenSource;
  readonly #clock: Clock;

  constructor(http: PowerSchoolHttp, tokens: TokenSource, clock: Clock) {
    this.http = http;
    this.#tokens = tokens;
    this.#clock = clock;
  }

  /**
   * The last answer, whatever its status.
   *
   * @throws HallpassError those of the token and the connection
   */
  async send({ method, path, body, signal }: Call): Promise<Answer> {
    let renewed = false;
    for (let throttled = 0; ; ) {
      const token = await this.#tokens.get();
      const headers = { authorization: `Bearer ${token}`, accept: 'application/json' };
      const answer = await this.http.request({
        ...{ method, path, signal },
        ...(body === undefined ? { headers } : { headers: { ...headers, 'content-type': 'application/json' }, body }),
      });
      // A request refused for a missing right was authenticated: a new token would only be refused again.
      if (answer.status !== 401 || deniedV1(answer)) await this.#tokens.proven();
      if (answer.status === 401 && !renewed && isInvalidToken(answer) && !deniedV1(answer)) {
        this.#tokens.drop(token);
        renewed = true;
      } else if (answer.status === 429 && throttled < throttleRetries) {
        throttled += 1;
        const asked = retryAfterMs(header(answer, 'retry-after'), this.#clock.now()) ?? 1000 * throttled;
        await this.#clock.sleep(Math.min(longestThrottleMs, Math.max(asked, 100)), signal);
      } else return answer;
    }
  }

  /** The error for a refusal whose meaning does not depend on the request. */
  async refusal(answer: Answer, what: string): Promise<HallpassError> {
    const url = this.http.origin;
    if (answer.status === 401) return this.#tokens.refused(refusalOf(answer)?.message ?? 'a fresh token was refused');
    if (answer.status === 429) {
      const asked = retryAfterMs(header(answer, 'retry-after'), this.#clock.now()) ?? longestThrottleMs;
      return fail('POWERSCHOOL_THROTTLED', { url }, { retryAfterMs: asked });
    }
    return fail('POWERSCHOOL_FAILED', { url, status: answer.status, what });
  }
}

/** The reason that PowerSchool gives for a refusal, in its several formats; undefined when it gives none. */
export function refusalOf(answer: Answer): { message?: string; fields?: string[] } | undefined {
  const refusal = refusalSchema.safeParse(parseJson(answer.text)).data;
  if (refusal === undefined) return undefined;
  const message = (refusal.errorMessage?.message ?? refusal.message)?.slice(0, 200);
  const fields = refusal.errors?.flatMap(({ field }) => field ?? []);
  return { ...(message === undefined ? {} : { message }), ...(fields === undefined ? {} : { fields }) };
}

/** True for the 401 that 25.2 and later send to a plugin without `accessLevelV1Api`. */
export function deniedV1(answer: Answer): boolean {
  return answer.status === 401 && answer.text.includes('accessLevelV1Api');
}

function isInvalidToken(answer: Answer): boolean {
  return header(answer, 'www-authenticate')?.includes('invalid_token') === true;
}

function header({ headers }: Answer, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}
