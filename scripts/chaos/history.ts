/** What PowerSchool has ever had, and what the mirror may therefore hold. */

/** `kind schoolId id` → the record as canonical JSON. */
export type Records = ReadonlyMap<string, string>;

/** Something that was written to the mirror; no record for a deletion. */
export interface Write {
  key: string;
  record: string | undefined;
}

export class History {
  #now: Records = new Map();
  readonly #seen = new Map<string, Set<string>>();
  readonly #gone = new Set<string>();

  /** PowerSchool's records as they are. */
  get now(): Records {
    return this.#now;
  }

  /** PowerSchool has changed, or may have. */
  note(records: Records): void {
    for (const key of this.#now.keys()) if (!records.has(key)) this.#gone.add(key);
    for (const [key, record] of records) this.#seen.set(key, (this.#seen.get(key) ?? new Set()).add(record));
    this.#now = records;
  }

  /** What must never have been written: a record that PowerSchool never had, the deletion of one that never was gone. */
  violations(writes: Iterable<Write>): string[] {
    const found: string[] = [];
    for (const { key, record } of writes) {
      if (record === undefined && !this.#gone.has(key)) found.push(`deleted though never gone: ${key}`);
      if (record !== undefined && this.#seen.get(key)?.has(record) !== true) found.push(`never was so: ${record}`);
    }
    return found;
  }

  /** Where the mirror is not what PowerSchool is now. */
  differences(mirror: Records): string[] {
    const missing = [...this.#now].filter(([key]) => !mirror.has(key)).map(([key]) => `missing: ${key}`);
    const other = [...mirror].flatMap(([key, record]) => {
      const right = this.#now.get(key);
      if (right === undefined) return [`too much: ${key}`];
      return right === record ? [] : [`${record} should be ${right}`];
    });
    return [...missing, ...other];
  }
}
