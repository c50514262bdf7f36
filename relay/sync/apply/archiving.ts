/**
 * Makes teams of classes read-only whose section is gone, and usable again when it is back. Teams says yes before it has
 * acted, so every class has its own wait; and what it answers about a team that is archived already is nowhere written, so a
 * team is looked at before anything is asked. What is not done at the end of the run is looked at by the next one.
 */
import { fail, HallpassError, passing } from '../../../shared/errors.ts';
import type { GraphAnswer } from '../../graph/client.ts';
import {
  newsOfOperation,
  operationIn,
  readTeam,
  readTeamOperation,
  readTeamsAmong,
  requestArchive,
} from '../../graph/teams.ts';
import type { Operation } from '../../model/operation.ts';
import { specOf, teamWorkOf } from '../../operations/registry.ts';
import { teamOf } from '../../plan/teams.ts';
import type { Applying, ApplyResult } from './applying.ts';
import { Lanes, type Task } from './lanes.ts';
import { denied } from './look-reasons.ts';
import { Outcomes, oneByOne } from './outcomes.ts';
import { patienceMs } from './teams.ts';
import { failureAfter } from './work-off.ts';

export type ArchiveOperation = Extract<Operation, { kind: 'archiveTeam' | 'unarchiveTeam' }>;

export function isArchiving(operation: Operation): operation is ArchiveOperation {
  const work = teamWorkOf(operation);
  return work === 'archive' || work === 'unarchive';
}

/** Waits for Teams to act. Microsoft advises 30 s between looks; most are done sooner. */
const busyMs = [5000, 10_000, 30_000, 30_000];

/** @throws HallpassError as `applyPlan` */
export async function applyArchiving(
  operations: readonly ArchiveOperation[],
  context: Applying,
  result: ApplyResult,
  total: number,
): Promise<void> {
  const work = new ArchiveWork(context, result);
  const showProgress = () => context.onProgress(result.done + result.failed, total);
  const lanes = new Lanes(await work.withoutPlainClasses(operations));
  showProgress();
  await oneByOne(lanes, context, (task) => work.step(task, task.operation as ArchiveOperation), showProgress);
}

class ArchiveWork {
  readonly #context: Applying;
  readonly #outcomes: Outcomes;
  /** Ids of operations under way at Teams, by task; empty where it named none. */
  readonly #asked = new Map<Task, string>();
  readonly #looks = new Map<Task, number>();

  constructor(context: Applying, result: ApplyResult) {
    this.#context = context;
    this.#outcomes = new Outcomes(context, result);
  }

  /** Classes that are no teams need nothing; they are told by one list, and not one by one. */
  async withoutPlainClasses(operations: readonly ArchiveOperation[]): Promise<ArchiveOperation[]> {
    const ids = operations.map((one) => this.#objectId(one));
    const found = await readTeamsAmong(this.#context.client, ids).catch(passing);
    if (found instanceof HallpassError) return [...operations];
    const [open, plain] = [[], []] as [ArchiveOperation[], ArchiveOperation[]];
    for (const operation of operations) {
      const isPlain = found.others.has(this.#objectId(operation)) && !this.#isBeingMade(operation);
      (isPlain ? plain : open).push(operation);
    }
    await this.#done(plain);
    return open;
  }

  /** One request about one team. @returns milliseconds to wait for the next one; undefined when it is settled */
  async step(task: Task, operation: ArchiveOperation): Promise<number | undefined> {
    const asked = this.#asked.get(task);
    if (asked !== undefined) return await this.#look(task, operation, asked);
    const team = await this.#send(task, () => readTeam(this.#context.client, this.#objectId(operation)));
    if (team instanceof HallpassError) return await this.#otherwise(task, operation, team);
    if (team.status === 404) {
      return await (this.#isBeingMade(operation) ? this.#waitOr(task, operation) : this.#done([operation]));
    }
    if (team.status !== 200) return await this.#otherwise(task, operation, team);
    const { isArchived } = (team.body ?? {}) as { isArchived?: boolean | null };
    const isSo = (isArchived === true) === (teamWorkOf(operation) === 'archive');
    return await (isSo ? this.#done([operation], task) : this.#ask(task, operation));
  }

  async #ask(task: Task, operation: ArchiveOperation): Promise<number | undefined> {
    const { client } = this.#context;
    await this.#outcomes.announce(operation, task);
    const action = teamWorkOf(operation) === 'archive' ? 'archive' : 'unarchive';
    const answer = await this.#send(task, () => requestArchive(client, this.#objectId(operation), action));
    if (answer instanceof HallpassError) return await this.#otherwise(task, operation, answer);
    if (answer.status === 202) {
      task.attempts = 0;
      this.#asked.set(task, operationIn(answer) ?? '');
    }
    // 409: it is at work on this team already.
    if (answer.status === 202 || answer.status === 409) return this.#waitOr(task, operation);
    return await this.#otherwise(task, operation, answer);
  }

  /** Looks what became of what was asked. An operation that Teams does not show says nothing: then the team does. */
  async #look(task: Task, operation: ArchiveOperation, id: string): Promise<number | undefined> {
    const { client } = this.#context;
    const answer =
      id === '' ? undefined : await this.#send(task, () => readTeamOperation(client, this.#objectId(operation), id));
    const news = answer === undefined || answer instanceof HallpassError ? undefined : newsOfOperation(answer, id);
    if (news?.kind === 'there') return await this.#done([operation], task);
    if (news?.kind === 'accepted') return await this.#waitOr(task, operation);
    this.#asked.delete(task);
    if (news?.kind !== 'failed') return 1;
    await this.#outcomes.failed(operation, fail('TeamFailed', { reason: news.reason }), task, 'failed');
    return undefined;
  }

  /** The next run uses it. */
  async #waitOr(task: Task, operation: ArchiveOperation): Promise<number | undefined> {
    const looks = this.#looks.get(task) ?? 0;
    this.#looks.set(task, looks + 1);
    const wait = busyMs[looks];
    if (wait !== undefined) return wait;
    await this.#outcomes.leave(operation, task, 'unknown');
    return undefined;
  }

  async #otherwise(
    task: Task,
    operation: ArchiveOperation,
    answer: GraphAnswer | HallpassError,
  ): Promise<number | undefined> {
    const { error, passes, waitMs } = failureAfter(operation, answer, task.attempts, this.#context);
    // After the last attempt it may still have been carried out: the next run looks.
    if (waitMs === undefined) {
      const reason = await denied(operation, error, this.#context);
      await this.#outcomes.failed(operation, reason, task, passes ? 'unknown' : 'failed');
    }
    return waitMs;
  }

  async #done(operations: readonly ArchiveOperation[], task?: Task): Promise<undefined> {
    const news = operations.map((operation) => specOf(operation.kind).effect(operation, '', this.#context.applied));
    await this.#outcomes.done(operations, news, task);
  }

  /** A failure that passes is a value. */
  async #send(task: Task, request: () => Promise<GraphAnswer>): Promise<GraphAnswer | HallpassError> {
    task.attempts += 1;
    return await request().catch(passing);
  }

  /** It was asked for, and is not there yet: it would come after everybody has looked. */
  #isBeingMade({ sectionId }: ArchiveOperation): boolean {
    const { applied, clock } = this.#context;
    const team = teamOf(sectionId, applied);
    return team?.state === 'accepted' && clock.now() - Date.parse(team.since) < patienceMs;
  }

  #objectId({ sectionId }: ArchiveOperation): string {
    return this.#context.applied.classes.get(sectionId)?.objectId ?? '';
  }
}
