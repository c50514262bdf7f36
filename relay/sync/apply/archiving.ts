/**
 * Archives the teams of classes whose section is gone, and unarchives them when it is back. Teams accepts a request
 * before it acts, so every class has its own wait. Microsoft does not document the answer for a team that is already
 * archived, so the team's state is read first.
 */
import { fail, HallpassError, passing } from '../../../shared/errors.ts';
import { bodyIn, type GraphAnswer } from '../../graph/answer.ts';
import { team as teamBody } from '../../graph/bodies/team.ts';
import { rulesOut } from '../../graph/outcome.ts';
import { newsOfOperation, operationIn, readTeam, readTeamOperation, requestArchive } from '../../graph/teams.ts';
import { uncertainKey } from '../../model/applied-state.ts';
import type { Operation } from '../../model/operation.ts';
import { specOf, teamWorkOf } from '../../operations/registry.ts';
import { teamOf } from '../../plan/teams.ts';
import type { Applying } from './applying.ts';
import { failureAfter } from './attempts.ts';
import type { KnownTeams } from './known-teams.ts';
import { denied } from './look-reasons.ts';
import { Outcomes } from './outcomes.ts';
import type { Task } from './task.ts';
import { patienceMs } from './teams.ts';

type ArchiveOperation = Extract<Operation, { kind: 'archiveTeam' | 'unarchiveTeam' }>;

/** Waits for Teams to act. Microsoft advises 30 s between checks; most are done sooner. */
const busyMs = [5000, 10_000, 30_000, 30_000];
/** The pause between checks after those. */
const restMs = 5 * 60_000;

/** Progress of one team. */
interface Progress {
  /** Id of the operation in progress at Teams; empty if Teams named none, undefined before the request. */
  asked: string | undefined;
  looks: number;
}

export class ArchiveWork {
  readonly #context: Applying;
  readonly #outcomes: Outcomes;
  readonly #teams: KnownTeams;
  readonly #progress = new WeakMap<Task, Progress>();

  constructor(context: Applying, teams: KnownTeams) {
    this.#context = context;
    this.#outcomes = new Outcomes(context);
    this.#teams = teams;
  }

  /** One request about one team. @returns milliseconds until the next one; undefined when it is settled */
  async step(task: Task): Promise<number | undefined> {
    const operation = task.operation as ArchiveOperation;
    task.failure = undefined;
    const known = this.#progress.get(task);
    const progress = known ?? { asked: undefined, looks: 0 };
    if (known === undefined) {
      this.#progress.set(task, progress);
      // A class without a team needs nothing.
      const isPlain = !this.#isMade(operation) && (await this.#teams.isTeam(this.#objectId(operation))) === false;
      if (isPlain) return await this.#done(task);
    }
    if (progress.asked !== undefined) return await this.#look(task, progress, progress.asked);
    const team = await this.#send(task, () => readTeam(this.#context.client, this.#objectId(operation)));
    if (team instanceof HallpassError) return await this.#otherwise(task, team);
    if (team.status === 404)
      return await (this.#isBeingMade(operation) ? this.#waitFor(task, progress) : this.#done(task));
    if (team.status !== 200) return await this.#otherwise(task, team);
    const { isArchived } = bodyIn(teamBody, team) ?? {};
    const isSo = (isArchived === true) === (teamWorkOf(operation) === 'archive');
    if (!isSo) return await this.#ask(task, progress);
    return await (this.#isInDoubt(operation) && progress.looks < busyMs.length
      ? this.#waitFor(task, progress)
      : this.#done(task));
  }

  /** The opposite may have been asked for, and the answer lost: Teams may still be about to do that. */
  #isInDoubt({ sectionId }: ArchiveOperation): boolean {
    return this.#context.applied.uncertain.has(uncertainKey('retired', 'archived', sectionId));
  }

  async #ask(task: Task, progress: Progress): Promise<number | undefined> {
    const { client } = this.#context;
    await this.#outcomes.announce(task);
    const operation = task.operation as ArchiveOperation;
    const action = teamWorkOf(operation) === 'archive' ? 'archive' : 'unarchive';
    const answer = await this.#send(task, () => requestArchive(client, this.#objectId(operation), action));
    if (answer instanceof HallpassError) {
      if (answer.retry !== 'retry-after') task.wasLost = true;
      return await this.#otherwise(task, answer);
    }
    if (!rulesOut(answer)) task.wasLost = true;
    if (answer.status === 202) {
      task.attempts = 0;
      progress.asked = operationIn(answer) ?? '';
    }
    // 409: Teams is already working on this team.
    if (answer.status === 202 || answer.status === 409) return this.#waitFor(task, progress);
    return await this.#otherwise(task, answer);
  }

  /** Checks the operation at Teams. If Teams does not show the operation, the state of the team decides. */
  async #look(task: Task, progress: Progress, id: string): Promise<number | undefined> {
    const { client } = this.#context;
    const objectId = this.#objectId(task.operation as ArchiveOperation);
    const answer = id === '' ? undefined : await this.#send(task, () => readTeamOperation(client, objectId, id));
    const news = answer === undefined || answer instanceof HallpassError ? undefined : newsOfOperation(answer, id);
    if (news?.kind === 'there') return await this.#done(task);
    if (news?.kind === 'accepted') return await this.#waitFor(task, progress);
    progress.asked = undefined;
    if (news?.kind !== 'failed') return 1;
    task.wasLost = false;
    await this.#outcomes.failed(task, fail('TeamFailed', { reason: news.reason }), 'failed');
    return undefined;
  }

  async #waitFor(task: Task, progress: Progress): Promise<number> {
    const wait = busyMs[progress.looks];
    progress.looks += 1;
    if (wait !== undefined) return wait;
    await this.#outcomes.waits(task, 'unknown');
    return restMs;
  }

  async #otherwise(task: Task, answer: GraphAnswer | HallpassError): Promise<number | undefined> {
    const { error, passes, waitMs } = failureAfter(task.operation, answer, task.attempts, this.#context);
    task.failure = error;
    // It may still have been carried out after the last attempt: the next run checks.
    if (waitMs === undefined) {
      const reason = await denied(task.operation, error, this.#context);
      await this.#outcomes.failed(task, reason, passes ? 'unknown' : 'failed');
    }
    return waitMs;
  }

  async #done(task: Task): Promise<undefined> {
    const { operation } = task;
    await this.#outcomes.done(task, specOf(operation.kind).effect(operation, '', this.#context.applied));
  }

  /** A temporary failure is a value. */
  async #send(task: Task, request: () => Promise<GraphAnswer>): Promise<GraphAnswer | HallpassError> {
    task.attempts += 1;
    return await request().catch(passing);
  }

  /** Hallpass created the team or is about to, so an earlier reading does not count. */
  #isMade(operation: ArchiveOperation): boolean {
    return teamOf(operation.sectionId, this.#context.applied)?.state === 'there' || this.#isBeingMade(operation);
  }

  /** It was requested and is not there yet: it would appear after the last check. */
  #isBeingMade(operation: ArchiveOperation): boolean {
    const { applied, clock, isTeamComing } = this.#context;
    if (teamWorkOf(operation) === 'archive' && isTeamComing(operation)) return true;
    const team = teamOf(operation.sectionId, applied);
    return team?.state === 'accepted' && clock.now() - Date.parse(team.since) < patienceMs;
  }

  #objectId({ sectionId }: ArchiveOperation): string {
    return this.#context.applied.classes.get(sectionId)?.objectId ?? '';
  }
}
