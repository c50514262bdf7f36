/** The run of one person who is provisioned at once, beside the runs of profiles. */
import { timestamp } from '../../shared/clock.ts';
import { toHallpassError } from '../../shared/terminal.ts';
import { type Keys, noKeys } from '../model/keys.ts';
import type { Operation } from '../model/operation.ts';
import type { RequestOutcome } from '../model/person-trace.ts';
import type { Problem } from '../model/problem.ts';
import type { Profile } from '../profile/profile.ts';
import { endRunFor, finishRun } from '../store/runs/journal.ts';
import { endRequest } from '../store/runs/person-requests.ts';
import { replaceWaiting } from '../store/runs/waiting.ts';
import type { RunAccount } from './apply/task.ts';
import { applyLinkEdits, type RunContext } from './run.ts';
import { addPlanned, leavesDoubt, noteMade, noteRefusal } from './state/memory.ts';
import type { ProfileState } from './state/tenant-state.ts';

export interface PersonRunOptions {
  context: RunContext;
  state: ProfileState;
  runId: string;
  requestId: string;
  /** How many operations the guard holds. */
  held: number;
  /** Called with an operation whose objects have to be planned again. */
  touch(operation: Operation): void;
}

export class PersonRun implements RunAccount {
  readonly runId: string;
  readonly profile: Profile;
  readonly #options: PersonRunOptions;
  #done = 0;
  #failed = 0;
  #left = 0;
  readonly #doubtful: Operation[] = [];
  #error: unknown;
  #isOver = false;
  /** What the next turn plans again. */
  readonly leftovers: Keys = noKeys();

  constructor(options: PersonRunOptions) {
    this.#options = options;
    this.runId = options.runId;
    this.profile = options.state.profile;
  }

  done(operation: Operation, { isFound }: { isFound: boolean }): void {
    const { state, touch } = this.#options;
    this.#done += 1;
    noteMade(operation, state.tenant);
    // Its values are those of another time.
    if (isFound) touch(operation);
    if (leavesDoubt(operation, state.tenant.applied)) this.#doubtful.push(operation);
  }

  refused(operation: Operation, problem: Problem): void {
    this.#failed += 1;
    addPlanned(this.leftovers, operation);
    noteRefusal(operation, problem, this.#options.state);
  }

  left(operation: Operation): void {
    this.#left += 1;
    addPlanned(this.leftovers, operation);
  }

  broke(error: unknown): void {
    this.#error ??= error;
  }

  async over({ isReplaced, waiting }: Parameters<RunAccount['over']>[0]): Promise<void> {
    const { context, state, requestId, held } = this.#options;
    const { store, tenantId, clock, log } = context;
    for (const operation of this.#doubtful) {
      if (leavesDoubt(operation, state.tenant.applied)) addPlanned(this.leftovers, operation);
    }
    const left = Math.max(this.#left, waiting.length);
    const state_ = isReplaced ? 'replaced' : this.#failed > 0 ? 'errors' : 'success';
    const report = {
      state: state_,
      done: this.#done,
      failed: this.#failed,
      held,
      waiting: left,
      problems: this.#failed,
    } as const;
    await store.withTenant(tenantId, async (scope) => {
      const now = timestamp(clock);
      await applyLinkEdits(scope, state.tenant);
      await finishRun(scope, this.runId, report, now);
      await replaceWaiting(scope, { runId: this.runId, profile: this.profile.name }, waiting);
      // One that ended before its time is taken up by the next turn.
      if (!isReplaced) await endRequest(scope, requestId, this.#outcome(left), now);
    });
    this.#isOver = true;
    log.info({ event: 'run.finished', ...report }, `run for one person finished: ${report.state}`);
  }

  /** Writes down why it ended before its time; to be called when nothing of it is under way. */
  async settle(): Promise<void> {
    if (this.#isOver) return;
    const { context, requestId } = this.#options;
    const { store, tenantId, clock } = context;
    const { code, message, action } = toHallpassError(this.#error);
    await store.withTenant(tenantId, async (scope) => {
      const now = timestamp(clock);
      await endRunFor(scope, this.runId, { code, message, action, step: 'carrying out the plan' }, now);
      await endRequest(scope, requestId, 'failed', now);
    });
  }

  #outcome(left: number): RequestOutcome {
    if (this.#failed > 0) return 'failed';
    if (this.#options.held > 0) return 'held';
    return left > 0 ? 'waiting' : 'done';
  }
}
