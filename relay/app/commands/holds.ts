/** Decisions about what the guard holds. A serving relay acts on them within seconds. */
import { addDays } from '../../plan/decisions.ts';
import { type Decision, decideHolds, type HoldChoice, type StoredHold } from '../../store/guard/holds.ts';
import { needProfile, readProfiles } from '../../store/profiles/profiles.ts';
import { type Actor, nameOf } from '../actor.ts';
import { perform, type StoreContext, type TenantRef } from '../perform.ts';

/** How long an approval lasts where no profile says so. */
const usualDays = 7;

export interface HoldDecision extends HoldChoice {
  tenant: TenantRef;
  state: Decision['state'];
  /** How many operations an approval covers, instead of as many as are held now. */
  limit?: number | undefined;
  /** ISO 8601: when an approval ends; by default the profile decides. */
  until?: string | undefined;
}

/** A hold as somebody saw it before they decided. */
export interface SeenHold {
  profile: string;
  key: string;
  /** How many operations it had: what has grown by more than a tenth since is not approved. */
  count: number;
}

/**
 * Decides about several holds together: about all of them, or about none.
 *
 * @param decision `until`: ISO 8601, as in {@link HoldDecision}
 * @throws HallpassError HOLD_UNKNOWN for one whose cause is gone, HOLD_NOT_COVERED for one that has grown since it was seen
 */
export async function decideChosen(
  context: StoreContext,
  actor: Actor,
  {
    tenant: named,
    state,
    chosen,
    until,
  }: Pick<HoldDecision, 'tenant' | 'state' | 'until'> & { chosen: readonly SeenHold[] },
): Promise<StoredHold[]> {
  return await perform(context, actor, { action: `hold.${state}`, tenant: named }, ({ write }) =>
    write(async (scope, now) => {
      const at = now.toISOString();
      const days = new Map((await readProfiles(scope)).map(({ name, guards }) => [name, guards.expiryDays]));
      const decided: StoredHold[] = [];
      for (const { profile, key, count } of chosen) {
        const end = state === 'approved' ? (until ?? addDays(at, days.get(profile) ?? usualDays)) : null;
        const decision = { state, by: nameOf(actor), ...(state === 'approved' && { limit: count }), until: end };
        decided.push(...(await decideHolds(scope, { key, profile }, decision, at)));
      }
      return { outcome: decided, entries: decided.map(entryOf) };
    }),
  );
}

/** @returns the decision @throws HallpassError PROFILE_UNKNOWN, HOLD_UNKNOWN, HOLD_AMBIGUOUS, HOLD_NOT_COVERED */
export async function decide(
  context: StoreContext,
  actor: Actor,
  { tenant: named, state, key, profile, limit, until }: HoldDecision,
): Promise<StoredHold[]> {
  return await perform(context, actor, { action: `hold.${state}`, tenant: named }, ({ tenant, write }) =>
    write(async (scope, now) => {
      await needProfile(scope, tenant.slug, profile);
      const at = now.toISOString();
      const concerned = (await readProfiles(scope)).filter(({ name }) => profile === undefined || name === profile);
      const days = concerned.map(({ guards }) => guards.expiryDays);
      const end =
        state === 'approved' ? (until ?? addDays(at, days.length === 0 ? usualDays : Math.min(...days))) : null;
      const decision = { state, by: nameOf(actor), ...(limit !== undefined && { limit }), until: end };
      const decided = await decideHolds(scope, { key, profile }, decision, at);
      return { outcome: decided, entries: decided.map(entryOf) };
    }),
  );
}

function entryOf({ profile, key: hold, count, reason, state, decidedCount, expiresAt }: StoredHold): object {
  return {
    ...{ profile, hold, count, reason },
    ...(state === 'approved' && { limit: decidedCount, until: expiresAt }),
  };
}
