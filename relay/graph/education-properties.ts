/** The properties of education objects that relay/plan/bodies.ts writes to existing objects. */
import { type WrittenProperty, writtenOf } from '../model/written-properties.ts';

export const educationProperties = {
  schools: each(['displayName', 'externalId', 'externalSource', 'schoolNumber'], writtenOf('school')),
  classes: ['displayName', 'classCode', 'externalId', 'externalName', 'externalSource', 'course', 'term'],
  users: each(
    ['primaryRole', 'externalSource', 'student', 'teacher', 'displayName'],
    [...writtenOf('student'), ...writtenOf('teacher')],
  ),
} as const satisfies Record<string, readonly string[]>;

/**
 * The properties of every object, and the optional ones: only the first part of each path, because Graph returns that
 * whole.
 */
function each(always: readonly string[], optional: readonly WrittenProperty[]): readonly string[] {
  return [...new Set([...always, ...optional.flatMap(({ path }) => path.slice(0, 1))])];
}
