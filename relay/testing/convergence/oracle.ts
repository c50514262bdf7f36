/** What Microsoft 365 must hold in the end of a history: the plain reading of roster, profile and policies, without the product's tables. */
import { sdsExtension } from '../../../scripts/simulators/microsoft/graph/resources.ts';
import type { Ending } from '../../profile/life.ts';
import type { District, Dump } from '../district.ts';
import { type Membership, membershipsOf, type World } from '../small-world.ts';

/** Schools, classes and accounts of one record of which there are several. */
export function whatIsThereTwice(dump: Dump): string[] {
  const all = {
    school: dump.school.map((one) => one.externalId),
    class: dump.class.map(sectionOf).filter((id) => id !== undefined),
    account: dump.user.map(stampOf).filter((stamp) => stamp !== undefined),
  };
  return Object.entries(all).flatMap(([name, ids]) =>
    new Set(ids).size < ids.length ? [`a ${name} is there twice: ${ids.join(' ')}`] : [],
  );
}

/** What is wrong with classes, their people and their teams. */
export function differences(
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
export function ofDeparted(
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

export function compare(
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

export function stampOf({ student, teacher }: Dump['user'][number]): string | undefined {
  if (student?.externalId !== undefined) return `students:${student.externalId}`;
  return teacher?.externalId === undefined ? undefined : `teachers:${teacher.externalId}`;
}
