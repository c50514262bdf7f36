/** Which security groups there must be in the end of a history, and who is in them. */
import type { District, Dump } from '../district.ts';
import { recordsOf, type World } from '../small-world.ts';
import { compare, stampOf } from './oracle.ts';

const securityGroups = ({ microsoft: { directory } }: District) =>
  [...directory.groups.values()].filter(({ props }) => String(props.mailNickname).startsWith('hallpass-'));

export function groupsThereTwice(district: District): string[] {
  const names = securityGroups(district).map(({ props }) => String(props.mailNickname));
  return new Set(names).size < names.length ? [`a security group is there twice: ${names.join(' ')}`] : [];
}

/** Everybody belongs into the groups of role, school and grade level; somebody at an uncovered school may stay in those of the district. */
export function ofGroups(district: District, dump: Dump, world: World): string[] {
  const wrong = groupsThereTwice(district);
  const { groups, schools } = district.profile;
  const [must, may] = [new Map<string, Set<string>>(), new Map<string, Set<string>>()];
  const put = (into: Map<string, Set<string>>, name: string, key: string) =>
    into.set(name, (into.get(name) ?? new Set()).add(key));
  for (const one of groups.by.length === 0 ? [] : recordsOf(world)) {
    if (one.kind !== 'student' && one.kind !== 'teacher') continue;
    const [role, key] = [`hallpass-${one.kind}s`, `${one.kind}s:${one.id}`];
    const isCovered = schools === 'all' || schools.includes(one.schoolId);
    const ofDistrict = one.kind === 'student' ? [role, `${role}-grade-${one.grade}`] : [role];
    for (const name of ofDistrict) put(isCovered ? must : may, name, key);
    if (!isCovered) continue;
    put(must, `${role}-school-${one.schoolId}`, key);
    if (one.kind === 'student') put(must, `${role}-school-${one.schoolId}-grade-${one.grade}`, key);
  }
  const stamps = new Map(dump.user.map((user) => [user.id, stampOf(user) ?? user.userPrincipalName ?? '?']));
  const there = new Map(
    securityGroups(district).map(({ props, members }) => [
      String(props.mailNickname),
      new Set([...members].map(({ id }) => stamps.get(id) ?? '?')),
    ]),
  );
  for (const name of new Set([...must.keys(), ...there.keys()])) {
    const nobody = new Set<string>();
    const [wanted, allowed] = [must.get(name) ?? nobody, may.get(name) ?? nobody];
    compare(`${name}: member`, { must: wanted, may: allowed, there: there.get(name) ?? nobody }, (difference) =>
      wrong.push(difference),
    );
  }
  return wrong;
}
