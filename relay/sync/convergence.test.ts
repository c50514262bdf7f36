/**
 * Whatever happens on the way (edits, also during runs, faults of Graph, lost answers, kills, restarts), Microsoft 365 ends up as the
 * roster and the profile say: nothing missing, nothing twice, and nothing done that the policy does not allow.
 */
import fc from 'fast-check';
import t, { type Test } from 'tap';
import type { DirectoryFile } from '../../scripts/simulators/microsoft/directory-file.ts';
import { sdsExtension } from '../../scripts/simulators/microsoft/graph/resources.ts';
import { HallpassError } from '../../shared/errors.ts';
import type { Ending } from '../profile/life.ts';
import { parseProfile } from '../profile/profile.ts';
import { readLinks } from '../store/accounts/links.ts';
import { appliedObjectIds } from '../store/applied/applied.ts';
import { badAnswer } from '../testing/bad-answers.ts';
import { type District, type Dump, openDistrict } from '../testing/district.ts';
import { histories } from '../testing/histories.ts';
import type { HowToRun } from '../testing/mid-run.ts';
import { afterSds } from '../testing/sds.ts';
import {
  change,
  type Edit,
  editIn,
  fullWorld,
  type Membership,
  membershipsOf,
  noGuards,
  type Part,
  parts,
  recordsOf,
  type World,
} from '../testing/small-world.ts';

const place = {
  path: fc.constantFrom(
    '/education/',
    '/education/users',
    '/education/classes',
    '/groups/',
    '\\$ref',
    '/users/delta',
    'batch',
    '/teams',
  ),
  times: fc.integer({ min: 1, max: 4 }),
  skip: fc.nat(6),
};
const kinds = ['429', '500', '502', '503', '504', 'empty', 'html', 'lost-answer', 'drop', 'fails-later'] as const;
const fault = fc.oneof(
  fc.record({ ...place, bad: fc.record({ kind: fc.constantFrom(...kinds) }) }),
  fc.record({ ...place, bad: badAnswer }),
);

const stepIn = (part: Part) =>
  fc.record({
    edits: fc.array(editIn(part), { maxLength: 6 }),
    faults: fc.array(fault, { maxLength: 3 }),
    /** What is edited while the run is under way, when it has sent so many requests. */
    meanwhile: fc.option(
      fc.record({
        after: fc.integer({ min: 1, max: 20 }),
        isHeld: fc.boolean(),
        edits: fc.array(editIn(part), { minLength: 1, maxLength: 4 }),
      }),
      { nil: undefined },
    ),
    /** A kill after so many requests, or when the store was written to so often; 0 for none. */
    killedAfter: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 12 })),
    killedAfterWrites: fc.oneof(
      { weight: 3, arbitrary: fc.constant(0) },
      { weight: 1, arbitrary: fc.integer({ min: 1, max: 20 }) },
    ),
    restart: fc.boolean(),
  });

const historyIn = (part: Part) =>
  fc.record({
    how: fc.constantFrom('match' as const, 'create' as const),
    /** What School Data Sync left behind, if it was there before. */
    sds: fc.option(fc.constantFrom('v1' as const, 'v2.1' as const, 'mixed' as const), { nil: undefined }),
    schools: fc.constantFrom('all' as const, ['1', '2']),
    createTeam: fc.boolean(),
    rules: fc.record({
      ownerRemovalEndsMembership: fc.boolean(),
      refusesOwnersInPatch: fc.boolean(),
      clearedRoles: fc.constantFrom('cleared' as const, 'ignored' as const, 'refused' as const),
      deletedKeepNames: fc.boolean(),
    }),
    studentLeftClass: fc.constantFrom('remove' as const, 'keep' as const),
    teacherLeftClass: fc.constantFrom('remove' as const, 'keep' as const),
    studentGone: fc.constantFrom('disable' as const, 'keep' as const),
    teacherGone: fc.constantFrom('disable' as const, 'keep' as const),
    revokeSessions: fc.boolean(),
    sectionGone: fc.constantFrom<'keep' | Ending[]>(
      'keep',
      ['removeStudents', 'markExpired', 'archiveTeam'],
      ['archiveTeam'],
      ['markExpired', 'removeStudents'],
    ),
    steps: fc.array(stepIn(part), { minLength: 1, maxLength: 4 }),
  });

const history = fc.oneof(...parts.map(historyIn));

type History = typeof history extends fc.Arbitrary<infer T> ? T : never;

const calm = { edits: [], faults: [], meanwhile: undefined, killedAfter: 0, killedAfterWrites: 0, restart: false };

