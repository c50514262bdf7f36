/**
 * Makes teams of classes. Microsoft Teams is another service than the directory: it hears of a new class later, makes a
 * team some time after it said yes, and has limits of its own. So every class has its own wait, and none holds the others
 * up; what is not there at the end of the run is looked at by the next one.
 */

import { timestamp } from '../../../shared/clock.ts';
import { fail, HallpassError, passing } from '../../../shared/errors.ts';
import type { GraphAnswer } from '../../graph/client.ts';
import {
  newsOfOperation,
  newsOfRequest,
  readTeamOperation,
  readTeamsAmong,
  requestTeam,
  type TeamNews,
} from '../../graph/teams.ts';
import type { Applied, AppliedTeam } from '../../model/applied-state.ts';
import type { Operation } from '../../model/operation.ts';
import { settledAt } from '../../operations/needs.ts';
import { teamWorkOf } from '../../operations/registry.ts';
import { teamOf } from '../../plan/teams.ts';
import type { JournalEntry } from '../../store/runs/journal.ts';
import type { Applying, ApplyResult } from './applying.ts';
import { Lanes, type Task } from './lanes.ts';
import { denied } from './look-reasons.ts';
import { Outcomes, oneByOne } from './outcomes.ts';
import { failureAfter } from './work-off.ts';

type TeamCreation = Extract<Operation, { kind: 'createTeam' }>;

export function isMaking(operation: Operation): operation is TeamCreation {
  return teamWorkOf(operation) === 'make';
}

/** Waits for a class that Teams does not know: a minute in all. Microsoft's own advice is three times 10 s, and often too little. */
const unknownMs = [2000, 4000, 8000, 16_000, 30_000];
/** Waits for a team that is being made. Three looks at each are what 10 new ones and 30 reads a second allow. */
const busyMs = [3000, 6000, 12_000, 24_000, 30_000];
/** A class that Teams did not know at the end of a run is asked for again after this long. */
const restMs = 5 * 60_000;
/** Microsoft speaks of 15 minutes until Teams knows a class; after so long it is a problem. */
const patienceHours = 4;
export const patienceMs = patienceHours * 3_600_000;

/** How far one class is within this run. */
interface Progress {
  unknown: number;
  busy: number;
  /** A request went out and its answer was lost: whether there is a team is looked up before it is repeated. */
  unsure: boolean;
}

/** @throws HallpassError as `applyPlan` */
export async function applyTeams(
  operations: readonly TeamCreation[],
  context: Applying,
  result: ApplyResult,
  total: number,
): Promise<void> {
  const work = new TeamWork(context, result);
  const showProgress = () => context.onProgress(result.done + result.failed, total);
  const open = await work.withoutThose(operations);
  showProgress();
  const lanes = new Lanes(open, (operation) => settledAt(operation, context.madeAt));
  await oneByOne(lanes, context, (task) => work.step(task), showProgress);
}

class TeamWork {
  readonly #context: Applying;
  readonly #outcomes: Outcomes;
  readonly #progress = new Map<Task, Progress>();
  /** The application may not make teams: there is no use in asking for the next one. */
  #denied: HallpassError | undefined;

  constructor(context: Applying, result: ApplyResult) {
    this.#context = context;
    this.#outcomes = new Outcomes(context, result);
  }

