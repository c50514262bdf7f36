/** Reads the roster through the plugin's PowerQueries, page by page in key order. */
import { bindsOf, probeName, queryName } from '../../plugin/queries.ts';
import { fail } from '../../shared/errors.ts';
import { type Bucket, bucketWords } from '../../shared/roster.ts';
import type { Probe } from '../model/probe.ts';
import type { Page, PageContent, ProbeOptions, ReadOptions, Source, SourceFacts } from '../model/source.ts';
import type { Calls } from './calls.ts';
import { PowerSchoolClient, type Row } from './client.ts';
import { gather } from './gather.ts';
import type { PowerSchoolHttp } from './http.ts';
import type { Metadata } from './metadata.ts';
import { type Normalized, normalizer } from './normalize.ts';
import { readProbe } from './probe.ts';

/** The probe has one row per kind and school: this is more than any district has. */
const probePageSize = 50_000;

export class PowerQuerySource implements Source {
  readonly kind = 'powerquery';
  readonly probeShare = 1;
  readonly #http: PowerSchoolHttp;
  readonly #client: PowerSchoolClient;
  readonly #metadata: Metadata;
  readonly #pageSize: number;
  readonly #horizonDays: number;

  constructor(calls: Calls, metadata: Metadata, settings: { pageSize: number; horizonDays: number }) {
    this.#http = calls.http;
    this.#client = new PowerSchoolClient(calls);
    this.#metadata = metadata;
    this.#pageSize = settings.pageSize;
    this.#horizonDays = settings.horizonDays;
  }

  async describe(signal?: AbortSignal): Promise<SourceFacts> {
    return this.#metadata.describe(signal);
  }

  /** One request. @throws HallpassError the POWERSCHOOL_ codes */
  async probe({ signal }: ProbeOptions): Promise<Probe> {
    const rows = await this.#client.query(probeName, { horizon: this.#horizon() }, probePageSize, signal);
    const result = readProbe(rows);
    if ('probe' in result) return result.probe;
    throw this.#malformed('probe', `${result.finding} is missing or not valid`);
  }

  read(bucket: Bucket, options: ReadOptions): AsyncIterable<Page> {
    return this.#pages(bucket, this.#fetch(bucket, '0', options.signal), options);
  }

  async count(bucket: Bucket, signal?: AbortSignal): Promise<number> {
    return this.#client.count(queryName(bucket.kind), this.#binds(bucket, '0'), signal);
  }

  async close(): Promise<void> {
    await this.#http.close();
  }

  #horizon(): string {
    return this.#metadata.date(this.#horizonDays);
  }

  async *#pages(
    bucket: Bucket,
    first: Promise<Row[]>,
    { expectedRows, wanted, signal }: ReadOptions,
  ): AsyncGenerator<Page> {
    const normalize = normalizer(bucket, wanted);
    let after = '0';
    let rowsRead = 0;
    for (let next: Promise<Row[]> | undefined = first; next !== undefined; ) {
      const rows: Row[] = await next;
      const page = this.#ordered(bucket, rows, after);
      if (page.length > 0) after = idOf(page.at(-1));
      rowsRead += page.length;
      // A short page is the last one, unless rows are missing: then the answer was cut short, and the rest is
      // requested.
      const more = rows.length >= this.#pageSize || (rows.length > 0 && rowsRead < expectedRows);
      next = more ? this.#fetch(bucket, after, signal) : undefined;
      yield { rows: page.length, last: !more, content: () => this.#content(bucket, page, normalize) };
    }
  }

  /** Started before it is awaited; a failure surfaces at the await. */
  #fetch(bucket: Bucket, after: string, signal: AbortSignal): Promise<Row[]> {
    const page = this.#client.query(queryName(bucket.kind), this.#binds(bucket, after), this.#pageSize, signal);
    page.catch(() => undefined);
    return page;
  }

  /** Always as text: PowerSchool is reported to sometimes refuse numbers. */
  #binds(bucket: Bucket, after: string): Record<string, string> {
    const { school, horizon } = bindsOf(bucket.kind);
    return {
      after,
      ...(school ? { school: bucket.schoolId } : {}),
      ...(horizon ? { horizon: this.#horizon() } : {}),
    };
  }

  /**
   * The rows of a page whose keys are complete. Rows duplicated by a join have the same key and are adjacent, so a full
   * page may end between them: the last key is left for the next page.
   *
   * @throws HallpassError POWERSCHOOL_MALFORMED when keys do not increase; paging would then lose rows
   */
  #ordered(bucket: Bucket, rows: Row[], after: string): Row[] {
    // Schools come from one table, and only a join repeats rows: a school that comes twice hides that another is missing.
    const joined = bucket.kind !== 'school';
    let last = Number(after);
    for (const [index, row] of rows.entries()) {
      const id = Number(idOf(row));
      if (!Number.isSafeInteger(id) || id < last || (id === last && (index === 0 || !joined))) {
        throw this.#malformed(bucketWords(bucket), 'its rows are not in the order of their keys');
      }
      last = id;
    }
    if (rows.length < this.#pageSize) return rows;
    const lastId = idOf(rows.at(-1));
    const whole = rows.findLastIndex((row) => idOf(row) !== lastId) + 1;
    if (whole === 0) throw this.#malformed(bucketWords(bucket), `more than a page of rows have the key ${lastId}`);
    return rows.slice(0, whole);
  }

  /** @throws HallpassError POWERSCHOOL_MALFORMED; plugins before 0.2.0 do not say which school a row belongs to */
  #content(bucket: Bucket, rows: Row[], normalize: (row: Row) => Normalized): PageContent {
    for (const row of rows) {
      if (row.school === undefined || String(row.school) === bucket.schoolId) continue;
      throw this.#malformed(`${bucketWords(bucket)}, row ${idOf(row).slice(0, 40)}`, 'it belongs to another school');
    }
    return gather(rows, normalize);
  }

  #malformed(what: string, reason: string) {
    return fail('POWERSCHOOL_MALFORMED', { url: this.#http.origin, what, reason });
  }
}

function idOf(row: Row | undefined): string {
  return String(row?.id ?? '').trim();
}
