/** What happens to accounts and classes whose person or section is no longer in the tables. */
import type { ExpectedClass } from './classes.ts';
import type { District } from './district.ts';
import type { Rules } from './rules.ts';
import type { ExpectedUser } from './users.ts';

/**
 * Only what is retired at once is visible: policies that wait for days leave everything as it is today.
 *
 * @param ruling the profile by school
 * @param today local date, YYYY-MM-DD
 */
export function departedFrom(
  { people, sections }: District,
  earlier: { users: readonly ExpectedUser[]; classes: readonly ExpectedClass[] },
  ruling: ReadonlyMap<string, Rules>,
  today: string,
): { users: ExpectedUser[]; classes: ExpectedClass[] } {
  const here = new Set([...people.map(({ key }) => key), ...sections.map(({ dcid }) => dcid)]);
  const users = earlier.users.filter(({ person }) => !here.has(person.key));
  const classes = earlier.classes.filter(({ dcid }) => !here.has(dcid));
  return {
    users: users.map((user) => retired(user, ruling.get(user.person.schools[0] ?? ''))),
    classes: classes.map((one) => ended(one, ruling.get(one.school), today)),
  };
}

function retired(user: ExpectedUser, rules: Rules | undefined): ExpectedUser {
  if (rules === undefined || rules.gone.afterDays > 0 || !rules.gone.disables[user.person.role]) return user;
  return { ...user, disabled: true, signedOut: user.signedOut || rules.gone.signsOut };
}

function ended(one: ExpectedClass, rules: Rules | undefined, today: string): ExpectedClass {
  if (rules === undefined || rules.gone.afterDays > 0) return one;
  const { ends } = rules.gone;
  const name = String(one.properties.displayName);
  const [year = '', month = ''] = today.split('-');
  const marked = /^Exp\d{4}_/.test(name) ? name : `Exp${month}${year.slice(2)}_${name}`.slice(0, 256);
  return {
    ...one,
    properties: { ...one.properties, displayName: ends.has('markExpired') ? marked : name },
    members: ends.has('removeStudents')
      ? new Set([...one.members].filter((key) => !key.startsWith('students:')))
      : one.members,
    archived: one.archived || (one.team && ends.has('archiveTeam')),
  };
}
