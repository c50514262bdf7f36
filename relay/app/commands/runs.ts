/** What people request of a district's runs. A serving relay notices within seconds. */
import { fail } from '../../../shared/errors.ts';
import { readProfiles } from '../../store/profiles/profiles.ts';
import { type RunRequest, requestRun } from '../../store/runs/run-control.ts';
import type { Actor } from '../actor.ts';
import { perform, type StoreContext, type TenantRef } from '../perform.ts';

const actions = { starts: 'run.start', cancels: 'run.cancel', restarts: 'run.restart' } as const;

export async function controlRuns(
  context: StoreContext,
  actor: Actor,
  { tenant: named, request }: { tenant: TenantRef; request: RunRequest },
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
