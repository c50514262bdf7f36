/** What waits, on the terminal and in the API's form: of a run that has ended, and of one under way. */
import t from 'tap';
import { faultOrder } from '../../scripts/simulators/microsoft/fault-order.ts';
import { runAnswer, runsAnswer } from '../app/queries/runs.ts';
import { statusAnswer } from '../app/queries/status.ts';
import { parseProfile } from '../profile/profile.ts';
import { noteProgress } from '../store/runs/waiting.ts';
import { commandLine } from '../testing/command-line.ts';
import { openDistrict, smallRoster } from '../testing/district.ts';

t.test('a run says what it left waiting and why, and how far the one under way is', async (t) => {
  const home = t.testdir();
  const mode = { students: 'create', teachers: 'create' } as const;
  const district = await openDistrict({ dir: home, home, mode, students: 2, accounts: false });
  t.teardown(() => district.close());
  district.profile = parseProfile({ ...district.profile, classes: { createTeam: true } }, 'test');
  await district.commit(smallRoster(2));
  const answer = { status: 400, code: 'Request_BadRequest', message: 'no' };
  const match = { method: 'POST', path: '^/education/users$' };
  district.microsoft.faults.add(faultOrder.parse({ match, kind: 'answer', answer }));
  await district.run();
  const cli = commandLine(home, 'kim');
  t.match(await cli('runs', 'contoso'), { out: /HELD +WAITING +PROBLEMS\n1 .* errors +\d+ +1 +0 +8 +1\n\nWhat/ });
  const { out } = await cli('run', 'contoso', '1');
  const account = "the account of Kim O'Neil 0";
  t.match(out, `  Kim O'Neil 0 gets a license: waits for ${account}, which has a problem: GRAPH_REJECTED: `);
  t.match(
    out,
    `  Course 0 (section 50) gets a team: waits for an owner of the class Course 0 (section 50), which waits for ${account}, which has a problem: GRAPH_REJECTED: `,
  );
  const json = runAnswer.parse(JSON.parse((await cli('run', 'contoso', '1', '--json')).out));
  t.equal(json.waiting.length, 8);
  t.match(
    json.waiting.find(({ kind, key }) => kind === 'createTeam' && key === 'class:50'),
    {
      ...{ reason: 'missing', things: ['owners:50', 'teachers:90'], root: 'problem', code: 'GRAPH_REJECTED' },
      ...{
        until: null,
        hold: null,
        because: /^waits for an owner of the class section 50, which waits for the account of teachers:90,/,
      },
    },
  );
  t.notMatch(JSON.stringify(json.waiting), /Neil|Course/, 'ids, and no names');

  t.equal(runsAnswer.parse(JSON.parse((await cli('runs', 'contoso', '--json')).out)).turn, null);
  const at = '2026-09-01T08:00:00.000Z';
  const waiting = { needs: 7000, lane: 10, moment: 0, turn: 4970, answer: 20, plan: 0, time: 1 };
  await district.store.withTenant(district.tenantId, (scope) => noteProgress(scope, { at, waiting, perMinute: 1100 }));
  const line = `Under way at ${at}: 12000 operations left, about 11 min at the current rate (4970 ready, 7000 waiting for what they need); 1 set aside for a time.`;
  t.match((await cli('runs', 'contoso')).out, line);
  t.match((await cli('status', 'contoso')).out, line);
  const { turn } = statusAnswer.parse(JSON.parse((await cli('status', 'contoso', '--json')).out)).provisioning;
  t.same(turn, { at, left: 12_000, waiting, perMinute: 1100, minutesLeft: 11 });
});
