/** What the cycle needs from PowerSchool, whichever way it is read. */
import type { RowFinding } from '../../shared/left-out.ts';
import type { Bucket, RosterRecord, WantedFields } from '../../shared/roster.ts';
import type { Probe } from './probe.ts';

export interface SourceFacts {
  powerschoolVersion?: string | undefined;
  /** IANA name of the district's time zone. */
  timeZone?: string | undefined;
  /** The server's own id for the district; stays the same when the server moves. */
  districtId?: string | undefined;
}

export interface Page {
  /** Rows in the answer, which measure whether a reading is complete. */
  rows: number;
  /** True for the last page of the reading. */
  last: boolean;
  /** Computed on demand, so that the next request can run meanwhile. @throws HallpassError POWERSCHOOL_MALFORMED */
  content(): PageContent;
}

export interface PageContent {
  /** One record per key, in key order; rows duplicated by a join are one record. */
  records: RosterRecord[];
  /** The rows that cannot become records. */
  leftOut: RowFinding[];
}

export interface ReadOptions {
  /** What the probe counted: a reading with fewer rows is not complete. */
  expectedRows: number;
  /** The optional properties to read. */
  wanted: WantedFields;
  signal: AbortSignal;
}

export type SourceKind = 'powerquery' | 'rest';

export interface ProbeOptions {
  /** The last committed probe from a source of this kind. */
  remembered(kind: SourceKind): Probe;
  /** Ids of the schools to read, or null for all. */
  schools: readonly string[] | null;
  /** The optional properties to read, including whether pre-registered students are read. */
  wanted?: WantedFields;
  /** True when someone asked to check everything, which a source without hashes does not do at every probe. */
  thorough: boolean;
  signal: AbortSignal;
}

export interface Source {
  /** How PowerSchool is read; for a source that chooses by itself, how it was last read. */
  readonly kind: SourceKind;
  /** The part of the database share that probes may use; the rest is for readings without a reported change. */
  readonly probeShare: number;
  /** Version and clock of the server, from a page that needs no sign-in. Never fails: unknown facts are omitted. */
  describe(signal?: AbortSignal): Promise<SourceFacts>;
  /** Counts and hashes of all buckets. @throws HallpassError the POWERSCHOOL_ codes */
  probe(options: ProbeOptions): Promise<Probe>;
  /** All rows of a bucket, page by page. The first request is made at once. @throws HallpassError the POWERSCHOOL_ codes */
  read(bucket: Bucket, options: ReadOptions): AsyncIterable<Page>;
  /** How many rows {@link read} would return now. @throws HallpassError the POWERSCHOOL_ codes */
  count(bucket: Bucket, signal: AbortSignal): Promise<number>;
  close(): Promise<void>;
}
