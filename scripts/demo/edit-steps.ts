/** Where the time of one edit goes, by what agent and relay say meanwhile. */
import type { LogEvent, Program } from './program.ts';

/**
 * Seconds of each step, which follow one another. `schedule`: until the agent's next cycle begins. `agent`: until the relay holds
 * the change: probe, reading and sending. `look`: the relay is woken and has read what changed in the directory. `plan`: until it is
 * known what to write. `write`: until the run has ended. `seen`: until an outsider has seen all of it.
 */
export type EditSteps = Record<(typeof steps)[number], number>;

const steps = ['schedule', 'agent', 'look', 'plan', 'write', 'seen'] as const;

/** Listens until it is asked what came of it. */
export class StepWatch {
  readonly #from = Date.now();
  readonly #at: Partial<Record<(typeof steps)[number], number>> = {};
  readonly #quiet: (() => void)[];

  constructor(agent: Program, relay: Program) {
    this.#quiet = [
      agent.listen((event) => {
        if (event.event === 'cycle.committed') this.#note('schedule', timeOf(event) - Number(event.seconds) * 1000);
      }),
      relay.listen((event) => {
        if (event.event === 'roster.committed') this.#note('agent', timeOf(event));
        if (event.event === 'run.started') this.#note('look', timeOf(event));
        if (event.event === 'run.planned') this.#note('plan', timeOf(event));
        if (event.event === 'run.finished') this.#note('write', timeOf(event));
      }),
    ];
  }

  /** What was not said takes no time of its own. */
  end(): EditSteps {
    for (const quiet of this.#quiet) quiet();
    this.#note('seen', Date.now());
    let before = this.#from;
    const taken = steps.map((step): [string, number] => {
      const at = Math.max(before, this.#at[step] ?? before);
      const seconds = (at - before) / 1000;
      before = at;
      return [step, seconds];
    });
    return Object.fromEntries(taken) as EditSteps;
  }

  /** Of several cycles or runs, the last counts: the edit was not there before. */
  #note(step: (typeof steps)[number], at: number): void {
    this.#at[step] = at;
  }
}

function timeOf({ time }: LogEvent): number {
  return typeof time === 'number' ? time : Date.parse(String(time));
}
