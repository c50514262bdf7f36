/**
 * Students who move between schools. One school's list shows that they are gone; the other school's list shows them
 * only when it is read, and until then they would be nowhere. So each missing student is looked up, and the new school
 * is read next. (The counts reveal changed numbers of students; this is for two students who trade places.)
 */
import { isActive } from './rows.ts';
import type { V1Client } from './v1-client.ts';
import { textAt } from './v1-json.ts';

/** If more than this many leave, it is the end of a year, not a move to a neighboring school. */
const mostLookups = 20;

export class Movements {
  readonly #client: V1Client;
  readonly #students = new Map<string, ReadonlySet<string>>();
  readonly #schools = new Set<string>();

  constructor(client: V1Client) {
    this.#client = client;
  }

  /** Takes a school's active students from a complete reading. @throws HallpassError the POWERSCHOOL_ codes */
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

  /** The schools that someone has moved to, until {@link settle}. */
  get schools(): ReadonlySet<string> {
    return this.#schools;
  }

  /** Marks these schools as about to be read. */
  settle(): void {
    this.#schools.clear();
  }
}
