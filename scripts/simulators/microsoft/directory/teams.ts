/**
 * Teams on groups: requested now, done a while later, because the Teams service works separately from the directory.
 */
import type { Clock } from '../../../../shared/clock.ts';
import type { Random } from '../random.ts';
import type { Group, TeamOperation } from './entities.ts';

export interface TeamsOptions {
  clock: Clock;
  random: Random;
  /** How long the Teams service does not know a new group, in milliseconds; Microsoft mentions 15 minutes. */
  teamLag: number;
  /** How long creating or archiving a team takes, in milliseconds. */
  teamDuration: number;
}

export class Teams {
  /** In milliseconds; the control API may change both. */
  lag: number;
  duration: number;
  readonly #clock: Clock;
  readonly #random: Random;
  /** Running operations, with the times at which they end. */
  #pending: { group: Group; operation: TeamOperation }[] = [];

  constructor({ clock, random, teamLag, teamDuration }: TeamsOptions) {
    this.#clock = clock;
    this.#random = random;
    this.lag = teamLag;
    this.duration = teamDuration;
  }

  /** Whether the Teams service knows the group by now. The moment is drawn once per group. */
  knows(group: Group): boolean {
    if (group.inTeamsAt === undefined) {
      group.inTeamsAt = group.createdAt + (this.lag === 0 ? 0 : this.#random.next() * this.lag);
    }
    return group.inTeamsAt <= this.#clock.now();
  }

  /** Begins to create, archive or restore a team. @param fails whether it fails in the end */
  start(group: Group, type: TeamOperation['type'], fails: boolean): TeamOperation {
    const now = this.#clock.now();
    const operation: TeamOperation = {
      id: this.#random.guid(),
      type,
      startedAt: now,
      endsAt: now + this.duration,
      fails,
      isOver: false,
    };
    group.teamOperations.push(operation);
    this.#pending.push({ group, operation });
    this.#pending.sort((a, b) => a.operation.endsAt - b.operation.endsAt);
    return operation;
  }

  /** Whether an operation on the group is not done yet. */
  isBusyWith(group: Group): boolean {
    return group.teamOperations.some((operation) => !operation.isOver);
  }

  /** Completes what is due. @param made called with every group that has a team now */
  settle(made: (group: Group) => void): void {
    const now = this.#clock.now();
    for (let next = this.#pending[0]; next !== undefined && next.operation.endsAt <= now; next = this.#pending[0]) {
      this.#pending.shift();
      next.operation.isOver = true;
      if (next.operation.fails || next.group.removed !== undefined) continue;
      if (next.operation.type === 'createTeam') made(next.group);
      else next.group.isArchived = next.operation.type === 'archiveTeam';
    }
  }
}
