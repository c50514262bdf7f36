/** The step of a turn that looks whether teachers have activated the teams of their classes. */
import { timestamp } from '../../shared/clock.ts';
import { HallpassError } from '../../shared/errors.ts';
import { readActivationState } from '../graph/teams.ts';
import { dueActivations, seenActivation, type TeamActivation } from '../plan/team-activation.ts';
import { readActivations, writeActivations } from '../store/teams/team-activation.ts';
import type { DriftContext } from './drift/step.ts';
import type { TenantState } from './state/tenant-state.ts';

/** Looks under way at once: they hide the latency, and the budget keeps them below 30 a second. */
const parallel = 8;
/** Looks that are stored together. */
const slice = 200;

/** After the runs of a turn, so that a team that was just made counts as waiting. What cannot be read is read another time. */
export async function followActivation(context: DriftContext, { applied, profiles }: TenantState): Promise<void> {
  const { store, tenantId, clock, log, signal } = context;
  if (applied.teams.size === 0 || !profiles.values().some(({ profile }) => profile.state === 'enabled')) return;
  const known = await store.withTenant(tenantId, readActivations);
  const due = dueActivations(applied, known, clock.now());
  try {
    for (let at = 0; at < due.length; at += slice) {
      const seen: TeamActivation[] = [];
      const queue = due.slice(at, at + slice).values();
      const worker = async () => {
        for (const team of queue) {
          signal.throwIfAborted();
          const state = await readActivationState(context.client, team.objectId);
          if (state !== undefined) seen.push(seenActivation(team, state, known.get(team.sectionId), timestamp(clock)));
        }
      };
      await Promise.all(Array.from({ length: parallel }, worker));
      await store.withTenant(tenantId, (scope) => writeActivations(scope, seen));
    }
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof HallpassError) || !error.code.startsWith('GRAPH_')) throw error;
    const { code, message } = error;
    log.warn({ event: 'teams.activation-unread', code, message }, `teams could not be read: ${message}`);
  }
}
