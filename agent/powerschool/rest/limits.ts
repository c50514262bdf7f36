/** What `/ws/v1` does not know, in words for an administrator. */
import type { SourceKind } from '../../model/source.ts';

const restLimits: readonly string[] = [
  'co-teachers (a section has only its lead teacher)',
  'role and dates of a teacher in a section',
  "a student's email address other than that of contact_info",
];

/** What is not known when PowerSchool is read in this way; nothing where all of a roster is. */
export function limitsOf(kind: SourceKind): readonly string[] {
  return kind === 'rest' ? restLimits : [];
}
