/**
 * Students who move between schools. One school shows that they are gone; that another one has them shows only when it
 * is read, and until then they would be nowhere. So anyone who is missing is looked for, and the school has its turn next.
 * (Where the number of students changes, the counts tell it; this is for two students who change places.)
 */
import { isActive } from './rows.ts';
import type { V1Client } from './v1-client.ts';
import { textAt } from './v1-json.ts';

/** More than this many leave at the end of a year, not for a neighbor. */
const mostLookups = 20;

export class Movements {
  readonly #client: V1Client;
  readonly #students = new Map<string, ReadonlySet<string>>();
  readonly #schools = new Set<string>();

  constructor(client: V1Client) {
    this.#client = client;
  }

  /** Takes the active students of a school, from a complete reading. @throws HallpassError the POWERSCHOOL_ codes */
  async note(schoolId: string, students: ReadonlySet<string>, signal: AbortSignal): Promise<void> {
    const before = this.#students.get(schoolId) ?? new Set();
    this.#students.set(schoolId, students);
    const missing = [...before].filter((id) => !students.has(id));
    for (const id of missing.slice(0, mostLookups)) {
      const student = await this.#client.one('student', id, ['school_enrollment'], signal);
      const to = textAt(student, 'school_enrollment', 'school_id');
      if (student !== undefined && isActive(student) && to !== undefined && to !== schoolId) this.#schools.add(to);
    }
  }

  /** The schools that somebody has moved to, until {@link settle}. */
  get schools(): ReadonlySet<string> {
    return this.#schools;
  }

  /** The schools are going to be read. */
  settle(): void {
    this.#schools.clear();
  }
}
