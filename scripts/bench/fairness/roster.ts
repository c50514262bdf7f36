/** Sends a roster to a relay, as an agent does, with what the profile asks for. */
import { randomUUID } from 'node:crypto';
import { issueCode } from '../../../relay/store/agents/agents.ts';
import type { Store } from '../../../relay/store/store.ts';
import { type AgentDouble, connectDouble, enrollDouble } from '../../../relay/testing/agent-double.ts';
import { toWire } from '../../../shared/frames.ts';
import { limits, type Welcome } from '../../../shared/link.ts';
import { bucketKey, parseBucketKey, type RosterRecord } from '../../../shared/roster.ts';

/** Batches under way, as with an agent. */
const mostUnderWay = 8;

export interface Sender {
  double: AgentDouble;
  wanted: Welcome['wanted'];
}

export async function connectSender(store: Store, tenantId: string, url: string): Promise<Sender> {
  const { code } = await store.withTenant(tenantId, (scope) => issueCode(scope, new Date()));
  const double = await connectDouble(url, await enrollDouble(url, code));
  if ('status' in double) throw new RangeError(`the agent was refused with ${double.status}`);
  const { wanted } = await double.hello();
  return { double, wanted };
}

/** Resolves when the relay has acknowledged that the cycle is complete. */
export async function sendRoster({ double, wanted }: Sender, records: readonly RosterRecord[]): Promise<void> {
  const cycle = randomUUID();
  await double.acked(double.begin(cycle));
  const underWay: number[] = [];
  for (const [key, ofBucket] of Map.groupBy(records, bucketKey)) {
    const bucket = parseBucketKey(key);
    if (bucket === undefined) throw new TypeError(key);
    const rows = ofBucket.map((record) => wantedOf(record, wanted));
    for (let from = 0; from < rows.length; from += limits.maxBatchRecords) {
      underWay.push(double.batch(bucket, rows.slice(from, from + limits.maxBatchRecords)));
      if (underWay.length >= mostUnderWay) await double.acked(underWay.shift() ?? 0);
    }
  }
  await double.acked(double.commit(cycle, []));
}

function wantedOf(record: RosterRecord, { fields }: Welcome['wanted']): Record<string, unknown> {
  const row: Record<string, unknown> = { ...toWire(record) };
  if (record.kind !== 'student' && record.kind !== 'teacher') return row;
  const keep: readonly string[] = ['id', ...(fields[record.kind] ?? [])];
  return Object.fromEntries(Object.entries(row).filter(([name]) => keep.includes(name)));
}
