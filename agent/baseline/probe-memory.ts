/** The probe of each bucket at its last commit, which a new probe is compared with. */
import { hash } from 'node:crypto';
import { Low } from 'lowdb';
import { z } from 'zod';
import { DurableFile } from '../../shared/durable-file.ts';
import { rowFaults } from '../../shared/left-out.ts';
import type { Welcome } from '../../shared/link.ts';
import { removeState } from '../../shared/remove-state.ts';
import { kinds } from '../../shared/roster.ts';
import type { LeftOutRows } from '../model/left-out.ts';
import { type Probe, type ProbeEntry, probeEntrySchema } from '../model/probe.ts';
import type { SourceKind } from '../model/source.ts';
import { normalizationVersion } from '../powerschool/normalize.ts';

const memorySchema = z.strictObject({
  /** Everything besides the rows that the hashes depend on. */
  fingerprint: z.string(),
  buckets: z.record(z.string(), probeEntrySchema),
  /** Rows of these buckets that cannot become records: their ids, and what is wrong with them. */
  leftOut: z
    .record(z.string(), z.array(z.strictObject({ id: z.string(), field: z.string(), fault: z.enum(rowFaults) })))
    .default({}),
});
type Memory = z.infer<typeof memorySchema>;

const nothing: Memory = { fingerprint: '', buckets: {}, leftOut: {} };

export class ProbeMemory {
  readonly #path: string;
  readonly #db: Low<Memory>;

  constructor(path: string) {
    this.#path = path;
    // Losing this file only costs one full reading, so no copy is kept.
    this.#db = new Low(new DurableFile(path, memorySchema, { backup: false }), structuredClone(nothing));
  }

  /** A missing or broken file counts as an empty memory: everything is read and compared again. */
  async load(): Promise<void> {
    this.#db.data = structuredClone(nothing);
    await this.#db.read().catch(() => undefined);
  }

  /** The remembered probe, or an empty one when it was taken with other fields, schools, salt or rules. */
  of(fingerprint: string): Probe {
    return this.#db.data.fingerprint === fingerprint ? new Map(Object.entries(this.#db.data.buckets)) : new Map();
  }

  /** The rows left out when the buckets were last read under the same conditions. */
  leftOut(fingerprint: string): LeftOutRows {
    return new Map(this.#db.data.fingerprint === fingerprint ? Object.entries(this.#db.data.leftOut) : []);
  }

  /** Everything remembered, regardless of the fingerprint: for display only. */
  entries(): Record<string, ProbeEntry> {
    return this.#db.data.buckets;
  }

  /** Resolves once the file is on disk. @throws HallpassError STATE_UNWRITABLE */
  async save(fingerprint: string, buckets: ReadonlyMap<string, ProbeEntry>, leftOut: LeftOutRows): Promise<void> {
    const listed = [...leftOut].map(([key, rows]) => [key, [...rows]]);
    this.#db.data = { fingerprint, buckets: Object.fromEntries(buckets), leftOut: Object.fromEntries(listed) };
    await this.#db.write();
  }

  async clear(): Promise<void> {
    this.#db.data = structuredClone(nothing);
    await removeState(this.#path);
  }
}

/** When any of this changes, an equal probe no longer means equal hashes. */
export function fingerprintOf({ salt, wanted }: Pick<Welcome, 'salt' | 'wanted'>, source: SourceKind): string {
  const fields = kinds.map((kind) => [...(wanted.fields[kind] ?? [])].sort());
  const schools = wanted.schools === null ? null : [...wanted.schools].sort();
  return hash('sha256', JSON.stringify([normalizationVersion, source, salt, schools, fields]), 'hex').slice(0, 32);
}
