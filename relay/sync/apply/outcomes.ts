/**
 * Operations of which each takes several requests and waits of its own, as those at Microsoft Teams do: working them off one
 * by one, and writing down what becomes of each.
 */
import { timestamp } from '../../../shared/clock.ts';
import type { HallpassError } from '../../../shared/errors.ts';
import type { Applied } from '../../model/applied-state.ts';
import type { Operation } from '../../model/operation.ts';
import { specOf } from '../../operations/registry.ts';
import { record } from '../../store/applied/applied.ts';
import { type JournalEntry, writeJournal } from '../../store/runs/journal.ts';
import type { Applying, ApplyResult } from './applying.ts';
import { journalEntry, updateApplied } from './effects.ts';
import type { Lanes, Task } from './lanes.ts';
import { workOff } from './work-off.ts';

/** Requests to Teams under way at once: all connections there are, because it takes seconds for some answers. */
const parallel = 8;

/**
 * @param step one request; returns milliseconds to wait for the next one, or undefined when the task is settled
 * @param told called after every step
 */
export async function oneByOne(
  lanes: Lanes,
  context: Applying,
  step: (task: Task) => Promise<number | undefined>,
  showProgress: () => void,
): Promise<void> {
  await workOff(lanes, {
    ...context,
    parallel,
    atOnce: 1,
    carryOut: async ([task]) => {
      if (task === undefined) return;
      const wait = await step(task);
      if (wait === undefined) lanes.settle(task);
      else lanes.park(task, context.clock.now() + wait);
      showProgress();
    },
  });
}

/** Writes outcomes down: in the journal, in the applied state, and in what the run reports. */
export class Outcomes {
  readonly #context: Applying;
  readonly #result: ApplyResult;

  constructor(context: Applying, result: ApplyResult) {
    this.#context = context;
    this.#result = result;
  }

  /** Before the first request of the task that changes something, because its answer may be lost. */
  async announce(operation: Operation, task: Task): Promise<void> {
    const { entries, runId } = this.#context;
    if (entries.has(task)) return;
    const entry = journalEntry(operation, runId);
    entries.set(task, entry);
    await this.#write([], [entry]);
  }

  /** @param task undefined where nothing had to be asked for @param after what the journal says of it, where that is known only now */
  async done(operations: readonly Operation[], news: readonly Applied[], task?: Task, after?: object): Promise<void> {
    const known = after === undefined ? {} : { after };
    await this.#write(
      news,
      operations.map((operation) => ({ ...this.#entry(operation, task), ...known, state: 'done' as const })),
    );
    this.#result.done += operations.length;
  }

  /** What is known by now, without an outcome. */
  async note(news: Applied): Promise<void> {
    await this.#write([news], []);
  }

  /** The next run uses it. @param error for the journal */
  async leave(
    operation: Operation,
    task: Task | undefined,
    state: JournalEntry['state'],
    error?: JournalEntry['error'],
  ): Promise<void> {
    await this.#record(operation, task, state, error);
    this.#result.skipped.push(operation);
    this.#result.waiting += 1;
  }

  async failed(
    operation: Operation,
    { code, message, action }: HallpassError,
    task: Task | undefined,
    state: JournalEntry['state'],
  ): Promise<void> {
    await this.#record(operation, task, state, { code, message });
    this.#result.failures.push({
      operation,
      problem: { subject: specOf(operation.kind).subject(operation), code, message, action },
    });
    this.#result.failed += 1;
  }

  /** In the journal, if the operation is there. */
  async #record(
    operation: Operation,
    task: Task | undefined,
    state: JournalEntry['state'],
    error: JournalEntry['error'],
  ): Promise<void> {
    if (task === undefined || !this.#context.entries.has(task)) return;
    await this.#write([], [{ ...this.#entry(operation, task), state, ...(error === undefined ? {} : { error }) }]);
  }

  #entry(operation: Operation, task: Task | undefined): JournalEntry {
    const known = task === undefined ? undefined : this.#context.entries.get(task);
    return known ?? journalEntry(operation, this.#context.runId);
  }

  async #write(news: readonly Applied[], journal: readonly JournalEntry[]): Promise<void> {
    const { store, tenantId, applied, accounts, clock } = this.#context;
    await store.withTenant(tenantId, async (scope) => {
      if (news.length > 0) await record(scope, news, journal, timestamp(clock));
      else await writeJournal(scope, journal, timestamp(clock));
    });
    for (const one of news) updateApplied({ applied, accounts }, one);
  }
}
