/**
 * Decides what a run does: account links, the desired state, and its difference to the applied state. Pure; takeDecision
 * applies the decision to the state.
 */
import { LayeredMap, LayeredSet } from '../compact/layered.ts';
import { claimsOf, type Rivals } from '../identity/match.ts';
import type { NamedPerson } from '../identity/names.ts';
import type { Claim } from '../identity/settle.ts';
import { isOfOurs, type Link } from '../model/account-link.ts';
import type { Applied, AppliedState } from '../model/applied-state.ts';
import { addKeys, classKey, type Keys, noKeys, type SectionId, schoolKey } from '../model/keys.ts';
import type { Plan } from '../model/operation.ts';
import type { Person } from '../model/person.ts';
import { accountOf, type MemberKey, type PersonKey, personKey } from '../model/person-key.ts';
import { type Problem, problem } from '../model/problem.ts';
import { type Departed, departedBy } from '../plan/departures.ts';
import { type DesiredState, desiredState } from '../plan/desired.ts';
import { withoutExempt } from '../plan/exempt.ts';
import { withHandovers } from '../plan/handover.ts';
import { pastOf } from '../plan/past.ts';
import { makePlan } from '../plan/plan.ts';
import { changedParts, nameCauses } from '../plan/profile-cause.ts';
import { classesWithoutOwner } from '../plan/teams.ts';
import type { Profile } from '../profile/profile.ts';
import { scopeOf } from '../profile/scope.ts';
import { candidatesOf, type HandedOver, resolveAccounts } from './accounts.ts';
import { withApplied } from './apply/effects.ts';
import { considerDeletions } from './deleted-accounts.ts';
import { holdersOf } from './holders.ts';
import { alreadyThere, conflictsOf, withoutConflicts } from './state/adoption.ts';
import type { ProfileState } from './state/tenant-state.ts';

export interface Decided {
  plan: Plan;
  /** Accounts matched just now. They are not in the state yet, because a preview does not keep them. */
  newLinks: Link[];
  /** Accounts of another record that are handed over, likewise. */
  handovers: HandedOver[];
  /** Objects that turned out to exist already. A preview does not keep them. */
  there: Applied[];
  /** The date of the decision. */
  today: string;
  /** The objects that were planned. */
  pending: Keys;
  /** People without an account, or of several profiles. */
  unsettled: Set<PersonKey>;
  /** Problems of the roster, by section, and of former people, by person, for everything that was planned. */
  rosterProblems: ReadonlyMap<string, Problem[]>;
  /** Problems with people's accounts, and with people in several profiles. */
  problems: Problem[];
}

/** What is already done or about to be done while something is decided again. */
export interface UnderWay {
  /** The account being created for a person. */
  accountFor(key: PersonKey): NamedPerson | undefined;
  /** Whether creating an account was tried in this turn and failed. */
  isRefused(key: PersonKey): boolean;
}

export const nothingUnderWay: UnderWay = { accountFor: () => undefined, isRefused: () => false };

