/** A profile that finds too much wrong, or fails again and again, stops writing until a person resumes it, and goes on looking. */
import t, { type Test } from 'tap';
import { faultOrder } from '../../scripts/simulators/microsoft/fault-order.ts';
import { commandLine } from '../testing/command-line.ts';
import { smallRoster } from '../testing/district.ts';
import { districtToServe, startLoop, storeProfile } from '../testing/live-loop.ts';

/** Somebody at a terminal beside the serving relay, and what `status` says of the profile. */
function terminal(t: Test) {
  const cli = commandLine(t.testdirName, 'kim');
  return { cli, status: async () => JSON.parse((await cli('status', 'contoso', '--json')).out).profiles[0] };
}

t.test('a quarantined profile writes nothing until it is resumed', async (t) => {
  const district = await districtToServe(t, 6);
  const { tenantId, microsoft } = district;
  const { cli, status } = terminal(t);
  await storeProfile(district, { guards: { quarantine: { problems: 2 } } });
  // Three who have no account.
  const unknown = smallRoster(9);
  await district.commit(unknown);
  const loop = await startLoop(t, district);

  const first = await loop.ended(1);
  t.equal(first.state, 'errors');
  t.match(await status(), { standing: 'quarantined', quarantine: { code: 'QUARANTINED_BY_PROBLEMS' } });
  t.match(await cli('status', 'contoso'), { out: /Standing: quarantined\..*more than 2\.\n {2}→ Find out what/s });
  const { writes } = microsoft.stats;

  // Two of them leave: the problems that are fixed vanish, and what would be written waits.
  const gone = new Set(['17', '18']);
  await district.commit(
    unknown.filter((one) => !gone.has(one.kind === 'studentEnrollment' ? one.studentId : one.id) && one.id !== '300'),
  );
  loop.wake(tenantId);
  await loop.runThat(({ state, problems }) => state === 'preview' && problems === 1);
  t.equal(microsoft.stats.writes, writes, 'nothing is written');
  t.match(await status(), { standing: 'quarantined' });

  t.match(await cli('profile', 'resume', 'contoso', '--unchecked'), { code: 0 });
  loop.wake(tenantId);
  await loop.runThat(({ state, done }) => state === 'errors' && done > 0);
  t.ok(microsoft.stats.writes > writes);
  // Between two of its runs.
  while ((await status()).standing === 'in progress') await new Promise(setImmediate);
  t.match(await status(), { quarantine: null });
  t.match(await cli('audit', 'contoso', '--limit', '1'), { out: /quarantineEnded.*QUARANTINED_BY_PROBLEMS/ });
});

t.test(
  'a profile that only a person can fix is quarantined, tried ever more rarely, and writes when it is fixed',
  async (t) => {
    const district = await districtToServe(t, 6);
    const { tenantId, microsoft } = district;
    const { cli, status } = terminal(t);
    await storeProfile(district, { guards: { quarantine: { failures: 4, hours: 0 } } });
    await district.commit(smallRoster(6));
    const { roles } = microsoft.app;
    microsoft.app.roles = [];
    const loop = await startLoop(t, district);

    await loop.event('profile.quarantined');
    t.match(await status(), {
      quarantine: { code: 'QUARANTINED_BY_FAILURES', message: /has not granted .*EduRoster\.ReadWrite\.All/ },
    });
    t.match(await cli('status', 'contoso'), {
      out: /Standing: quarantined\..*its last 4 runs failed, since .*\n {2}→ /s,
    });
    await loop.ended(12);
    const starts = (await loop.runs()).map(({ startedAt }) => Date.parse(startedAt));
    const pauses = starts.slice(0, -1).map((at, index) => (at - (starts[index + 1] ?? 0)) / 1000);
    t.ok((pauses[0] ?? 0) >= 450 && (pauses.at(-1) ?? 0) <= 5, `pauses of ${pauses.reverse().join(', ')} s`);
    t.ok(
      (await loop.runs()).every(({ state, error }) => state === 'failed' && error?.code === 'GRAPH_CONSENT_MISSING'),
    );

    t.equal(microsoft.stats.writes, 0);
    // Consent is there again: the run that finds out is a preview, and the next one writes.
    microsoft.app.roles = roles;
    loop.wake(tenantId);
    await loop.event('profile.quarantine-ended');
    const [preview] = await loop.runs();
    t.match(await loop.ended((preview?.number ?? 0) + 1), { state: 'success', problems: 0 });
    t.match(await status(), { standing: 'success', quarantine: null });
    t.equal((await district.dump()).class.length, 6);
  },
);

t.test('fewer failures than that, and failures that pass, quarantine nobody', async (t) => {
  const district = await districtToServe(t, 6);
  const { microsoft } = district;
  const { status } = terminal(t);
  await storeProfile(district, { guards: { quarantine: { failures: 3, hours: 0 } } });
  await district.commit(smallRoster(6));
  // A reading of the accounts is given up after six attempts.
  microsoft.faults.add(faultOrder.parse({ match: { path: '^/users/delta' }, times: 6 * 5, kind: 'drop' }));
  const { roles } = microsoft.app;
  microsoft.app.roles = [];
  const loop = await startLoop(t, district);
  await loop.ended(1);
  microsoft.app.roles = roles;

  await loop.event('run.finished');
  const outcomes = (await loop.runs()).map(({ error }) => error?.code).reverse();
  t.equal(outcomes[0], 'GRAPH_CONSENT_MISSING');
  t.equal(outcomes.filter((code) => code === 'GRAPH_UNREACHABLE').length, 5);
  t.match(await status(), { standing: 'success', quarantine: null });
  t.notMatch(loop.log(), /quarantined/);
});
