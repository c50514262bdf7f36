/** A district of six students in three classes, and somebody of it who left and is back, for tests of hand-overs. */
import type { Test } from 'tap';
import type { RosterRecord } from '../../shared/roster.ts';
import { parseProfile } from '../profile/profile.ts';
import { listLinks } from '../store/accounts/links.ts';
import { readProblems } from '../store/runs/problems.ts';
import { type District, type Mode, openDistrict, profileFor, smallRoster } from './district.ts';

export const match: Mode = { students: 'match', teachers: 'match' };
export const create: Mode = { students: 'create', teachers: 'create' };
export const students = 6;

export async function open(t: Test, mode: Mode, change: object = {}): Promise<District> {
  const district = await openDistrict({ dir: t.testdir(), mode, students, accounts: mode.students === 'match' });
  t.teardown(() => district.close());
  district.profile = parseProfile({ ...profileFor(mode), ...change }, 'test');
  await district.commit(smallRoster(students));
  t.match(await district.run(), { state: 'success' });
  return district;
}

/** Student 10 has left; who comes back is in one of the three classes. */
export function withReturned(values: object, kind: 'student' | 'teacher' = 'student'): RosterRecord[] {
  const rest = smallRoster(students).filter(({ id }) => !['10', '300', '301', '302'].includes(id));
  const record = { kind, id: '99', schoolId: '1', username: 'student0', ...values } as RosterRecord;
  const of = { schoolId: '1', sectionId: '50' };
  const membership: RosterRecord =
    kind === 'student'
      ? { kind: 'studentEnrollment', id: '399', studentId: '99', ...of }
      : { kind: 'teacherRoster', id: '799', teacherId: '99', ...of };
  return [...rest, record, membership];
}

export const same = { studentNumber: '4000', givenName: 'Ana', surname: 'Šimić 0', grade: '9' };

/** Student 10 as staff: record 99, who teaches section 50. */
export const asStaff = (values: object = {}) => withReturned({ username: 'student0', ...values }, 'teacher');

export async function problemsOf({ store, tenantId }: District): Promise<string[]> {
  const problems = await store.withTenant(tenantId, readProblems);
  return problems.map(({ subject, code }) => `${subject} ${code}`);
}

export async function links({ store, tenantId }: District): Promise<Record<string, string | undefined>> {
  const all = await store.withTenant(tenantId, listLinks);
  return Object.fromEntries(all.map((one) => [`${one.role}:${one.personId}`, one.userPrincipalName]));
}

export async function classesOf(district: District, name: string): Promise<string[]> {
  const { user, class: classes } = await district.dump();
  const id = user.find((one) => one.userPrincipalName === `${name}@contoso.edu`)?.id ?? '';
  return classes.filter(({ members }) => members?.includes(id)).map(({ externalId = '' }) => externalId);
}
