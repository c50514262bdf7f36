/**
 * What classes are called whose section is gone, where nobody knows: the answer to a new name was lost with the process, or the class
 * was there before Hallpass and its profile leaves names alone. While the section is there its name is written again and nobody has
 * to ask; the mark of a past year goes before the name that the class has.
 */
import { bodyIn } from '../graph/answer.ts';
import { namedClass } from '../graph/bodies/education.ts';
import type { GraphClient } from '../graph/client.ts';
import { readAll } from '../graph/lookups.ts';
import { keysOfObjects, objectOf } from '../model/keys.ts';
import type { Profile } from '../profile/profile.ts';
import { keepValues } from '../store/applied/objects.ts';
import type { Store } from '../store/store.ts';
import type { TenantState } from './state/tenant-state.ts';

/** Kept together, so that a transaction is short and what was read outlives a kill. */
const atOnce = 200;

/** Reads the missing names, after departures were followed. One that cannot be read now is for the next turn. @throws HallpassError of the class `fix` */
export async function readClassNames(
  { store, tenantId, client }: { store: Store; tenantId: string; client: GraphClient },
  state: TenantState,
): Promise<void> {
  const nameless = [...namelessClasses(state)];
  for (let at = 0; at < nameless.length; at += atOnce) {
    const some = nameless.slice(at, at + atOnce);
    const urls = some.map(({ objectId }) => `/education/classes/${objectId}?$select=id,displayName`);
    const answers = await readAll(client, urls);
    const names = some.flatMap((one, index) => {
      const displayName = bodyIn(namedClass, answers[index])?.displayName;
      return displayName === undefined ? [] : [{ ...one, displayName }];
    });
    await store.withTenant(tenantId, async (scope) => {
      for (const { id, displayName } of names) await keepValues(scope, 'class', id, { displayName });
    });
    const { classes } = state.applied;
    for (const { id, objectId, displayName } of names) {
      classes.set(id, { objectId, body: { ...classes.get(id)?.body, displayName } });
    }
    state.touch(keysOfObjects(names.map(({ key }) => key)));
  }
}

function* namelessClasses({ profiles, departures, applied: { classes, renamed } }: TenantState) {
  if (!profiles.values().some(({ profile }) => marksExpired(profile))) return;
  for (const key of departures.keys()) {
    const gone = objectOf(key);
    if (gone.kind !== 'class' || renamed.has(gone.key)) continue;
    const there = classes.get(gone.key);
    if (there === undefined || there.body.displayName !== undefined) continue;
    yield { key, id: gone.key, objectId: there.objectId };
  }
}

function marksExpired({ state, policies: { sectionGone } }: Profile): boolean {
  return state !== 'paused' && sectionGone !== 'keep' && sectionGone.includes('markExpired');
}
