/**
 * What PowerSchool has: a fresh reading of the same database by a second server, which has no faults. The reader is the
 * product's own; that its records are the right ones is proven elsewhere (agent/cycle/simulator.test.ts, scripts/demo/oracle).
 */

import { Meter } from '../../agent/model/meter.ts';
import type { SourceKind } from '../../agent/model/source.ts';
import { openSource } from '../../agent/powerschool/choice/open-source.ts';
import { SignIn } from '../../agent/powerschool/sign-in.ts';
import type { Clock } from '../../shared/clock.ts';
import { canonicalJson } from '../../shared/digest.ts';
import { kinds, parseBucketKey, type WantedFields } from '../../shared/roster.ts';
import type { Credentials, PowerSchoolSimulator } from '../simulators/powerschool/server.ts';
import type { Records } from './history.ts';

export interface TruthOptions {
  simulator: PowerSchoolSimulator;
  credentials: Credentials;
  source: SourceKind;
  wanted: WantedFields;
  clock: Clock;
}

export async function readTruth({ simulator, credentials, source, wanted, clock }: TruthOptions): Promise<Records> {
  const origin = new URL(simulator.baseUrl);
  const settings = { ...credentials, origin, caFile: undefined, minIntervalMs: 0, pageSize: 5000, horizonDays: 0 };
  const signIn = new SignIn({ url: origin.origin, stored: async () => credentials, file: undefined, clock });
  const reader = await openSource(
    { ...settings, source, databaseShare: 0.5 },
    { clock, meter: new Meter(), signIn, last: undefined },
  );
  try {
    const { signal } = new AbortController();
    await reader.describe(signal);
    const probe = await reader.probe({ remembered: () => new Map(), schools: null, thorough: false, signal });
    const records = new Map<string, string>();
    const buckets = [...probe].flatMap(([key, { records: counted }]) => {
      const bucket = parseBucketKey(key);
      return bucket === undefined ? [] : [{ bucket, counted }];
    });
    buckets.sort((a, b) => kinds.indexOf(a.bucket.kind) - kinds.indexOf(b.bucket.kind));
    for (const { bucket, counted } of buckets) {
      for await (const page of reader.read(bucket, { expectedRows: counted, wanted, signal })) {
        for (const record of page.content().records) {
          records.set(`${record.kind} ${record.schoolId} ${record.id}`, canonicalJson(record));
        }
      }
    }
    return records;
  } finally {
    await reader.close();
  }
}
