/**
 * People whose account somebody deleted by hand, in create mode. The deletion is usually intended, and the account can be
 * restored for 30 days with its mailbox and files. A new account would have neither, and would block the restoration. So
 * the deletion is reported, unless the profile wants a new account. In match mode, the person is simply matched again.
 */

import type { Link } from '../model/account-link.ts';
import type { Person } from '../model/person.ts';
import { type PersonKey, personKey } from '../model/person-key.ts';
import { type Problem, problem } from '../model/problem.ts';
import type { DeletedAccount } from '../store/accounts/deleted-accounts.ts';
import type { ProfileState } from './state/tenant-state.ts';

export interface ConsideredDeletions {
  /** People who get an account by the profile's mode. */
  open: Person[];
  /** Restored accounts, which belong to their people again. */
  restored: Link[];
  /** Object id by person key, for people who get another account. */
  replaced: Map<PersonKey, string>;
  problems: Problem[];
}

/** @param people the people without an account */
export function considerDeletions(people: readonly Person[], { profile, tenant }: ProfileState): ConsideredDeletions {
  const considered: ConsideredDeletions = { open: [], restored: [], replaced: new Map(), problems: [] };
  for (const person of people) {
    const key = personKey(person.role, person.id);
    const deleted = tenant.deletedAccounts.get(key);
    if (deleted === undefined || profile.mode[person.role] !== 'create') considered.open.push(person);
    else if (isBack(deleted, tenant)) considered.restored.push(linkOf(deleted));
    else if (profile.drift.deletedAccounts === 'recreate') {
      considered.open.push(person);
      considered.replaced.set(key, deleted.objectId);
    } else considered.problems.push(problem(key, 'AccountDeletedByHand', { account: deleted.objectId }));
  }
  return considered;
}

function isBack({ objectId }: DeletedAccount, { directory, taken }: ProfileState['tenant']): boolean {
  return directory.get(objectId) !== undefined && !taken.has(objectId);
}

function linkOf({ role, personId, objectId, rule }: DeletedAccount): Link {
  return { role, personId, objectId, rule };
}
