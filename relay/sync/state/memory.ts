/** Keeping what a tenant's state knows true: what the directory tells, and what a run has left undone. */
import { type AppliedState, uncertainKey } from '../../model/applied-state.ts';
import type { DirectoryChanges } from '../../model/directory-user.ts';
import { changedUser } from '../../model/directory-user.ts';
import { addKeys, classKey, type Keys, keysOfObjects, schoolKey } from '../../model/keys.ts';
import { type Operation, peopleOf, plannedFor } from '../../model/operation.ts';
import { personKey } from '../../model/person-key.ts';
import type { Problem } from '../../model/problem.ts';
import { newAccountOf } from '../../operations/registry.ts';
import type { DeletedAccount } from '../../store/accounts/deleted-accounts.ts';
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
    state.exempt.note(after);
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

/** The names that these give belong to their people from now on, whether or not the accounts come about. */
export function noteNames(operations: readonly Operation[], { names }: TenantState): void {
  for (const operation of operations) {
    const account = newAccountOf(operation);
    if (account !== undefined) names.add(account.userPrincipalName, personKey(account.role, account.personId));
  }
}

/** What an operation made, beyond what the applied state has of it. */
export function noteMade(operation: Operation, tenant: TenantState): void {
  const account = newAccountOf(operation);
  if (account === undefined) return;
  const key = personKey(account.role, account.personId);
  const objectId = tenant.accounts.get(key);
  if (objectId === undefined) return;
  tenant.noteCreated(key, objectId);
  // The directory shows it only after a while.
  tenant.exempt.note({ id: objectId, userPrincipalName: account.userPrincipalName });
}

export function noteRefusal({ key }: Operation, problem: Problem, { refusals }: ProfileState): void {
  refusals.set(key, [...(refusals.get(key) ?? []), problem]);
}

/** Adds what an operation is planned for. */
export function addPlanned(keys: Keys, operation: Operation): void {
  addKeys(keys, keysOfObjects(plannedFor(operation)));
}

/**
 * Forgets what was wrong with everything that is planned again, and notes what is wrong with it now.
 *
 * @param found by section, and by person
 */
export function renewProblems(
  state: ProfileState,
  { schools, people, sections }: Keys,
  found: ReadonlyMap<string, Problem[]>,
): void {
  for (const id of schools) state.refusals.delete(schoolKey(id));
  for (const key of people) state.refusals.delete(key);
  // Anyone who could not be added to a group is pending until it succeeds.
  for (const key of state.refusals.keys()) if (/^(?:licence|group):/.test(key)) state.refusals.delete(key);
  for (const id of sections) state.refusals.delete(classKey(id));
  for (const of of [...people, ...sections]) {
    const problems = found.get(of);
    if (problems === undefined) state.rosterProblems.delete(of);
    else state.rosterProblems.set(of, problems);
  }
}

/** Everything that is wrong apart from accounts, which are looked at in every run. */
export function knownProblems({ rosterProblems, refusals, driftProblems }: ProfileState): Problem[] {
  return [...rosterProblems.values(), ...refusals.values(), driftProblems].flat();
}

/** Whether it may have ended a membership that stays where it belongs. */
export function leavesDoubt(operation: Operation, { uncertain }: AppliedState): boolean {
  if (!('sectionId' in operation)) return false;
  return peopleOf(operation).some((person) => uncertain.has(uncertainKey('member', operation.sectionId, person)));
}
