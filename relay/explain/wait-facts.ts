/** What waits, as far as it concerns somebody, read from the store. */
import { idIn, isClassKey, type OperationKey } from '../model/keys.ts';
import { isPersonKey } from '../model/person-key.ts';
import { idWords, objectOfThing } from '../operations/waiting-words.ts';
import { readNamesOf } from '../store/roster/names-of.ts';
import { readProblems } from '../store/runs/problems.ts';
import { readProgress, readWaiting, type StoredWaiting } from '../store/runs/waiting.ts';
import type { TenantScope } from '../store/store.ts';
import { chainOf, type Waits } from './waits.ts';

/**
 * @param concerns tells of which of them somebody wants to know
 * @param most of those
 */
export async function readWaits(
  scope: TenantScope,
  concerns: (operation: StoredWaiting) => boolean,
  most = Number.POSITIVE_INFINITY,
): Promise<Waits & { concerned: readonly StoredWaiting[] }> {
  const all = await readWaiting(scope);
  const progress = await readProgress(scope);
  const concerned = all.filter(concerns).slice(0, most);
  const known = { operations: all, concerned, refusals: [], progress, nameOf: idWords };
  const objects = new Set(concerned.flatMap((one) => chainOf(one, known).things.map(objectOfThing)));
  if (objects.size === 0) return known;
  const refusals = (await readProblems(scope)).filter(({ subject }) => objects.has(subject.split('/', 1)[0] ?? ''));
  const names = await readNamesOf(scope, objects);
  const nameOf = (object: string) => {
    const person = names.people.get(object);
    if (person !== undefined) return `${person} (${object})`;
    const id = idIn(object as OperationKey);
    const name = isClassKey(object) ? names.sections.get(id) : names.schools.get(id);
    return isPersonKey(object) || name === undefined ? idWords(object) : `${name} (${idWords(object)})`;
  };
  return { ...known, refusals, nameOf };
}
