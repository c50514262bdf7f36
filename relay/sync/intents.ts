/**
 * What an earlier run announced and never saw answered. Of memberships and values it need not be known whether they are there: they are
 * planned again, whatever is desired by now. What was to be created is looked up, beside everything else that the turn does.
 */
import type { Operation } from '../model/operation.ts';
import { valuesIn } from '../operations/objects.ts';
import { mayHaveWritten, specOf } from '../operations/registry.ts';
import type { Change } from '../plan/recent-changes.ts';
import { recordLost } from '../store/applied/lost-answers.ts';
import { addRecentChanges } from '../store/guard/recent-changes.ts';
import { giveUpIntent, type Intent, type JournalEntry, readIntents } from '../store/runs/journal.ts';
import type { TenantScope } from '../store/store.ts';

/** A creation whose answer is not known. */
export interface OpenCreation {
  /** As far as the journal has it. */
  operation: Operation;
  /** Its other columns stay as they are. */
  entry: JournalEntry;
}

export interface OpenIntents {
  creations: OpenCreation[];
  /** Whether there were others: what a turn had in memory is out of date then. */
  hasOthers: boolean;
}

/** Settles what needs no look. @param now ISO 8601 */
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

/** Values that may have been written are not planned as changes again: they count as if they were. */
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
