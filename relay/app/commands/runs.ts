/** What people request of a district's runs. A serving relay notices within seconds. */
import { fail } from '../../../shared/errors.ts';
import { readProfiles } from '../../store/profiles/profiles.ts';
import { requestRun } from '../../store/runs/run-control.ts';
import type { Actor } from '../actor.ts';
import { perform, type StoreContext, type TenantRef } from '../perform.ts';

/** What somebody can ask of the runs of a district as a whole. */
export type Control = keyof typeof actions;

const actions = { starts: 'run.start', cancels: 'run.cancel', restarts: 'run.restart' } as const;

export async function controlRuns(
  context: StoreContext,
  actor: Actor,
  { tenant: named, request }: { tenant: TenantRef; request: Control },
): Promise<void> {
  await perform(context, actor, { action: actions[request], tenant: named }, ({ tenant, write }) =>
    write(async (scope) => {
      // Without a profile, nothing would run.
      if ((await readProfiles(scope)).length === 0) throw fail('PROFILE_MISSING', { tenant: tenant.slug });
      await requestRun(scope, request);
      return { outcome: undefined, entries: [{}] };
    }),
  );
}
