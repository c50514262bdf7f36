/** What one profile of a tenant has to do, in memory between two runs. */
import type { Problem } from '../../identity/problem.ts';
import { type Keys, noKeys } from '../../plan/keys.ts';
import { type Scope, scopeOf } from '../../profile/scope.ts';
import type { Profile } from '../../profile.ts';
import type { TenantState } from './tenant-state.ts';

export class ProfileState {
  readonly profile: Profile;
  readonly scope: Scope;
  /** What is known of the tenant, whichever profile made it. */
  readonly tenant: TenantState;
  /** What must be planned: what changed, and what an earlier run left undone. */
  pending: Keys;
  /** People without an account, or of several profiles, when a run last looked. */
  unsettled: Set<string> = new Set();
  /** The date for which memberships were last derived. */
  today = '';
  /** The roster's version at which a run last ended with nothing suspicious about any school. */
  goodVersion = -1;
  /** What is wrong with the roster, by section. */
  readonly rosterProblems = new Map<string, Problem[]>();
  /** What people changed by hand in Microsoft 365, as far as the profile wants to hear of it. */
  driftProblems: readonly Problem[] = [];
  /** What Graph refused, by the key of the operation: `class:77`, `students:123`, `school:1`. */
  readonly refusals = new Map<string, Problem[]>();

  /** Everything is pending. @param all the profiles of the tenant */
  constructor(profile: Profile, all: readonly Profile[], tenant: TenantState) {
    this.profile = profile;
    this.scope = scopeOf(profile, all);
    this.tenant = tenant;
    this.pending = tenant.roster.allKeys();
  }

  /** What is pending is planned: from now on, only what is touched anew. */
  donePlanning(): void {
    this.pending = noKeys();
  }
}