  /**
   * Settles what needs no request for a team: classes that are teams already (made by hand, by School Data Sync, or by a
   * run that was killed before the answer), and those that Teams did not know a moment ago.
   */
  async withoutThose(operations: readonly TeamCreation[]): Promise<TeamCreation[]> {
    const { madeAt, clock } = this.#context;
    // What this run made is no team yet, and what is being made tells by itself.
    const old = operations.filter((one) => !madeAt.has(one.key) && this.#teamOf(one)?.state !== 'accepted');
    const teams = await this.#teamsAmong(old);
    const open: TeamCreation[] = [];
    for (const operation of operations) {
      const team = this.#teamOf(operation);
      const rests = team?.state === 'waiting' && clock.now() - Date.parse(team.at) < restMs;
      if (teams.has(this.#objectId(operation))) await this.#there(operation);
      else if (rests) await this.#leave(operation);
      else open.push(operation);
    }
    return open;
  }

  /** One request about one class. @returns milliseconds to wait for the next one; undefined when the class is settled */
  async step(task: Task): Promise<number | undefined> {
    const operation = task.operation as TeamCreation;
    if (this.#denied !== undefined) return this.#failed(operation, this.#denied);
    const progress = this.#progress.get(task) ?? { unknown: 0, busy: 0, unsure: false };
    this.#progress.set(task, progress);
    if (progress.unsure && (await this.#teamsAmong([operation])).size > 0) return this.#there(operation, task);

    const isAsked = this.#teamOf(operation)?.state === 'accepted';
    const answer = await this.#ask(operation, task);
    task.attempts += 1;
    const news = await this.#newsIn(answer, operation, isAsked);
    switch (news.kind) {
      case 'there':
        return this.#there(operation, task);
      case 'accepted': {
        if (!isAsked) {
          task.attempts = 0;
          await this.#remember(operation, 'accepted', news.operation);
        }
        progress.busy += 1;
        return busyMs[progress.busy - 1] ?? this.#leave(operation, task, 'unknown');
      }
      case 'unknown': {
        const isFirstRun = progress.unknown > 0 || this.#teamOf(operation) === undefined;
        await this.#remember(operation, 'waiting', undefined);
        progress.unknown += 1;
        const wait = isFirstRun ? unknownMs[progress.unknown - 1] : undefined;
        return wait ?? this.#leave(operation, task, 'failed');
      }
      case 'failed':
        await this.#remember(operation, undefined, undefined);
        return this.#failed(operation, fail('TeamFailed', { reason: news.reason }), task);
      case 'other':
        return answer && this.#otherwise(operation, task, answer, isAsked);
    }
  }

  /** Announces the request in the journal and sends it; undefined where there is no operation to ask about. */
  async #ask(operation: TeamCreation, task: Task): Promise<GraphAnswer | HallpassError | undefined> {
    const { client, root } = this.#context;
    await this.#outcomes.announce(operation, task);
    const [objectId, team] = [this.#objectId(operation), this.#teamOf(operation)];
    if (team?.state !== 'accepted') return await requestTeam(client, root, objectId).catch(passing);
    if (team.operation === undefined) return undefined;
    return await readTeamOperation(client, objectId, team.operation).catch(passing);
  }

  async #newsIn(
    answer: GraphAnswer | HallpassError | undefined,
    operation: TeamCreation,
    isAsked: boolean,
  ): Promise<TeamNews> {
    if (answer instanceof HallpassError) return { kind: 'other' };
    if (!isAsked && answer !== undefined) return newsOfRequest(answer);
    const id = this.#teamOf(operation)?.operation;
    const isPassing = answer?.status === 429 || (answer?.status ?? 0) >= 500;
    if (answer !== undefined && (answer.status === 200 || isPassing)) return newsOfOperation(answer, id);
    // An operation that Graph does not show (yet, or any more): the group says whether there is a team.
    return (await this.#teamsAmong([operation])).size > 0 ? { kind: 'there' } : { kind: 'accepted', operation: id };
  }

  /** Throttled, failed on the way, or refused. */
  async #otherwise(
    operation: TeamCreation,
    task: Task,
    answer: GraphAnswer | HallpassError,
    isAsked: boolean,
  ): Promise<number | undefined> {
    const { error, isLost, passes, waitMs } = failureAfter(operation, answer, task.attempts, this.#context);
    const progress = this.#progress.get(task);
    if (isLost && !isAsked && progress !== undefined) progress.unsure = true;
    if (waitMs !== undefined) return waitMs;
    const reason = await denied(operation, error, this.#context);
    // Without a permission that is lacking, it is this class that Teams denies.
    if (reason.code === 'PermissionMissing' && !isAsked) this.#denied = reason;
    // After the last attempt it may still have been carried out: the next run looks.
    return this.#failed(operation, reason, task, passes ? 'unknown' : 'failed');
  }

  async #there(operation: TeamCreation, task?: Task): Promise<undefined> {
    // One that was there before may be active.
    const isMade = this.#teamOf(operation)?.state === 'accepted';
    const after = isMade ? { activation: 'waiting' } : undefined;
    await this.#outcomes.done([operation], [this.#known(operation, 'there', undefined)], task, after);
  }

  /** The next run uses it. Only after hours is that a problem. */
  async #leave(operation: TeamCreation, task?: Task, state: JournalEntry['state'] = 'unknown'): Promise<undefined> {
    const team = this.#teamOf(operation);
    const isBusy = team?.state === 'accepted';
    const reason = isBusy ? 'it is still at work' : 'it does not know the class';
    const asked = Date.parse(team?.since ?? timestamp(this.#context.clock));
    if (this.#context.clock.now() - asked >= patienceMs) {
      // Where an operation never ends, another one may.
      if (isBusy) await this.#remember(operation, undefined, undefined);
      return this.#failed(operation, fail('TeamNotReady', { hours: patienceHours, reason }), task, state);
    }
    const error = { code: 'TeamNotReady', message: `Microsoft Teams has no team of the class yet: ${reason}.` };
    await this.#outcomes.leave(operation, task, state, error);
  }

  async #failed(
    operation: TeamCreation,
    error: HallpassError,
    task?: Task,
    state: JournalEntry['state'] = 'failed',
  ): Promise<undefined> {
    await this.#outcomes.failed(operation, error, task, state);
  }

  /** Records what is known of the team from now on, durably. */
  async #remember(
    operation: TeamCreation,
    state: AppliedTeam['state'] | undefined,
    id: string | undefined,
  ): Promise<void> {
    await this.#outcomes.note(this.#known(operation, state, id));
  }

  #known(operation: TeamCreation, state: AppliedTeam['state'] | undefined, id: string | undefined): Applied {
    const { sectionId } = operation;
    const [objectId, at] = [this.#objectId(operation), timestamp(this.#context.clock)];
    const since = this.#teamOf(operation)?.since ?? at;
    return { team: { sectionId, team: state && { objectId, state, operation: id, since, at } } };
  }

  /** Those of the classes that are teams; nobody where that cannot be read now, because asking for a team tells as well. */
  async #teamsAmong(operations: readonly TeamCreation[]): Promise<Set<string>> {
    const ids = operations.map((one) => this.#objectId(one));
    const found = await readTeamsAmong(this.#context.client, ids).catch(passing);
    return found instanceof HallpassError ? new Set() : found.teams;
  }

  #teamOf({ sectionId }: TeamCreation): AppliedTeam | undefined {
    return teamOf(sectionId, this.#context.applied);
  }

  #objectId({ sectionId }: TeamCreation): string {
    return this.#context.applied.classes.get(sectionId)?.objectId ?? '';
  }
}
