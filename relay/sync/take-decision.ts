/** What is known of a tenant once it has been decided what to do. */
import { IdSet } from '../compact/id-set.ts';
import { updateApplied } from './apply/effects.ts';
import type { Decided } from './decide.ts';
import { renewProblems } from './state/memory.ts';
import type { ProfileState } from './state/tenant-state.ts';

/** To be called with what {@link decide} made of this very state, before anything else changes it. */
export function takeDecision(state: ProfileState, { today, pending, unsettled, rosterProblems, there }: Decided): void {
  state.today = today;
  const { ids } = state.tenant;
  state.pending = {
    schools: new IdSet(ids, pending.schools),
    people: new IdSet(ids, pending.people),
    sections: new IdSet(ids, pending.sections),
    groups: new Set(pending.groups),
  };
  state.unsettled = new IdSet(ids, unsettled);
  renewProblems(state, pending, rosterProblems);
  for (const one of there) updateApplied(state.tenant, one);
}
