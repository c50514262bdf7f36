/** What a probe says about every bucket. */
import { z } from 'zod';

export const probeEntrySchema = z.strictObject({
  records: z.int().min(1),
  /** SUM(ORA_HASH(…)) as PowerSchool wrote it: compared, never computed with. */
  hash: z.string().min(1).max(60),
});

export type ProbeEntry = z.infer<typeof probeEntrySchema>;

/** Entry per bucket key. A bucket without rows has none. */
export type Probe = ReadonlyMap<string, ProbeEntry>;
