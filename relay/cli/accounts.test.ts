/** Profile check, match preview, links and first passwords from the command line, against the Microsoft simulator. */
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import t, { type Test } from 'tap';
import { systemClock } from '../../shared/clock.ts';
import { readAudit } from '../store/audit/audit.ts';
import { setProfile } from '../store/profiles/profiles.ts';
import { type District, type Mode, openDistrict, profileFor, smallRoster } from '../testing/district.ts';
import { runCli } from './program.ts';

const students = 6;

async function setUp(t: Test, mode: Mode, accounts: boolean) {
  const home = t.testdir();
  const district = await openDistrict({ dir: home, home, mode, students, accounts });
  t.teardown(() => district.close());
  await district.commit(smallRoster(students));
  const cli = async (...args: string[]) => {
    const [out, err] = [new PassThrough(), new PassThrough()];
    const stop = AbortSignal.timeout(60_000);
    const code = await runCli(args, { home, out, err, user: 'kim', clock: systemClock, rich: false, stop });
    out.end();
    err.end();
    return { code, out: await text(out), err: await text(err) };
  };
  return { home, district, cli };
}

async function auditOf({ store, tenantId }: District) {
  return await store.withTenant(tenantId, (scope) => readAudit(scope, { limit: 20 }));
}

t.test('tells several profiles of a district apart by name', async (t) => {
  const { home, district, cli } = await setUp(t, { students: 'match', teachers: 'match' }, true);
  const set = async (name: string, schools: unknown) => {
    const file = join(home, 'profile.json');
    writeFileSync(file, JSON.stringify({ ...district.profile, name, schools, state: 'preview' }));
    return await cli('profile', 'set', 'contoso', file);
  };
  t.match(await set('test', ['1']), { code: 0, out: /Profile "test" is stored.*It stays enabled/s });
  t.match(await set('west', ['2']), {
    code: 0,
    out: /Profile "west" is new, beside "test", and stored.*in preview/s,
  });
  t.match(await cli('profile', 'list', 'contoso'), {
    out: /^test +enabled +1 +setting up\nwest +preview +2 +setting up\n/m,
  });
  t.match(await cli('profile', 'enable', 'contoso'), { code: 78, err: /PROFILE_NOT_NAMED.*test, west/ });
  t.match(await cli('profile', 'show', 'contoso', '--profile', 'east'), { code: 78, err: /PROFILE_UNKNOWN.*"east"/ });
  t.match(await cli('profile', 'enable', 'contoso', '--profile', 'west'), { code: 0, out: /"west" is enabled/ });
  t.match(await cli('status', 'contoso'), { out: /Profile "test" \(enabled\)\..*\nProfile "west" \(enabled\)\./ });

  t.match(await set('test', ['1', '2']), {
    code: 78,
    err: /PROFILE_CHANGE_REFUSED.*errors: 1\. Nothing was changed/,
    out: /error {2}schools: the school 2 is covered by west as well/,
  });
  t.match(await cli('match', 'contoso', '--profile', 'west', '--role', 'students'), { out: /^3 students\n/ });
  await cli('profile', 'pause', 'contoso', '--profile', 'test');
  t.match(
    await set('test', ['1', '2']),
    { code: 0, out: /It stays paused/ },
    'a profile that writes nothing may keep its errors',
  );
  t.match(await cli('profile', 'enable', 'contoso', '--profile', 'test'), {
    code: 78,
    out: /error {2}schools: the school 2 is covered by west as well/,
  });
  t.match(await cli('profile', 'remove', 'contoso', 'west'), { code: 0, out: /"west" is removed/ });
  t.match(await cli('profile', 'enable', 'contoso'), { code: 0, out: /"test" is enabled/ });
});

