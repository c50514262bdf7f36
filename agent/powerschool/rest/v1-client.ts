/** Requests to `/ws/v1`: turns every refusal into a catalog error and measures the time of requests. */
import type { Clock } from '../../../shared/clock.ts';
import { fail, type HallpassError } from '../../../shared/errors.ts';
import { type Calls, deniedV1, refusalOf } from '../calls.ts';
import type { Answer } from '../http.ts';
import type { Paged } from '../metadata.ts';
import { childrenOf, isEmptyAt, type Json, type JsonObject, objectAt, parseV1, textAt } from './v1-json.ts';

/** A list of a resource, without its pages. */
export interface ListRequest {
  /** Below `/ws/v1/`. */
  path: string;
  resource: Paged;
  q?: string;
  /** Whether a row belongs to the list, as far as the row shows; undefined if that is unknown. */
  belongs?: (row: JsonObject) => boolean;
}

/** A list is named after its elements with an s, even "staffs". */
const wrapperOf = (resource: Paged) => `${resource}s`;

/** The weight of one measured request against the average of all before it. */
const freshness = 0.05;

export class V1Client {
  readonly #calls: Calls;
  readonly #clock: Clock;
  readonly #minIntervalMs: number;
  /** A guess until requests are measured. */
  #requestMs = 20;

  constructor(calls: Calls, clock: Clock, minIntervalMs: number) {
    this.#calls = calls;
    this.#clock = clock;
    this.#minIntervalMs = minIntervalMs;
  }

  /** The recent average cost of a request, in milliseconds; pauses that an administrator asked for do not count. */
  get requestMs(): number {
    return this.#requestMs;
  }

  get url(): string {
    return this.#calls.http.origin;
  }

  /** One page of a list, counted from 1. @throws HallpassError the POWERSCHOOL_ codes */
  async page(
    { path, resource, q, belongs }: ListRequest,
    page: { number: number; size: number; expansions?: readonly string[] },
    signal: AbortSignal,
  ): Promise<JsonObject[]> {
    const query = new URLSearchParams({ page: String(page.number), pagesize: String(page.size) });
    if (q !== undefined) query.set('q', q);
    if (page.expansions !== undefined && page.expansions.length > 0) query.set('expansions', page.expansions.join(','));
    const json = await this.#json(`${path}?${query}`, path, signal);
    if (isEmptyAt(json, wrapperOf(resource))) return [];
    const list = objectAt(json, wrapperOf(resource));
    if (list === undefined) throw this.malformed(path, `it is not a list of ${wrapperOf(resource)}`);
    const rows = childrenOf(list, resource);
    if (belongs !== undefined && !rows.every(belongs))
      throw this.malformed(path, 'it has a row that does not belong to it');
    return rows;
  }

  /** How many rows a list has. @throws HallpassError the POWERSCHOOL_ codes */
  async count({ path, q }: ListRequest, signal: AbortSignal): Promise<number> {
    const query = q === undefined ? '' : `?${new URLSearchParams({ q })}`;
    const json = await this.#json(`${path}/count${query}`, `${path}/count`, signal);
    const count = textAt(json, 'resource', 'count');
    if (count === undefined || !/^\d{1,15}$/.test(count)) throw this.malformed(`${path}/count`, 'it holds no count');
    return Number(count);
  }

  /** One element by its id; undefined if there is none. @throws HallpassError the POWERSCHOOL_ codes */
  async one(
    resource: Paged,
    id: string,
    expansions: readonly string[],
    signal: AbortSignal,
  ): Promise<JsonObject | undefined> {
    const path = `${resource}/${encodeURIComponent(id)}`;
    const query = expansions.length === 0 ? '' : `?${new URLSearchParams({ expansions: expansions.join(',') })}`;
    const answer = await this.#get(`${path}${query}`, signal);
    if (answer.status === 404) return undefined;
    const element = objectAt(await this.#parsed(answer, path), resource);
    if (element === undefined) throw this.malformed(path, `it is not a ${resource}`);
    return element;
  }

  malformed(what: string, reason: string): HallpassError {
    return fail('POWERSCHOOL_MALFORMED', { url: this.url, what, reason });
  }

  async #json(pathAndQuery: string, what: string, signal: AbortSignal): Promise<Json> {
    return this.#parsed(await this.#get(pathAndQuery, signal), what);
  }

  async #parsed(answer: Answer, what: string): Promise<Json> {
    if (deniedV1(answer)) {
      throw fail('POWERSCHOOL_V1_DENIED', { url: this.url, detail: refusalOf(answer)?.message ?? 'no access' });
    }
    if (answer.status !== 200) throw await this.#calls.refusal(answer, what);
    const json = parseV1(answer.text);
    if (json === undefined) throw this.malformed(what, 'it is not JSON');
    return json;
  }

  async #get(pathAndQuery: string, signal: AbortSignal): Promise<Answer> {
    const startedAt = this.#clock.now();
    const answer = await this.#calls.send({ method: 'GET', path: `/ws/v1/${pathAndQuery}`, signal });
    const took = Math.max(0, this.#clock.now() - startedAt - this.#minIntervalMs);
    this.#requestMs += freshness * (took - this.#requestMs);
    return answer;
  }
}
