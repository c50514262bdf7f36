/** Which school year is a school's current one, by the same rule as the plugin's queries: the newest that has begun. */
import type { Metadata } from '../metadata.ts';
import type { Lists } from './lists.ts';
import type { SchoolYear } from './notes.ts';
import { firstYear, isYearTerm } from './rows.ts';
import { listOf } from './school-lists.ts';
import type { V1Client } from './v1-client.ts';
import { type JsonObject, textAt } from './v1-json.ts';

/** How many years are searched for one with classes to read. A school without any has closed. */
const yearsBack = 3;

export class Years {
  readonly #client: V1Client;
  readonly #lists: Lists;
  readonly #metadata: Metadata;
  readonly #horizonDays: number;
  readonly #known = new Map<string, { horizon: string; year: SchoolYear | undefined }>();
  /** What each school had before the years that are searched. Old years do not change by the hour. */
  readonly #longAgo = new Map<string, { horizon: string; year: SchoolYear | undefined }>();

  constructor(client: V1Client, lists: Lists, metadata: Metadata, horizonDays: number) {
    this.#client = client;
    this.#lists = lists;
    this.#metadata = metadata;
    this.#horizonDays = horizonDays;
  }

  /**
   * A school's current year with its terms, read once a day, or again on request.
   *
   * @throws HallpassError SOURCE_INCOMPLETE, the POWERSCHOOL_ codes
   */
  async of(schoolId: string, again: boolean, signal: AbortSignal): Promise<SchoolYear | undefined> {
    const horizon = this.#metadata.date(this.#horizonDays);
    const known = this.#known.get(schoolId);
    if (known?.horizon === horizon && !again) return known.year;
    const year = await this.#find(schoolId, horizon, signal);
    this.#known.set(schoolId, { horizon, year });
    return year;
  }

  async #find(schoolId: string, horizon: string, signal: AbortSignal): Promise<SchoolYear | undefined> {
    const newest = Number(horizon.slice(0, 4));
    for (let startYear = newest; startYear > newest - yearsBack; startYear -= 1) {
      const terms = await this.#termsOf(schoolId, startYear, horizon, signal);
      if (terms !== undefined) return { startYear, terms };
    }
    return this.#findLongAgo(schoolId, horizon, signal);
  }

  /** The last year of a school that has closed: its terms show that, and its classes are not read. */
  async #findLongAgo(schoolId: string, horizon: string, signal: AbortSignal): Promise<SchoolYear | undefined> {
    const known = this.#longAgo.get(schoolId);
    if (known?.horizon === horizon) return known.year;
    let year: SchoolYear | undefined;
    for (let at = Number(horizon.slice(0, 4)) - yearsBack; at >= firstYear && year === undefined; at -= 1) {
      const terms = await this.#termsOf(schoolId, at, horizon, signal);
      if (terms !== undefined) year = { startYear: undefined, terms };
    }
    this.#longAgo.set(schoolId, { horizon, year });
    return year;
  }

  /** The terms of a school year; undefined if the school does not have that year, or it has not begun. */
  async #termsOf(
    schoolId: string,
    startYear: number,
    horizon: string,
    signal: AbortSignal,
  ): Promise<JsonObject[] | undefined> {
    const list = { ...listOf(schoolId, 'term'), q: `start_year==${startYear}` };
    const counted = await this.#client.count(list, signal);
    if (counted === 0) return undefined;
    const terms = await this.#lists.all({ list, what: `the terms of school ${schoolId}`, counted, signal });
    const begun = terms.some((term) => isYearTerm(term) && (textAt(term, 'start_date') ?? '9999') <= horizon);
    return begun ? terms : undefined;
  }
}
