/** What happens to a document that someone sets, depending on its state, its mistakes, its names and its encoding. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { readAudit } from '../store/audit/audit.ts';
import { readProfiles } from '../store/profiles/profiles.ts';
import { commandLine } from '../testing/command-line.ts';
import { openDistrict, skuId, smallRoster } from '../testing/district.ts';

const mode = { students: 'create', teachers: 'create' } as const;

async function setUp(t: Test) {
  const home = t.testdir();
  const district = await openDistrict({ dir: home, home, mode, students: 6, accounts: true });
  t.teardown(() => district.close());
  await district.commit(smallRoster(6));
  const cli = commandLine(home, 'kim');
  const file = join(home, 'profile.json');
  const { state: _state, ...plain } = district.profile;
  const setText = async (text: string | Buffer, ...options: string[]) => {
    writeFileSync(file, text);
    return await cli('profile', 'set', 'contoso', file, ...options);
  };
  const set = (change: object, ...options: string[]) => setText(JSON.stringify({ ...plain, ...change }), ...options);
  const inForce = async (name = 'test') => {
    const all = await district.store.withTenant(district.tenantId, readProfiles);
    return all.find((one) => one.name === name);
  };
  return { home, district, cli, set, setText, inForce, plain };
}

t.test('setting a document never changes whether the profile runs', async (t) => {
  const { cli, set, inForce, district } = await setUp(t);
  const stateOf = async (name?: string) => (await inForce(name))?.state;
  for (const asked of ['enabled', 'preview', 'paused', 7, undefined]) {
    const notice = asked === undefined ? /^(?!.*Notice)/s : /Notice: "state": .* does not count/;
    t.match(await set({ name: 'new', schools: ['1'], state: asked }), { code: 0, out: notice }, String(asked));
    t.equal(await stateOf('new'), 'preview', `a new one that says ${asked} is a preview`);
    await cli('profile', 'remove', 'contoso', 'new');
    t.match(await set({ state: asked }), { code: 0, out: /It stays enabled: the next run writes/ });
    t.equal(await stateOf(), 'enabled');
  }
  t.match(await cli('profile', 'pause', 'contoso'), { code: 0, out: /profile resume contoso/ });
  t.match(await set({ state: 'enabled' }), { code: 0, out: /It stays paused/ });
  t.equal(await stateOf(), 'paused');
  t.match(await cli('profile', 'resume', 'contoso'), { code: 0, out: /" is enabled/ });
  const [entry] = await district.store.withTenant(district.tenantId, (scope) => readAudit(scope, { limit: 10 }));
  t.match(entry, { action: 'profile.enabled' });
});

t.test('ending a pause restores the state before it', async (t) => {
  const { cli, set, inForce } = await setUp(t);
  await set({ name: 'trial', schools: ['1'] });
  await cli('profile', 'pause', 'contoso', '--profile', 'trial');
  await cli('profile', 'pause', 'contoso', '--profile', 'trial');
  t.match(await cli('profile', 'resume', 'contoso', '--profile', 'trial'), {
    code: 0,
    out: /in preview: nothing is written/,
  });
  t.equal((await inForce('trial'))?.state, 'preview');
});

t.test('an enabled profile can go back to preview', async (t) => {
  const { cli, inForce } = await setUp(t);
  t.match(await cli('profile', 'preview', 'contoso', '--note', 'Too early'), { code: 0, out: /is in preview/ });
  t.equal((await inForce())?.state, 'preview');
  t.match((await cli('audit', 'contoso')).out, /^\S+ {2}profile\.preview {2}by kim\n.*\n {2}Note: Too early\n/);
  t.match(await cli('profile', 'pause', 'contoso', '--note', 'x'.repeat(501)), { code: 64, err: /--note/ });
  t.match((await cli('profile', 'pause', '--help')).out, /--note <text>(?!.*--by)/s, 'the old option is not offered');
});

t.test('refuses a document that does not fit an enabled profile as a whole, and keeps the old one', async (t) => {
  const { cli, set, inForce } = await setUp(t);
  const before = await inForce();
  const wrong = { domains: { students: 'nowhere.example', teachers: 'contoso.edu' }, schools: ['1'] };
  t.match(await set(wrong), {
    code: 78,
    out: /error {2}domains\.students: nowhere\.example is not a verified domain/,
    err: /PROFILE_CHANGE_REFUSED.*Nothing was changed/,
  });
  t.same(await inForce(), before);
  t.match(await set(wrong, '--unchecked'), { code: 0 }, 'a person may know better');
  await cli('profile', 'pause', 'contoso');
  t.match(await set(wrong), { code: 0, out: /error {2}domains.*It stays paused/s });
  await cli('configure', '--graph-url', 'https://127.0.0.1:1', '--graph-authority', 'https://127.0.0.1:1');
  t.match(await set({ ...wrong, name: 'second', schools: ['2'] }), {
    code: 0,
    out: /warning {2}the document: domains, licenses, groups and permissions could not be checked: .*in preview/s,
  });
  await cli('profile', 'enable', 'contoso', '--profile', 'test', '--unchecked');
  t.match(await set({}), { code: 78, err: /PROFILE_CHANGE_UNCHECKED.*could not check the document: .*127\.0\.0\.1/ });
});

t.test('names every mistake at once, in words, with its place', async (t) => {
  const { set, setText, plain, inForce } = await setUp(t);
  const before = await inForce();
  const { identity: _identity, ...without } = plain;
  const refused = await setText(
    JSON.stringify({
      ...without,
      mode: { students: 'mach', teachers: 'match' },
      color: 'red',
      guards: { removals: { percent: 200, above: '20' } },
      schools: ['1', 'Scool 2', '99'],
      licenses: { students: 'A9', teachers: null, usageLocation: 'usa' },
      properties: { student: ['shoeSize', 'studentNumbr'], parent: [] },
      policies: { studentsGone: 'keep' },
    }),
  );
  t.equal(refused.code, 78);
  t.equal(refused.out, '');
  for (const line of [
    /: 11 mistakes$/m,
    /^ {4}guards\.removals\.percent: it must be 100 or less/m,
    /^ {4}mode\.students: it must be one of match, create; did you mean "match"\?$/m,
    /^ {4}identity: it is missing; it must be a group of settings$/m,
    /^ {4}color: there is no such name; there are version, name/m,
    /^ {4}guards\.removals\.above: it must be a number$/m,
    /^ {4}schools\.1: PowerSchool has no school "Scool 2"; did you mean School 2 \(number 2, id 2\)\?$/m,
    /^ {4}schools\.2: PowerSchool has no school "99"; there are School 1 .*School 2/m,
    /^ {4}licenses\.students: the tenant has no license "A9"; it has /m,
    /^ {4}licenses\.usageLocation: it must be the two capital letters of a country/m,
    /^ {4}properties\.parent: there is no such name; there are school, term/m,
    /^ {4}policies\.studentsGone: there is no such name; did you mean "studentGone"\?$/m,
  ]) {
    t.match(refused.err, line);
  }
  t.notMatch(refused.err, /expected|received|undefined|Invalid|ZodError|\bat .*\.ts/);
  t.same(await inForce(), before);
  const one = await set({ properties: { student: ['shoeSize', 'studentNumbr'] } });
  t.match(one.err, /properties\.student: there is no property "shoeSize"; there are username, studentNumber/);
  t.match(one.err, /properties\.student: there is no property "studentNumbr"; did you mean "studentNumber"\?/);
  for (const rule of ['removals', 'repairs', 'updates', 'sourceDrop', 'rollover']) {
    t.match(
      (await set({ guards: { [rule]: { percent: 200 } } })).err,
      new RegExp(`guards\\.${rule}\\.percent: it must be 100`),
    );
  }
  t.equal((await set({ guards: { newAccounts: { percent: 200 } } })).code, 0, 'a school can double');
});

t.test('reads JSON as people write it, or refuses it with line and column', async (t) => {
  const { setText, plain } = await setUp(t);
  const text = JSON.stringify(plain, null, 2);
  t.match(await setText(`\uFEFF${text}`), { code: 0 }, 'a byte order mark');
  t.match(await setText(Buffer.from(`\uFEFF${text}`, 'utf16le')), { code: 0 }, 'UTF-16 of Windows PowerShell');
  t.match(await setText(text.replace('{', '{ // comment\n')), {
    code: 78,
    err: /line 1, column 3: JSON has no comments/,
  });
  t.match(await setText(text.replace(/\}$/, ',}')), {
    code: 78,
    err: /line \d+, column 1: there is a comma before the closing \}/,
  });
  const doubled = text.replace('"version": 1,', '"version": 1,\n  "version": 1,');
  t.match(await setText(doubled), { code: 78, err: /line 3, column 3: "version" is given twice/ });
  for (const [content, reason] of [
    ['', /the file is empty/],
    ['[]', /the document: it must be a group of settings/],
    ['"x"', /the document: it must be a group of settings/],
    ['null', /the document: it must be a group of settings/],
    ['{}', /version: it is missing.*name: it is missing.*schools: it is missing/s],
    [Buffer.from([0x50, 0x4b, 3, 4, 0, 0, 0, 1]), /TEXT_UNREADABLE.*NUL characters/],
  ] as const) {
    t.match(await setText(content), { code: 78, err: reason }, String(content));
  }
});

t.test('accepts schools and licenses by the names that people know, and shows what they refer to', async (t) => {
  const { set, inForce, cli, home, plain } = await setUp(t);
  t.match(await set({ schools: ['school 1', 2] }), {
    code: 0,
    out: /schools\.0: "school 1" is School 1 \(number 1, id 1\)\nschools\.1: "2" is School 2/,
  });
  t.same((await inForce())?.schools, ['1', '2']);
  const licenses = {
    students: 'Standardwoffpack_student',
    teachers: 'office 365 A1 for Students',
    usageLocation: 'US',
  };
  t.match(await set({ licenses }), {
    code: 0,
    out: new RegExp(`licenses.students: "Standardwoffpack_student" is Office 365 A1 for students .*${skuId}`),
  });
  t.match((await inForce())?.licenses, { students: { skuId }, teachers: { skuId } });
  t.match(await set({ licenses: { ...licenses, students: 'STANDARDWOFPACK_STUDENT' } }), {
    code: 78,
    err: /the tenant has no license "STANDARDWOFPACK_STUDENT"; it has .*\. Did you mean "STANDARDWOFFPACK_STUDENT"\?/,
  });
  t.match(await cli('schools', 'contoso'), { code: 0, out: /^SCHOOL +NUMBER +ID .*\nSchool 1 +1 +1 +3 .*test\n/ });
  t.match(await cli('licenses', 'contoso'), {
    code: 0,
    out: new RegExp(`A1 for students +STANDARDWOFFPACK_STUDENT +${skuId}`),
  });
  t.match(await cli('domains', 'contoso'), { code: 0, out: /contoso\.edu +yes .* yes\n/ });
  t.match(await cli('properties', 'contoso'), { code: 0, out: /student +grade +test +educationStudent\.grade\n/ });
  t.match(await cli('domains', 'nobody'), { code: 78, err: /TENANT_UNKNOWN/ });
  writeFileSync(join(home, 'check.json'), JSON.stringify({ ...plain, schools: ['School 2'] }));
  t.match(await cli('profile', 'check', 'contoso', join(home, 'check.json')), { out: /"School 2" is School 2/ });
});
