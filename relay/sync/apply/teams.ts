/**
 * Creates the teams of classes. Microsoft Teams is a separate service from the directory: it learns of a new class later,
 * creates a team some time after accepting the request, and has its own limits. So every class has its own wait, and none
 * holds up the others; what still waits at the end is checked by a later turn.
 */

import { timestamp } from '../../../shared/clock.ts';
import { fail, HallpassError, passing } from '../../../shared/errors.ts';
import type { GraphAnswer } from '../../graph/answer.ts';
import { newsOfOperation, newsOfRequest, readTeamOperation, requestTeam, type TeamNews } from '../../graph/teams.ts';
import type { Applied, AppliedTeam } from '../../model/applied-state.ts';
import type { Operation } from '../../model/operation.ts';
import { teamOf } from '../../plan/teams.ts';
import type { JournalEntry } from '../../store/runs/journal.ts';
import type { Applying } from './applying.ts';
import { failureAfter } from './attempts.ts';
import type { KnownTeams } from './known-teams.ts';
import { denied } from './look-reasons.ts';
import { Outcomes } from './outcomes.ts';
import type { Task } from './task.ts';

type TeamCreation = Extract<Operation, { kind: 'createTeam' }>;

/**
 * Waits for a class that Teams does not know: a minute in all. Microsoft advises three times 10 s, which is often too
 * little.
 */
const unknownMs = [2000, 4000, 8000, 16_000, 30_000];
/** Waits for a team in creation. The limits of 10 creations and 30 reads a second allow three checks for each. */
const busyMs = [3000, 6000, 12_000, 24_000, 30_000];
/** The pause between checks after those. */
const restMs = 5 * 60_000;
/** Microsoft speaks of 15 minutes until Teams knows a class; after so long it is a problem. */
const patienceHours = 4;
export const patienceMs = patienceHours * 3_600_000;

/** Progress of one class. */
interface Progress {
  unknown: number;
  busy: number;
  /** A request was sent and its answer lost: Hallpass looks up whether there is a team before repeating it. */
  unsure: boolean;
}

export class TeamWork {
  readonly #context: Applying;
  readonly #outcomes: Outcomes;
  readonly #teams: KnownTeams;
  readonly #progress = new WeakMap<Task, Progress>();
  /** The application may not create teams, so further requests are pointless. */
  #denied: HallpassError | undefined;

  constructor(context: Applying, teams: KnownTeams) {
    this.#context = context;
    this.#outcomes = new Outcomes(context);
    this.#teams = teams;
  }

