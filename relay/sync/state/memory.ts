/** Keeping what a tenant's state knows true: what the directory tells, and what a run has left undone. */
import { type AppliedState, uncertainKey } from '../../model/applied-state.ts';
import type { DirectoryChanges } from '../../model/directory-user.ts';
import { changedUser } from '../../model/directory-user.ts';
import { classKey, type Keys, schoolKey } from '../../model/keys.ts';
import { type Operation, peopleOf } from '../../model/operation.ts';
import { personKey } from '../../model/person-key.ts';
import type { Problem } from '../../model/problem.ts';
import { newAccountOf } from '../../operations/registry.ts';
import type { DesiredState } from '../../plan/desired.ts';
import type { Guarded } from '../../plan/guard.ts';
import type { DeletedAccount } from '../../store/accounts/deleted-accounts.ts';
import type { ApplyResult } from '../apply/applying.ts';
import { endAdoptedLink } from './adoption.ts';
import type { ProfileState, TenantState } from './tenant-state.ts';

/** What a reading of the directory's changes brought. */
export interface DirectoryNews {
  changes: DirectoryChanges;
  /** Links that ended because their account was deleted. */
  ended: DeletedAccount[];
  /** Whether accounts were found that this database has forgotten. */
  hasForgotten: boolean;
}

/** Takes in what happened to accounts, and forgets people whose account is gone. */
export function takeDirectoryNews(state: TenantState, { changes, ended }: DirectoryNews): void {
  for (const change of changes.upserts) {
    const before = state.directory.get(change.id);
    const after = changedUser(before, change);
    state.directory.add(after);
    const holder = state.taken.get(change.id);
    // What may be written to an account depends on where it is mastered.
    if (holder !== undefined && before?.onPremises !== after.onPremises) state.touchPerson(holder);
  }
  for (const id of changes.deletes) {
    state.directory.remove(id);
    const link = endAdoptedLink(state, id);
    if (link !== undefined) state.endLink(link);
  }
  for (const one of ended) {
    state.endLink(one);
    state.deletedAccounts.set(personKey(one.role, one.personId), one);
  }
}

/** What was planned is no longer pending, except for what was refused, could not be tried, is held, or left a doubt. */
export function rememberOutcome(
  state: ProfileState,
  { proceed, held }: Pick<Guarded, 'proceed' | 'held'>,
  { failures, skipped }: ApplyResult,
): void {
  const { tenant } = state;
  state.donePlanning();
  for (const operation of proceed.flat()) {
    if (hasDoubts(operation, tenant.applied)) addPending(state, operation);
    const account = newAccountOf(operation);
    if (account === undefined) continue;
    const key = personKey(account.role, account.personId);
    const objectId = tenant.accounts.get(key);
    if (objectId !== undefined) tenant.noteCreated(key, objectId);
    // A name was given, whether or not the account came about.
    tenant.names.add(account.userPrincipalName, key);
  }
  for (const operation of [...held.flat(), ...skipped, ...failures.map((failure) => failure.operation)])
    addPending(state, operation);
  for (const { operation, problem } of failures) {
    state.refusals.set(operation.key, [...(state.refusals.get(operation.key) ?? []), problem]);
  }
}

/** Forgets what was wrong with everything that is planned again, and notes what is wrong with it now. */
export function renewProblems(state: ProfileState, { schools, people, sections }: Keys, desired: DesiredState): void {
  for (const id of schools) state.refusals.delete(schoolKey(id));
  for (const key of people) {
    state.refusals.delete(key);
    state.rosterProblems.delete(key);
  }
  // Whoever could not be added to a group is pending until it succeeds.
  for (const key of state.refusals.keys()) if (key.startsWith('licence:')) state.refusals.delete(key);
  for (const id of sections) {
    state.refusals.delete(classKey(id));
    const problems = desired.problems.get(id);
    if (problems === undefined) state.rosterProblems.delete(id);
    else state.rosterProblems.set(id, problems);
  }
}

/** Everything that is wrong apart from accounts, which are looked at in every run. */
export function knownProblems({ rosterProblems, refusals, driftProblems }: ProfileState): Problem[] {
  return [...rosterProblems.values(), ...refusals.values(), driftProblems].flat();
}

/** Whether it may have ended a membership that stays where it belongs. */
function hasDoubts(operation: Operation, { uncertain }: AppliedState): boolean {
  if (!('sectionId' in operation)) return false;
  return peopleOf(operation).some((person) => uncertain.has(uncertainKey('member', operation.sectionId, person)));
}

function addPending({ pending }: ProfileState, operation: Operation): void {
  if ('sectionId' in operation) pending.sections.add(operation.sectionId);
  else if ('people' in operation) for (const key of operation.people) pending.people.add(key);
  else if ('personKey' in operation) pending.people.add(operation.personKey);
  else pending.schools.add(operation.schoolId);
}
