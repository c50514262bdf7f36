/** What a step of setup works with, and what defines one. */
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
  /** Runs the checks again on each call, in a stable order. */
  checks: () => AsyncIterable<Check>;
  /** How long to wait for PowerSchool when nobody is there, in milliseconds. */
  mostWaitMs: number;
  /** False to skip installing the agent as a service. */
  service: boolean;
}

export interface Step {
  title: string;
  /** A sentence that shows that it is done; undefined when it is not. */
  done(state: AgentState, progress: Progress): string | undefined;
  /**
   * Repeated after a failure, it asks only for what the dialog does not know.
   *
   * @returns the failed check, or nothing when the step is done
   * @throws HallpassError what it could not do
   */
  run(parts: SetupParts): Promise<Check | undefined>;
}
