/**
 * A change that was carried out although nobody knows it, and whose opposite is wanted then: an answer is lost, and what is sent
 * again is refused. What is wanted last is there in the end, also where the applied state says that nothing has to be done for it.
 */
import t, { type Test } from 'tap';
import { type FaultOrder, faultOrder } from '../../../scripts/simulators/microsoft/fault-order.ts';
import type { RosterRecord } from '../../../shared/roster.ts';
import { parseProfile } from '../../profile/profile.ts';
import { type District, openDistrict, smallRoster } from '../../testing/district.ts';
import { takesAll } from '../../testing/histories.ts';
import { noGuards } from '../../testing/small-world.ts';

const policies = {
  studentLeftClass: 'remove',
  studentGone: 'disable',
  teacherGone: 'disable',
  sectionGone: ['archiveTeam'],
  goneForDays: 0,
};

const whole = smallRoster(8);

const without = (isGone: (record: RosterRecord) => boolean) => whole.filter((record) => !isGone(record));
const noStudent = without((record) => record.id === '10' || ('studentId' in record && record.studentId === '10'));
const noSection = without((record) => record.id === '50' || ('sectionId' in record && record.sectionId === '50'));
const notEnrolled = without(({ kind, id }) => kind === 'studentEnrollment' && id === '300');
const renamed = whole.map(
  (record): RosterRecord => (record.id === '50' ? ({ ...record, courseName: 'Music' } as RosterRecord) : record),
);

interface Change {
  what: string;
  before: RosterRecord[];
  after: RosterRecord[];
  /** What is sent for it. */
  match: FaultOrder['match'];
  /** What there is in Microsoft 365 of `before`, and of `after`. */
  is: (district: District) => Promise<unknown>;
  was: unknown;
  becomes: unknown;
}

const isEnabled = async (district: District) =>
  (await district.dump()).user.find(({ student }) => student?.externalId === '10')?.accountEnabled;
const classOf = async (district: District) =>
  (await district.dump()).class.find(({ externalId }) => externalId === '50');
const isMember = async (district: District) => {
  const account = (await district.dump()).user.find(({ student }) => student?.externalId === '10');
  return (await classOf(district))?.members?.includes(account?.id ?? '');
};
const nameOfClass = async (district: District) => (await classOf(district))?.displayName;
const isArchived = async (district: District) => (await classOf(district))?.isArchived === true;

const forth: Change[] = [
  {
    what: 'an account is disabled',
    ...{ before: whole, after: noStudent, is: isEnabled, was: true, becomes: false },
    match: { method: 'PATCH', path: '^/education/users/' },
  },
  {
    what: 'a student is removed from a class',
    ...{ before: whole, after: notEnrolled, is: isMember, was: true, becomes: false },
    match: { method: 'DELETE', path: '/members/' },
  },
  {
    what: 'a class is renamed',
    ...{ before: whole, after: renamed, is: nameOfClass, was: 'Course 0 - 1', becomes: 'Music - 1' },
    match: { method: 'PATCH', path: '^/education/classes/' },
  },
  {
    what: 'a team is archived',
    ...{ before: whole, after: noSection, is: isArchived, was: false, becomes: true },
    match: { method: 'POST', path: '/(un)?archive$' },
  },
];

const changes = forth.flatMap((one) => [
  one,
  {
    ...one,
    what: `${one.what}, the other way round`,
    before: one.after,
    after: one.before,
    was: one.becomes,
    becomes: one.was,
  },
]);

for (const [at, change] of changes.entries()) {
  // One direction of each: there, back, there, back.
  if (!takesAll && at % 4 !== 0 && at % 4 !== 3) continue;
  t.test(`${change.what}, which is lost and then refused, and is not wanted anymore`, async (t) => {
    const district = await open(t);
    if (change.before !== whole) await become(district, whole);
    await become(district, change.before);
    t.same(await change.is(district), change.was);
    const answer = { status: 403, code: 'Authorization_RequestDenied', message: 'Insufficient privileges.' };
    // Additions are another request than removals of the same thing.
    const match =
      change.match.path === '/members/' && change.becomes === true ? { path: '^/groups/[^/]+$' } : change.match;
    district.microsoft.faults.add(order({ match, kind: 'lost-answer' }));
    district.microsoft.faults.add(order({ match, kind: 'answer', answer, times: 'always' }));
    await become(district, change.after);
    t.same(await change.is(district), change.becomes, 'it was carried out');
    district.microsoft.faults.clear();
    await become(district, change.before);
    t.same(await change.is(district), change.was, 'and is undone');
  });
}

t.test('a class that may have been marked as expired is, in the end', async (t) => {
  const district = await open(t);
  const sectionGone = ['markExpired'];
  district.profile = parseProfile({ ...district.profile, policies: { ...policies, sectionGone } }, 'test');
  // As often as it is sent.
  district.microsoft.faults.add(order({ match: { path: 'batch' }, kind: 'drop', times: 12 }));
  await district.commit(noSection);
  t.match(await district.run(), { failed: 1 });
  await become(district, noSection);
  t.match(await nameOfClass(district), /^Exp\d{4}_Course 0/);
  t.match(await district.run(), { done: 0, failed: 0 });
  await become(district, whole);
  t.equal(await nameOfClass(district), 'Course 0 - 1');
});

function order(fault: object): FaultOrder {
  return faultOrder.parse(fault);
}

async function open(t: Test): Promise<District> {
  const mode = { students: 'match', teachers: 'match' } as const;
  const district = await openDistrict({ dir: t.testdir(), mode, students: 8, accounts: true });
  t.teardown(() => district.close());
  const given = { policies, guards: noGuards, classes: { createTeam: true } };
  district.profile = parseProfile({ ...district.profile, ...given }, 'test');
  await become(district, whole);
  return district;
}

async function become(district: District, records: readonly RosterRecord[]): Promise<void> {
  await district.commit(records);
  await district.run();
  district.clock.advance(6 * 60_000);
  await district.run();
}
