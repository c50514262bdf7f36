/**
 * Every kind of operation against the Microsoft simulator: without faults, with the first answer of every request lost,
 * and with the first attempt of every request refused. Microsoft 365 ends up the same. A new kind has to occur here.
 */
import { isDeepStrictEqual } from 'node:util';
import t, { type Test } from 'tap';
import { type FaultOrder, faultOrder } from '../../scripts/simulators/microsoft/fault-order.ts';
import type { RosterRecord } from '../../shared/roster.ts';
import type { OperationKind } from '../model/operation.ts';
import { operationKinds } from '../operations/registry.ts';
import { parseProfile } from '../profile/profile.ts';
import { type District, openDistrict, skuId, smallRoster } from '../testing/district.ts';
import { noGuards } from '../testing/small-world.ts';

/** The part of the history in which each kind occurs. */
const comesWith: Record<OperationKind, Part> = {
  createSchool: 'first load',
  updateSchool: 'edits',
  createUser: 'first load',
  updateUser: 'edits',
  assignLicence: 'first load',
  addToLicenceGroup: 'first load',
  createClass: 'first load',
  updateClass: 'edits',
  addSchoolClass: 'first load',
  addSchoolUser: 'first load',
  addOwners: 'first load',
  addMembers: 'first load',
  removeOwner: 'edits',
  removeMember: 'edits',
  createGroup: 'first load',
  updateGroup: 'edits',
  addToGroup: 'first load',
  removeFromGroup: 'edits',
  createTeam: 'first load',
  disableUser: 'departures',
  revokeSessions: 'departures',
  enableUser: 'return',
  expireClass: 'departures',
  archiveTeam: 'departures',
  unarchiveTeam: 'return',
};

const start = smallRoster(6);

const rosters = {
  'first load': start,
  edits: start.flatMap((one): RosterRecord[] => {
    if (one.kind === 'school') return [{ ...one, name: `New ${one.name}` }];
    if (one.kind === 'student') return [{ ...one, grade: '10' }];
    if (one.kind === 'section') return [{ ...one, courseName: `New ${one.courseName}` }];
    // Another teacher, and one student fewer.
    if (one.kind === 'teacherRoster' && one.sectionId === '50') return [{ ...one, teacherId: '92' }];
    return one.kind === 'studentEnrollment' && one.id === '300' ? [] : [one];
  }),
  departures: start.filter((one) => {
    const refers = [one.id, ...('sectionId' in one ? [one.sectionId] : [])];
    if (one.kind === 'studentEnrollment') refers.push(one.studentId);
    return !refers.includes('12') && !refers.includes('53');
  }),
  return: start,
} satisfies Record<string, RosterRecord[]>;

type Part = keyof typeof rosters;

const group = 'a7e30c5b-0000-4000-8000-000000000001';

async function open(t: Test): Promise<District> {
  const mode = { students: 'create', teachers: 'create' } as const;
  const district = await openDistrict({ dir: t.testdir(), mode, students: 6, accounts: false });
  t.teardown(() => district.close());
  const licensing = { displayName: 'Students', mailNickname: 'students', securityEnabled: true, mailEnabled: false };
  const { directory } = district.microsoft;
  const given = directory.addGroup(licensing, false, 'once', group);
  directory.groups.update(given, { assignedLicenses: [{ skuId, disabledPlans: [] }] });
  const licenses = { ...district.profile.licenses, students: { group } };
  const policies = {
    ...{ teacherLeftClass: 'remove', studentGone: 'disable', teacherGone: 'disable', revokeSessions: true },
    ...{ sectionGone: ['removeStudents', 'markExpired', 'archiveTeam'], goneForDays: 0 },
  };
  const groups = { by: ['role', 'school', 'grade', 'schoolGrade'] };
  const document = { ...district.profile, licenses, policies, classes: { createTeam: true }, groups, guards: noGuards };
  district.profile = parseProfile(document, 'test');
  return district;
}

interface Seen {
  /** Kinds that were carried out, in the order of the registry. */
  kinds: OperationKind[];
  /** What Microsoft 365 has in the end, with names instead of ids. */
  directory: unknown;
  failed: number;
}