/** A membership is added and its answer lost with the process; before the next run the student has left again. */
const undone: History = {
  how: 'match',
  sds: undefined,
  schools: 'all',
  createTeam: false,
  rules: {
    ownerRemovalEndsMembership: false,
    refusesOwnersInPatch: false,
    clearedRoles: 'cleared',
    deletedKeepNames: false,
  },
  studentLeftClass: 'remove',
  teacherLeftClass: 'remove',
  studentGone: 'keep',
  teacherGone: 'keep',
  revokeSessions: false,
  sectionGone: 'keep',
  steps: [
    {
      ...calm,
      faults: [{ path: '/education/', bad: { kind: '429' }, times: 4, skip: 0 }],
      killedAfter: 10,
    },
    { ...calm, edits: [{ what: 'enrollment', id: 0, section: 0 }], killedAfter: 1 },
  ],
};

/** Whether a class is a team is asked, and the answer is 429: that is not a no. */
const unanswered: History = {
  ...undone,
  createTeam: true,
  sectionGone: ['archiveTeam'],
  steps: [
    { ...calm, restart: true },
    { ...calm, edits: [{ what: 'section', id: 0, course: undefined }], killedAfter: 1 },
    {
      ...calm,
      faults: [{ path: '/groups/', bad: { kind: '429' }, times: 1, skip: 1 }],
    },
  ],
};

/** An owner is added and its answer lost with the process; before the next run the only teacher has left. */
const doubtfulOwner: History = {
  ...undone,
  createTeam: true,
  rules: { ...undone.rules, refusesOwnersInPatch: true },
  studentGone: 'disable',
  teacherGone: 'disable',
  steps: [{ ...calm, edits: [{ what: 'roster', id: 1, section: 1 }], killedAfter: 7 }, calm],
};

/** A new name of a class is written and its answer lost with the process; before the next run the section is gone. */
const nameless: History = {
  ...undone,
  sectionGone: ['markExpired', 'removeStudents'],
  steps: [
    calm,
    { ...calm, edits: [{ what: 'section', id: 0, course: 'Music' }] },
    { ...calm, killedAfter: 1 },
    { ...calm, edits: [{ what: 'section', id: 0, course: undefined }], killedAfter: 1 },
  ],
};

/** Somebody has an account by the identity rule, and is gone before anything was written to it. */
const unwritten: History = {
  ...undone,
  sds: 'v1',
  createTeam: true,
  studentGone: 'disable',
  teacherGone: 'disable',
  steps: [
    {
      ...calm,
      faults: [
        {
          path: 'batch',
          bad: { kind: 'answer', answer: { status: 201, body: '{"blocked":true}' }, done: false },
          times: 2,
          skip: 1,
        },
      ],
    },
    { ...calm, edits: [{ what: 'teacher', id: 0, school: '1' }] },
  ],
};

t.test('for any history: what should be there is there, once, and nothing else was done', async (t) => {
  await fc.assert(
    fc.asyncProperty(history, async (history) => {
      const found = await live(t, history);
      if (found.length > 0) throw new Error(found.join('\n'));
    }),
    histories(t, [undone, unanswered, doubtfulOwner, nameless, unwritten]),
  );
  t.pass('it holds');
});

/** @returns what is wrong in the end */
async function live(t: Test, history: History): Promise<string[]> {
  const { how, sds, schools, createTeam, steps, rules, ...policies } = history;
  const mode = { students: how, teachers: how };
  const accounts = how === 'match' || sds !== undefined;
  const furnish = (file: DirectoryFile) => (sds === undefined ? file : leftBySds(file, sds));
  const district = await openDistrict({ dir: t.testdir(), mode, students: 8, accounts, furnish });
  try {
    const given = { schools, policies: { ...policies, goneForDays: 0 }, guards: noGuards, classes: { createTeam } };
    district.profile = parseProfile({ ...district.profile, ...given }, 'test');
    Object.assign(district.microsoft.directory.rules, rules);
    const before = await district.dump();
    const world = fullWorld();
    const ever = new Map<string, Membership>();
    await commit(district, world, ever);
    const edit = async (edits: readonly Edit[]) => {
      for (const one of edits) change(world, one);
      await commit(district, world, ever);
    };
    for (const { edits, faults, meanwhile, killedAfter, killedAfterWrites, restart } of steps) {
      for (const { path, bad, ...order } of faults)
        district.microsoft.faults.add({ match: { path }, ...bad, ...order, delay: 0 });
      await runOnABadDay(district, {
        ...(killedAfter === 0 ? {} : { killedAfter }),
        ...(killedAfterWrites === 0 ? {} : { killedAfterWrites }),
        meanwhile: meanwhile && { ...meanwhile, edit: () => edit(meanwhile.edits) },
      });
      const twice = whatIsThereTwice(await district.dump());
      if (twice.length > 0) return twice;
      if (restart) district.restart();
      await edit(edits);
    }
    district.microsoft.faults.clear();
    await settle(district);
    const end = await district.dump();
    const { links, objects } = await district.store.withTenant(district.tenantId, async (scope) => {
      return { links: await readLinks(scope), objects: await appliedObjectIds(scope) };
    });
    const people = new Map(links.map(({ role, personId, objectId }) => [objectId, `${role}:${personId}`]));
    const held = new Set([...objects, ...people.keys()]);
    return [
      ...differences(district, end, { world, ever, before }),
      ...ofDeparted(district, end, { world, before, held, people }),
    ];
  } finally {
    await district.close();
  }
}

