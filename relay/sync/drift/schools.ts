/**
 * Chooses the schools to read now. A school is read as a whole, so this is done rarely, one after the other: the people
 * in schools change a few times a year, and what depends on it (who may manage an account) is not urgent.
 */
import { type Drift, isOfMembership } from '../../drift/ledger.ts';
import type { GraphClient } from '../../graph/client.ts';
import { readSchool, type SchoolContents } from '../../graph/school-contents.ts';
import { objectOf, type SchoolId, schoolKey } from '../../model/keys.ts';
import type { TenantState } from '../state/tenant-state.ts';
import { profileOf } from './judging.ts';

const dayMs = 24 * 60 * 60_000;
/** For schools with reported differences: a report should vanish soon after it is fixed. */
const hourMs = 60 * 60_000;
/** Comparisons on an idle day: one every quarter of an hour. */
const comparisonsADay = 96;

/**
 * @param readAt when each school was last read, ISO 8601
 * @returns ids of schools in profiles that write: those with unconfirmed differences, and enough of those that are due
 *   that all get their turn within a day, the longest unread first
 */
export function dueSchools(
  state: TenantState,
  drifts: Iterable<Drift>,
  readAt: ReadonlyMap<SchoolId, string>,
  nowMs: number,
): SchoolId[] {
  const [uncertain, reported] = [new Set<string>(), new Set<string>()];
  for (const { kind, object, state: at, verdict } of drifts) {
    if (at !== 'open' || !isOfMembership({ kind }) || objectOf(object).kind !== 'school') continue;
    if (verdict === 'waiting') uncertain.add(objectOf(object).key);
    if (verdict === 'reported' || verdict === 'contended') reported.add(objectOf(object).key);
  }
  const unreadMs = (id: SchoolId) => nowMs - Date.parse(readAt.get(id) ?? new Date(0).toISOString());
  const all = [...state.applied.schools.keys()].filter(
    (id) => !state.applied.gone.has(schoolKey(id)) && profileOf(schoolKey(id), state)?.profile.state === 'enabled',
  );
  const due = all
    .filter((id) => !uncertain.has(id) && unreadMs(id) >= (reported.has(id) ? hourMs : dayMs))
    .sort((a, b) => unreadMs(b) - unreadMs(a) || (a < b ? -1 : 1));
  return [...all.filter((id) => uncertain.has(id)), ...due.slice(0, Math.ceil(all.length / comparisonsADay))];
}

/** By school; undefined for one that does not exist. @throws as {@link GraphClient.get} */
export async function readSchools(
  client: GraphClient,
  { applied }: TenantState,
  schoolIds: readonly SchoolId[],
): Promise<Map<SchoolId, SchoolContents | undefined>> {
  const read = new Map<SchoolId, SchoolContents | undefined>();
  for (const id of schoolIds) {
    const objectId = applied.schools.get(id)?.objectId;
    if (objectId !== undefined) read.set(id, await readSchool(client, objectId));
  }
  return read;
}
