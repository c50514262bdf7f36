/**
 * Names, aliases and addresses that belong to something else: reported to the administrator at once, and nothing else
 * waits.
 */

import t, { type Test } from 'tap';
import type { Directory } from '../../../scripts/simulators/microsoft/directory/directory.ts';
import { faultOrder } from '../../../scripts/simulators/microsoft/fault-order.ts';
import type { RosterRecord } from '../../../shared/roster.ts';
import { personKey } from '../../model/person-key.ts';
import { fixerOf } from '../../model/problem.ts';
import { readProblems } from '../../store/runs/problems.ts';
import { type District, type Mode, openDistrict, smallRoster } from '../../testing/district.ts';
import { takesAll } from '../../testing/histories.ts';
import { Owners } from './owners.ts';

const create: Mode = { students: 'create', teachers: 'create' };
const unified = { mailEnabled: true, securityEnabled: false, groupTypes: ['Unified'] };
const person = { displayName: 'Sam Other', usageLocation: 'US', mailNickname: 'sam' };

async function open(t: Test, students: number): Promise<District> {
  const district = await openDistrict({ dir: t.testdir(), mode: create, students, accounts: false });
  t.teardown(() => district.close());
  await district.commit(smallRoster(students));
  return district;
}

async function seconds(district: District): Promise<number> {
  const before = district.clock.now();
  await district.run();
  return (district.clock.now() - before) / 1000;
}

const problemsOf = ({ store, tenantId }: District) => store.withTenant(tenantId, readProblems);

const addition = (schoolId: string): RosterRecord[] => [
  {
    ...{ kind: 'section', id: '980', schoolId, courseNumber: 'NEW', courseName: 'New' },
    ...{ sectionNumber: '1', termId: '1' },
  } as RosterRecord,
  // In another, independent class.
  { kind: 'studentEnrollment', id: '399', schoolId: '2', sectionId: '51', studentId: '10' },
];

