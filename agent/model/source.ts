/** What the cycle needs from PowerSchool, whichever way it is read. */
import type { RowFinding } from '../../shared/left-out.ts';
import type { Bucket, RosterRecord, WantedFields } from '../../shared/roster.ts';
import type { Probe } from './probe.ts';

export interface SourceFacts {
  powerschoolVersion?: string | undefined;
  /** IANA name of the district's time zone. */
  timeZone?: string | undefined;
  /** What the server calls the district; stays when it moves. */
  districtId?: string | undefined;
}

export interface Page {
  /** Rows of the answer, the measure of a complete reading. */
  rows: number;
  /** True for the last page of the reading. */
  last: boolean;
  /** Made when asked for, so that the next request can be under way meanwhile. @throws HallpassError POWERSCHOOL_MALFORMED */
  content(): PageContent;
}

export interface PageContent {
  /** One record per key, in key order; rows that a join doubled are one record. */
  records: RosterRecord[];
  /** The rows that no record can be made of. */
  leftOut: RowFinding[];
}

export interface ReadOptions {
  /** What the probe counted: fewer rows are no end. */
  expectedRows: number;
  /** The optional properties that the records get. */
  wanted: WantedFields;
  signal: AbortSignal;
}

export type SourceKind = 'powerquery' | 'rest';

export interface ProbeOptions {
  /** What a source of this kind said of each bucket when it was last committed. */
  remembered(kind: SourceKind): Probe;
  /** Ids of the schools that are read, or null for all. */
  schools: readonly string[] | null;
  /** The optional properties that the records get, among them whether pre-registered students are read. */
  wanted?: WantedFields;
  /** True when somebody asked for a look at everything, which a source without hashes does not take at every probe. */
  thorough: boolean;
  signal: AbortSignal;
}

export interface Source {
  /** How PowerSchool is read; of a source that chooses by itself, how it was read last. */
  readonly kind: SourceKind;
  /** The part of the database share that probes may use; the rest is for readings that no change has asked for. */
  readonly probeShare: number;
  /** Version and clock of the server, from a page that needs no sign-in. Never fails: what is not known is left out. */
  describe(signal?: AbortSignal): Promise<SourceFacts>;
  /** Counts and hashes of all buckets. @throws HallpassError the POWERSCHOOL_ codes */
  probe(options: ProbeOptions): Promise<Probe>;
  /** All rows of a bucket, page by page. The first request is made at once. @throws HallpassError the POWERSCHOOL_ codes */
  read(bucket: Bucket, options: ReadOptions): AsyncIterable<Page>;
  /** How many rows {@link read} would bring now. @throws HallpassError the POWERSCHOOL_ codes */
  count(bucket: Bucket, signal: AbortSignal): Promise<number>;
  close(): Promise<void>;
}
