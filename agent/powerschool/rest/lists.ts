/**
 * Whole lists of `/ws/v1`, whose pages are cut by position: while a list changes, rows move from one page to another, and
 * a row that moves backwards over the edge of two pages is in neither of them. A reading with a missing row must never
 * look complete, because what is missing is deleted. So:
 *
 * - A list of one page is one answer, and cannot change in the middle.
 * - A longer list is read twice, first its ids alone, and both must have the same ids in the same order.
 * - A short page ends a list only when as many rows have come as PowerSchool counts.
 */
import { fail, type HallpassError } from '../../../shared/errors.ts';
import type { Metadata } from '../metadata.ts';
import type { ListRequest, V1Client } from './v1-client.ts';
import { type JsonObject, textAt } from './v1-json.ts';

export interface ListReading {
  list: ListRequest;
  /** Name of what is read, for messages. */
  what: string;
  /** Rows that PowerSchool counts. */
  counted: number;
  expansions?: readonly string[];
  signal: AbortSignal;
}

export interface ListPage {
  rows: JsonObject[];
  last: boolean;
}

/** Pages that a list may grow by while it is read. A server that always sends the same page would never end. */
const sparePages = 3;

export class Lists {
  readonly #client: V1Client;
  readonly #metadata: Metadata;
  readonly #pageSize: number;

  /** @param pageSize rows per page at most, besides PowerSchool's own limits */
  constructor(client: V1Client, metadata: Metadata, pageSize: number) {
    this.#client = client;
    this.#metadata = metadata;
    this.#pageSize = pageSize;
  }

  /** Rows in one page of a list. */
  sizeOf({ resource }: ListRequest): number {
    return Math.min(this.#pageSize, this.#metadata.pageLimit(resource));
  }

  /**
   * The pages of a list. Whether there are as many rows as counted is for the caller to compare; that none is missing
   * although the number is right is proven here.
   *
   * @throws HallpassError SOURCE_INCOMPLETE when rows moved, the POWERSCHOOL_ codes
   */
  async *pages(reading: ListReading): AsyncGenerator<ListPage> {
    if (reading.counted < this.sizeOf(reading.list)) {
      const first = await this.#first(reading);
      if (first !== undefined) {
        yield { rows: first, last: true };
        return;
      }
    }
    const { list, signal, counted, what } = reading;
    const ids: string[] = [];
    for await (const { rows } of this.#pass({ list, signal, counted, what })) ids.push(...rows.map(idOf));
    let at = 0;
    for await (const page of this.#pass(reading)) {
      for (const row of page.rows) {
        if (idOf(row) !== ids[at]) throw incomplete(what, at, counted);
        at += 1;
      }
      if (page.last && at !== ids.length) throw incomplete(what, at, counted);
      yield page;
    }
    if (new Set(ids).size !== ids.length) throw incomplete(what, new Set(ids).size, counted);
  }

  /** All rows of a list that is needed as a whole, as many as PowerSchool counts. @throws HallpassError as {@link pages} */
  async all(reading: ListReading): Promise<JsonObject[]> {
    const rows: JsonObject[] = [];
    for await (const page of this.pages(reading)) rows.push(...page.rows);
    if (rows.length === reading.counted) return rows;
    const counted = await this.#client.count(reading.list, reading.signal);
    if (rows.length !== counted) throw incomplete(reading.what, rows.length, counted);
    return rows;
  }

  /** The only page of a list that fits into one with room to spare; undefined when it turns out to be longer. */
  async #first({ list, counted, expansions, signal }: ListReading): Promise<JsonObject[] | undefined> {
    const size = this.sizeOf(list);
    const rows = await this.#client.page(list, pageOf(1, size, expansions), signal);
    // Fewer than counted: the answer was cut, or the limit is lower than PowerSchool says.
    return rows.length < size && rows.length >= counted ? rows : undefined;
  }

  async *#pass({ list, what, counted, expansions, signal }: ListReading): AsyncGenerator<ListPage> {
    const size = this.sizeOf(list);
    let full = size;
    let total = 0;
    let next = this.#fetch(list, pageOf(1, size, expansions), signal);
    for (let number = 1; ; number += 1) {
      const rows = await next;
      total += rows.length;
      // The limit may be lower than PowerSchool says; then all pages are as short as the first.
      full = number === 1 && total < counted ? rows.length : Math.max(full, rows.length);
      // More than asked for is everything: a list that is not paged.
      const last = rows.length === 0 || rows.length > size || (rows.length < full && total >= counted);
      if (!last && number > Math.ceil(counted / full) + sparePages) throw incomplete(what, total, counted);
      if (!last) next = this.#fetch(list, pageOf(number + 1, size, expansions), signal);
      yield { rows, last };
      if (last) return;
    }
  }

  /** Under way before it is waited for; a failure is met by the final wait. */
  #fetch(list: ListRequest, page: ReturnType<typeof pageOf>, signal: AbortSignal): Promise<JsonObject[]> {
    const rows = this.#client.page(list, page, signal);
    rows.catch(() => undefined);
    return rows;
  }
}

function pageOf(number: number, size: number, expansions: readonly string[] = []) {
  return { number, size, expansions };
}

function idOf(row: JsonObject): string {
  return textAt(row, 'id') ?? '';
}

/** Rows moved, or an answer was cut: what was read is no basis for deletions. */
export function incomplete(what: string, read: number, counted: number): HallpassError {
  return fail('SOURCE_INCOMPLETE', { bucket: what, read, counted });
}
