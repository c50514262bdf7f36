/** `person provision` from the command line and the API, with the loop of a serving relay and the Microsoft simulator. */
import { PassThrough } from 'node:stream';
import t from 'tap';
import { systemClock } from '../../shared/clock.ts';
import type { RosterRecord } from '../../shared/roster.ts';
import { createLog } from '../log/log.ts';
import { readAudit } from '../store/audit/audit.ts';
import { watchChanges } from '../store/changes/watch.ts';
import { startSyncLoop } from '../sync/loop.ts';
import { openTurns } from '../sync/turns.ts';
import { commandLine } from '../testing/command-line.ts';
import { smallRoster } from '../testing/district.ts';
import { districtToServe } from '../testing/live-loop.ts';

const students = 30;

/** @param ids of students whose grade is another one */
const roster = (...ids: string[]): RosterRecord[] =>
  smallRoster(students).map((one) => (one.kind === 'student' && ids.includes(one.id) ? { ...one, grade: '11' } : one));

t.test('one person is brought up to date, the rest waits, and the command follows it to the end', async (t) => {
  const district = await districtToServe(t, students);
  const { store, settings, vault, tenantId, microsoft } = district;
  // Its clock stands still: nothing would ever be seen.
  microsoft.directory.lag = 0;
  await district.commit(roster());
  await district.run();
  const cli = commandLine(t.testdirName, 'kim');
  const shared = { store, clock: systemClock, log: createLog('json', new PassThrough()), random: () => 0.5 };
  const stop = new AbortController();
  const turns = await openTurns({ ...shared, settings, vault });
  const loop = await startSyncLoop({ ...shared, settings, turns, signal: stop.signal });
  const changed = ({ tenantId: id, what }: { tenantId: string; what: string }) => {
    if (what === 'people') loop.provision(id);
  };
  const watch = watchChanges({ ...shared, watchMs: 20, changed, signal: stop.signal });
  t.teardown(async () => {
    stop.abort();
    await loop.close();
    await watch.ended;
  });
  const runs = async () => JSON.parse((await cli('runs', 'contoso', '--json')).out).runs;
  while ((await runs()).length < 2) await new Promise(setImmediate);

  await district.commit(roster('10', '12'));
  const { code, out, err } = await cli('person', 'provision', 'contoso', '4000', '--note', 'Ticket 4711');
  t.match({ code, err }, { code: 0, err: '' });
  t.match(out, /✓ success {2}PowerSchool students:10 is in PowerSchool at school 1\. \[20.*grade: 11/s);
  t.match(
    out,
    /Guard +The guard lets all of it pass.*✓ success {2}Operation .*Ana.*\n.*grade.*All of it is done\. Run 3\./s,
  );
  const { user } = await district.dump();
  const ofStudent = (id: string) => user.find(({ student }) => student?.externalId === id)?.student;
  t.match(ofStudent('10'), { grade: '11' });
  t.match(ofStudent('12'), { grade: '9' }, 'the rest waits for its usual turn');
  t.match((await runs())[0], { number: 3, person: 'students:10', done: 1, planned: { updateUser: 1 } });
  t.match(await cli('runs', 'contoso', '--limit', '1'), { out: /\n3 +test, for students:10 / });

  t.match(await cli('person', 'provision', 'contoso', 'students:10'), { code: 0, out: /There was nothing to do\.\n$/ });
  const half = roster('10').filter((one) => one.kind !== 'studentEnrollment' || Number(one.studentId) % 2 === 1);
  await district.commit(half);
  t.match(await cli('person', 'provision', 'contoso', 'students:10', '--json'), {
    ...{ code: 78, out: /"outcome": "held"/, err: /PROVISION_INCOMPLETE.*The guard holds a part of it\./ },
  });
  t.match(await cli('person', 'provision', 'contoso', 'Nobody'), { code: 78, err: /PERSON_NOT_FOUND/ });
  t.match(await cli('person', 'provision', 'contoso', 'students:12', '--no-wait'), {
    code: 0,
    out: /^Request [0-9a-f-]{36}: /,
  });
  const entries = await store.withTenant(tenantId, (scope) => readAudit(scope, { limit: 20 }));
  t.match(entries.filter(({ action }) => action === 'person.provision').at(-1), {
    who: 'kim',
    note: 'Ticket 4711',
    detail: { person: 'students:10', request: String },
  });
});
