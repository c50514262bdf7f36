/**
 * The step of a turn that compares Microsoft 365 with the applied state. It writes nothing to Microsoft 365 itself: to
 * repair something, it corrects the applied state, and the ordinary plan does the rest, through the guard.
 */

import type { Logger } from 'pino';
import { type Clock, timestamp } from '../../../shared/clock.ts';
import { fail, HallpassError } from '../../../shared/errors.ts';
import { compareGroups, compareObjects, compareSchool } from '../../drift/compare.ts';
import { settleMs } from '../../drift/judge.ts';
import { type Drift, DriftLedger, isOfMembership, membershipOf } from '../../drift/ledger.ts';
import { markDrift } from '../../drift/marks.ts';
import { driftProblems } from '../../drift/report.ts';
import { tidy } from '../../drift/tidy.ts';
import type { GraphClient } from '../../graph/client.ts';
import { type ObjectChanges, readObjectChanges } from '../../graph/education-delta.ts';
import { type GroupChanges, readGroupChanges } from '../../graph/group-delta.ts';
import type { SchoolContents } from '../../graph/school-contents.ts';
import { objectsOf } from '../../model/applied-state.ts';
import type { DeltaPosition } from '../../model/delta-position.ts';
import { classKey, keysOfObjects, type ObjectParts, type SchoolId } from '../../model/keys.ts';
import { type Problem, problem } from '../../model/problem.ts';
import {
  type Collection,
  type Reading,
  readDrift,
  readReadings,
  readSchoolReadings,
  writeDrift,
  writeReading,
  writeSchoolReadings,
  writtenSince,
} from '../../store/drift/drift.ts';
import type { Store } from '../../store/store.ts';
import type { TenantState } from '../state/tenant-state.ts';
import { confirm } from './confirm.ts';
import { type Corrected, correct, keepCorrected, keysIn, revert } from './correct.ts';
import { type Judged, judgeAll, profileOf } from './judging.ts';
import { dueSchools, readSchools } from './schools.ts';

/**
 * Between two comparisons: less than the quarter of an hour between runs of an idle tenant, so every idle run compares.
 */
const everyMs = 10 * 60_000;
/** Values change rarely, and cost three more requests. */
const valuesEveryMs = 60 * 60_000;

export interface DriftContext {
  store: Store;
  tenantId: string;
  client: GraphClient;
  clock: Clock;
  signal: AbortSignal;
  log: Logger;
}

interface Read {
  groups: GroupChanges;
  values: Map<'schools' | 'classes' | 'users', ObjectChanges & DeltaPosition>;
  /** By id; undefined for one that does not exist. */
  schools: Map<SchoolId, SchoolContents | undefined>;
}

/**
 * Compares if it is due. Unreadable data does not stop provisioning: it becomes a problem.
 *
 * @param today the district's date, YYYY-MM-DD
 */
export async function followDrift(context: DriftContext, state: TenantState, today: string): Promise<void> {
  const { clock, log } = context;
  const lastAt = state.driftAt;
  if (lastAt !== undefined && clock.now() - lastAt < everyMs) return;
  state.driftAt = clock.now();
  if (state.applied.classes.size + state.applied.schools.size + state.applied.groups.size === 0) return;
  if (!state.profiles.values().some(({ profile }) => profile.state === 'enabled')) return;
  try {
    await compareAll(context, state, today);
  } catch (error) {
    context.signal.throwIfAborted();
    if (!(error instanceof HallpassError) || !error.code.startsWith('GRAPH_')) throw error;
    const { code, message } = error;
    log.warn({ event: 'drift.unread', code, message }, `changes made by hand could not be read: ${message}`);
    const unread = problem('directory', 'DriftUnreadable', { reason: message });
    for (const profile of state.profiles.values()) {
      const others = profile.driftProblems.filter((one) => one.code !== unread.code);
      profile.driftProblems = [...others, unread];
    }
  }
}

