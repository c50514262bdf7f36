/** Seeing what people changed by hand, from the command line. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import t from 'tap';
import { openDistrict, smallRoster } from '../testing/district.ts';
import { runCli } from './program.ts';

t.test('drift shows what differs and what happens about it, for people, programs and spreadsheets', async (t) => {
  const home = t.testdir();
  const mode = { students: 'match', teachers: 'match' } as const;
  const district = await openDistrict({ dir: home, home, mode, students: 8, accounts: true });
  t.teardown(() => district.close());
  const cli = async (...args: string[]) => {
    const [out, err] = [new PassThrough(), new PassThrough()];
    const { clock } = district;
    const stop = new AbortController().signal;
    const code = await runCli(args, { home, out, err, user: 'kim', clock, rich: false, stop });
    out.end();
    return { code, out: await text(out) };
  };
  t.match(await cli('drift', 'contoso'), { code: 0, out: 'Not compared yet.\n' });

  await district.commit(smallRoster(8));
  await district.run();
  district.clock.advance(11 * 60_000);
  await district.run();
  t.match(await cli('drift', 'contoso'), { code: 0, out: /^Compared .*\nNo differences\.\n$/ });

  const { directory } = district.microsoft;
  const [group] = directory.groups.find('externalId', '50');
  const stranger = directory.addUser(
    { userPrincipalName: 'x@contoso.edu', displayName: 'X', mailNickname: 'x' },
    'once',
  );
  if (group === undefined) return t.fail('no class');
  directory.addLink(group, 'members', stranger);
  directory.groups.update(group, { displayName: '=Ours' });
  district.clock.advance(11 * 60_000);
  await district.run();
  const { out } = await cli('drift', 'contoso');
  t.match(out, /class:50 {2}reported since .*\n {2}somebody changed displayName: "Course 0 - 1" → "=Ours"/);
  t.match(out, /1 more are kept or repaired: --all/);
  t.match((await cli('drift', 'contoso', '--all')).out, `somebody added the member account:${stranger.id}`);
  t.match(JSON.parse((await cli('drift', 'contoso', '--json')).out), {
    differences: [{ kind: 'changed', object: 'class:50', item: 'displayName', theirs: '=Ours', verdict: 'reported' }],
  });
  const csv = (await cli('drift', 'contoso', '--csv', '-')).out.split('\r\n');
  t.match(csv[1], /^"class:50","changed","displayName","""Course 0 - 1""","""=Ours""","reported","0",/);
  const file = join(home, 'drift.csv');
  t.match(await cli('drift', 'contoso', '--all', '--csv', file), { code: 0, out: /^Wrote 2 lines/ });
  t.match(await readFile(file, 'utf8'), `"member:account:${stranger.id}"`);
  t.match(await cli('drift', 'contoso', '--csv', file, '--json'), { code: 64 });
  t.match(await cli('drift', 'fabrikam'), { code: 78 });
});
