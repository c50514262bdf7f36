/** What the server reports about itself on a page that needs no sign-in: version, time zone, page limits. */
import { z } from 'zod';
import { type Calendar, calendarOf } from '../../shared/calendar.ts';
import { isPrintableLine } from '../../shared/printable.ts';
import type { SourceFacts } from '../model/source.ts';
import type { PowerSchoolHttp } from './http.ts';
import { parseJson } from './json.ts';

const pageLimit = z.coerce.number().int().positive().optional().catch(undefined);

const metadataSchema = z.object({
  metadata: z.object({
    powerschool_version: z.coerce.string().max(40).optional(),
    district_timezone: z.string().max(60).optional(),
    district_uuid: z.string().trim().min(1).max(80).refine(isPrintableLine).optional().catch(undefined),
    course_max_page_size: pageLimit,
    school_max_page_size: pageLimit,
    section_max_page_size: pageLimit,
    section_enrollment_max_page_size: pageLimit,
    staff_max_page_size: pageLimit,
    student_max_page_size: pageLimit,
    term_max_page_size: pageLimit,
  }),
});
type Fields = z.infer<typeof metadataSchema>['metadata'];

/** Resources of `/ws/v1` that come in pages. */
export type Paged = 'course' | 'school' | 'section' | 'section_enrollment' | 'staff' | 'student' | 'term';

/** PowerSchool's default when an administrator has set nothing else. */
const usualPageSize = 100;

export class Metadata {
  readonly #http: PowerSchoolHttp;
  #fields: Fields | undefined;
  #calendar = calendarOf(undefined);

  constructor(http: PowerSchoolHttp) {
    this.#http = http;
  }

  /** Requested until there is an answer, then kept. Never fails: unknown facts are omitted. */
  async describe(signal?: AbortSignal): Promise<SourceFacts> {
    this.#fields ??= await this.#read(signal);
    const { powerschool_version, district_timezone, district_uuid } = this.#fields ?? {};
    return { powerschoolVersion: powerschool_version, timeZone: district_timezone, districtId: district_uuid };
  }

  /**
   * The date in the district this many days ahead, `YYYY-MM-DD`; uses this computer's time zone until the district's is
   * known.
   */
  date(daysAhead: number): string {
    return this.#calendar(this.#http.now(), daysAhead);
  }

  /** The maximum number of rows of a resource in one page of `/ws/v1`. */
  pageLimit(resource: Paged): number {
    return this.#fields?.[`${resource}_max_page_size`] ?? usualPageSize;
  }

  async #read(signal: AbortSignal | undefined): Promise<Fields | undefined> {
    const headers = { accept: 'application/json' };
    const answer = await this.#http
      .request({ method: 'GET', path: '/ws/v1/metadata', headers, signal })
      .catch(() => undefined);
    const fields = metadataSchema.safeParse(parseJson(answer?.text ?? '')).data?.metadata;
    const calendar: Calendar | undefined = fields && calendarOf(fields.district_timezone);
    this.#calendar = calendar ?? this.#calendar;
    return fields;
  }
}
