/**
 * The desk for Microsoft Teams, a separate service from the directory with its own limits. Each operation takes several
 * requests with waits between them, and holds up nothing else.
 */
import type { Operation } from '../../model/operation.ts';
import { specOf, teamWorkOf } from '../../operations/registry.ts';
import type { Applying } from './applying.ts';
import { ArchiveWork } from './archiving.ts';
import { KnownTeams } from './known-teams.ts';
import type { Desk, Task } from './task.ts';
import { TeamWork } from './teams.ts';

export class TeamsDesk implements Desk {
  readonly service = 'teams';
  /** All connections, because some answers take seconds. */
  readonly parallel = 8;
  readonly atOnce = 1;
  readonly #context: Applying;
  readonly #known: KnownTeams;
  readonly #making: TeamWork;
  readonly #archiving: ArchiveWork;

  constructor(context: Applying) {
    this.#context = context;
    this.#known = new KnownTeams(context.client, context.clock);
    this.#making = new TeamWork(context, this.#known);
    this.#archiving = new ArchiveWork(context, this.#known);
  }

  expect(operation: Operation): void {
    if (specOf(operation.kind).request.service !== 'teams' || !('sectionId' in operation)) return;
    const objectId = this.#context.applied.classes.get(operation.sectionId)?.objectId;
    if (objectId !== undefined) this.#known.expect(objectId);
  }

  async carryOut(tasks: Task[]): Promise<void> {
    for (const task of tasks) {
      const waitMs = await (teamWorkOf(task.operation) === 'make' ? this.#making : this.#archiving).step(task);
      if (waitMs !== undefined) this.#context.worklist.setAside(task, waitMs);
    }
  }
}
