/**
 * Intents: operations that an earlier run announced without seeing an answer. Memberships and values need no look-up:
 * they are planned again from the current desired state. Creations are looked up in parallel with the rest of the turn.
 */
import type { Operation } from '../model/operation.ts';
import { valuesIn } from '../operations/objects.ts';
import { mayHaveWritten, specOf } from '../operations/registry.ts';
import type { Change } from '../plan/recent-changes.ts';
import { recordLost } from '../store/applied/lost-answers.ts';
import { addRecentChanges } from '../store/guard/recent-changes.ts';
import { giveUpIntent, type Intent, type JournalEntry, readIntents } from '../store/runs/journal.ts';
import type { TenantScope } from '../store/store.ts';

/** A creation without a known answer. */
export interface OpenCreation {
  /** As recorded in the journal. */
  operation: Operation;
  /** Its other columns stay unchanged. */
  entry: JournalEntry;
}

export interface OpenIntents {
  creations: OpenCreation[];
  /** Whether there were others, which makes a turn's state in memory outdated. */
  hasOthers: boolean;
}

/** Settles the intents that need no look-up. @param now ISO 8601 */
export async function takeIntents(scope: TenantScope, now: string): Promise<OpenIntents> {
  const { true: creations = [], false: others = [] } = Object.groupBy(
    await readIntents(scope),
    ({ kind }) => `${specOf(kind).makes !== undefined}` as const,
  );
  for (const intent of others) {
    await recordLost(scope, specOf(intent.kind).lostAnswer(intent));
    await giveUpIntent(scope, intent.id);
  }
  await addRecentChanges(scope, others.flatMap(mayHaveChanged), now);
  return { creations: creations.flatMap(openCreation), hasOthers: others.length > 0 };
}

/** Values that may have been written count as written, so they are not counted as changes again. */
function mayHaveChanged(intent: Intent): Change[] {
  const { kind, passedIn: schoolId } = intent;
  const isCounted = schoolId !== undefined && mayHaveWritten(specOf(kind).lostAnswer(intent));
  return isCounted ? [{ kind, schoolId, count: 1 }] : [];
}

function openCreation({ id, kind, key, after, passedIn }: Intent): OpenCreation[] {
  const planned = specOf(kind).makes?.fromJournal(key, valuesIn(after));
  if (planned === undefined) return [];
  const operation = passedIn === undefined ? planned : { ...planned, passedIn };
  const entry = { id, runId: '', kind, key, reason: '', before: undefined, after, state: 'intent' } as const;
  return [{ operation, entry }];
}
