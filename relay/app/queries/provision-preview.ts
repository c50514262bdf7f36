/** What provisioning one person would do now, in sentences: for a question before it is done. */
import { isPersonKey, type PersonKey } from '../../model/person-key.ts';
import { describeChanges } from '../../plan/listing.ts';
import { readNamesOf } from '../../store/roster/names-of.ts';
import type { TenantScope } from '../../store/store.ts';
import type { previewAnswer } from './preview.ts';
import { sentenceOf } from './sentences.ts';

export interface Intended {
  /** `Ada Lovelace joins Biology 1 (section 42)` */
  sentence: string;
  reason: string;
  changes: string[];
  isHeld: boolean;
}

/** @param plan of the person alone; operations for several people are told of this one */
export async function intendedFor(
  scope: TenantScope,
  person: PersonKey,
  plan: ReturnType<typeof previewAnswer.parse>,
): Promise<Intended[]> {
  const names = await readNamesOf(scope, [person, ...plan.operations.map(({ key }) => key)]);
  return plan.operations.map((one) => ({
    sentence: sentenceOf({ ...one, people: one.people.filter((key) => isPersonKey(key) && key === person) }, names),
    reason: one.reason,
    changes: describeChanges(one),
    isHeld: one.held,
  }));
}
