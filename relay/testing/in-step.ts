/** A small district that has been in step for a while, for tests of what people change by hand in Microsoft 365. */
import type { Test } from 'tap';
import type { Group, School, User } from '../../scripts/simulators/microsoft/directory/entities.ts';
import type { DriftPolicy } from '../profile/drift.ts';
import { readProblems } from '../store/runs/problems.ts';
import { type District, type Mode, openDistrict, smallRoster } from './district.ts';

export const minutes = 60_000;

export interface InStep {
  drift?: Partial<DriftPolicy>;
  students?: number;
  mode?: Mode;
}

/** It has run, and has compared once. */
export async function inStep(t: Test, options: InStep = {}): Promise<District> {
  const { drift, students = 12, mode = { students: 'match', teachers: 'match' } } = options;
  const accounts = mode.students === 'match';
  const district = await openDistrict({ dir: t.testdir(), mode, students, accounts });
  t.teardown(() => district.close());
  setPolicy(district, drift ?? {});
  await district.commit(smallRoster(students));
  await district.run();
  t.match(await later(district), { done: 0, failed: 0, problems: 0 }, 'in step');
  return district;
}

export function setPolicy(district: District, drift: Partial<DriftPolicy>): void {
  district.profile = { ...district.profile, drift: { ...district.profile.drift, ...drift } };
}

/** The run after a while in which nothing but the edits happened. @param after milliseconds */
export async function later(district: District, after = 11 * minutes) {
  district.clock.advance(after);
  return await district.run();
}

export function classOf(district: District, sectionId: string): Group {
  const [group] = district.microsoft.directory.groups.find('externalId', sectionId);
  if (group === undefined) throw new Error(`no class ${sectionId}`);
  return group;
}

export function schoolOf(district: District, schoolId: string): School {
  const [school] = district.microsoft.directory.schools.find('externalId', schoolId);
  if (school === undefined) throw new Error(`no school ${schoolId}`);
  return school;
}

export function userOf(district: District, name: string): User {
  const [user] = district.microsoft.directory.users.find('userPrincipalName', `${name}@contoso.edu`);
  if (user === undefined) throw new Error(`no account ${name}`);
  return user;
}

/** `CODE subject` of every open problem, sorted. */
export async function codes(district: District): Promise<string[]> {
  const problems = await district.store.withTenant(district.tenantId, readProblems);
  return problems.map(({ subject, code }) => `${code} ${subject}`).sort();
}

/** The reasons of operations that speak of what somebody did. */
export async function reasons(district: District): Promise<string[]> {
  const rows = await district.store.withTenant(district.tenantId, ({ db }) =>
    db.selectFrom('operation').select('reason').where('reason', 'like', '%somebody%').distinct().execute(),
  );
  return rows.map(({ reason }) => reason);
}
