/** Problems from the command line: who can fix what, for people, programs and spreadsheets. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { fixerOf } from '../model/problem.ts';
import { commandLine } from '../testing/command-line.ts';
import { openDistrict, smallRoster } from '../testing/district.ts';

t.test('problems say who can fix them, and disappear once fixed', async (t) => {
  const home = t.testdir();
  const district = await openDistrict({
    dir: home,
    home,
    mode: { students: 'create', teachers: 'match' },
    students: 6,
    accounts: false,
    furnish: (file) => ({
      ...file,
      users: [0, 1, 2].map((index) => ({
        userPrincipalName: `teacher${index}@contoso.edu`,
        mailNickname: `teacher${index}`,
        displayName: `Teacher ${index}`,
        usageLocation: 'US',
      })),
      tenant: {
        ...file.tenant,
        skus: (file.tenant.skus ?? []).map((sku) => ({ ...sku, enabled: 4 })),
      },
    }),
  });
  t.teardown(() => district.close());
  const cli = commandLine(home, 'kim');
  const roster = smallRoster(6).map((record) =>
    record.kind === 'student' ? { ...record, surname: `=1+${record.surname}` } : record,
  );
  await district.commit(roster);
  await district.run();

  const problems = async (...args: string[]) =>
    JSON.parse((await cli('problems', 'contoso', '--json', ...args)).out).problems;
  t.match(await problems('--code', 'UnmatchedEntry'), [{ subject: 'teachers:93', role: 'microsoft' }]);
  const seats = await problems('--code', 'AzureActiveDirectoryInvalidLicense');
  t.equal(seats.length, 2, 'six students, four seats');
  t.match(seats, [{ role: 'microsoft', message: /does not have any available licenses/, firstAt: String }]);
  t.same(await problems('--role', 'nobody'), []);
  t.match(await cli('problems', 'contoso'), {
    out: /AzureActiveDirectoryInvalidLicense, 2 × for a Microsoft 365 administrator to fix\n/,
  });

  const file = join(home, 'problems.csv');
  t.match(await cli('problems', 'contoso', '--csv', file, '--role', 'microsoft'), { out: /Wrote \d+ lines/ });
  t.match(readFileSync(file, 'utf8'), /"School \d","Ana","'=1\+Šimić \d","test","AzureActiveDirectoryInvalidLicense"/);
  t.equal(statSync(file).mode & 0o077, 0);
  t.match(await cli('problems', 'contoso', '--role', 'parents'), { code: 64 });

  const gone = new Set(seats.map(({ subject }: { subject: string }) => subject.replace(/^.*students:/, '')));
  await district.commit(
    roster.filter((record) => !gone.has(record.kind === 'studentEnrollment' ? record.studentId : record.id)),
  );
  await district.run();
  t.same(await problems('--code', 'AzureActiveDirectoryInvalidLicense'), []);
});

t.test('assigns a code from another version to the relay operator', (t) => {
  t.equal(fixerOf('SomethingNew'), 'operator');
  t.equal(fixerOf('TENANT_UNKNOWN'), 'operator');
  t.equal(fixerOf('MissingSourceValue'), 'sis');
  t.end();
});
