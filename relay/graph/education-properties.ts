/** The properties of education objects that relay/plan/bodies.ts writes to what is there already. */
import { type WrittenProperty, writtenOf } from '../model/written-properties.ts';

export const educationProperties = {
  schools: each(['displayName', 'externalId', 'externalSource', 'schoolNumber'], writtenOf('school')),
  classes: ['displayName', 'classCode', 'externalId', 'externalName', 'externalSource', 'course', 'term'],
  users: each(
    ['primaryRole', 'externalSource', 'student', 'teacher', 'displayName'],
    [...writtenOf('student'), ...writtenOf('teacher')],
  ),
} as const satisfies Record<string, readonly string[]>;

/** Besides those that every object has, the optional ones: of each path the first part, because Graph gives that whole. */
function each(always: readonly string[], optional: readonly WrittenProperty[]): readonly string[] {
  return [...new Set([...always, ...optional.flatMap(({ path }) => path.slice(0, 1))])];
}
