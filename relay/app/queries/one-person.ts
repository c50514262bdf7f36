/** The one person that someone means, looked up in the store. */
import { fail } from '../../../shared/errors.ts';
import { isPersonKey, personIn, personKey } from '../../model/person-key.ts';
import type { Role } from '../../model/role.ts';
import { listLinks } from '../../store/accounts/links.ts';
import { mirrorState, readPerson } from '../../store/roster/mirror.ts';
import type { TenantScope } from '../../store/store.ts';
import { readPeople } from '../../sync/read-people.ts';
import { describePerson, type FoundPerson, findPeople } from './find-person.ts';

/** Longer text is not a DCID. */
const longestId = 40;

/**
 * The intended person: a key is used as it is, even for an unknown person.
 *
 * @throws as {@link onePerson}
 */
export async function personMeant(scope: TenantScope, asked: string): Promise<{ role: Role; personId: string }> {
  if (isPersonKey(asked)) {
    const { role, id } = personIn(asked);
    if (id.length <= longestId) return { role, personId: id };
  }
  const { role, personId } = await onePerson(scope, asked);
  return { role, personId };
}

/**
 * The DCID of the intended person, even for one who left and never had an account. Before the first cycle nobody is
 * known, and the text is taken for a DCID.
 *
 * @throws as {@link onePerson}
 */
export async function dcidOf(scope: TenantScope, role: Role, asked: string): Promise<string> {
  const { records, wasThere } = await readPerson(scope, role === 'students' ? 'student' : 'teacher', asked);
  if (records.length > 0 || wasThere || (await mirrorState(scope)).committedAt === null) return asked;
  return (await onePerson(scope, asked, role)).personId;
}

/**
 * What `plan` filters by: a person key, or a DCID that a student and a staff member share.
 *
 * @throws HallpassError PERSON_NOT_FOUND, PERSON_NOT_CLEAR
 */
export async function personFilter(scope: TenantScope, asked: string): Promise<string> {
  const people = await readPeople(scope, () => true);
  const [first, ...others] = findPeople(asked, { people, links: await listLinks(scope) });
  if (first?.by === 'DCID' && others.length > 0) return first.personId;
  const { role, personId } = await onePerson(scope, asked);
  return personKey(role, personId);
}

/** @throws HallpassError PERSON_NOT_FOUND, PERSON_NOT_CLEAR with everyone who matches */
export async function onePerson(scope: TenantScope, asked: string, role?: Role): Promise<FoundPerson> {
  const people = await readPeople(scope, () => true);
  const [first, ...others] = findPeople(asked, { people, links: await listLinks(scope) }, role);
  if (first === undefined) {
    const [other] = role === undefined ? [] : findPeople(asked, { people, links: await listLinks(scope) });
    const hint = other === undefined ? '' : ` There is a ${other.role.replace(/s$/, '')}: ${describePerson(other)}.`;
    throw fail('PERSON_NOT_FOUND', {
      asked,
      who: role === undefined ? 'Nobody' : `No ${role.replace(/s$/, '')}`,
      hint,
    });
  }
  if (others.length === 0) return first;
  const shown = [first, ...others].slice(0, 20).map(describePerson).join('; ');
  throw fail('PERSON_NOT_CLEAR', { asked, count: others.length + 1, by: first.by, people: shown });
}
