/** What a run would do: who has which account, what should be, and the difference to what is. Nothing is stored. */
import type { Person } from '../identity/people.ts';
import type { Problem } from '../identity/problem.ts';
import { desiredState } from '../plan/desired.ts';
import { makePlan, type Plan } from '../plan/plan.ts';
import type { Link } from '../store/links.ts';
import { resolveAccounts } from './accounts.ts';
import { renewProblems } from './memory.ts';
import type { TenantState } from './tenant-state.ts';

export interface Decided {
  plan: Plan;
  /** Accounts found for people just now; the state has them already. */
  newLinks: Link[];
  /** What is wrong with people's accounts. */
  problems: Problem[];
}

/** @param today the district's date, YYYY-MM-DD */
export function decide(state: TenantState, today: string): Decided {
  const { profile, roster, directory, taken, names } = state;
  const { newLinks, toCreate, problems } = resolveAccounts(openPeople(state), directory, profile, taken, names);
  for (const link of newLinks) {
    state.addLink(link);
    state.touchPerson(`${link.role}:${link.personId}`);
  }
  for (const key of toCreate.keys()) state.touchPerson(key);

  // Memberships begin and end by date, so a new day concerns everybody.
  if (state.today !== today) state.pending = roster.allKeys();
  state.today = today;

  const onPremises = (objectId: string) => directory.get(objectId)?.onPremises === true;
  const accounts = { linked: state.accounts, createdByUs: state.createdByUs, toCreate, onPremises };
  const desired = desiredState({ roster, accounts, profile, today }, state.pending);
  renewProblems(state, state.pending, desired);
  return { plan: makePlan(desired, state.applied), newLinks, problems };
}

function openPeople({ roster, accounts, profile }: TenantState): Person[] {
  const open: Person[] = [];
  for (const [key, person] of roster.people) {
    if (accounts.has(key)) continue;
    if (profile.schools === 'all' || person.schoolIds.some((id) => profile.schools.includes(id))) open.push(person);
  }
  return open;
}