/** @param today the district's date, YYYY-MM-DD */
export function decide(state: ProfileState, today: string, underWay: UnderWay = nothingUnderWay): Decided {
  const { profile, scope, tenant } = state;
  const { roster, directory } = tenant;
  const { open, shared, unsettled } = sortPeople(state, today, underWay);
  const deletions = considerDeletions(open, state);
  const resolved = resolveAccounts(deletions.open, profile, {
    directory,
    holders: holdersOf(tenant, deletions.restored),
    rivals: claimedByOthers(state, today, underWay),
    names: tenant.names,
    exempt: tenant.exempt,
    isDisabledByUs: disabledByUs(state),
  });
  const { handovers } = resolved;
  const toCreate = replacing(resolved.toCreate, deletions.replaced);
  const newLinks = [...deletions.restored, ...resolved.newLinks];
  const found = new Map(
    [...newLinks, ...handovers.map(({ link }) => link)].map((link) => [keyOfLink(link), link.objectId]),
  );
  const moves = new Map(handovers.map(({ from, link }) => [from, keyOfLink(link)]));

  // Memberships begin and end by date, so a new day affects everybody.
  const pending = noKeys();
  addKeys(pending, state.today === today ? state.pending : tenant.allKeys());
  for (const key of [...found.keys(), ...toCreate.keys(), ...moves.keys()]) addKeys(pending, roster.keysOf(key));
  for (const key of moves.keys()) for (const id of classesOf(key, tenant)) pending.sections.add(id);

  const linked = new LayeredMap(tenant.accounts);
  for (const [key, objectId] of found) linked.set(key, objectId);
  for (const from of moves.keys()) linked.delete(from);
  const onPremises = (objectId: string) => directory.get(objectId)?.onPremises === true;
  const createdByUs = new LayeredSet(tenant.createdByUs);
  for (const link of deletions.restored) if (isOfOurs(link)) createdByUs.add(keyOfLink(link));
  for (const [from, to] of moves) if (tenant.createdByUs.has(from)) createdByUs.add(to);
  const reasons = new Map(handovers.map(({ link, reason }) => [keyOfLink(link), reason]));
  const toCome = {
    has: (key: PersonKey) => toCreate.has(key) || underWay.accountFor(key) !== undefined,
    get: (key: PersonKey) => toCreate.get(key) ?? underWay.accountFor(key),
  };
  const accounts = { linked, createdByUs, toCreate: toCome, onPremises, handovers: reasons };
  const made = tenant.applied;
  const whole = desiredState({ roster, accounts, profile, scope, made, today }, pending);
  const desired = withoutConflicts(whole, tenant.adoption);
  const there = alreadyThere(desired, tenant, linked);
  const applied = withHandovers(withApplied(tenant.applied, there), moves);
  const gone = departedBy({ profile, scope, roster, applied }, tenant.departures, pending, today);
  const { departed, unreachable } = reachable(gone, tenant);
  const isExempt = exemptTest(tenant, linked);
  const plan = withoutExempt(makePlan(desired, applied, departed, today), isExempt);
  const planBefore = (before: Profile) => {
    const scope = scopeOf(
      { ...before, state: profile.state },
      [...tenant.profiles.values()].map((one) => one.profile),
    );
    const whole = desiredState({ roster, accounts, profile: before, scope, made, today }, pending);
    const departed = departedBy({ profile: before, scope, roster, applied }, tenant.departures, pending, today);
    return withoutExempt(makePlan(withoutConflicts(whole, tenant.adoption), applied, departed, today), isExempt);
  };
  return {
    plan: withCauses(plan, state, planBefore),
    newLinks,
    handovers,
    there,
    problems: [
      ...resolved.problems,
      ...deletions.problems,
      ...shared,
      ...sharedSchools(state),
      ...conflictsOf(state),
      ...exemptPeople(state),
    ],
    today,
    pending,
    unsettled,
    rosterProblems: new Map<string, Problem[]>([...withOwnerless(whole.problems, desired, applied), ...unreachable]),
  };
}

/** Marks the operations whose reason is a change of the profile, if its earlier version is known. */
function withCauses(plan: Plan, { profile, carriedOut }: ProfileState, planBefore: (before: Profile) => Plan): Plan {
  if (carriedOut === undefined) return plan;
  const changed = changedParts(carriedOut, profile);
  return nameCauses(plan, changed.length === 0 ? plan : planBefore(carriedOut), changed);
}

function keyOfLink({ role, personId }: Link): PersonKey {
  return personKey(role, personId);
}

/** Accounts to create, with those that they replace. */
function replacing(
  toCreate: ReadonlyMap<PersonKey, NamedPerson>,
  replaced: ReadonlyMap<PersonKey, string>,
): Map<PersonKey, NamedPerson> {
  return new Map(
    [...toCreate].map(([key, named]) => {
      const replaces = replaced.get(key);
      return [key, replaces === undefined ? named : { ...named, replaces }];
    }),
  );
}

/** Facts that the roster lacks: a class may still have an earlier owner. */
function withOwnerless(
  found: DesiredState['problems'],
  desired: DesiredState,
  applied: AppliedState,
): Map<SectionId, Problem[]> {
  const problems = new Map(found);
  for (const sectionId of classesWithoutOwner(desired, applied)) {
    const ownerless = problem(`${classKey(sectionId)}/team`, 'ClassWithoutOwner', {});
    problems.set(sectionId, [...(found.get(sectionId) ?? []), ownerless]);
  }
  return problems;
}

/** Leaves out accounts that only the district's Active Directory can disable; each is a problem. */
function reachable(
  departed: Departed,
  { directory, accounts }: ProfileState['tenant'],
): { departed: Departed; unreachable: Map<PersonKey, Problem[]> } {
  const isOnPremises = (key: PersonKey) => directory.get(accounts.get(key) ?? '')?.onPremises === true;
  const people = [...departed.people];
  const unreachable = people.map(([key]) => key).filter(isOnPremises);
  return {
    departed: { ...departed, people: new Map(people.filter(([key]) => !isOnPremises(key))) },
    unreachable: new Map(unreachable.map((key) => [key, [problem(key, 'LeaverOnPremises', {})]])),
  };
}

