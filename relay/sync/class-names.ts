/**
 * Reads the names of classes whose section is gone and whose name is unknown: the answer to a rename was lost with the
 * process, or the class existed before Hallpass and its profile leaves names alone. While the section exists, its name is
 * simply written again; the mark of a past year needs the current name.
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

/** Names stored per transaction: transactions stay short, and readings survive a kill. */
const atOnce = 200;

/**
 * Reads the missing names, after the departures step. A name that cannot be read now is left to the next turn. @throws
 * HallpassError of the class `fix`
 */
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
