/** What waits, as far as it concerns somebody, read from the store. */
import { idIn, isClassKey, type OperationKey } from '../model/keys.ts';
import { isPersonKey, personIn } from '../model/person-key.ts';
import { idWords, objectOfThing } from '../operations/waiting-words.ts';
import { readPerson, readRecord } from '../store/roster/mirror.ts';
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
  const names = new Map<string, string>();
  for (const object of objects) {
    const name = await nameIn(scope, object);
    if (name !== undefined) names.set(object, isPersonKey(object) ? name : `${name} (${idWords(object)})`);
  }
  return { ...known, refusals, nameOf: (object) => names.get(object) ?? idWords(object) };
}

async function nameIn(scope: TenantScope, object: string): Promise<string | undefined> {
  if (isPersonKey(object)) {
    const { role, id } = personIn(object);
    const [record] = (await readPerson(scope, role === 'students' ? 'student' : 'teacher', id)).records;
    const name = `${record?.givenName ?? ''} ${record?.surname ?? ''}`.trim();
    return name === '' ? undefined : `${name} (${object})`;
  }
  const id = idIn(object as OperationKey);
  if (isClassKey(object)) return (await readRecord(scope, 'section', id))?.courseName;
  return object.startsWith('school:') ? (await readRecord(scope, 'school', id))?.name : undefined;
}
