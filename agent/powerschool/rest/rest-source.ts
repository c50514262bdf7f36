/**
 * Reads the roster from `/ws/v1` when the plugin has no PowerQueries: the same records, as far as this API provides
 * them.
 */
import type { Clock } from '../../../shared/clock.ts';
import type { Bucket } from '../../../shared/roster.ts';
import type { Probe } from '../../model/probe.ts';
import type { Page, ProbeOptions, ReadOptions, Source, SourceFacts } from '../../model/source.ts';
import type { Calls } from '../calls.ts';
import type { Metadata, Paged } from '../metadata.ts';
import { Enrollments } from './enrollments.ts';
import { Lists } from './lists.ts';
import { Movements } from './movements.ts';
import { type Counts, Notes } from './notes.ts';
import { Reading, type ReadingParts } from './readings.ts';
import { probeDistrict } from './rest-probe.ts';
import { countedLists, districtSchools, SchoolLists } from './school-lists.ts';
import { Allowance } from './turns.ts';
import { V1Client } from './v1-client.ts';
import { Years } from './years.ts';

export interface RestSettings {
  pageSize: number;
  horizonDays: number;
  minIntervalMs: number;
  /** The largest share of the time in which PowerSchool is kept busy while nothing changes. */
  databaseShare: number;
}

/** Probes get half of the share, readings the other. */
const half = 0.5;

export class RestSource implements Source {
  readonly kind = 'rest';
  readonly probeShare = half;
  readonly #calls: Calls;
  readonly #clock: Clock;
  readonly #metadata: Metadata;
  readonly #client: V1Client;
  readonly #lists: Lists;
  readonly #schoolLists: SchoolLists;
  readonly #enrollments: Enrollments;
  readonly #movements: Movements;
  readonly #years: Years;
  readonly #allowance: Allowance;
  /** What the last probe learned. */
  #notes: Notes | undefined;

  constructor(calls: Calls, metadata: Metadata, settings: RestSettings, clock: Clock) {
    this.#calls = calls;
    this.#clock = clock;
    this.#metadata = metadata;
    this.#client = new V1Client(calls, clock, settings.minIntervalMs);
    this.#lists = new Lists(this.#client, metadata, settings.pageSize);
    this.#schoolLists = new SchoolLists(this.#client, this.#lists);
    this.#enrollments = new Enrollments(this.#client, this.#lists);
    this.#movements = new Movements(this.#client);
    this.#years = new Years(this.#client, this.#lists, metadata, settings.horizonDays);
    this.#allowance = new Allowance(settings.databaseShare * half);
  }

  async describe(signal?: AbortSignal): Promise<SourceFacts> {
    return this.#metadata.describe(signal);
  }

  /** Whether the plugin may read at all. @throws HallpassError POWERSCHOOL_V1_DENIED and the others */
  async tryAccess(signal: AbortSignal): Promise<void> {
    await this.#client.count(districtSchools, signal);
  }

  async probe(options: ProbeOptions): Promise<Probe> {
    const { probe, notes } = await probeDistrict(
      {
        client: this.#client,
        schoolLists: this.#schoolLists,
        years: this.#years,
        allowance: this.#allowance,
        costOf: (counts) => this.#requestsOf(counts) * this.#client.requestMs,
        urgent: this.#movements.schools,
        now: () => this.#clock.now(),
      },
      options,
    );
    this.#movements.settle();
    this.#notes = notes;
    return probe;
  }

  read(bucket: Bucket, options: ReadOptions): AsyncIterable<Page> {
    const parts = {
      client: this.#client,
      lists: this.#lists,
      schoolLists: this.#schoolLists,
      enrollments: this.#enrollments,
      movements: this.#movements,
    };
    return begun(this.#pages(parts, bucket, options));
  }

  /** Schools are also read without a probe, for their names. */
  async *#pages(parts: ReadingParts, bucket: Bucket, options: ReadOptions): AsyncGenerator<Page> {
    const unprobed = bucket.kind === 'school' && this.#notes === undefined;
    const notes = unprobed ? new Notes(await this.#schoolLists.schools(options.signal), false) : this.#probed();
    yield* new Reading(parts, notes, bucket, options).pages();
  }

  #probed(): Notes {
    if (this.#notes === undefined) throw new TypeError('a bucket is read after a probe');
    return this.#notes;
  }

  /** For enrollments and rosters it counts sections: see {@link Reading}. */
  async count({ kind, schoolId }: Bucket, signal: AbortSignal): Promise<number> {
    if (kind === 'school') return this.#client.count(districtSchools, signal);
    const school = this.#probed().of.get(schoolId);
    if (school === undefined) return 0;
    const { year } = school;
    const { student, staff, section } = countedLists(schoolId, year?.startYear, school.preRegistered);
    if (kind === 'student') return this.#client.count(student, signal);
    if (kind === 'teacher') return this.#client.count(staff, signal);
    if (kind === 'term') return year?.terms.length ?? 0;
    return year?.startYear === undefined ? 0 : this.#client.count(section, signal);
  }

  async close(): Promise<void> {
    await this.#calls.http.close();
  }

  /**
   * The requests in a turn: the list of sections is read for the sections, those of staff and students for their own
   * kind.
   */
  #requestsOf({ student, staff, section }: Counts): number {
    const pages = (rows: number, resource: Paged) => {
      const size = this.#lists.sizeOf({ path: '', resource });
      return rows < size ? 1 : 2 * Math.ceil(rows / size);
    };
    const lists =
      pages(student, 'student') + pages(staff, 'staff') + pages(section, 'section') + pages(section, 'course');
    return lists + 4 + section * this.#enrollments.requestsPerSection;
  }
}

/** The pages of a generator whose first page is requested before anyone awaits it. */
function begun(pages: AsyncGenerator<Page>): AsyncIterable<Page> {
  const first = pages.next();
  first.catch(() => undefined);
  return (async function* () {
    for (let next = await first; next.done !== true; next = await pages.next()) yield next.value;
  })();
}