/** What each case does to the tenant, and how the message names the holder. */
const holdersOfAccounts: Record<string, [(directory: Directory) => void, RegExp]> = {
  'an address of another account': [
    (directory) =>
      directory.addUser(
        { ...person, userPrincipalName: 'sam@contoso.edu', proxyAddresses: ['smtp:student2@contoso.edu'] },
        'once',
      ),
    /the account "Sam Other" \(object id/,
  ],
  'an address of a Microsoft 365 group': [
    (directory) =>
      directory.addGroup(
        { ...unified, displayName: 'Chess', mailNickname: 'chess', proxyAddresses: ['SMTP:Student2@contoso.edu'] },
        false,
        'once',
      ),
    /the group "Chess" \(object id/,
  ],
  'a distribution list': [
    (directory) =>
      directory.addGroup(
        {
          ...{ mailEnabled: true, securityEnabled: false, groupTypes: [], displayName: 'All', mailNickname: 'all' },
          proxyAddresses: ['SMTP:student2@contoso.edu'],
        },
        false,
        'once',
      ),
    /the group "All" \(object id/,
  ],
  'a contact': [
    (directory) => directory.contacts.add('student2@contoso.edu'),
    /another object that the application cannot see, such as a mail contact/,
  ],
  'an account in the recycle bin': [
    (directory) => {
      directory.rules.deletedKeepNames = true;
      directory.deleteUser(directory.addUser({ ...person, userPrincipalName: 'student2@contoso.edu' }, 'once'));
    },
    /the deleted account "Sam Other" \(object id/,
  ],
};

const alias = { displayName: 'Chess', mailNickname: 'Section_980' };
const holdersOfAliases: Record<string, [(directory: Directory) => void, RegExp]> = {
  'a Microsoft 365 group': [
    (directory) => directory.addGroup({ ...unified, ...alias }, false, 'once'),
    /the group "Chess" \(object id/,
  ],
  'a distribution list, by its address': [
    (directory) =>
      directory.addGroup(
        {
          ...{ mailEnabled: true, securityEnabled: false, groupTypes: [], displayName: 'All', mailNickname: 'all' },
          proxyAddresses: ['SMTP:Section_980@contoso.edu'],
        },
        false,
        'once',
      ),
    /the group "All" \(object id/,
  ],
  'an account, by its address': [
    (directory) =>
      directory.addUser(
        { ...person, userPrincipalName: 'sam@contoso.edu', proxyAddresses: ['smtp:section_980@contoso.edu'] },
        'once',
      ),
    /the account "Sam Other" \(object id/,
  ],
  'a contact': [(directory) => directory.contacts.add('section_980@contoso.edu'), /that the application cannot see/],
  'a group in the recycle bin': [
    (directory) => {
      directory.rules.deletedKeepNames = true;
      directory.deleteGroup(directory.addGroup({ ...unified, ...alias }, false, 'once'));
    },
    /the deleted group "Chess" \(object id/,
  ],
};

async function memberOf51(district: District): Promise<boolean> {
  const dump = await district.dump();
  const student = dump.user.find((user) => user.student?.externalId === '10');
  const group = dump.class.find(({ externalId }) => externalId === '51');
  return group?.members?.includes(student?.id ?? '') === true;
}

/** One for each wording of the holder. */
const wordings = ['an address of another account', 'a contact', 'a Microsoft 365 group', 'a group in the recycle bin'];
const chosen = <T>(holders: Record<string, T>) =>
  Object.entries(holders).filter(([name]) => takesAll || wordings.includes(name));

for (const [name, [hold, named]] of chosen(holdersOfAccounts)) {
  t.test(`an account whose name is ${name}`, async (t) => {
    const district = await open(t, 2);
    await district.run();
    hold(district.microsoft.directory);
    await district.commit([...smallRoster(4), ...addition('1')]);
    for (const run of ['first', 'next']) {
      t.ok((await seconds(district)) < 10, `the ${run} run does not wait`);
      const [problem, ...others] = await problemsOf(district);
      t.match(problem, { subject: 'students:12', code: /^(?:UserNameTaken|AliasTaken)$/, message: named });
      t.equal(fixerOf(problem?.code ?? ''), 'microsoft');
      t.same(others, []);
      district.clock.advance(15 * 60_000);
    }
    t.ok(await memberOf51(district));
    const dump = await district.dump();
    t.ok(
      dump.user.some(({ student }) => student?.externalId === '13'),
      'the next student has an account',
    );
    t.equal(dump.class.length, 7);
  });
}

for (const [name, [hold, named]] of chosen(holdersOfAliases)) {
  t.test(`a class whose alias is that of ${name}`, async (t) => {
    const district = await open(t, 3);
    await district.run();
    hold(district.microsoft.directory);
    await district.commit([...smallRoster(4), ...addition('1')]);
    for (const run of ['first', 'next']) {
      t.ok((await seconds(district)) < 10, `the ${run} run does not wait`);
      const [problem, ...others] = await problemsOf(district);
      t.match(problem, { subject: 'class:980', code: 'AliasTaken', message: named });
      t.equal(fixerOf(problem?.code ?? ''), 'microsoft');
      t.same(others, []);
      district.clock.advance(15 * 60_000);
    }
    t.ok(await memberOf51(district));
    t.equal((await district.dump()).class.length, 6);
  });
}

t.test('a school that cannot be created holds up only its own relations', async (t) => {
  const district = await open(t, 2);
  await district.run();
  const message = 'Another object with the same value for property displayName already exists.';
  const details = [{ code: 'ObjectConflict', target: 'displayName', message }];
  const answer = { status: 400, code: 'Request_BadRequest', message, details };
  const match = { method: 'POST', path: '^/education/schools$' };
  district.microsoft.faults.add(faultOrder.parse({ match, kind: 'answer', answer, times: 'always' }));
  const school: RosterRecord = { kind: 'school', id: '3', schoolId: 'district', name: 'School 3', schoolNumber: '3' };
  await district.commit([...smallRoster(4), school, ...addition('3')]);
  for (const _ of ['first', 'next']) {
    t.ok((await seconds(district)) < 10);
    t.match(await problemsOf(district), [{ subject: 'school:3', code: 'AliasTaken', message: /the displayName that/ }]);
    district.clock.advance(15 * 60_000);
  }
  t.ok(await memberOf51(district));
  t.equal((await district.dump()).class.length, 7, 'its class is created');
});

t.test('a refused team holds up no other', async (t) => {
  const district = await open(t, 2);
  district.profile = { ...district.profile, classes: { ...district.profile.classes, createTeam: true } };
  const message = 'Another object with the same value for property mailNickname already exists.';
  const details = [{ code: 'ObjectConflict', target: 'mailNickname', message }];
  const answer = { status: 400, code: 'BadRequest', message, details };
  district.microsoft.faults.add(
    faultOrder.parse({ match: { method: 'POST', path: '^/teams$' }, kind: 'answer', answer }),
  );
  district.microsoft.faults.add(
    faultOrder.parse({ match: { method: 'PUT', path: '^/groups/[^/]+/team$' }, kind: 'answer', answer }),
  );
  await district.run();
  const problems = await problemsOf(district);
  t.equal(problems.length, 1);
  t.match(problems[0], { subject: /^class:\d+\/team$/ });
  t.equal(fixerOf(problems[0]?.code ?? ''), 'microsoft');
});

t.test('hundreds of conflicts cost a few requests per twenty', async (t) => {
  const students = takesAll ? 300 : 100;
  const district = await open(t, 0);
  await district.run();
  const { directory } = district.microsoft;
  const proxyAddresses = Array.from({ length: students }, (_, index) => `smtp:student${index}@contoso.edu`);
  directory.addUser({ ...person, userPrincipalName: 'sam@contoso.edu', proxyAddresses }, 'once');
  const bin = directory.addUser({ ...person, userPrincipalName: 'old@contoso.edu' }, 'once');
  directory.deleteUser(bin);
  await district.commit(smallRoster(students));
  const before = district.microsoft.stats.requests;
  t.ok((await seconds(district)) < 60);
  t.equal((await problemsOf(district)).length, students);
  const spent = district.microsoft.stats.requests - before;
  t.ok(spent <= (students / 20) * 8 + 20, `${spent} requests`);
});

t.test('the record of an object is found without a full scan', async (t) => {
  const accounts = new Map(
    Array.from({ length: 100_000 }, (_, index) => [personKey('students', `${index}`), `object ${index}`]),
  );
  let walks = 0;
  const counted = new Proxy(accounts, {
    get(target, name) {
      if (name === Symbol.iterator) walks += 1;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  const classes = new Map([['77', { objectId: 'group', body: {} }]]);
  const owners = new Owners({ accounts: counted, applied: { classes, groups: new Map() } as never });
  const some = Array.from({ length: 500 }, (_, index) => index);
  t.same(
    some.map((index) => owners.of(`object ${index}`)),
    some.map((index) => `students:${index}`),
  );
  t.equal(owners.of('group'), 'class:77');
  t.equal(owners.of('other'), undefined);
  t.equal(walks, 1);
  accounts.set('students:new', 'object new');
  t.equal(owners.of('object new'), 'students:new');
});
