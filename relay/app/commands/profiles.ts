/** Profiles: put in force and removed. profile-state.ts decides whether they run. */
import { fail } from '../../../shared/errors.ts';
import type { ProfileDocument } from '../../profile/document.ts';
import type { Profile } from '../../profile/profile.ts';
import type { ProfileProblem } from '../../profile/tenant-facts.ts';
import { changesBetween } from '../../store/audit/audit.ts';
import { chooseProfile, readProfiles, removeProfile, setProfile } from '../../store/profiles/profiles.ts';
import type { Actor } from '../actor.ts';
import { type AppContext, perform, type StoreContext, type TenantRef } from '../perform.ts';
import { needPrecondition, type Precondition } from './precondition.ts';

export interface ProfilePut {
  tenant: TenantRef;
  document: ProfileDocument;
  /** Skips the check against Microsoft 365 and the roster. */
  unchecked?: boolean | undefined;
  precondition?: Precondition | undefined;
  /** Receives the check's findings before anything is changed or refused. */
  onFindings?: (problems: readonly ProfileProblem[]) => void;
}

export interface PutProfile {
  profile: Profile;
  isNew: boolean;
  /** Names of the other profiles. */
  others: string[];
  /** How many errors the check found. */
  errors: number;
}

/**
 * Puts a document in force. It never decides whether the profile runs: a new profile starts in preview, and an existing
 * one keeps its state. A document that does not fit the tenant may wait in preview until it does; for an enabled
 * profile it is refused as a whole, because the next run would write by it.
 *
 * @throws HallpassError PROFILE_CHANGE_REFUSED, PROFILE_CHANGE_UNCHECKED, PRECONDITION_FAILED, PRECONDITION_MISSING
 */
export async function putProfile(
  context: AppContext,
  actor: Actor,
  { tenant: named, document, unchecked, precondition, onFindings }: ProfilePut,
): Promise<PutProfile> {
  const { name } = document.profile;
  return await perform(context, actor, { action: 'profile.set', tenant: named }, async ({ tenant, read, write }) => {
    const need = (all: readonly Profile[]) => {
      if (precondition === undefined) return;
      const current = all.find((one) => one.name === name);
      needPrecondition(precondition, name, current);
    };
    need(await read(readProfiles));
    const checked = unchecked ? undefined : await check(context, actor, tenant, document.profile);
    const errors = checked?.problems.filter(({ severity }) => severity === 'error').length ?? 0;
    onFindings?.(checked?.problems ?? []);
    return await write(async (scope, now) => {
      const all = await readProfiles(scope);
      need(all);
      const before = all.find((one) => one.name === name);
      const profile = { ...document.profile, state: before?.state ?? 'preview' };
      // Checked here because nobody can enable it anymore before this is written.
      if (profile.state === 'enabled' && errors > 0) {
        throw fail('PROFILE_CHANGE_REFUSED', { profile: name, tenant: tenant.slug, count: errors });
      }
      if (profile.state === 'enabled' && checked?.unasked !== undefined) {
        const reason = checked.unasked.message.replace(/\.$/, '');
        throw fail('PROFILE_CHANGE_UNCHECKED', { profile: name, reason }, { cause: checked.unasked });
      }
      await setProfile(scope, profile, now);
      const others = all.filter((one) => one.name !== name).map((one) => one.name);
      return {
        outcome: { profile, isNew: before === undefined, others, errors },
        entries: [{ profile: name, changes: changesBetween(before, profile) }],
      };
    });
  });
}

/** Loaded on demand: see microsoft.ts. */
async function check(...asked: [AppContext, Actor, TenantRef, Profile]) {
  const { checkProfile } = await import('../queries/check-profile.ts');
  return await checkProfile(...asked);
}

/** Removes a profile; what it created in Microsoft 365 stays. @throws HallpassError PROFILE_UNKNOWN … */
export async function dropProfile(
  context: StoreContext,
  actor: Actor,
  { tenant: named, profile: name, precondition }: { tenant: TenantRef; profile: string; precondition?: Precondition },
): Promise<void> {
  await perform(context, actor, { action: 'profile.remove', tenant: named }, ({ tenant, write }) =>
    write(async (scope) => {
      const before = chooseProfile(await readProfiles(scope), tenant.slug, name);
      if (precondition !== undefined) needPrecondition(precondition, name, before);
      await removeProfile(scope, name);
      return { outcome: undefined, entries: [{ profile: name, before }] };
    }),
  );
}
