/**
 * Measures one build with one database, in a process of its own that `--expose-gc` was given to, and prints the figures as JSON:
 * `node --expose-gc measure.ts BUILD FILE`.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { profileDocument, recordsOf, today } from './district.ts';

export interface Measured {
  /** Heap and buffers: after the load, and between two runs, when nothing is to be planned. */
  loadedMB: number;
  keptMB: number;
  /** What the state itself says that it keeps; absent where it does not count. */
  countedMB?: number;
  loadMs: number;
  loadCpuMs: number;
  /** The longest time in which nothing else could run, while loading. */
  stallMs: number;
  rssBeforeMB: number;
  peakMB: number;
  planMs: number;
  planCpuMs: number;
  operations: number;
  /** Digest of the plan, reasons apart. */
  plan: string;
  /** Median of taking in one changed enrollment and planning it. */
  changeMs: number;
}

const tenantId = 'tenant';
const [, , build = '', file = ''] = process.argv;
const { gc } = globalThis;
if (gc === undefined) throw new RangeError('start it with --expose-gc');

const at = (path: string) => import(join(build, path));
// As the program itself starts.
if (existsSync(join(build, 'relay/flat-memory.mjs'))) await at('relay/flat-memory.mjs');
/** Before 0.3. */
const isOld = existsSync(join(build, 'relay/profile.ts'));
const { openStore } = await at('relay/store/store.ts');
const { loadTenantState } = await at('relay/sync/state/load.ts');
const { decide } = await at('relay/sync/decide.ts');
/** Before 0.3 deciding was taking the decision. */
const taking = 'relay/sync/take-decision.ts';
const { takeDecision } = existsSync(join(build, taking)) ? await at(taking) : {};
const { parseProfile } = await at(isOld ? 'relay/profile.ts' : 'relay/profile/profile.ts');
const { licenses, ...document } = profileDocument;
const profile = parseProfile({ ...document, [isOld ? 'licences' : 'licenses']: licenses }, 'bench');
const store = await openStore(file);

function heldMB(): number {
  gc?.();
  gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 1e6;
}

/** All threads', so that garbage collection counts. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e3;
}

const before = heldMB();
const rssBeforeMB = process.memoryUsage().rss / 1e6;
const delay = monitorEventLoopDelay({ resolution: 5 });
delay.enable();
const [begin, beginCpu] = [performance.now(), cpuMs()];
const state = await store.readTenant(tenantId, (scope: unknown) => loadTenantState(scope, [profile]));
const [loadMs, loadCpuMs] = [performance.now() - begin, cpuMs() - beginCpu];
delay.disable();
const peakMB = process.resourceUsage().maxRSS / 1e3;
const loadedMB = heldMB() - before;

const own = state.profiles.get('bench');
function planned(): { ms: number; cpu: number; plan: object[] } {
  const [start, startCpu] = [performance.now(), cpuMs()];
  const decided = decide(own, today);
  const figures = { ms: performance.now() - start, cpu: cpuMs() - startCpu, plan: decided.plan.flat() };
  takeDecision?.(own, decided);
  return figures;
}
function digestOf(plan: readonly object[]): string {
  const shown = plan.map((operation) => JSON.stringify({ ...operation, reason: '' }));
  return createHash('sha256').update(shown.join('\n')).digest('hex');
}
const { ms: planMs, cpu: planCpuMs, plan } = planned();
const [operations, digest] = [plan.length, digestOf(plan)];
plan.length = 0;
own.donePlanning();
const keptMB = heldMB() - before;

const changes: number[] = [];
for (const record of recordsOf(1000)) {
  if (record.kind !== 'studentEnrollment' || changes.length === 9) continue;
  const { kind, schoolId } = record;
  const id = `9${record.id}`;
  const start = performance.now();
  state.takeRoster([{ kind, schoolId, id, record: { ...record, id } }]);
  planned();
  own.donePlanning();
  changes.push(performance.now() - start);
}
const measured: Measured = {
  loadedMB,
  keptMB,
  ...(typeof state.bytes === 'number' ? { countedMB: state.bytes / 1e6 } : {}),
  loadMs,
  loadCpuMs,
  stallMs: delay.max / 1e6,
  rssBeforeMB,
  peakMB,
  planMs,
  planCpuMs,
  operations,
  plan: digest,
  changeMs: changes.sort((a, b) => a - b)[4] ?? Number.NaN,
};
process.stdout.write(JSON.stringify(measured));
await store.close();
