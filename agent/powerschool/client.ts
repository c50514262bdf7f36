/** Authenticated calls to PowerSchool, with every refusal turned into an error of the catalogue. */
import { z } from 'zod';
import { retryAfterMs } from '../../shared/backoff.ts';
import type { Clock } from '../../shared/clock.ts';
import { fail, type HallpassError } from '../../shared/errors.ts';
import type { Answer, PowerSchoolHttp } from './http.ts';
import { parseJson } from './json.ts';
import type { TokenSource } from './token.ts';

/** An answer of a PowerQuery. Without rows there is no `record` at all; keys that begin with $ or @ are PowerSchool's own. */
const recordsSchema = z.object({ record: z.array(z.record(z.string(), z.unknown())).optional() });
const countSchema = z.object({ count: z.union([z.int().min(0), z.string().regex(/^\d+$/).transform(Number)]) });

const refusalSchema = z.object({
  message: z.string().optional(),
  errorMessage: z.object({ message: z.string() }).optional(),
  errors: z.array(z.object({ field: z.string().optional() })).optional(),
});

/** Requests that come too early are repeated this often; PowerSchool says when. */
const throttleRetries = 5;
const longestThrottleMs = 60_000;

export type Row = Record<string, unknown>;

export class PowerSchoolClient {
  readonly http: PowerSchoolHttp;
  readonly #tokens: TokenSource;
  readonly #clock: Clock;

  constructor(http: PowerSchoolHttp, tokens: TokenSource, clock: Clock) {
    this.http = http;
    this.#tokens = tokens;
    this.#clock = clock;
  }

  /**
   * One page of a PowerQuery.
   *
   * @throws HallpassError the POWERSCHOOL_ codes
   */
  async query(name: string, args: Record<string, string>, pageSize: number, signal?: AbortSignal): Promise<Row[]> {
    const path = `/ws/schema/query/${name}?pagesize=${pageSize}`;
    const answer = await this.#call(name, path, args, signal);
    const records = recordsSchema.safeParse(parseJson(answer.text));
    if (!records.success) throw this.#malformed(name, 'it is not a list of records in JSON');
    return records.data.record ?? [];
  }

  /** How many rows a PowerQuery has. @throws HallpassError as {@link query} */
  async count(name: string, args: Record<string, string>, signal?: AbortSignal): Promise<number> {
    const answer = await this.#call(name, `/ws/schema/query/${name}/count`, args, signal);
    const count = countSchema.safeParse(parseJson(answer.text));
    if (!count.success) throw this.#malformed(`${name}/count`, 'it holds no count');
    return count.data.count;
  }

  async #call(query: string, path: string, args: Record<string, string>, signal?: AbortSignal): Promise<Answer> {
    let renewed = false;
    for (let throttled = 0; ; ) {
      const token = await this.#tokens.get();
      const answer = await this.http.request({
        method: 'POST',
        path,
        headers: {
          authorization: `Bearer ${token}`,
          accept: 'application/json',
          'content-type': 'application/json',
        },
        body: JSON.stringify(args),
        signal,
      });
      if (answer.status !== 401) await this.#tokens.proven();
      if (answer.status === 200) return answer;
      if (answer.status === 401 && !renewed && isInvalidToken(answer)) {
        this.#tokens.drop(token);
        renewed = true;
      } else if (answer.status === 429 && throttled < throttleRetries) {
        throttled += 1;
        const asked = retryAfterMs(header(answer, 'retry-after'), this.#clock.now()) ?? 1000 * throttled;
        await this.#clock.sleep(Math.min(longestThrottleMs, Math.max(asked, 100)), signal);
      } else throw await this.#refusal(query, answer);
    }
  }

  async #refusal(query: string, answer: Answer): Promise<HallpassError> {
    const url = this.http.origin;
    const { status } = answer;
    const refusal = refusalSchema.safeParse(parseJson(answer.text)).data;
    const told = refusal?.errorMessage?.message ?? refusal?.message;
    switch (status) {
      case 401:
        return this.#tokens.refused(told?.slice(0, 200) ?? 'a fresh token was refused');
      case 403: {
        const fields = refusal?.errors?.flatMap(({ field }) => field ?? []).join(', ');
        return fail('POWERSCHOOL_ACCESS_DENIED', { fields: fields || 'a column', query });
      }
      case 404:
        return fail('POWERSCHOOL_QUERY_MISSING', { query });
      case 429: {
        const asked = retryAfterMs(header(answer, 'retry-after'), this.#clock.now()) ?? longestThrottleMs;
        return fail('POWERSCHOOL_THROTTLED', { url }, { retryAfterMs: asked });
      }
      default:
        return fail('POWERSCHOOL_FAILED', { url, status, what: query });
    }
  }

  #malformed(what: string, reason: string): HallpassError {
    return fail('POWERSCHOOL_MALFORMED', { url: this.http.origin, what, reason });
  }
}

function isInvalidToken(answer: Answer): boolean {
  return header(answer, 'www-authenticate')?.includes('invalid_token') === true;
}

function header({ headers }: Answer, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}
