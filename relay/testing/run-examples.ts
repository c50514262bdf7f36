/** A district with runs behind it, one under way, and something held: for tests of pages. */
import { asOperationKey, asSchoolId } from '../model/keys.ts';
import { asMemberKey } from '../model/person-key.ts';
import { addDays } from '../plan/decisions.ts';
import { applyDirectoryChanges } from '../store/directory/mirror.ts';
import { replaceHolds } from '../store/guard/holds.ts';
import { setProfile } from '../store/profiles/profiles.ts';
import { beginRun, finishRun, type JournalEntry, writeJournal } from '../store/runs/journal.ts';
import { noteProgress, replaceWaiting } from '../store/runs/waiting.ts';
import type { Store } from '../store/store.ts';
import { commitRoster, profileFor, smallRoster } from './district.ts';
import { StoppedClock } from './stopped-clock.ts';

const entry = (runId: string, number: number, more: Partial<JournalEntry> = {}): JournalEntry => ({
  ...{
    id: `${runId}-${number}`,
    runId,
    kind: 'addMembers',
    key: `class:5${number % 6}`,
    reason: 'enrolled in PowerSchool',
  },
  ...{ before: undefined, after: [`students:1${number % 20}`], state: 'done', ...more },
});

/** @param now milliseconds since the epoch @returns the numbers of the run that is under way, and of one with a failure */
export async function furnishRuns(
  store: Store,
  tenantId: string,
  now: number,
): Promise<{ open: number; failed: number }> {
  await commitRoster({ store, tenantId }, smallRoster(20), new StoppedClock(now));
  const upserts = Array.from({ length: 20 }, (_, index) => ({
    ...{ id: `account-${index}`, userPrincipalName: `student${index}@contoso.edu`, mail: null },
    mailNickname: String(4000 + index),
  }));
  const directory = {
    full: true,
    upserts,
    deletes: [],
    deltaLink: 'https://graph.microsoft.com/delta',
    selected: 'id',
  };
  await store.withTenant(tenantId, async (scope) => {
    await applyDirectoryChanges(scope, directory, new Date(now).toISOString());
    const at = (daysAgo: number, seconds = 0) => new Date(now - daysAgo * 86_400_000 + seconds * 1000).toISOString();
    await setProfile(
      scope,
      { ...profileFor({ students: 'match', teachers: 'match' }), name: 'all schools' },
      new Date(now),
    );
    for (let day = 9; day >= 1; day -= 1) {
      const id = await beginRun(scope, 'all schools', { addMembers: day * 3 }, at(day));
      await writeJournal(
        scope,
        Array.from({ length: day * 3 }, (_, index) => entry(id, index)),
        at(day, 20),
      );
      await finishRun(
        scope,
        id,
        { state: 'success', done: day * 3, failed: 0, held: 0, problems: day },
        at(day, 20 + day),
      );
    }
    const failed = await beginRun(scope, 'all schools', { addMembers: 2, updateUser: 1 }, at(0, -900));
    await writeJournal(
      scope,
      [
        entry(failed, 1),
        entry(failed, 2, {
          state: 'failed',
          error: { code: 'GRAPH_REJECTED', message: 'Microsoft refused it.', requestId: 'a1b2-c3' },
        }),
        entry(failed, 3, {
          kind: 'updateUser',
          key: 'students:13',
          before: { displayName: 'Ana' },
          after: { displayName: 'Ana Šimić <3>' },
        }),
      ],
      at(0, -890),
    );
    await finishRun(
      scope,
      failed,
      { state: 'errors', done: 2, failed: 1, held: 12, waiting: 1, problems: 1 },
      at(0, -880),
    );
    const open = await beginRun(scope, 'all schools', { createClass: 2, addMembers: 40 }, at(0, -60));
    await writeJournal(
      scope,
      Array.from({ length: 25 }, (_, index) => entry(open, index)),
      at(0, -5),
    );
    await noteProgress(scope, {
      at: at(0, -2),
      waiting: { needs: 4, lane: 2, moment: 0, turn: 8, answer: 3, plan: 0, time: 1 },
      perMinute: 300,
    });
    await replaceWaiting(scope, { runId: open, profile: 'all schools' }, [
      {
        number: 1,
        kind: 'addMembers',
        key: asOperationKey('class:50'),
        people: [asMemberKey('students:10')],
        brings: undefined,
        reason: { for: 'need', thing: 'class:50' },
      },
      {
        number: 2,
        kind: 'createClass',
        key: asOperationKey('class:50'),
        people: [],
        brings: 'class:50',
        reason: { for: 'look', doubt: 'lost', until: at(0, 30) },
      },
    ]);
    await replaceHolds(scope, 'all schools', [
      ...['1', '2'].map((school, index) => ({
        ...{
          key: `removeMember:${school}:share`,
          kind: 'removeMember' as const,
          schoolId: asSchoolId(school),
          rule: 'share' as const,
        },
        ...{
          count: 12 - index,
          there: 30,
          earlier: index,
          reason: '12 of 30 class memberships of the school would end at once (40 %); the limit is 10 %.',
        },
        effect: 'Ends 12 class memberships.',
        sample: [
          {
            key: asOperationKey(`class:5${index}`),
            person: asMemberKey(`students:1${index}`),
            reason: 'no longer enrolled',
          },
        ],
        ...{
          state: 'waiting' as const,
          firstSeen: at(0, -880),
          lastSeen: at(0, -60),
          expiresAt: addDays(at(0, -880), 7),
        },
        ...{ decidedBy: null, decidedAt: null, decidedCount: null, carriedOut: 0 },
      })),
    ]);
  });
  return { open: 11, failed: 10 };
}
