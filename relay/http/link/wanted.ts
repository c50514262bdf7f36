/**
 * What an agent may send: what the welcome of its connection asked for, and nothing else. The welcome counts, not the
 * current profiles: an agent follows what it was told until it is told otherwise.
 */
import { fail } from '../../../shared/errors.ts';
import type { LeftOut } from '../../../shared/left-out.ts';
import type { Batch, Welcome } from '../../../shared/link.ts';
import { type Bucket, bucketWords, districtBucket, isOptional, kindWords } from '../../../shared/roster.ts';

export class Wanted {
  /** Undefined for all schools. */
  readonly #schools: ReadonlySet<string> | undefined;
  readonly #fields: Welcome['wanted']['fields'];

  constructor({ schools, fields }: Welcome['wanted']) {
    this.#schools = schools === null ? undefined : new Set(schools);
    this.#fields = fields;
  }

  /** The schools themselves are always sent, so that they can be chosen. */
  has({ kind, schoolId }: Bucket): boolean {
    if (kind === 'school' || schoolId === districtBucket) return kind === 'school' && schoolId === districtBucket;
    return this.#schools === undefined || this.#schools.has(schoolId);
  }

  /**
   * Deletions are always accepted: an agent removes what a profile no longer asks for.
   *
   * @throws HallpassError RECORDS_NOT_WANTED for the batch as a whole
   */
  check({ bucket, upserts }: Pick<Batch, 'bucket' | 'upserts'>): void {
    if (upserts.length === 0) return;
    if (!this.has(bucket)) throw fail('RECORDS_NOT_WANTED', { what: bucketWords(bucket) });
    const asked = this.#fields[bucket.kind] ?? [];
    for (const fields of upserts) {
      const field = Object.keys(fields).find((name) => isOptional(bucket.kind, name) && !asked.includes(name));
      if (field !== undefined) throw fail('RECORDS_NOT_WANTED', { what: `${field} of ${kindWords[bucket.kind]}` });
    }
  }

  /** The rows of schools that are asked for. */
  ofLeftOut({ count, rows }: LeftOut): LeftOut {
    const wanted = rows.filter((row) => this.has(row));
    return { count: count - (rows.length - wanted.length), rows: wanted };
  }
}

/** For a connection before its welcome. */
export const nothingWanted = new Wanted({ schools: [], fields: {} });