t.test('checks a profile against its tenant before enabling it', async (t) => {
  const { home, district, cli } = await setUp(t, { students: 'match', teachers: 'create' }, true);
  t.match(await cli('profile', 'check', 'contoso'), { code: 0, out: /Profile "test" has no problems/ });
  const { microsoft } = district;
  const file = join(home, 'profile.json');
  const wrong = {
    ...profileFor({ students: 'match', teachers: 'create' }),
    state: 'preview',
    dates: { expiresOn: '2020-06-30' },
  };
  writeFileSync(file, JSON.stringify(wrong));
  const checked = await cli('profile', 'check', 'contoso', file);
  t.match(checked, {
    code: 78,
    out: /^Notice.*\nerror {2}dates\.expiresOn: the profile expired on 2020-06-30\n {2}→ Choose a later date/,
    err: /error\[PROFILE_NOT_READY\].*errors: 1/,
  });
  microsoft.app.roles = ['EduRoster.ReadWrite.All', 'User.Read.All', 'Group.ReadWrite.All'];
  const { out } = await cli('profile', 'check', 'contoso', file, '--json');
  const { ready, problems } = JSON.parse(out);
  t.equal(ready, false);
  t.match(
    problems.map((one: { severity: string; field: string }) => `${one.severity} ${one.field}`),
    ['error licenses', 'error dates.expiresOn', 'warning domains', 'warning licenses', 'warning the document'],
    'says what it may not read, which is not an error',
  );
  await cli('profile', 'pause', 'contoso');
  t.match(await cli('profile', 'import', 'contoso', file), { code: 0, out: /stays paused/ });
  t.match(await cli('profile', 'enable', 'contoso'), { code: 78, err: /WRITE_CONSENT_MISSING.*LicenseAssignment/ });
  t.match(JSON.parse((await cli('profile', 'export', 'contoso')).out), {
    state: 'paused',
    dates: { expiresOn: '2020-06-30' },
  });
  t.match(await cli('profile', 'enable', 'contoso', '--unchecked'), { code: 0, out: /enabled/ });
});

t.test('compares rules on live data before the first run, and stores nothing of it', async (t) => {
  const { district, cli } = await setUp(t, { students: 'match', teachers: 'match' }, true);
  const first = await cli('match', 'contoso', '--role', 'students');
  t.match(first.out, /^6 students\n/);
  t.match(first.out, /★ +username \+ @contoso\.edu = userPrincipalName +6 +0 +0 +0 +0\n/);
  t.match(first.out, / +studentNumber = mailNickname +6 +0 +0 +0 +0\n/);
  t.match(first.out, /Recommended: username \+ @contoso\.edu = userPrincipalName/);
  t.match(first.out, /Nobody has secondaryEmail: empty in PowerSchool, or not asked for/);

  t.equal(
    (
      await district.store.withTenant(district.tenantId, (scope) =>
        scope.db.selectFrom('directory_user').selectAll().execute(),
      )
    ).length,
    0,
    'the relay reads its own mirror',
  );
  await district.run();
  district.microsoft.directory.addUser(
    { userPrincipalName: 'twin@contoso.edu', mailNickname: '4001', displayName: 'Twin' },
    'once',
  );
  const { roles } = JSON.parse((await cli('match', 'contoso', '--json')).out);
  const byNumber = roles[0].rules.find(
    (one: { rule: object }) =>
      JSON.stringify(one.rule) === '{"source":"studentNumber","suffix":null,"target":"mailNickname"}',
  );
  t.match(byNumber.counts, { matched: 5, ambiguous: 1 }, 'sees changes since the last run');
  t.match(byNumber.examples.ambiguous, [
    { subject: 'students:11', value: '4001', accounts: ['student1@contoso.edu', 'twin@contoso.edu'] },
  ]);
  t.match(roles[1], { role: 'teachers', people: 4, recommended: { source: 'username', target: 'userPrincipalName' } });
  t.match(await cli('match', 'contoso', '--role', 'parents'), { code: 64 });
});

