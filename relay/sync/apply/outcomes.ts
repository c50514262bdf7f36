/** Records the outcomes of operations that take several requests each: in the journal and in the applied state. */
import type { HallpassError } from '../../../shared/errors.ts';
import type { Applied } from '../../model/applied-state.ts';
import { lostAnswerOf, specOf } from '../../operations/registry.ts';
import type { JournalEntry } from '../../store/runs/journal.ts';
import type { Applying } from './applying.ts';
import { journalEntry } from './effects.ts';
import { recordAnswers } from './recording.ts';
import type { Ended, Task } from './task.ts';

export class Outcomes {
  readonly #context: Applying;

  constructor(context: Applying) {
    this.#context = context;
  }

  /** Called before the first request that changes something, because its answer may be lost. */
  async announce(task: Task): Promise<void> {
    if (task.entry !== undefined) return;
    task.entry = journalEntry(task.operation, task.run.runId);
    await this.#write([], task.entry);
  }

  /** @param after the journal's "after", if it becomes known only now */
  async done(task: Task, news: Applied, after?: object): Promise<void> {
    await this.#write(
      [news],
      { ...this.#entryOf(task), ...(after && { after }), state: 'done' },
      { task, isDone: true },
    );
    task.run.done(task.operation, { isFound: false });
    this.#context.worklist.settle(task, true);
  }

  /** Records what is known so far, without an outcome. */
  async note(news: Applied): Promise<void> {
    await this.#write([news], undefined);
  }

  /** Notes in an existing journal entry that the operation takes long. @param error why, for the journal */
  async waits(task: Task, state: JournalEntry['state'], error?: JournalEntry['error']): Promise<void> {
    const { entry, operation } = task;
    if (entry === undefined) return;
    // Nobody looks at what is no intent anymore when the process is killed.
    const left = state === 'unknown' ? [{ lost: lostAnswerOf(operation) }] : [];
    await this.#write(left, { ...entry, state, ...(error && { error }) });
  }

  async failed(
    task: Task,
    { code, message, action, requestId }: HallpassError,
    state: JournalEntry['state'],
  ): Promise<void> {
    const { operation, run, entry } = task;
    const mayBeDone = state === 'unknown' || task.wasLost === true;
    if (entry !== undefined) {
      const left = mayBeDone ? [{ lost: lostAnswerOf(operation) }] : [];
      await this.#write(left, { ...entry, state, error: { code, message, requestId } }, { task, isDone: false });
    }
    run.refused(operation, { subject: specOf(operation.kind).subject(operation), code, message, action });
    if (mayBeDone) this.#context.worklist.leaveInDoubt(task);
    else this.#context.worklist.settle(task, false);
  }

  #entryOf({ entry, operation, run }: Task): JournalEntry {
    return entry ?? journalEntry(operation, run.runId);
  }

  async #write(applied: readonly Applied[], entry: JournalEntry | undefined, ended?: Ended): Promise<void> {
    const journal = entry === undefined ? [] : [entry];
    const done = ended?.isDone === true ? [ended.task.operation] : [];
    await recordAnswers(
      { applied, journal, done, changed: [], forgotten: [], ended: ended ? [ended] : [] },
      this.#context,
    );
  }
}
