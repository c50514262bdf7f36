/** What is known of a tenant once it has been decided what to do. */
import { updateApplied } from './apply/effects.ts';
import type { Decided } from './decide.ts';
import { renewProblems } from './state/memory.ts';
import type { ProfileState } from './state/tenant-state.ts';

/** To be called with what {@link decide} made of this very state, before anything else changes it. */
export function takeDecision(state: ProfileState, { today, pending, unsettled, rosterProblems, there }: Decided): void {
  state.today = today;
  state.pending = pending;
  state.unsettled = unsettled;
  renewProblems(state, pending, rosterProblems);
  for (const one of there) updateApplied(state.tenant, one);
}
