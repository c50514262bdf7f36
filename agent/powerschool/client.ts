/** PowerQueries over HTTP; turns every refusal into a catalog error. */
import { z } from 'zod';
import { fail, type HallpassError } from '../../shared/errors.ts';
import { type Calls, refusalOf } from './calls.ts';
import type { Answer } from './http.ts';
import { parseJson } from './json.ts';

const countSchema = z.object({ count: z.union([z.int().min(0), z.string().regex(/^\d+$/).transform(Number)]) });

export type Row = Record<string, unknown>;

export class PowerSchoolClient {
  readonly #calls: Calls;

  constructor(calls: Calls) {
    this.#calls = calls;
  }

  /**
   * One page of a PowerQuery.
   *
   * @throws HallpassError the POWERSCHOOL_ codes
   */
  async query(name: string, args: Record<string, string>, pageSize: number, signal?: AbortSignal): Promise<Row[]> {
    const answer = await this.#call(name, `/ws/schema/query/${name}?pagesize=${pageSize}`, args, signal);
    const rows = rowsOf(parseJson(answer.text));
    if (rows === undefined) throw this.#malformed(name, 'it is not a list of records in JSON');
    return rows;
  }

  /** How many rows a PowerQuery has. @throws HallpassError as {@link query} */
  async count(name: string, args: Record<string, string>, signal?: AbortSignal): Promise<number> {
    const answer = await this.#call(name, `/ws/schema/query/${name}/count`, args, signal);
    const count = countSchema.safeParse(parseJson(answer.text));
    if (!count.success) throw this.#malformed(`${name}/count`, 'it holds no count');
    return count.data.count;
  }

  async #call(query: string, path: string, args: Record<string, string>, signal?: AbortSignal): Promise<Answer> {
    const answer = await this.#calls.send({ method: 'POST', path, body: JSON.stringify(args), signal });
    if (answer.status === 200) return answer;
    if (answer.status === 403) {
      const fields = refusalOf(answer)?.fields?.join(', ');
      throw fail('POWERSCHOOL_ACCESS_DENIED', { fields: fields || 'a column', query });
    }
    if (answer.status === 404) throw fail('POWERSCHOOL_QUERY_MISSING', { query });
    throw await this.#calls.refusal(answer, query);
  }

  #malformed(what: string, reason: string): HallpassError {
    return fail('POWERSCHOOL_MALFORMED', { url: this.#calls.http.origin, what, reason });
  }
}

/**
 * The rows in a PowerQuery's answer. Without rows there is no `record` at all; keys that begin with $ or @ are
 * PowerSchool's own. Handwritten, because a schema would copy each row, which takes as long as parsing the JSON. Row
 * contents are checked where they become records.
 */
function rowsOf(answer: unknown): Row[] | undefined {
  if (!isObject(answer)) return undefined;
  const { record = [] } = answer;
  return Array.isArray(record) && record.every(isObject) ? record : undefined;
}

function isObject(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
