/** A small roster that loses enrollments. */
import type { RosterRecord } from '../../shared/roster.ts';
import { smallRoster } from './district.ts';

export const students = 120;
/** 180 enrollments in each of two schools, whose teachers are members too: more than 20 removals at once are more than 10 %. */
export const roster: readonly RosterRecord[] = smallRoster(students);

/** Without so many enrollments of a school, always the same ones first. */
export function lacking(gone: Partial<Record<string, number>>): RosterRecord[] {
  const seen = new Map<string, number>();
  return roster.filter((record) => {
    if (record.kind !== 'studentEnrollment') return true;
    const count = (seen.get(record.schoolId) ?? 0) + 1;
    seen.set(record.schoolId, count);
    return count > (gone[record.schoolId] ?? 0);
  });
}
