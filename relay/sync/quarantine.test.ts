/** A profile with too many problems stops writing, goes on looking, and writes again when a person resumes it. */
import { PassThrough } from 'node:stream';
import t from 'tap';
import { createLog } from '../log.ts';
import { parseProfile } from '../profile.ts';
import { setProfile } from '../store/profiles.ts';
import { listRuns } from '../store/run-history.ts';
import { commandLine } from '../testing/command-line.ts';
import { openDistrict, smallRoster } from '../testing/district.ts';
import { startSyncLoop } from './loop.ts';

t.test('a quarantined profile writes nothing until it is resumed', async (t) => {
  const home = t.testdir();
  const mode = { students: 'match', teachers: 'match' } as const;
  const district = await openDistrict({ dir: home, home, mode, students: 6, accounts: true });
  t.teardown(() => district.close());
  const { store, tenantId, settings, vault, clock, microsoft } = district;
  const cli = commandLine(home, 'kim');
  const guards = { quarantine: { problems: 2 } };
  const profile = parseProfile({ ...district.profile, guards }, 'test');
  await store.withTenant(tenantId, (scope) => setProfile(scope, profile, new Date()));
  // Three who have no account.
  const unknown = smallRoster(9);
  await district.commit(unknown);

  const out = new PassThrough().setEncoding('utf8').on('data', () => undefined);
  const { signal } = new AbortController();
  const loop = await startSyncLoop({ store, settings, vault, clock, log: createLog('json', out), signal });
  t.teardown(() => loop.close());
  const ended = async (runs: number) => {
    for (;;) {
      const all = await store.withTenant(tenantId, (scope) => listRuns(scope, { limit: 9 }));
      if (all.length >= runs && all[0]?.finishedAt !== null) return all[0];
      await new Promise(setImmediate);
    }
  };
  const status = async () => JSON.parse((await cli('status', 'contoso', '--json')).out).profiles[0];

  const first = await ended(1);
  t.equal(first?.state, 'errors');
  t.match(await status(), { standing: 'quarantined', quarantine: { code: 'QUARANTINED_BY_PROBLEMS' } });
  t.match(await cli('status', 'contoso'), { out: /Standing: quarantined\..*more than 2\.\n {2}→ See what/s });
  const { writes } = microsoft.stats;

  // Two of them leave: the problems that are mended vanish, and what would be written waits.
  const gone = new Set(['17', '18']);
  await district.commit(
    unknown.filter((one) => !gone.has(one.kind === 'studentEnrollment' ? one.studentId : one.id) && one.id !== '300'),
  );
  loop.wake(tenantId);
  t.match(await ended(2), {
    state: 'preview',
    problems: 2 - 1 + Number((first?.problems ?? 0) - (first?.problems ?? 0)),
  });
  t.equal(microsoft.stats.writes, writes, 'nothing is written');
  t.match(await status(), { standing: 'quarantined' });

  t.match(await cli('profile', 'resume', 'contoso', '--unchecked'), { code: 0 });
  loop.wake(tenantId);
  await ended(3);
  t.ok(microsoft.stats.writes > writes);
  t.match(await status(), { standing: 'success with errors', quarantine: null });
  t.match(await cli('audit', 'contoso', '--limit', '1'), { out: /quarantineEnded.*QUARANTINED_BY_PROBLEMS/ });
});