/** Sections may change their course before Hallpass first looks, which would be a contradiction and has tests of its own. */
function leftBySds(file: DirectoryFile, form: 'v1' | 'v2.1' | 'mixed'): DirectoryFile {
  const left = afterSds(recordsOf(fullWorld()), { form, expired: 1 })(file);
  const groups = left.groups?.map(({ [`${sdsExtension}CourseNumber`]: _number, course: _course, ...group }) => group);
  return { ...left, groups };
}

async function commit(district: District, world: World, ever: Map<string, Membership>): Promise<void> {
  await district.commit(recordsOf(world));
  for (const [id, { students, teachers }] of membershipsOf(world, district.profile.schools)) {
    const before = ever.get(id);
    ever.set(id, {
      students: students.union(before?.students ?? new Set()),
      teachers: teachers.union(before?.teachers ?? new Set()),
    });
  }
}

/** A run may fail on a bad day, as long as it says why. */
async function runOnABadDay(district: District, how: HowToRun): Promise<void> {
  try {
    await district.run(how);
  } catch (error) {
    const killed = error instanceof Error && error.message === 'killed';
    const explained = error instanceof HallpassError && error.retry !== 'bug';
    if (!killed && !explained) throw error;
  }
}

/** Good days from now on, with time enough for a team that has to wait. Links whose account is gone take a second run, and nothing may be left for a fourth. */
async function settle(district: District): Promise<void> {
  for (let run = 0; run < 4; run += 1) {
    district.clock.advance(6 * 60_000);
    const { done, failed, waiting } = await district.run();
    if (done + failed + waiting === 0) return;
  }
  throw new Error('there is always something left to do');
}

function whatIsThereTwice(dump: Dump): string[] {
  const all = {
    school: dump.school.map((one) => one.externalId),
    class: dump.class.map(sectionOf).filter((id) => id !== undefined),
    account: dump.user.map(stampOf).filter((stamp) => stamp !== undefined),
  };
  return Object.entries(all).flatMap(([name, ids]) =>
    new Set(ids).size < ids.length ? [`a ${name} is there twice: ${ids.join(' ')}`] : [],
  );
}

function differences(
  { profile, microsoft }: District,
  dump: Dump,
  { world, ever, before: start }: { world: World; ever: ReadonlyMap<string, Membership>; before: Dump },
): string[] {
  const wrong = whatIsThereTwice(dump);
  const say = (difference: string) => wrong.push(difference);
  const stamps = new Map(dump.user.map((user) => [user.id, stampOf(user) ?? user.userPrincipalName ?? '?']));
  const named = (ids: readonly string[] | undefined) => new Set((ids ?? []).map((id) => stamps.get(id) ?? '?'));
  for (const [id, now] of membershipsOf(world, profile.schools)) {
    const one = dump.class.find(({ externalId }) => externalId === id);
    if (one === undefined) {
      say(`class ${id} is missing`);
      continue;
    }
    const [students, teachers, owners] = [
      keyed('students', now.students),
      keyed('teachers', now.teachers),
      named(one.owners),
    ];
    const before = ever.get(id);
    // A person whom School Data Sync put into a class and left before Hallpass came is nobody that it would remove.
    const was = start.class.find((other) => other.id === one.id);
    const mayStay = named([...(was?.members ?? []), ...(was?.owners ?? [])]);
    if (profile.policies.studentLeftClass === 'keep')
      for (const key of keyed('students', before?.students)) mayStay.add(key);
    // Without anybody to take the class over its teachers stay.
    if (profile.policies.teacherLeftClass === 'keep' || teachers.size === 0) {
      for (const key of keyed('teachers', before?.teachers)) mayStay.add(key);
    }
    compare(`class ${id}: member`, { must: students.union(teachers), may: mayStay, there: named(one.members) }, say);
    const isTeam = one.resourceProvisioningOptions?.includes('Team') === true;
    // Somebody who left may still own the class: then it may be a team as well.
    if (isTeam ? !profile.classes.createTeam : profile.classes.createTeam && teachers.size > 0)
      say(`class ${id}: ${isTeam ? 'nobody wanted a team' : 'it is no team'}`);
    compare(`class ${id}: owner`, { must: teachers, may: mayStay, there: owners }, say);
  }
  const earlier = new Set(start.class.map(({ id }) => id));
  for (const one of dump.class) {
    if (!earlier.has(one.id) && !ever.has(one.externalId ?? '')) say(`class ${one.externalId} is out of scope`);
  }
  for (const { id, teamOperations } of microsoft.directory.groups.values()) {
    if (teamOperations.filter(({ type, fails }) => type === 'createTeam' && !fails).length > 1)
      say(`${id} was made a team twice`);
  }
  for (const path of microsoft.stats.byPath.keys()) {
    if (path.startsWith('DELETE') && !path.endsWith('/$ref')) say(`${path} was sent`);
  }
  return wrong;
}

