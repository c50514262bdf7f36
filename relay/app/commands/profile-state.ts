/** The only commands that decide whether a profile runs. A serving relay notices within seconds. */
import type { Profile } from '../../profile/profile.ts';
import { changesBetween } from '../../store/audit/audit.ts';
import { chooseProfile, readProfiles, setProfile, stateBeforePause } from '../../store/profiles/profiles.ts';
import { endQuarantine, readQuarantines } from '../../store/profiles/quarantine.ts';
import { accessPageOf } from '../access-page.ts';
import type { Actor } from '../actor.ts';
import { type AppContext, ask, enter, perform, type TenantRef } from '../perform.ts';
import type { CheckedProfile } from '../queries/check-profile.ts';
import { needPrecondition, type Precondition, versionOf } from './precondition.ts';

/** `resume`: back to the state before a pause, and out of quarantine. */
export type ProfileMove = 'preview' | 'enable' | 'pause' | 'resume';

export interface MoveInput {
  tenant: TenantRef;
  /** Undefined for the only one. */
  profile?: string | undefined;
  move: ProfileMove;
  /** Skips the check against the tenant before it writes. */
  unchecked?: boolean | undefined;
  precondition?: Precondition | undefined;
  /** Receives the check's findings before anything is changed or refused. */
  onFindings?: (checked: CheckedProfile) => void;
}

const states = { preview: 'preview', enable: 'enabled', pause: 'paused' } as const;

/**
 * @returns the profile as it is now
 * @throws HallpassError PROFILE_MISSING, PROFILE_UNKNOWN, PROFILE_NOT_NAMED; when enabling, PROFILE_NOT_READY and the
 *   error if Microsoft 365 could not be queried; PRECONDITION_FAILED also when it changed during the check
 */
export async function moveProfile(context: AppContext, actor: Actor, input: MoveInput): Promise<Profile> {
  const { profile: name, move, unchecked, precondition, onFindings } = input;
  const named = move === 'resume' ? await enter(context.store, actor, 'profiles', input.tenant) : input.tenant;
  const state = move === 'resume' ? await stateToResume(context, actor, named, name) : states[move];
  return await perform(
    context,
    actor,
    { action: `profile.${state}`, tenant: named },
    async ({ tenant, read, write }) => {
      const seen = chooseProfile(await read(readProfiles), tenant.slug, name);
      if (precondition !== undefined) needPrecondition(precondition, seen.name, seen);
      if (state === 'enabled' && !unchecked) {
        const { checkProfile, needReady, needWriteConsent } = await import('../queries/check-profile.ts');
        const checked = await checkProfile(context, actor, tenant, seen.name);
        onFindings?.(checked);
        needWriteConsent(checked, tenant.slug, await accessPageOf(context, tenant));
        needReady(checked, tenant.slug);
      }
      return await write(async (scope, now) => {
        const before = chooseProfile(await readProfiles(scope), tenant.slug, seen.name);
        if (state === 'enabled') needPrecondition({ match: [versionOf(seen)], isNeeded: false }, seen.name, before);
        const profile = { ...before, state };
        await setProfile(scope, profile, now);
        const quarantine = (await readQuarantines(scope)).get(profile.name);
        if (state === 'enabled') await endQuarantine(scope, profile.name);
        const entry = {
          profile: profile.name,
          changes: changesBetween(before, profile),
          ...(quarantine !== undefined && state === 'enabled' && { quarantineEnded: quarantine }),
        };
        return { outcome: profile, entries: [entry] };
      });
    },
  );
}

async function stateToResume(
  context: AppContext,
  actor: Actor,
  named: TenantRef,
  wanted: string | undefined,
): Promise<Profile['state']> {
  return await ask(context, actor, { question: 'profiles', tenant: named }, async (scope, { slug }) => {
    const { state, name } = chooseProfile(await readProfiles(scope), slug, wanted);
    return state === 'paused' ? await stateBeforePause(scope, name) : state;
  });
}
