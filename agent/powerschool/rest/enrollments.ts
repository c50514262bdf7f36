/**
 * The enrollments of sections. There is one list per section and none for a school, so this is nearly the whole cost of
 * reading a district this way: 28,000 requests at 100,000 students.
 */
import { hash } from 'node:crypto';
import { eachOnce, type Lists } from './lists.ts';
import type { ListRequest, V1Client } from './v1-client.ts';
import { type JsonObject, textAt } from './v1-json.ts';

/** The weight of one section against the average of all before it. */
const freshness = 0.01;

export class Enrollments {
  readonly #client: V1Client;
  readonly #lists: Lists;
  /** A hash of each list's ids when PowerSchool's count last confirmed them, by section. */
  readonly #confirmed = new Map<string, number>();
  #requestsPerSection = 2;

  constructor(client: V1Client, lists: Lists) {
    this.#client = client;
    this.#lists = lists;
  }

  /** How many requests reading a section takes, as a recent average: it approaches one the longer the agent runs. */
  get requestsPerSection(): number {
    return this.#requestsPerSection;
  }

  /**
   * The enrollments of one section that are not dropped. A list with the same ids as last time is accepted as it is:
   * nothing that was there can be missing. Any other list is counted, because a cut answer would look like a class that
   * lost students.
   *
   * @throws HallpassError SOURCE_INCOMPLETE, the POWERSCHOOL_ codes
   */
  async of(sectionId: string, signal: AbortSignal): Promise<JsonObject[]> {
    const list: ListRequest = {
      path: `section/${sectionId}/section_enrollment`,
      resource: 'section_enrollment',
      belongs: (row) => textAt(row, 'section_id') === sectionId,
    };
    const size = this.#lists.sizeOf(list);
    const first = await this.#client.page(list, { number: 1, size }, signal);
    // After a full page there may be more.
    const whole = first.length !== size;
    const known = whole && this.#confirmed.get(sectionId) === printOf(first);
    this.#requestsPerSection += freshness * ((known ? 1 : 2) - this.#requestsPerSection);
    if (known) return first.filter(isKept);
    const counted = await this.#client.count(list, signal);
    const what = `the enrollments of section ${sectionId}`;
    const complete = whole && first.length === counted && eachOnce(first);
    const rows = complete ? first : await this.#lists.all({ list, what, counted, signal });
    this.#confirmed.set(sectionId, printOf(rows));
    return rows.filter(isKept);
  }
}

function isKept(enrollment: JsonObject): boolean {
  return textAt(enrollment, 'dropped') !== 'true';
}

/** 52 bits of a hash over the ids. */
function printOf(rows: readonly JsonObject[]): number {
  const ids = rows.map((row) => `${textAt(row, 'id')} ${textAt(row, 'dropped')}`);
  return Number.parseInt(hash('sha256', ids.join(), 'hex').slice(0, 13), 16);
}
