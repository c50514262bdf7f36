/** The seeded tenant, the control API, and the program itself. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import t from 'tap';
import { RawClient } from './contract/raw-client.ts';
import { directoryFileSchema } from './directory-file.ts';
import { type SeedPerson, samplePeople, seedDirectory } from './directory-seed.ts';
import { startMicrosoftSimulator } from './server.ts';

const options = { seed: 5, domain: 'bartlett.example' };

t.test('most people match by one rule, a few by none, a few by two', async (t) => {
  const people = samplePeople(1000, 5);
  const { users } = directoryFileSchema.parse(seedDirectory(people, options));
  const named = (person: SeedPerson) => users.filter((user) => user.mailNickname === person.number);
  const students = people.filter((person) => person.role === 'student');
  const counts = students.map((person) => named(person).length);
  const teachers = people.filter((person) => person.role === 'teacher');
  const byMail = teachers.map((person) => users.filter((user) => user.mail === person.secondaryEmail).length);
  const all = [...counts, ...byMail];
  t.equal(all.filter((count) => count === 0).length, 10, '1 % without');
  t.equal(all.filter((count) => count === 2).length, 5, '0.5 % twice');
  t.equal(all.filter((count) => count === 1).length, 985);
  const share = (test: (user: (typeof users)[number]) => boolean): number => users.filter(test).length / users.length;
  t.ok(Math.abs(share((user) => user.onPremisesSyncEnabled === true) - 0.05) < 0.02);
  t.ok(share((user) => !user.accountEnabled) > 0);
  t.ok(users.some((user) => user.userType === 'Guest'));
  t.equal(new Set(users.map((user) => user.userPrincipalName.toLowerCase())).size, users.length);
  const plain = students.find((person) => named(person).length === 1 && /^[a-z.]+\d+$/.test(person.username ?? ''));
  t.equal(
    plain === undefined ? '' : named(plain)[0]?.userPrincipalName,
    `${plain?.username}@students.bartlett.example`,
  );
});

t.test('repeats by seed, whoever else is in the list', async (t) => {
  const people = samplePeople(300, 5);
  t.same(seedDirectory(people, options), seedDirectory(people, options));
  const one = people.slice(100, 101);
  t.notSame(seedDirectory(people, options), seedDirectory(people, { ...options, seed: 6 }));
  const alone = seedDirectory(
    [...one, ...samplePeople(50, 9).map((person) => ({ ...person, dcid: `x${person.dcid}` }))],
    options,
  );
  const find = (file: typeof alone) => file.users.find((user) => user.mailNickname === one[0]?.number);
  t.same(find(alone), find(seedDirectory(people, options)), 'the same account in another list');
});

t.test('people with awkward names get accounts that a directory allows', async (t) => {
  const person = (dcid: string, more: Partial<SeedPerson>): SeedPerson => ({
    role: 'student',
    dcid,
    givenName: 'Zoë',
    surname: "O'Neil",
    ...more,
  });
  const people = [
    person('1', { username: 'zoe', number: '1' }),
    person('2', { username: 'zoe', number: '2' }),
    person('3', { username: 'zoë.', number: '1' }),
    person('4', {}),
    person('5', { givenName: '', surname: '', username: '' }),
    person('6', { role: 'teacher', username: 'x'.repeat(90), secondaryEmail: 'zoe@home.example' }),
  ];
  const file = seedDirectory(people, options);
  const simulator = await startMicrosoftSimulator({ directory: file, lag: 0 });
  t.teardown(() => simulator.close());
  t.equal(simulator.directory.users.size, file.users.length, 'all were accepted');
  t.ok(simulator.directory.users.values().every((user) => user.props.primaryRole === 'none'));
});

t.test('an administrator edits by hand, the delta reports it, the dump shows it', async (t) => {
  const simulator = await startMicrosoftSimulator({ people: 30, lag: 60_000 });
  const graph = await RawClient.signedIn(simulator);
  t.teardown(async () => {
    await graph[Symbol.asyncDispose]();
    await simulator.close();
  });
  const start = await graph.all('/users/delta?$select=userPrincipalName,mailNickname');
  const made = await graph.control('POST', '/users', {
    userPrincipalName: 'by.hand@district.example',
    mailNickname: 'by.hand',
    displayName: 'By Hand',
  });
  t.equal(made.status, 201);
  const first = await graph.all(start.deltaLink);
  t.match(first.value, [{ userPrincipalName: 'by.hand@district.example' }], 'at once');
  const renamed = await graph.control('PATCH', '/users/by.hand@district.example', { mailNickname: 'renamed' });
  t.equal(renamed.at('mailNickname'), 'renamed');
  const refused = await graph.control('PATCH', `/users/${made.text('id')}`, {
    userPrincipalName: 'x@elsewhere.example',
  });
  t.equal(refused.status, 400);
  t.equal((await graph.control('PATCH', `/users/${made.text('id')}`, { shoeSize: '9' })).status, 400);
  t.equal((await graph.control('DELETE', `/users/${made.text('id')}`)).status, 204);
  t.equal((await graph.control('GET', `/users/${made.text('id')}`)).status, 404);
  t.match((await graph.all(first.deltaLink)).value, [{ '@removed': { reason: 'changed' } }]);
  await graph.control('POST', '/delta/expire');
  t.equal((await graph.call('GET', first.deltaLink)).status, 410);

  await graph.call('POST', '/education/schools', { displayName: 'North', externalId: '1' });
  await graph.call('POST', '/education/classes', { displayName: 'Art', mailNickname: 'art' });
  const dump = String((await graph.control('GET', '/dump')).body);
  const lines = dump
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  const count = (type: string): number => lines.filter((line) => line.type === type).length;
  t.equal(count('user'), simulator.directory.users.size);
  t.strictSame(['tenant', 'sku', 'school', 'class', 'group', 'deletedUser'].map(count), [1, 2, 1, 1, 0, 1]);
  t.match(
    lines.find((line) => line.type === 'class'),
    { mailNickname: 'art', members: [], owners: [], schools: [] },
  );
});

t.test('the program prints one line when ready and stops on SIGTERM', async (t) => {
  const dir = t.testdir();
  const file = join(dir, 'tenant.json');
  writeFileSync(file, JSON.stringify(seedDirectory(samplePeople(20, 1), options)));
  const main = new URL('main.ts', import.meta.url).pathname;
  const args = [
    '--port',
    '0',
    '--ca',
    join(dir, 'ca'),
    '--directory',
    file,
    '--tenant-id',
    '5f0c2d94-57dd-4d43-9a46-6f3f0e5b3a10',
  ];
  const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'ignore'] });
  t.teardown(() => child.kill('SIGKILL'));
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const ready = JSON.parse(line) as Record<string, unknown>;
  t.match(ready, { ready: true, tenantId: '5f0c2d94-57dd-4d43-9a46-6f3f0e5b3a10', caFile: join(dir, 'ca', 'ca.pem') });
  child.kill('SIGTERM');
  const [code] = await once(child, 'exit');
  t.equal(code, 0);
});