/** Runs until nothing is left to do. */
async function carryOut(t: Test, district: District, part: Part): Promise<Seen> {
  await district.commit(rosters[part]);
  const { store, tenantId } = district;
  const since = new Date(district.clock.now()).toISOString();
  let failed = 0;
  for (let runs = 1; ; runs += 1) {
    const report = await district.run();
    failed += report.failed;
    const isQuiet = report.done + report.failed + report.waiting + report.problems === 0;
    if (isQuiet || runs === 12) {
      t.ok(isQuiet, `${part}: nothing is left to do`);
      break;
    }
    district.clock.advance(30 * 60_000);
  }
  const journal = await store.withTenant(tenantId, ({ db }) =>
    db.selectFrom('operation').select('kind').distinct().where('state', '=', 'done').where('at', '>=', since).execute(),
  );
  const kinds = operationKinds.filter((kind) => journal.some((one) => one.kind === kind));
  return { kinds, directory: await named(district), failed };
}

/** Everything that the tenant has, without times, and with names instead of object ids. */
async function named(district: District): Promise<unknown> {
  const { user, class: classes, school } = await district.dump();
  const lines = [...user, ...classes, ...school];
  const names = new Map(lines.map((one) => [one.id, one.userPrincipalName ?? `${one.type} ${one.externalId}`]));
  const nameOf = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(nameOf).sort((a, b) => (String(a) < String(b) ? -1 : 1));
    if (typeof value !== 'string') return value;
    if (/^\d{4}-\d\d-\d\dT/.test(value)) return 'a time';
    // The name of an expired class has the month, which may end during the test.
    return names.get(value) ?? value.replace(/^Exp\d{4}_/, 'expired ');
  };
  const members = [...(district.microsoft.directory.groups.get(group)?.members ?? [])].map(({ id }) => names.get(id));
  const objects = lines.map((one) =>
    Object.fromEntries(Object.entries(one).map(([name, value]) => [name, nameOf(value)])),
  );
  const groups = [...district.microsoft.directory.groups.values()].flatMap(({ props, members, isClass }) =>
    isClass
      ? []
      : [[`${props.mailNickname}`, props.displayName, ...[...members].map(({ id }) => names.get(id)).sort()]],
  );
  groups.sort(([a = ''], [b = '']) => (String(a) < String(b) ? -1 : 1));
  return { objects: objects.sort((a, b) => (String(a.id) < String(b.id) ? -1 : 1)), licensed: members.sort(), groups };
}

/** The first write to every path has this fault. */
function disturb({ microsoft: { faults } }: District, order: FaultOrder): void {
  const met = new Set<string>();
  faults.take = (method, path) => {
    const request = `${method} ${path}`;
    if (method === 'GET' || path.includes('batch') || path.includes('token') || met.has(request)) return undefined;
    met.add(request);
    return order;
  };
}

const parts = Object.keys(rosters) as Part[];

t.test('every kind occurs and succeeds; lost answers and refusals do not change the result', async (t) => {
  const plain = await open(t);
  const lost = await open(t);
  disturb(lost, faultOrder.parse({ match: {}, kind: 'missing' }));
  const refused = await open(t);
  const answer = { status: 400, code: 'Request_BadRequest', message: 'Something is not as it should be.' };
  disturb(refused, faultOrder.parse({ match: {}, kind: 'answer', answer }));
  for (const part of parts) {
    const seen = await carryOut(t, plain, part);
    const missing = operationKinds.filter((kind) => comesWith[kind] === part && !seen.kinds.includes(kind));
    t.same(missing, [], `${part}: every kind that comes with it`);
    t.equal(seen.failed, 0, part);
    const unheard = await carryOut(t, lost, part);
    t.equal(unheard.failed, 0, `${part}: a lost answer is no failure`);
    t.strictSame(unheard.directory, seen.directory, `${part}: where answers were lost`);
    const again = await carryOut(t, refused, part);
    t.ok(again.failed > 0, `${part}: refusals are failures`);
    t.strictSame(again.directory, seen.directory, `${part}: where requests were refused`);
    t.ok(lost.microsoft.stats.writes > plain.microsoft.stats.writes, `${part}: something was sent again`);
    t.ok(isDeepStrictEqual(unheard.kinds, seen.kinds) && isDeepStrictEqual(again.kinds, seen.kinds), part);
  }
});
