/** The probe: count and hash of every bucket in one answer, which shows what must be read. */

import { z } from 'zod';
import { probeCodes, probeDistrict } from '../../plugin/queries.ts';
import { bucketKey, districtBucket, type Kind, kinds } from '../../shared/roster.ts';
import type { Probe, ProbeEntry } from '../model/probe.ts';
import type { Row } from './client.ts';

const school = z.coerce.string().min(1).max(40);
const records = z.coerce.number().int().min(1);
const hash = z.coerce.string().min(1).max(60);
type Code = (typeof probeCodes)[Kind];
const kindOf = Object.fromEntries(kinds.map((kind) => [probeCodes[kind], kind])) as Record<Code, Kind>;

const shortRow = z
  .object({ k: z.enum(Object.values(probeCodes)), s: school, n: records, h: hash })
  .transform(({ k, s, n, h }) => ({ kind: kindOf[k], school: s, records: n, hash: h }));
/** The format of plugins before 0.2.0. */
const longRow = z.object({ kind: z.enum(kinds), school, records, hash });

/** The probe in an answer's rows, or the property that is unusable. */
export function readProbe(rows: readonly Row[]): { probe: Probe } | { finding: string } {
  const probe = new Map<string, ProbeEntry>();
  for (const row of rows) {
    const parsed = ('kind' in row ? longRow : shortRow).safeParse(row);
    if (!parsed.success) return { finding: parsed.error.issues[0]?.path.join('.') ?? 'row' };
    const { kind, school, records, hash } = parsed.data;
    const key = bucketKey({ kind, schoolId: kind === 'school' && school === probeDistrict ? districtBucket : school });
    if (probe.has(key)) return { finding: `${key} (twice)` };
    probe.set(key, { records, hash });
  }
  return { probe };
}