  /** One request about one class. @returns milliseconds until the next one; undefined when the class is settled */
  async step(task: Task): Promise<number | undefined> {
    const operation = task.operation as TeamCreation;
    task.failure = undefined;
    if (this.#denied !== undefined) return this.#failed(task, this.#denied);
    const known = this.#progress.get(task);
    const progress = known ?? { unknown: 0, busy: 0, unsure: false };
    if (known === undefined) {
      this.#progress.set(task, progress);
      // Created by hand, by School Data Sync, or by a run that was killed before the answer.
      if (await this.#isThere(operation)) return this.#there(task);
      const rest = this.#restOf(operation);
      if (rest > 0) return rest;
    }
    if (progress.unsure && (await this.#teams.isTeam(this.#objectId(operation), true)) === true)
      return this.#there(task);

    const isAsked = this.#teamOf(operation)?.state === 'accepted';
    const answer = await this.#ask(task, operation);
    task.attempts += 1;
    const news = await this.#newsIn(answer, operation, isAsked);
    switch (news.kind) {
      case 'there':
        return this.#there(task);
      case 'accepted': {
        if (!isAsked) {
          task.attempts = 0;
          await this.#remember(operation, 'accepted', news.operation);
        }
        progress.busy += 1;
        return busyMs[progress.busy - 1] ?? this.#rest(task, 'unknown');
      }
      case 'unknown': {
        const isFirst = progress.unknown > 0 || this.#teamOf(operation) === undefined;
        await this.#remember(operation, 'waiting', undefined);
        progress.unknown += 1;
        return (isFirst ? unknownMs[progress.unknown - 1] : undefined) ?? this.#rest(task, 'failed');
      }
      case 'failed':
        await this.#remember(operation, undefined, undefined);
        return this.#failed(task, fail('TeamFailed', { reason: news.reason }));
      case 'other':
        return answer && this.#otherwise(task, answer, isAsked);
    }
  }

  /** A class created in this turn has no team yet, and a team in creation has an operation to ask. */
  async #isThere(operation: TeamCreation): Promise<boolean> {
    if (this.#context.isYoung(operation) || this.#teamOf(operation)?.state === 'accepted') return false;
    return (await this.#teams.isTeam(this.#objectId(operation))) === true;
  }

  /** Milliseconds to leave alone a class that Teams did not know a moment ago. */
  #restOf(operation: TeamCreation): number {
    const team = this.#teamOf(operation);
    return team?.state === 'waiting' ? Date.parse(team.at) + restMs - this.#context.clock.now() : 0;
  }

  /** Announces the request in the journal and sends it; undefined if there is no operation to ask about. */
  async #ask(task: Task, operation: TeamCreation): Promise<GraphAnswer | HallpassError | undefined> {
    const { client, root } = this.#context;
    await this.#outcomes.announce(task);
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
    // If Graph does not show the operation (yet or anymore), the group tells whether there is a team.
    const isThere = await this.#teams.isTeam(this.#objectId(operation), true);
    return isThere === true ? { kind: 'there' } : { kind: 'accepted', operation: id };
  }

  /** Throttled, failed in transit, or refused. */
  async #otherwise(task: Task, answer: GraphAnswer | HallpassError, isAsked: boolean): Promise<number | undefined> {
    const { error, isLost, passes, waitMs } = failureAfter(task.operation, answer, task.attempts, this.#context);
    const progress = this.#progress.get(task);
    if (isLost && !isAsked && progress !== undefined) progress.unsure = true;
    task.failure = error;
    if (waitMs !== undefined) return waitMs;
    const reason = await denied(task.operation, error, this.#context);
    // If no permission is missing, Teams denies this class only.
    if (reason.code === 'PermissionMissing' && !isAsked) this.#denied = reason;
    // It may still have been carried out after the last attempt: the next run checks.
    return this.#failed(task, reason, passes ? 'unknown' : 'failed');
  }

  async #there(task: Task): Promise<undefined> {
    const operation = task.operation as TeamCreation;
    // A team that existed before may be active.
    const isMade = this.#teamOf(operation)?.state === 'accepted';
    const after = isMade ? { activation: 'waiting' } : undefined;
    await this.#outcomes.done(task, this.#known(operation, 'there', undefined), after);
  }

  /** It takes long, which is a problem only after hours. */
  async #rest(task: Task, state: JournalEntry['state']): Promise<number | undefined> {
    const operation = task.operation as TeamCreation;
    const team = this.#teamOf(operation);
    const isBusy = team?.state === 'accepted';
    const reason = isBusy ? 'it is still working on it' : 'it does not know the class';
    const asked = Date.parse(team?.since ?? timestamp(this.#context.clock));
    if (this.#context.clock.now() - asked >= patienceMs) {
      // If an operation never ends, a new one may.
      if (isBusy) await this.#remember(operation, undefined, undefined);
      return this.#failed(task, fail('TeamNotReady', { hours: patienceHours, reason }), state);
    }
    const error = {
      code: 'TeamNotReady',
      message: `Microsoft Teams has not created the team of the class yet: ${reason}.`,
    };
    await this.#outcomes.waits(task, state, error);
    return restMs;
  }

  async #failed(task: Task, error: HallpassError, state: JournalEntry['state'] = 'failed'): Promise<undefined> {
    await this.#outcomes.failed(task, error, state);
  }

  /** Stores the state of the team. */
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

  #teamOf({ sectionId }: TeamCreation): AppliedTeam | undefined {
    return teamOf(sectionId, this.#context.applied);
  }

  #objectId({ sectionId }: TeamCreation): string {
    return this.#context.applied.classes.get(sectionId)?.objectId ?? '';
  }
}
