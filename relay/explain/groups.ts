/** Why a person is, or is not, in the security groups of their role, school and grade level. */
import { type GroupingParts, groupingId, groupingParts, groupingWords, wayOf } from '../model/grouping.ts';
import { asGroupingId, type GroupingId, type SchoolId } from '../model/keys.ts';
import type { Person } from '../model/person.ts';
import type { PersonKey } from '../model/person-key.ts';
import { partsFor } from '../plan/desired-groups.ts';
import type { Profile } from '../profile/profile.ts';
import { containersOf } from '../store/applied/applied.ts';
import { readObject } from '../store/applied/objects.ts';
import type { TenantScope } from '../store/store.ts';
import { byHandAt, byHandStep } from './by-hand.ts';
import type { Facts, GroupFacts } from './known.ts';
import { held, type Step, waiting } from './step.ts';
import { isJoining, waitingFor } from './waits.ts';

interface Asked extends Pick<Person, 'role' | 'grade'> {
  subject: PersonKey;
  hasAccount: boolean;
  /** Those that the profile covers. */
  covered: readonly SchoolId[];
  isGone: boolean;
}

/** The groups that a person is in, and those that they belong to. */
export async function groupFacts(
  scope: TenantScope,
  { subject, hasAccount, covered, isGone, role, grade }: Asked,
  profile: Profile | undefined,
): Promise<GroupFacts[]> {
  const there = new Set((await containersOf(scope, 'groupMember', subject)).map(asGroupingId));
  const ways = new Set(profile?.groups.by);
  const parts = hasAccount && !isGone ? partsFor({ role, grade }, covered, ways) : [];
  const wanted = new Set(parts.map(groupingId));
  const facts: GroupFacts[] = [];
  for (const id of new Set<GroupingId>([...wanted, ...there])) {
    const { displayName } = (await readObject(scope, 'group', id))?.body ?? {};
    const isKept = !ways.has(wayOf(groupingParts(id))) || profile?.groups.leavers === 'keep';
    facts.push({
      id,
      name: typeof displayName === 'string' ? displayName : undefined,
      isWanted: wanted.has(id),
      isMember: there.has(id),
      isKept,
    });
  }
  return facts;
}

export function* groupSteps(facts: Facts): Iterable<Step> {
  for (const group of facts.person.groups) yield groupStep(group, facts);
  for (const drift of byHandAt(facts, 'group')) yield byHandStep('Groups', drift, facts);
}

function groupStep({ id, name, isWanted, isMember, isKept }: GroupFacts, facts: Facts): Step {
  const stage = 'Groups';
  const whose = groupingWords(id, () => undefined);
  const group = name === undefined ? `the security group of ${whose}` : `the security group "${name}"`;
  const why = becauseOf(groupingParts(id));
  if (isMember && isWanted) return { stage, status: 'ok', fact: `In ${group}: ${why}.` };
  if (isMember && isKept) {
    return { stage, status: 'ok', fact: `In ${group}, where they stay: the profile removes nobody from it.` };
  }
  const { subject } = facts.person;
  if (isMember) {
    const fact = `In ${group}, although it is not so that ${why}.`;
    return held(stage, { removes: 'groupMember' }, `${fact} Leaving it`, facts) ?? waiting(stage, fact, facts);
  }
  const operation = waitingFor(facts.waits, isJoining('groupMember'), { key: `group:${id}`, person: subject });
  const fact = `Not in ${group} yet: ${why}.`;
  return held(stage, { adds: 'groupMember' }, fact, facts) ?? waiting(stage, fact, facts, operation);
}

function becauseOf({ role, schoolId, grade }: GroupingParts): string {
  const who = role === 'students' ? 'they are a student' : 'they are a teacher';
  const where = schoolId === undefined ? '' : ` of school ${schoolId}`;
  return `${who}${where}${grade === undefined ? '' : ` in grade level ${grade}`}`;
}
