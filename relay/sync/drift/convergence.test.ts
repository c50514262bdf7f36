/**
 * Whatever people change by hand in Microsoft 365, between and amid edits of the roster and faults of Graph: in the end
 * classes and schools are as the roster and the profile's policy say, and then nothing is left to do.
 */
import fc from 'fast-check';
import t, { type Test } from 'tap';
import { RawClient } from '../../../scripts/simulators/microsoft/contract/raw-client.ts';
import type { Directory } from '../../../scripts/simulators/microsoft/directory/directory.ts';
import type { Group, User } from '../../../scripts/simulators/microsoft/directory/entities.ts';
import { HallpassError } from '../../../shared/errors.ts';
import { parseProfile } from '../../profile/profile.ts';
import { readProblems } from '../../store/runs/problems.ts';
import { badAnswer } from '../../testing/bad-answers.ts';
import { type District, openDistrict } from '../../testing/district.ts';
import { histories } from '../../testing/histories.ts';
import {
  change,
  editIn,
  fullWorld,
  membershipsOf,
  noGuards,
  type Part,
  parts,
  recordsOf,
  schoolIds,
  type World,
} from '../../testing/small-world.ts';

/** Of the account of student `person`, or, from 8 on, of a teacher; teacher 3 is not in PowerSchool. */
const accountName = (person: number) => `${person < 8 ? `student${person}` : `teacher${person - 8}`}@contoso.edu`;

/**
 * By hand: somebody turns a membership of a class or school over, renames a class, deletes one, or deletes an account or
 * restores one.
 */
function handIn(part: Part) {
  const section = fc.constantFrom(...part.sections);
  const person = fc.constantFrom(...part.students, ...[...part.teachers, 3].map((at) => 8 + at));
  const school = fc.constantFrom(...part.schools.map((id) => schoolIds.indexOf(id)));
  const made = <const T extends string>(what: T, on: fc.Arbitrary<number>, by: fc.Arbitrary<number>) =>
    fc.record({ what: fc.constant(what), section: on, person: by });
  return fc.oneof(
    { weight: 2, arbitrary: made('account', fc.constant(0), person) },
    { weight: 3, arbitrary: made('school people', school, person) },
    { weight: 2, arbitrary: made('school classes', section, school) },
    { weight: 4, arbitrary: made('members', section, person) },
    { weight: 2, arbitrary: made('owners', section, person) },
    { weight: 2, arbitrary: made('rename', section, person) },
    { weight: 1, arbitrary: made('delete', section, person) },
  );
}

const place = {
  path: fc.constantFrom(
    ...['/groups/delta', '/education/classes/delta', '/education/schools/.*/users', '/groups/', '/education/', 'batch'],
  ),
  times: fc.integer({ min: 1, max: 8 }),
  skip: fc.nat(4),
};
const kinds = ['429', '500', '503', 'html', 'lost-answer', 'drop'] as const;
const fault = fc.oneof(
  fc.record({ ...place, bad: fc.record({ kind: fc.constantFrom(...kinds) }) }),
  fc.record({ ...place, bad: badAnswer }),
);

const historyIn = (part: Part) =>
  fc.record({
    mode: fc.constantFrom('match' as const, 'create' as const),
    deletedAccounts: fc.constantFrom('report' as const, 'recreate' as const),
    memberships: fc.constantFrom('repair' as const, 'report' as const, 'ignore' as const),
    attributes: fc.constantFrom('repair' as const, 'report' as const),
    foreignMembers: fc.constantFrom('keep' as const, 'remove' as const),
    lag: fc.constantFrom(50, 5000, 120_000),
    ownerRemovalEndsMembership: fc.boolean(),
    // Two rounds by hand: anyone who undoes a repair a third time is left alone.
    steps: fc.array(
      fc.record({
        hands: fc.array(handIn(part), { maxLength: 6 }),
        edits: fc.array(editIn(part), { maxLength: 3 }),
        faults: fc.array(fault, { maxLength: 2 }),
        expired: fc.boolean(),
        restart: fc.boolean(),
        page: fc.constantFrom(1, 200),
      }),
      { minLength: 1, maxLength: 2 },
    ),
  });