t.test('links people by hand to accounts that exist and belong to nobody else', async (t) => {
  const { district, cli } = await setUp(t, { students: 'match', teachers: 'match' }, true);
  await district.run();
  t.match(
    (await cli('link', 'list', 'contoso', '--role', 'students')).out,
    /students:10 +student0@contoso\.edu +studentNumber = mailNickname +20/,
  );
  const other = district.microsoft.directory.addUser(
    { userPrincipalName: "o'other@contoso.edu", mailNickname: 'other', displayName: 'Other' },
    'once',
  );
  const fix = (code: string) => ({ code: 78, err: new RegExp(`^error\\[${code}\\]`) });
  t.match(await cli('link', 'set', 'contoso', 'students:99', other.id), fix('PERSON_UNKNOWN'));
  t.match(await cli('link', 'set', 'contoso', 'Nobody', other.id), fix('PERSON_NOT_FOUND'));
  t.match(await cli('link', 'set', 'contoso', 'teachers:1000 x', other.id), fix('PERSON_UNKNOWN'));
  t.match(await cli('link', 'remove', 'contoso', 'Nobody'), fix('PERSON_NOT_FOUND'));
  t.match(await cli('link', 'set', 'contoso', 'students:10', 'nobody@contoso.edu'), fix('ACCOUNT_UNKNOWN'));
  t.match(await cli('link', 'set', 'contoso', 'students:10', 'student1@contoso.edu'), fix('LINK_TAKEN'));
  const set = await cli('link', 'set', 'contoso', 'students:10', "O'Other@contoso.edu", '--note', 'Kim Lee');
  t.match(set, { code: 0, out: /students:10 now has the account o'other@contoso\.edu/ });
  await district.run();
  t.match((await cli('link', 'list', 'contoso')).out, /students:10 +o'other@contoso\.edu +manual by kim/);
  t.match(await cli('link', 'remove', 'contoso', 'students:10'), { code: 0, out: /account itself is unchanged/ });
  t.match(await cli('link', 'remove', 'contoso', 'students:10'), fix('LINK_UNKNOWN'));
  t.match(await auditOf(district), [
    { who: 'kim', action: 'link.remove', detail: { objectId: other.id, rule: 'manual by kim' } },
    {
      who: 'kim',
      note: 'Kim Lee',
      action: 'link.set',
      detail: { person: 'students:10', objectId: other.id, before: String },
    },
  ]);
});

for (const mode of [
  { students: 'match', teachers: 'match' },
  { students: 'create', teachers: 'create' },
] as const) {
  t.test(`${mode.students}: the command in the problem hands over a former person's account`, async (t) => {
    const { home, district, cli } = await setUp(t, mode, mode.students === 'match');
    district.profile = {
      ...district.profile,
      identity: {
        ...district.profile.identity,
        students: [{ source: 'username', suffix: 'contoso.edu', target: 'userPrincipalName' }],
      },
    };
    await district.run();
    const rest = smallRoster(students).filter(({ id }) => !['10', '300', '301', '302'].includes(id));
    await district.commit([
      ...rest,
      {
        kind: 'student',
        id: '99',
        schoolId: '1',
        username: 'student0',
        studentNumber: mode.students === 'match' ? '4777' : '4000',
        givenName: 'Ana',
        surname: 'Kos',
      },
      { kind: 'studentEnrollment', id: '399', schoolId: '1', studentId: '99', sectionId: '50' },
    ]);
    await district.run();
    const { problems } = JSON.parse((await cli('problems', 'contoso', '--person', 'Ana Kos', '--json')).out);
    t.match(problems, [{ subject: 'students:99', code: 'AccountOfFormerPerson' }]);
    const said = /"hallpass-relay (link set .*?)"/.exec(problems[0].action)?.[1] ?? '';
    const command = said.replace('TENANT', 'contoso').split(' ');
    t.match(await cli(...command, '--note', 'Kim Lee'), {
      code: 0,
      out: /^students:99 now has the account student0@contoso\.edu, which belonged to students:10, who left/,
    });
    t.match(await auditOf(district), [
      {
        who: 'kim',
        note: 'Kim Lee',
        action: 'link.set',
        detail: { person: 'students:99', former: 'students:10', before: null },
      },
    ]);
    t.match(await district.run(), { failed: 0, problems: 0 });
    const { user, class: classes } = await district.dump();
    const account = user.find((one) => one.userPrincipalName === 'student0@contoso.edu');
    t.match(account?.student, { externalId: '99' });
    t.same(
      classes.filter(({ members }) => members?.includes(account?.id ?? '')).map(({ externalId }) => externalId),
      ['50'],
      'the old classes are over',
    );
    if (mode.students === 'create')
      t.match(account?.displayName, 'Ana Kos', 'an account that Hallpass made has the new name');
    t.match((await cli('explain', 'contoso', '--student', 'student0')).out, /it was that of students:10, who had left/);
    t.match(
      (await cli('link', 'list', 'contoso')).out,
      new RegExp(`students:99 +student0@contoso\\.edu +${mode.students === 'match' ? 'manual by kim' : 'created'}`),
    );
    t.match(await district.run(), { state: 'success', done: 0 });
    t.match(await cli('link', 'set', 'contoso', 'students:11', 'student0@contoso.edu'), {
      code: 78,
      err: /LINK_TAKEN/,
    });
    if (mode.students === 'match') return;
    const file = join(home, 'passwords.csv');
    t.match(await cli('passwords', 'export', 'contoso', '--file', file), { code: 0, out: /Wrote 10 first/ });
    const line =
      readFileSync(file, 'utf8')
        .split('\r\n')
        .find((one) => one.startsWith('"students:99"')) ?? '';
    const [found] = district.microsoft.directory.users.find('userPrincipalName', 'student0@contoso.edu');
    t.ok(found && district.microsoft.directory.hasPassword(found, line.slice(1, -1).split('","')[5] ?? ''));
  });
}

t.test('gives accounts that the profile leaves alone only by hand, and says so', async (t) => {
  const { district, cli } = await setUp(t, { students: 'match', teachers: 'match' }, true);
  const never = ['student1@*'];
  const profile = { ...district.profile, identity: { ...district.profile.identity, never } };
  district.profile = profile;
  await district.store.withTenant(district.tenantId, (scope) => setProfile(scope, profile, new Date()));
  await district.run();
  t.match((await cli('problems', 'contoso', '--person', '11')).out, /^ExcludedAccount, 1/);
  t.match(await cli('link', 'set', 'contoso', 'students:11', 'student1@contoso.edu'), {
    code: 0,
    out: /identity\.never" of the profile "test"/,
  });
  t.match(await district.run(), { problems: 0 });
});

t.test('a person who lost an account gets another once someone says that the old one will not come back', async (t) => {
  const { district, cli } = await setUp(t, { students: 'create', teachers: 'create' }, false);
  await district.run();
  const [user] = district.microsoft.directory.users.find('userPrincipalName', 'student0@contoso.edu');
  if (user === undefined) return t.fail('no account');
  district.microsoft.directory.deleteUser(user);
  t.match(await district.run(), { done: 0, problems: 1 });
  t.match((await cli('drift', 'contoso')).out, `somebody deleted it (${user.id})`);
  t.match(await cli('link', 'remove', 'contoso', 'students:10'), { code: 0, out: /deleted account .* is forgotten/ });
  t.match(await district.run(), { failed: 0, problems: 0 });
  const list = (await cli('link', 'list', 'contoso')).out;
  t.match(list, /students:10 +\S+ +created/);
  t.notOk(list.includes(user.id), 'another one');
  t.match(await auditOf(district), [{ action: 'link.remove', detail: { person: 'students:10' } }]);
});

t.test('exports first passwords once, into a new file', async (t) => {
  const { home, district, cli } = await setUp(t, { students: 'create', teachers: 'create' }, false);
  t.match(await cli('passwords', 'export', 'contoso', '--file', join(home, 'none.csv')), {
    out: /no first passwords to export/,
  });
  await district.run();
  t.equal(JSON.parse((await cli('passwords', 'list', 'contoso', '--json')).out).passwords.length, students + 4);
  const file = join(home, 'passwords.csv');
  writeFileSync(file, 'precious');
  t.match(await cli('passwords', 'export', 'contoso', '--file', file), {
    code: 78,
    err: /FILE_UNWRITABLE.*it already exists/,
  });
  t.equal(readFileSync(file, 'utf8'), 'precious');

  const fresh = join(home, 'fresh.csv');
  const exported = await cli('passwords', 'export', 'contoso', '--file', fresh);
  t.match(exported, { code: 0, out: /Wrote 10 first passwords/ });
  t.equal(statSync(fresh).mode & 0o077, 0, 'only its owner can read it');
  const [headings, ...lines] = readFileSync(fresh, 'utf8').slice(0, -2).split('\r\n');
  t.equal(headings, '\uFEFF"person","school","givenName","surname","userPrincipalName","password"');
  const { users } = district.microsoft.directory;
  const stored = ['relay.db', 'relay.db-wal'].map((name) => readFileSync(join(home, name), 'latin1')).join('');
  t.ok(stored.includes('student0@contoso.edu'));
  for (const line of lines) {
    const [, , , , name = '', password = ''] = line.slice(1, -1).split('","');
    const user = users.find('userPrincipalName', name)[0];
    t.ok(user && district.microsoft.directory.hasPassword(user, password), `${name} can sign in`);
    t.notOk(exported.out.includes(password) || stored.includes(password), 'it is written nowhere else');
  }
  t.match(lines[0], /^"students:10","School 1","Ana","Šimić 0","student0@contoso.edu",/);
  t.match(await cli('passwords', 'export', 'contoso', '--file', join(home, 'again.csv')), {
    out: /no first passwords/,
  });
  t.match(await auditOf(district), [{ who: 'kim', action: 'passwords.export', detail: { count: 10 } }]);
});

t.test('without the key, exports nothing and deletes nothing', async (t) => {
  const { home, district, cli } = await setUp(t, { students: 'create', teachers: 'create' }, false);
  await district.run();
  writeFileSync(join(home, 'secret.key'), Buffer.alloc(32, 1).toString('base64'), { mode: 0o600 });
  const file = join(home, 'passwords.csv');
  t.match(await cli('passwords', 'export', 'contoso', '--file', file), { code: 78, err: /KEY_WRONG.*secret\.key/ });
  t.equal(JSON.parse((await cli('passwords', 'list', 'contoso', '--json')).out).passwords.length, students + 4);
});
