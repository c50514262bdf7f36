/** A console with a district in which something is wrong, at two schools, and one where nobody may look. */
import type { Test } from 'tap';
import type { RosterRecord } from '../../shared/roster.ts';
import { problem } from '../model/problem.ts';
import { replaceProblems } from '../store/runs/problems.ts';
import type { Tenant } from '../store/tenants/system.ts';
import { type ConsoleSetting, consoleSetting } from './console.ts';
import { commitRoster, smallRoster } from './district.ts';
import { addTenant } from './relay-double.ts';

/** School 1 has the even students, 10, 12 …, and school 2 the odd ones. */
export interface ProblemDistrict extends ConsoleSetting {
  tenant: Tenant;
  roster: RosterRecord[];
}

/** @param students how many; at school 2 none has an email address, at school 1 the first two have no account */
export async function problemDistrict(t: Test, students = 20): Promise<ProblemDistrict> {
  const setting = await consoleSetting(t);
  const { relay, clock } = setting;
  const tenant = await addTenant(relay, 'contoso');
  await addTenant(relay, 'fabrikam');
  const roster = smallRoster(students);
  await commitRoster({ store: relay.store, tenantId: tenant.id }, roster, clock);
  const missing = roster.flatMap(({ kind, id, schoolId }) =>
    kind === 'student' && schoolId === '2'
      ? [problem(`students:${id}`, 'MissingSourceValue', { source: 'secondaryEmail' })]
      : [],
  );
  const unmatched = ['10', '12'].map((id) =>
    problem(`students:${id}`, 'UnmatchedEntry', { target: 'mail', value: `"${id}"`, source: 'secondaryEmail' }),
  );
  const ownerless = problem('class:50', 'ClassWithoutOwner', {});
  const problems = [...missing, ...unmatched, ownerless];
  const now = new Date(clock.now()).toISOString();
  await relay.store.withTenant(tenant.id, (scope) => replaceProblems(scope, 'test', problems, now));
  return { ...setting, tenant, roster };
}