const history = fc.oneof(...parts.map(historyIn));

type History = typeof history extends fc.Arbitrary<infer T> ? T : never;
type Hand = History['steps'][number]['hands'][number];

const quiet: History['steps'][number] = { hands: [], edits: [], faults: [], expired: false, restart: false, page: 1 };

/** A student whom somebody made an owner is removed as one, in a tenant where that ends the membership too. */
const ownerRemoved: History = {
  mode: 'match',
  deletedAccounts: 'report',
  memberships: 'ignore',
  attributes: 'repair',
  foreignMembers: 'remove',
  lag: 50,
  ownerRemovalEndsMembership: true,
  steps: [{ ...quiet, hands: [{ what: 'owners', section: 1, person: 1 }] }],
};

/** Somebody removes the new teacher of a class from its owners; by policy that is left so, and the old teacher leaves. */
const onlyOwnerLeft: History = {
  ...ownerRemoved,
  ownerRemovalEndsMembership: false,
  steps: [
    {
      ...quiet,
      edits: [
        { what: 'roster', id: 1, section: 0 },
        { what: 'teacher', id: 1, school: '1' },
      ],
    },
    {
      ...quiet,
      hands: [{ what: 'owners', section: 0, person: 9 }],
      edits: [{ what: 'roster', id: 0, section: 0 }],
    },
  ],
};

t.test('for any edits by hand: classes end as roster and policy say, and nothing is left to do', async (t) => {
  await fc.assert(
    fc.asyncProperty(history, async (history) => {
      const found = await live(t, history);
      if (found.length > 0) throw new Error(found.join('\n'));
    }),
    histories(t, [ownerRemoved, onlyOwnerLeft]),
  );
  t.pass('it holds');
});

/** Links that somebody made or ended by hand, `5|members|OBJECT-ID`, `school 1|OBJECT-ID`, as they were left. */
type ByHand = Map<string, boolean>;

async function live(t: Test, history: History): Promise<string[]> {
  const mode = { students: history.mode, teachers: history.mode };
  const district = await openDistrict({ dir: t.testdir(), mode, students: 8, accounts: history.mode === 'match' });
  try {
    const { memberships, attributes, foreignMembers, deletedAccounts, lag, steps } = history;
    const drift = { memberships, attributes, foreignMembers, deletedObjects: 'recreate', deletedAccounts };
    const policies = { teacherLeftClass: 'remove' };
    district.profile = parseProfile({ ...district.profile, policies, drift, guards: noGuards }, 'test');
    district.microsoft.directory.lag = lag;
    district.microsoft.directory.rules.ownerRemovalEndsMembership = history.ownerRemovalEndsMembership;
    const world = fullWorld();
    const byHand: ByHand = new Map();
    await district.commit(recordsOf(world));
    await settle(district);
    const accounts = new Set([...district.microsoft.directory.users.values()].map((user) => user.id));
    for (const { hands, edits, faults, expired, restart, page } of steps) {
      for (const hand of hands) edited(district, hand, byHand);
      for (const one of edits) change(world, one);
      await district.commit(recordsOf(world));
      district.microsoft.directory.deltaPage = page;
      if (expired) await expireLinks(district);
      if (restart) district.restart();
      for (const { path, bad, ...order } of faults)
        district.microsoft.faults.add({ match: { path }, ...bad, ...order, delay: 0 });
      await runOnABadDay(district);
      district.microsoft.faults.clear();
      await settle(district);
    }
    const wrong = await differences(district, world, history, byHand);
    if (history.mode === 'match' || deletedAccounts === 'report')
      for (const user of district.microsoft.directory.users.values())
        if (!accounts.has(user.id)) wrong.push(`${user.props.userPrincipalName} was made again`);
    return wrong;
  } finally {
    await district.close();
  }
}

