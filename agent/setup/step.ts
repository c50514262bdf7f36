/** What a step of setup has to work with, and what makes one. */
import type { Clock } from '../../shared/clock.ts';
import type { Check } from '../check/finding.ts';
import type { AgentState } from '../state/agent-state.ts';
import type { Context } from '../terminal/context.ts';
import type { Dialog } from './dialog.ts';
import type { Progress } from './progress.ts';

export interface SetupParts {
  context: Context;
  dialog: Dialog;
  progress: Progress;
  clock: Clock;
  /** Run again at each call, in a stable order. */
  checks: () => AsyncIterable<Check>;
  /** How long to wait for PowerSchool when nobody is there, milliseconds. */
  mostWaitMs: number;
  /** False: the agent is not made a service. */
  service: boolean;
}

export interface Step {
  title: string;
  /** What shows that it is done, as a sentence; undefined when it is not. */
  done(state: AgentState, progress: Progress): string | undefined;
  /**
   * Run again after a failure, it asks only for what the dialog does not know.
   *
   * @returns the check that stands in the way, or nothing when the step is done
   * @throws HallpassError what it could not do
   */
  run(parts: SetupParts): Promise<Check | undefined>;
}