async function compareAll(context: DriftContext, state: TenantState, today: string): Promise<void> {
  const { store, tenantId, client, clock, log } = context;
  const now = timestamp(clock);
  const since = new Date(clock.now() - settleMs).toISOString();
  const { readings, schoolsReadAt, drifts, written } = await store.withTenant(tenantId, async (scope) => ({
    readings: await readReadings(scope),
    schoolsReadAt: await readSchoolReadings(scope),
    drifts: await readDrift(scope),
    written: await writtenSince(scope, since),
  }));
  const due = dueSchools(state, drifts, schoolsReadAt, clock.now());
  const read = await readAll(client, state, readings, due, clock.now());
  refuseBlindReading(read.groups, state, written);
  const ledger = new DriftLedger(drifts, now);
  compareGroups(ledger, read.groups, state);
  for (const [collection, changes] of read.values) compareObjects(ledger, kindOf[collection], changes, state.applied);
  for (const [id, contents] of read.schools) if (contents) compareSchool(ledger, id, contents, state);
  tidy(ledger, state, now);

  const judged = judgeAll(ledger, state, { written, nowMs: clock.now(), today });
  const open = judged.filter(({ drift }) => drift.state === 'open');
  const isReported = ({ drift, judgment }: Judged) =>
    drift.kind !== 'foreign' && (judgment === 'reported' || judgment === 'contended') && drift.verdict !== judgment;
  // Values are read once an hour: an object that a reading does not show yet would be reported as deleted until the next
  // one.
  const unsure = open.filter((one) => one.judgment === 'repair' || isReported(one)).map(({ drift }) => drift);
  const { confirmed, over } = await confirm(client, unsure, state);
  for (const drift of over) ledger.agrees(drift);
  const corrected: Corrected[] = [];
  for (const { drift, judgment } of judged) {
    if (drift.state !== 'repairing') continue;
    // Held, and no longer wanted by the roster or by a policy that has changed meanwhile.
    if (judgment === 'accept') ledger.forget(drift);
    else if (drift.kind !== 'deleted' && (judgment === 'kept' || judgment === 'reported')) {
      corrected.push(revert(drift, state));
      ledger.set(drift, { state: 'open', verdict: judgment });
    }
  }
  let repairs = 0;
  for (const one of open) {
    const { drift, judgment } = one;
    if (judgment === 'accept') {
      corrected.push(correct(drift, state));
      ledger.forget(drift);
    } else if (judgment !== 'repair') {
      ledger.set(drift, { verdict: isReported(one) && !confirmed.has(drift) ? 'waiting' : judgment });
    } else if (confirmed.has(drift)) {
      repairs += 1;
      corrected.push(correct(drift, state));
      ledger.set(drift, { state: 'repairing', verdict: 'repaired', repairs: drift.repairs + 1, lastAt: now });
    } else {
      ledger.set(drift, { verdict: 'waiting' });
    }
  }
  await store.withTenant(tenantId, async (scope) => {
    await keepCorrected(scope, corrected, now);
    await writeDrift(scope, ledger);
    for (const [collection, { deltaLink, selected }] of positionsOf(read))
      await writeReading(scope, collection, { deltaLink, selected, readAt: now });
    await writeSchoolReadings(scope, read.schools.keys(), now);
  });
  for (const { keys } of corrected) state.touch(keys);
  const wereGone = new Set(state.applied.gone);
  markDrift(state.applied, ledger.values());
  for (const object of wereGone.difference(state.applied.gone)) state.touch(keysIn(object, state));
  // Whether people who left a class may be removed depends on its missing owners.
  const { written: changed, gone } = ledger.changes();
  const ofOwners = [...changed, ...gone].filter(
    (one) => isOfMembership(one) && membershipOf(one.item).relation === 'owner',
  );
  state.touch(keysOfObjects(ofOwners.map(({ object }) => object)));
  report(ledger, state);
  const counts = countBy([...ledger.values()]);
  log.info({ event: 'drift.compared', ...counts, repairs, full: read.groups.full }, 'compared with the directory');
}

const kindOf = { schools: 'school', classes: 'class', users: 'user' } as const;

async function readAll(
  client: GraphClient,
  state: TenantState,
  readings: ReadonlyMap<Collection, Reading>,
  schoolIds: readonly SchoolId[],
  nowMs: number,
): Promise<Read> {
  const [classes, ours] = [idsOf(state, 'class'), idsOf(state, 'group')];
  const isDue = (collection: Collection) => {
    const reading = readings.get(collection);
    return reading === undefined || nowMs - Date.parse(reading.readAt) >= valuesEveryMs;
  };
  const groups = readGroupChanges(client, readings.get('groups'), (id) => classes.has(id) || ours.has(id));
  const due = (['schools', 'classes', 'users'] as const).filter(isDue);
  const values = due.map(async (collection) => {
    const ids = idsOf(state, kindOf[collection]);
    return [
      collection,
      await readObjectChanges(client, collection, readings.get(collection), (id) => ids.has(id)),
    ] as const;
  });
  const [read, ...others] = await Promise.all([groups, ...values]);
  return { groups: read, values: new Map(others), schools: await readSchools(client, state, schoolIds) };
}

function idsOf({ applied }: TenantState, kind: ObjectParts['kind']): Set<string> {
  return new Set(
    objectsOf(applied, kind)
      .values()
      .map(({ objectId }) => objectId),
  );
}

/**
 * Class groups hide their members, and a delta omits them if the permission is missing. Only the result distinguishes
 * that from a tenant in which somebody has emptied every class.
 */
function refuseBlindReading(
  { full, groups }: GroupChanges,
  { applied }: TenantState,
  written: ReadonlyMap<string, string>,
): void {
  const isThere = (links: ReadonlyMap<string, boolean>) => links.values().some((there) => there);
  // Security groups hide nobody, and prove nothing.
  const ofClasses = [...applied.classes.values()].flatMap(({ objectId }) => groups.get(objectId) ?? []);
  const shown = ofClasses.some(({ members }) => isThere(members));
  if (!full || ofClasses.length === 0 || shown) return;
  let expected = 0;
  // A member added a moment ago may not show yet.
  for (const [id, people] of applied.members) if (!written.has(classKey(id))) expected += people.size;
  if (expected === 0) return;
  throw fail('GRAPH_DENIED', {
    what: 'members in GET /groups/delta',
    reason: `not one of ${expected} members is shown`,
    requestId: 'none',
  });
}

function positionsOf({ groups, values }: Read): [Collection, DeltaPosition][] {
  return [['groups', groups], ...values];
}

/** Adds the findings to the problems of the responsible profile. */
function report(ledger: DriftLedger, state: TenantState): void {
  const reported = [...ledger.values()].filter(
    ({ state: now, verdict }) => now === 'open' && (verdict === 'reported' || verdict === 'contended'),
  );
  const found = Map.groupBy(reported, ({ object }) => profileOf(object, state));
  for (const profile of state.profiles.values()) {
    const problems: Problem[] = driftProblems(found.get(profile) ?? []);
    profile.driftProblems = problems;
  }
}

function countBy(drifts: readonly Drift[]): Record<string, number> {
  const open = drifts.filter(({ state }) => state === 'open');
  return Object.fromEntries(
    [...Map.groupBy(open, ({ verdict }) => verdict)].map(([name, those]) => [name, those.length]),
  );
}