function edited({ microsoft: { directory } }: District, { what, section, person }: Hand, byHand: ByHand): void {
  const [group] = directory.groups.find('externalId', `5${section}`);
  const [user] = directory.users.find('userPrincipalName', accountName(person));
  if (what === 'account') deleteOrRestore(directory, person, byHand);
  else if (what === 'school people') turnOver(directory, section, user, byHand);
  else if (what === 'school classes') turnOver(directory, person, group, byHand);
  if (what === 'account' || what === 'school people' || what === 'school classes') return;
  if (group === undefined || user === undefined) return;
  if (what === 'rename') {
    directory.groups.update(group, { displayName: `Ours ${person}` });
    return;
  }
  if (what === 'delete') {
    for (const key of byHand.keys())
      if (key.startsWith(`5${section}|`) || key.endsWith(`|${group.id}`)) byHand.delete(key);
    directory.deleteGroup(group);
    return;
  }
  const isThere = group[what].has(user);
  if (isThere) directory.removeLink(group, what, user);
  else directory.addLink(group, what, user);
  byHand.set(`5${section}|${what}|${user.id}`, !isThere);
}

/** Deletes one who is there; of those who are not, restores one whose name is free. */
function deleteOrRestore(directory: Directory, person: number, byHand: ByHand): void {
  const deleted = [...directory.deleted.values()].filter((one) => one.kind === 'user');
  const ofName = (one: User) => one.props.userPrincipalName === accountName(person);
  // A deletion is worth as much as the restoration of anybody.
  const gone = person % 2 === 0 ? deleted[0] : undefined;
  const user = gone ?? [...directory.users.values(), ...deleted].find(ofName);
  if (user === undefined) return;
  if (directory.deleted.has(user.id)) {
    const isFree = directory.users.find('userPrincipalName', String(user.props.userPrincipalName)).length === 0;
    if (isFree) directory.restore(user);
    return;
  }
  for (const relation of ['members', 'owners'] as const)
    for (const { props } of relation === 'members' ? user.memberOf : user.ownerOf)
      byHand.set(`${props.externalId}|${relation}|${user.id}`, false);
  for (const { props } of user.schools) byHand.set(`school ${props.externalId}|${user.id}`, false);
  directory.deleteUser(user);
}

function turnOver(directory: Directory, school: number, one: User | Group | undefined, byHand: ByHand): void {
  const [there] = directory.schools.find('externalId', schoolIds[school] ?? '');
  if (there === undefined || one === undefined) return;
  const isThere = one.schools.has(there);
  if (isThere) directory.removeFromSchool(there, one);
  else directory.addToSchool(there, one);
  byHand.set(`school ${schoolIds[school]}|${one.id}`, !isThere);
}

async function expireLinks(district: District): Promise<void> {
  await using control = new RawClient(district.microsoft);
  await control.control('POST', '/delta/expire');
}

async function runOnABadDay(district: District): Promise<void> {
  district.clock.advance(11 * 60_000);
  try {
    await district.run();
  } catch (error) {
    if (!(error instanceof HallpassError) || error.retry === 'bug') throw error;
  }
}

/** Good days: each of the three schools is read once a day, one in a run. Nothing may be left to do in the end. */
async function settle(district: District): Promise<void> {
  let quiet = 0;
  for (let run = 0; run < 12; run += 1) {
    district.clock.advance(25 * 60 * 60_000);
    const { done, failed } = await district.run();
    quiet = done + failed === 0 ? quiet + 1 : 0;
    if (quiet === 3) return;
  }
  throw new Error('there is always something left to do');
}

