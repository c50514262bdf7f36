/** Which profile provisions somebody. */
import { responsibleFor } from '../../explain/frame.ts';
import { asSchoolId, schoolIdOf } from '../../model/keys.ts';
import { type PersonKey, personIn } from '../../model/person-key.ts';
import type { Role } from '../../model/role.ts';
import { containersOf } from '../../store/applied/applied.ts';
import { readProfiles } from '../../store/profiles/profiles.ts';
import { readPerson } from '../../store/roster/mirror.ts';
import type { TenantScope } from '../../store/store.ts';

/** @returns its name; undefined for a district without a profile */
export async function profileFor(scope: TenantScope, role: Role, person: PersonKey): Promise<string | undefined> {
  const { records } = await readPerson(scope, role === 'students' ? 'student' : 'teacher', personIn(person).id);
  const here = records.map(schoolIdOf);
  const schoolIds = here.length > 0 ? here : (await containersOf(scope, 'schoolUser', person)).map(asSchoolId);
  return responsibleFor(schoolIds, await readProfiles(scope)).profile?.name;
}
