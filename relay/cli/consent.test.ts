/** With a consent to read alone, a district is matched, checked and previewed, and nothing can be enabled. */
import t from 'tap';
import { readerRoles } from '../../scripts/simulators/microsoft/graph/permissions.ts';
import { commandLine } from '../testing/command-line.ts';
import { openDistrict, smallRoster } from '../testing/district.ts';

t.test('reading is enough for a preview, and enabling names what is missing and where it is granted', async (t) => {
  const home = t.testdir();
  const mode = { students: 'match', teachers: 'match' } as const;
  const district = await openDistrict({ dir: home, home, mode, students: 4, accounts: true });
  t.teardown(() => district.close());
  const { app } = district.microsoft;
  const all = app.roles;
  app.roles = readerRoles;
  await district.commit(smallRoster(4));
  district.profile = { ...district.profile, state: 'preview' };
  t.match(await district.run(), { done: 0, failed: 0 });
  const cli = commandLine(home, 'kim');
  t.match(await cli('plan', 'contoso'), { code: 0, out: /Course 0/ }, 'a whole plan');
  t.match(await cli('match', 'contoso'), { code: 0, out: /studentNumber/ });
  t.match(await cli('profile', 'check', 'contoso'), { code: 0, out: /may read, and not write/ });
  t.match(await cli('profile', 'enable', 'contoso'), {
    code: 78,
    err: /WRITE_CONSENT_MISSING.*EduRoster\.ReadWrite\.All, Group\.ReadWrite\.All.*\n {2}→ .*\/console\/districts\/contoso\/microsoft/,
  });
  district.profile = { ...district.profile, state: 'enabled' };
  await t.rejects(district.run(), { code: 'GRAPH_CONSENT_MISSING', message: /EduRoster\.ReadWrite\.All/ });
  t.match(await cli('tenant', 'consent', 'contoso'), {
    code: 0,
    out: /^Hallpass may read in Microsoft 365, and not write.*Group\.ReadWrite\.All +write +no .*\/console\/districts\/contoso\/microsoft\n.*\/v2\.0\/adminconsent\?client_id=/s,
  });
  t.match(await cli('audit', 'contoso'), { out: /consent\.check {2}by kim/ });
  app.roles = all;
  t.match(JSON.parse((await cli('tenant', 'consent', 'contoso', '--json')).out), {
    access: 'write',
    arriving: null,
    applications: [
      { access: 'read', clientId: null },
      { access: 'write', roles: all.toSorted(), error: null },
    ],
  });
  const written = await district.run();
  t.ok(written.done > 0, 'the consent counts at once');
});