async function differences(district: District, world: World, history: History, byHand: ByHand): Promise<string[]> {
  const wrong: string[] = [];
  const { directory } = district.microsoft;
  const accountsOf = (keys: Iterable<string>) => {
    const accounts = new Set<string>();
    for (const key of keys) {
      const [role, id = ''] = key.split(':');
      const name = role === 'students' ? `student${id.slice(1)}` : `teacher${id.slice(1)}`;
      const [user] = directory.users.find('userPrincipalName', `${name}@contoso.edu`);
      if (user !== undefined) accounts.add(user.id);
      else if (history.mode === 'create' && history.deletedAccounts === 'recreate') wrong.push(`${key} has no account`);
    }
    return accounts;
  };
  const isTeacher = (id: string) => String(directory.users.get(id)?.props.userPrincipalName).startsWith('teacher');
  for (const [id, { students, teachers }] of membershipsOf(world, 'all')) {
    const groups: Group[] = [...directory.groups.find('externalId', id)];
    const [group] = groups;
    if (group === undefined || groups.length > 1) {
      wrong.push(`class ${id} is there ${groups.length} times`);
      continue;
    }
    const owners = accountsOf([...teachers].map((one) => `teachers:${one}`));
    const members = accountsOf([...students].map((one) => `students:${one}`)).union(owners);
    const ownersNow = new Set([...group.owners].map((user) => user.id));
    const isOrphan = owners.isDisjointFrom(ownersNow);
    for (const [relation, must] of [
      ['members', members],
      ['owners', owners],
    ] as const) {
      const there = new Set([...group[relation]].map((user) => user.id));
      for (const account of must.difference(there)) {
        // Not repaired, by policy; and who was never recorded as there is not missed.
        const left = byHand.get(`${id}|${relation}|${account}`) === false && history.memberships !== 'repair';
        if (!left) wrong.push(`class ${id}: ${account} is missing among the ${relation}`);
      }
      for (const account of there.difference(must)) {
        // Graph does not let the last owner go: without anybody to take the class over those who run it stay, whether the
        // roster has nobody or somebody removed its teachers by hand and the policy is to leave it at that.
        if (isOrphan && (ownersNow.has(account) || isTeacher(account))) continue;
        const added = byHand.has(`${id}|${relation}|${account}`);
        if (!(history.foreignMembers === 'keep' && added))
          wrong.push(`class ${id}: ${account} should not be among the ${relation}`);
      }
    }
    const name = String(group.props.displayName);
    if (name.startsWith('Ours') && history.attributes === 'repair') wrong.push(`class ${id} is called ${name}`);
  }
  wrong.push(...inSchools(district, world, history, byHand, accountsOf));
  const problems = await district.store.withTenant(district.tenantId, readProblems);
  for (const { code, subject } of problems)
    if (code === 'DriftContended' || code === 'DriftUnreadable') wrong.push(`${code} of ${subject}`);
  return wrong;
}

/** Everybody and every class is in their schools; anyone who is in another one was there before, or put there by hand. */
function inSchools(
  { microsoft: { directory } }: District,
  world: World,
  { memberships }: History,
  byHand: ByHand,
  accountsOf: (keys: Iterable<string>) => Set<string>,
): string[] {
  const mustBeIn = (at: string) => {
    const students = [...world.students].flatMap(([id, school]) => (school === at ? [`students:1${id}`] : []));
    const teachers = [...world.teachers].flatMap(([id, schools]) => (schools.has(at) ? [`teachers:9${id}`] : []));
    const sections = [...world.sections].flatMap(([id, { school }]) => (school === at ? [`5${id}`] : []));
    const classes = sections.flatMap((id) => [...directory.groups.find('externalId', id)].map((group) => group.id));
    return accountsOf([...students, ...teachers]).union(new Set(classes));
  };
  const wrong: string[] = [];
  for (const id of schoolIds) {
    const [school] = directory.schools.find('externalId', id);
    const there = new Set([...(school?.users ?? []), ...(school?.classes ?? [])].map((one) => one.id));
    for (const one of mustBeIn(id).difference(there)) {
      const left = byHand.get(`school ${id}|${one}`) === false && memberships !== 'repair';
      if (!left) wrong.push(`school ${id}: ${one} is missing`);
    }
    for (const [key, added] of byHand)
      if (added && key.startsWith(`school ${id}|`) && !there.has(key.slice(key.indexOf('|') + 1)))
        wrong.push(`${key} was put there by hand, and is gone`);
  }
  return wrong;
}
