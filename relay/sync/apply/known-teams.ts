/** Which classes already have a team: read in one list, which costs less than a request for each class. */
import { HallpassError, passing } from '../../../shared/errors.ts';
import type { GraphClient } from '../../graph/client.ts';
import { readTeamsAmong } from '../../graph/teams.ts';

/** How long a reading counts, milliseconds. If it is outdated, Microsoft Teams refuses the request that follows. */
const freshMs = 60_000;

export class KnownTeams {
  readonly #client: GraphClient;
  readonly #clock: { now(): number };
  /** Classes with a pending question. */
  readonly #expected = new Set<string>();
  readonly #known = new Map<string, { isTeam: boolean; at: number }>();
  #reading: Promise<void> | undefined;

  constructor(client: GraphClient, clock: { now(): number }) {
    this.#client = client;
    this.#clock = clock;
  }

  /** Registers a class: the first question reads all registered classes. @param groupId of a class */
  expect(groupId: string): void {
    this.#expected.add(groupId);
  }

  /** Undefined if it cannot be read now. @param isAnew whether to ignore earlier readings */
  async isTeam(groupId: string, isAnew = false): Promise<boolean | undefined> {
    if (isAnew) this.#known.delete(groupId);
    // A reading in progress may have begun without it.
    for (let attempt = 0; attempt < 2 && this.#fresh(groupId) === undefined; attempt += 1) {
      this.#expected.add(groupId);
      this.#reading ??= this.#read().finally(() => {
        this.#reading = undefined;
      });
      await this.#reading;
    }
    return this.#fresh(groupId);
  }

  #fresh(groupId: string): boolean | undefined {
    const known = this.#known.get(groupId);
    return known !== undefined && this.#clock.now() - known.at < freshMs ? known.isTeam : undefined;
  }

  async #read(): Promise<void> {
    const ids = [...this.#expected];
    this.#expected.clear();
    const found = await readTeamsAmong(this.#client, ids).catch(passing);
    if (found instanceof HallpassError) return;
    const at = this.#clock.now();
    for (const id of found.teams) this.#known.set(id, { isTeam: true, at });
    for (const id of found.others) this.#known.set(id, { isTeam: false, at });
  }
}
