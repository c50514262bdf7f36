/** What `/ws/v1` cannot provide, in words for an administrator. */
import type { SourceKind } from '../../model/source.ts';

const restLimits: readonly string[] = [
  'co-teachers (a section has only its lead teacher)',
  'role and dates of a teacher in a section',
  "a student's email address other than that of contact_info",
];

/** What is unknown when PowerSchool is read this way; empty when the whole roster is available. */
export function limitsOf(kind: SourceKind): readonly string[] {
  return kind === 'rest' ? restLimits : [];
}
