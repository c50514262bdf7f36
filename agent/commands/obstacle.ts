/** Why an agent is not running, as `page` and `status` report it. */
import { fail, HallpassError } from '../../shared/errors.ts';
import { passesByItself } from '../page/problems.ts';
import { powerschoolSettings } from '../settings/settings.ts';
import type { AgentState, LastingProblem } from '../state/agent-state.ts';

/** What is missing, or else the error that ended it. An error that passes by itself does not end the agent. */
export function obstacleOf(state: AgentState): LastingProblem | undefined {
  try {
    powerschoolSettings(state.settings, state.secret);
    if (state.identity === null) throw fail('NOT_ENROLLED', {});
  } catch (error) {
    if (!(error instanceof HallpassError)) throw error;
    const { code, message, action } = error;
    return { code, message, action };
  }
  const { problem } = state.health;
  return problem === undefined || passesByItself(problem.code) ? undefined : problem;
}