interface Sorted {
  /** People in the profile without an account. */
  open: Person[];
  /** Problems of people who are also in another profile. */
  shared: Problem[];
  /** Keys of people to check again in every run. */
  unsettled: Set<PersonKey>;
}

/** Checks the people from the last run and the pending ones: nobody else can have changed. */
function sortPeople(
  { profile, scope, tenant, pending, unsettled }: ProfileState,
  today: string,
  underWay: UnderWay,
): Sorted {
  const sorted: Sorted = { open: [], shared: [], unsettled: new Set() };
  const past = pastOf(tenant.roster, today);
  for (const key of unsettled.union(pending.people)) {
    const person = tenant.roster.people.get(key);
    if (person === undefined || !person.schoolIds.some(scope.covers)) continue;
    const others = scope.othersOf(person.schoolIds);
    if (others.length === 0 && tenant.accounts.has(key)) continue;
    // A person whose schools are all over gets nothing new. A new term or a new day makes them pending again.
    if (others.length === 0 && person.schoolIds.every((id) => !scope.covers(id) || past.school(id))) continue;
    if (person.preRegistered && !profile.preRegistered) continue;
    sorted.unsettled.add(key);
    if (others.length > 0) {
      const profiles = [profile.name, ...others].join(', ');
      sorted.shared.push(problem(key, 'PersonInTwoProfiles', { profiles }));
      continue;
    }
    const isTried = underWay.accountFor(key) !== undefined || (underWay.isRefused(key) && !pending.people.has(key));
    if (!isTried && !tenant.adoption.conflicts.has(key)) sorted.open.push(person);
  }
  return sorted;
}

/**
 * Accounts claimed by people in other profiles: which of two people gets an account must not depend on the order of runs.
 */
function claimedByOthers({ profile, tenant }: ProfileState, today: string, underWay: UnderWay): Rivals {
  const others = [...tenant.profiles.values()].filter(
    (other) => other.profile !== profile && (profile.state === 'preview' || other.profile.state !== 'preview'),
  );
  const rivals = new Map<string, Claim[]>();
  for (const other of others) {
    const { mode } = other.profile;
    const matching = sortPeople(other, today, underWay).open.filter(({ role }) => mode[role] === 'match');
    const candidates = candidatesOf(other.profile, {
      directory: tenant.directory,
      exempt: tenant.exempt,
      isDisabledByUs: disabledByUs(other),
    });
    for (const [objectId, claims] of claimsOf(matching, candidates)) {
      rivals.set(objectId, [...(rivals.get(objectId) ?? []), ...claims]);
    }
  }
  return rivals;
}

/** Accounts of former people that Hallpass disabled. */
function disabledByUs({ tenant }: ProfileState): (objectId: string) => boolean {
  const disabled = tenant.applied.retired.get('disabled');
  return (objectId) => disabled?.has(tenant.taken.get(objectId) ?? '') === true;
}

/** Classes of a person, according to the applied state. */
function classesOf(key: PersonKey, { applied }: Pick<ProfileState['tenant'], 'applied'>): SectionId[] {
  return [applied.members, applied.owners].flatMap((classes) => classes.containersOf(key));
}

/** Whether somebody's account is one that is never written to. */
function exemptTest(
  { exempt }: ProfileState['tenant'],
  linked: ReadonlyMap<PersonKey, string>,
): (who: MemberKey) => boolean {
  return exempt.isEmpty ? () => false : (who) => exempt.has(accountOf(who, linked) ?? '');
}

/** People of the profile who have such an account: nothing else would say why they do not change. */
function exemptPeople({ scope, tenant }: ProfileState): Problem[] {
  const { exempt, taken, roster, directory } = tenant;
  return [...exempt.ids].flatMap((objectId) => {
    const key = taken.get(objectId);
    const person = key && roster.people.get(key);
    if (key === undefined || person?.schoolIds.some(scope.covers) !== true) return [];
    const account = directory.get(objectId)?.userPrincipalName ?? objectId;
    return [problem(key, 'ExemptAccount', { account, reason: exempt.reasonFor(objectId) ?? '' })];
  });
}

function sharedSchools({ profile, scope, tenant }: ProfileState): Problem[] {
  return [...tenant.roster.schools.keys()].flatMap((id) => {
    const rivals = scope.rivalsOf(id);
    if (rivals.length === 0) return [];
    return [problem(schoolKey(id), 'SchoolInTwoProfiles', { profiles: [profile.name, ...rivals].join(', ') })];
  });
}