/** Who and what is gone is retired as the policies say, nobody and nothing else is, and nothing is deleted. */
function ofDeparted(
  { profile: { policies, schools } }: District,
  dump: Dump,
  {
    world,
    before,
    held,
    people,
  }: { world: World; before: Dump; held: ReadonlySet<string>; people: ReadonlyMap<string, string> },
): string[] {
  const wrong: string[] = [];
  // What School Data Sync made and was gone before Hallpass came is not Hallpass's.
  const isOurs = ({ id: objectId, schools: ids = [] }: { id: string; schools?: string[] }) =>
    held.has(objectId) &&
    dump.school.some(
      ({ id, externalId = '' }) => ids.includes(id) && (schools === 'all' || schools.includes(externalId)),
    );
  for (const user of dump.user) {
    // Who has an account by the identity rule has it before the first write says so.
    const [role, id = ''] = (stampOf(user) ?? people.get(user.id) ?? '').split(':');
    const isStudent = role === 'students';
    const isHere = isStudent ? world.students.has(id.slice(1)) : (world.teachers.get(id.slice(1))?.size ?? 0) > 0;
    const isDisabled = user.accountEnabled === false;
    const policy = isStudent ? policies.studentGone : policies.teacherGone;
    if (isDisabled && (isHere || policy === 'keep' || role === '')) wrong.push(`${role}:${id} is disabled`);
    const must = !isHere && policy === 'disable' && role !== '' && isOurs(user);
    const isSignedOut = 'signInSessionsValidFromDateTime' in user;
    if (isSignedOut ? !policies.revokeSessions : must && policies.revokeSessions)
      wrong.push(`${role}:${id} is ${isSignedOut ? '' : 'not '}signed out`);
    if (!isDisabled && must) wrong.push(`${role}:${id} is enabled`);
  }
  const { sectionGone } = policies;
  for (const one of dump.class) {
    const was = before.class.find(({ id }) => id === one.id);
    const sectionId = sectionOf(one);
    if (sectionId === undefined) continue;
    const isHere = world.sections.has(sectionId.slice(1));
    const does = (way: Ending) => !isHere && sectionGone !== 'keep' && sectionGone.includes(way);
    const isExpired = /^Exp\d{4}_/.test(one.displayName ?? '');
    const isTeam = one.resourceProvisioningOptions?.includes('Team') === true;
    const must = isOurs(one);
    if (isExpired ? !does('markExpired') : must && does('markExpired')) wrong.push(`${sectionId}: ${one.displayName}`);
    const isArchived = one.isArchived === true;
    if (isArchived ? !does('archiveTeam') : must && isTeam && does('archiveTeam'))
      wrong.push(`${sectionId} is ${isArchived ? '' : 'not '}archived`);
    const students = dump.user.filter(({ id }) => one.members?.includes(id)).map((user) => stampOf(user) ?? '');
    const left = students.filter((stamp) => stamp.startsWith('students:'));
    if (must && does('removeStudents') && was === undefined && left.length > 0) wrong.push(`${sectionId} has ${left}`);
  }
  return wrong;
}

function compare(
  what: string,
  { must, may, there }: { must: ReadonlySet<string>; may: ReadonlySet<string>; there: ReadonlySet<string> },
  say: (difference: string) => void,
): void {
  for (const key of must.difference(there)) say(`${what} ${key} is missing`);
  for (const key of there.difference(must).difference(may)) say(`${what} ${key} should not be there`);
}

function keyed(role: string, ids: ReadonlySet<string> | undefined): Set<string> {
  return new Set([...(ids ?? [])].map((id) => `${role}:${id}`));
}

/** The section that a class is of, by whichever stamp; an expired one is of none. */
function sectionOf(one: Dump['class'][number]): string | undefined {
  return one.externalId ?? /^Section_(.+)$/.exec(one[`${sdsExtension}AnchorId`] ?? '')?.[1];
}

function stampOf({ student, teacher }: Dump['user'][number]): string | undefined {
  if (student?.externalId !== undefined) return `students:${student.externalId}`;
  return teacher?.externalId === undefined ? undefined : `teachers:${teacher.externalId}`;
}
