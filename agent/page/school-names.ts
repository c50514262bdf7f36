/**
 * Names of schools for readers of the page. They are read when the page is opened and kept only in memory: on disk the
 * agent has nothing but ids and hashes.
 */
import type { Clock } from '../../shared/clock.ts';
import { districtBucket, type RosterRecord } from '../../shared/roster.ts';

export interface SchoolName {
  name: string;
  number: string;
}

/** A PowerSchool that does not answer is not asked again every time the page is opened. */
const askAgainMs = 10 * 60_000;

export class SchoolNames {
  readonly #read: () => Promise<RosterRecord[]>;
  readonly #clock: Clock;
  #names: ReadonlyMap<string, SchoolName> = new Map();
  #askedAt = Number.NEGATIVE_INFINITY;

  /** @param read returns the records of the district's bucket of schools */
  constructor(read: () => Promise<RosterRecord[]>, clock: Clock) {
    this.#read = read;
    this.#clock = clock;
  }

  get known(): ReadonlyMap<string, SchoolName> {
    return this.#names;
  }

  /**
   * Reads the names when one of these schools has none; returns true when there are new ones. Never fails: the page
   * then shows ids.
   */
  async learn(schoolIds: Iterable<string>): Promise<boolean> {
    const missing = [...schoolIds].some((id) => id !== districtBucket && !this.#names.has(id));
    if (!missing || this.#clock.now() - this.#askedAt < askAgainMs) return false;
    this.#askedAt = this.#clock.now();
    const records = await this.#read().catch(() => undefined);
    if (records === undefined) return false;
    const schools = records.filter((record) => record.kind === 'school');
    this.#names = new Map(schools.map(({ id, name, schoolNumber }) => [id, { name, number: schoolNumber }]));
    return true;
  }
}
