/**
 * Whole lists of `/ws/v1`, whose pages are cut by position: when a list changes during reading, rows move between
 * pages, and a row that moves backward across a page boundary appears in neither page. A reading with a missing row
 * must never look complete, because missing records are deleted. So:
 *
 * - A list of one page is one answer, and cannot change halfway.
 * - No list has an id twice.
 * - A longer list is read twice, first only its ids, and both readings must have the same ids in the same order.
 * - A short page ends a list only when as many rows have arrived as PowerSchool counts.
 */
import { fail, type HallpassError } from '../../../shared/errors.ts';
import type { Metadata } from '../metadata.ts';
import type { ListRequest, V1Client } from './v1-client.ts';
import { type JsonObject, textAt } from './v1-json.ts';

export interface ListReading {
  list: ListRequest;
  /** The name of the list, for messages. */
  what: string;
  /** The number of rows that PowerSchool counts. */
  counted: number;
  expansions?: readonly string[];
  signal: AbortSignal;
}

export interface ListPage {
  rows: JsonObject[];
  last: boolean;
}

/** How many pages a list may grow by while it is read. A server that always sends the same page would never end. */
const sparePages = 3;

export class Lists {
  readonly #client: V1Client;
  readonly #metadata: Metadata;
  readonly #pageSize: number;

  /** @param pageSize maximum number of rows per page, besides PowerSchool's own limits */
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
   * The pages of a list. The caller compares the number of rows with the count; this function proves that none is
   * missing even though the number is right.
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

  /** All rows of a list that is needed whole, as many as PowerSchool counts. @throws HallpassError as {@link pages} */
  async all(reading: ListReading): Promise<JsonObject[]> {
    const rows: JsonObject[] = [];
    for await (const page of this.pages(reading)) rows.push(...page.rows);
    if (rows.length === reading.counted) return rows;
    const counted = await this.#client.count(reading.list, reading.signal);
    if (rows.length !== counted) throw incomplete(reading.what, rows.length, counted);
    return rows;
  }

  /** The only page of a list that comfortably fits into one; undefined when it turns out to be longer. */
  async #first({ list, counted, expansions, signal }: ListReading): Promise<JsonObject[] | undefined> {
    const size = this.sizeOf(list);
    const rows = await this.#client.page(list, pageOf(1, size, expansions), signal);
    // Fewer than counted: the answer was cut, or the limit is lower than PowerSchool says. A row that comes twice hides
    // that another is missing.
    return rows.length < size && rows.length >= counted && eachOnce(rows) ? rows : undefined;
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
      // More rows than requested means everything: the list is not paged.
      const last = rows.length === 0 || rows.length > size || (rows.length < full && total >= counted);
      if (!last && number > Math.ceil(counted / full) + sparePages) throw incomplete(what, total, counted);
      if (!last) next = this.#fetch(list, pageOf(number + 1, size, expansions), signal);
      yield { rows, last };
      if (last) return;
    }
  }

  /** Started before it is awaited; a failure surfaces at the await. */
  #fetch(list: ListRequest, page: ReturnType<typeof pageOf>, signal: AbortSignal): Promise<JsonObject[]> {
    const rows = this.#client.page(list, page, signal);
    rows.catch(() => undefined);
    return rows;
  }
}

function pageOf(number: number, size: number, expansions: readonly string[] = []) {
  return { number, size, expansions };
}

/** False when an id comes twice. */
export function eachOnce(rows: readonly JsonObject[]): boolean {
  return new Set(rows.map(idOf)).size === rows.length;
}

function idOf(row: JsonObject): string {
  return textAt(row, 'id') ?? '';
}

/** Rows moved, or an answer was cut: the reading cannot justify deletions. */
export function incomplete(what: string, read: number, counted: number): HallpassError {
  return fail('SOURCE_INCOMPLETE', { bucket: what, read, counted });
}
