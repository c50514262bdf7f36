/** The fewest writes with which the API lets a district be synced for the first time, and the time that they take at least. */
import type { RosterRecord } from '../../../shared/roster.ts';

/** One write per object, per school relation and license; twenty members or owners a write. */
export function fewestWrites(roster: Iterable<RosterRecord>, makesAccounts: boolean): number {
  const members = new Map<string, number>();
  let writes = 0;
  for (const record of roster) {
    if (record.kind === 'school') writes += 1;
    if (record.kind === 'student' || record.kind === 'teacher') writes += makesAccounts ? 3 : 2;
    // The class, its school, and its owners.
    if (record.kind === 'section') writes += 3;
    if (record.kind !== 'studentEnrollment' && record.kind !== 'teacherRoster') continue;
    members.set(record.sectionId, (members.get(record.sectionId) ?? 0) + 1);
  }
  for (const count of members.values()) writes += Math.ceil(count / 20);
  return writes;
}

/** Seconds. Graph allows 3,000 writes at once, refilled with 20 a second. @param share of that which is used */
export function secondsFor(writes: number, share: number): number {
  return Math.max(0, (writes - 3000 * share) / (20 * share));
}
