/** What a run would do: who has which account, what should be, and the difference to what is. Nothing is stored. */
import { claimedAccounts } from '../identity/match.ts';
import type { NamedPerson } from '../identity/names.ts';
import { type Person, personKey } from '../identity/people.ts';
import { type Problem, problem } from '../identity/problem.ts';
import { type Departed, departedBy } from '../plan/departures.ts';
import { type DesiredState, desiredState } from '../plan/desired.ts';
import { addKeys } from '../plan/keys.ts';
import type { Plan } from '../plan/operation.ts';
import { makePlan } from '../plan/plan.ts';
import { classesWithoutOwner } from '../plan/teams.ts';
import type { Applied } from '../store/applied.ts';
import { isOfOurs, type Link } from '../store/links.ts';
import { resolveAccounts } from './accounts.ts';
import { updateApplied } from './apply/effects.ts';
import { heedDeletions } from './deleted-accounts.ts';
import { alreadyThere, conflictsOf, withoutConflicts } from './state/adoption.ts';
import { renewProblems } from './state/memory.ts';
import type { ProfileState } from './state/tenant-state.ts';

export interface Decided {
  plan: Plan;
  /** Accounts found for people just now. The state does not have them yet: in preview they are not kept. */
  newLinks: Link[];
  /** What turned out to be there already. The state has it; in preview it is not kept. */
  there: Applied[];
  /** What is wrong with people's accounts, and with who looks after whom. */
  problems: Problem[];
}

/** @param today the district's date, YYYY-MM-DD */
export function decide(state: ProfileState, today: string): Decided {
  const { profile, scope, tenant } = state;
  const { roster, directory } = tenant;
  const { open, shared, unsettled } = sortPeople(state);
  state.unsettled = unsettled;
  const deletions = heedDeletions(open, state);
  const theirs = new Set(deletions.restored.map(({ objectId }) => objectId)).union(claimedByOthers(state));
  const taken = { has: (objectId: string) => tenant.taken.has(objectId) || theirs.has(objectId) };
  const resolved = resolveAccounts(deletions.open, directory, profile, taken, tenant.names);
  const toCreate = replacing(resolved.toCreate, deletions.replaced);
  const newLinks = [...deletions.restored, ...resolved.newLinks];
  const found = new Map(newLinks.map((link) => [keyOfLink(link), link.objectId]));

  // Memberships begin and end by date, so a new day concerns everybody.
  if (state.today !== today) state.pending = tenant.allKeys();
  state.today = today;
  for (const key of [...found.keys(), ...toCreate.keys()]) addKeys(state.pending, roster.keysOf(key));

  const linked = found.size === 0 ? tenant.accounts : new Map([...tenant.accounts, ...found]);
  const onPremises = (objectId: string) => directory.get(objectId)?.onPremises === true;
  const ours = deletions.restored.filter(isOfOurs).map(keyOfLink);
  const createdByUs = ours.length === 0 ? tenant.createdByUs : tenant.createdByUs.union(new Set(ours));
  const accounts = { linked, createdByUs, toCreate, onPremises };
  const whole = desiredState({ roster, accounts, profile, scope, today }, state.pending);
  renewProblems(state, state.pending, whole);
  const desired = withoutConflicts(whole, tenant.adoption);
  const there = alreadyThere(desired, tenant, linked);
  for (const one of there) updateApplied(tenant, one);
  noteOwnerless(state, desired);
  const departed = departedBy(
    { profile, scope, roster, applied: tenant.applied },
    tenant.departures,
    state.pending,
    today,
  );
  noteUnreachable(state, departed);
  return {
    plan: makePlan(desired, tenant.applied, departed, today),
    newLinks,
    there,
    problems: [...resolved.problems, ...deletions.problems, ...shared, ...sharedSchools(state), ...conflictsOf(state)],
  };
}

function keyOfLink({ role, personId }: Link): string {
  return personKey(role, personId);
}

/** Accounts to be made, with those that they replace. */
function replacing(
  toCreate: ReadonlyMap<string, NamedPerson>,
  replaced: ReadonlyMap<string, string>,
): Map<string, NamedPerson> {
  return new Map(
    [...toCreate].map(([key, named]) => {
      const replaces = replaced.get(key);
      return [key, replaces === undefined ? named : { ...named, replaces }];
    }),
  );
}

/** What the roster alone does not tell: a class may have an owner of earlier days. */
function noteOwnerless({ rosterProblems, tenant }: ProfileState, desired: DesiredState): void {
  for (const sectionId of classesWithoutOwner(desired, tenant.applied)) {
    const problems = rosterProblems.get(sectionId) ?? [];
    rosterProblems.set(sectionId, [...problems, problem(`class:${sectionId}/team`, 'ClassWithoutOwner', {})]);
  }
}

/** Accounts that only the district's Active Directory can disable. Takes them out of what is to be done. */
function noteUnreachable({ rosterProblems, tenant }: ProfileState, departed: Departed): void {
  for (const key of departed.people.keys()) {
    if (tenant.directory.get(tenant.accounts.get(key) ?? '')?.onPremises !== true) continue;
    departed.people.delete(key);
    rosterProblems.set(key, [problem(key, 'LeaverOnPremises', {})]);
  }
}

interface Sorted {
  /** People of the profile who have no account yet. */
  open: Person[];
  /** What is wrong with those who are in another profile too. */
  shared: Problem[];
  /** Keys of all who have to be looked at again, whatever changes. */
  unsettled: Set<string>;
}

/** Looks at those of the last run and those who are pending: nobody else can have become one of them. */
function sortPeople({ profile, scope, tenant, pending, unsettled }: ProfileState): Sorted {
  const sorted: Sorted = { open: [], shared: [], unsettled: new Set() };
  for (const key of unsettled.union(pending.people)) {
    const person = tenant.roster.people.get(key);
    if (person === undefined || !person.schoolIds.some(scope.covers)) continue;
    const others = scope.othersOf(person.schoolIds);
    if (others.length === 0 && tenant.accounts.has(key)) continue;
    sorted.unsettled.add(key);
    if (others.length > 0) {
      const profiles = [profile.name, ...others].join(', ');
      sorted.shared.push(problem(key, 'PersonInTwoProfiles', { profiles }));
    } else if (!tenant.adoption.conflicts.has(key)) sorted.open.push(person);
  }
  return sorted;
}

/** Accounts that people of other profiles would be matched to: who of two gets one must not depend on the order of runs. */
function claimedByOthers({ profile, tenant }: ProfileState): Set<string> {
  const rivals = [...tenant.profiles.values()].filter(
    (other) => other.profile !== profile && (profile.state === 'preview' || other.profile.state !== 'preview'),
  );
  const claimed = rivals.flatMap((other) => {
    const { mode, identity } = other.profile;
    const matching = sortPeople(other).open.filter(({ role }) => mode[role] === 'match');
    return [...claimedAccounts(matching, tenant.directory, identity)];
  });
  return new Set(claimed);
}

function sharedSchools({ profile, scope, tenant }: ProfileState): Problem[] {
  return [...tenant.roster.schools.keys()].flatMap((id) => {
    const rivals = scope.rivalsOf(id);
    if (rivals.length === 0) return [];
    return [problem(`school:${id}`, 'SchoolInTwoProfiles', { profiles: [profile.name, ...rivals].join(', ') })];
  });
}
