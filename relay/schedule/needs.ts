/** Tasks that wait for their needs, and what releases them. */
import { Column } from './column.ts';
import type { Things } from './things.ts';

export class Needs {
  readonly #things: Things;
  /** The number of things for which a task waits. */
  readonly #waits = new Column('int');
  /** Grows whenever a task begins to wait, which makes earlier entries outdated. */
  readonly #round = new Column('byte');
  readonly #wasAside = new Column('byte');
  readonly #isWaiting: (task: number, round: number) => boolean;

  /** @param isWaiting whether a task waits now */
  constructor(things: Things, isWaiting: (task: number) => boolean) {
    this.#things = things;
    this.#isWaiting = (task, round) => isWaiting(task) && this.#round.at(task) === round;
  }

  /** It waits until all of these are over that are on their way, or set aside. @returns those */
  waitForAll(task: number, needs: readonly number[]): number[] {
    const progressing = needs.filter((thing) => this.#things.isProgressing(thing));
    this.#wait(task, progressing, 'all', progressing.length);
    return progressing;
  }

  /** It waits again, until one of those is over who bring these about. @returns whether anybody does */
  waitForAny(task: number, needs: readonly number[]): boolean {
    const coming = needs.filter((thing) => this.#things.isComing(thing));
    if (coming.length === 0) return false;
    this.#round.add(task, 1);
    this.#wait(task, coming, 'any', 1);
    return true;
  }

  isMet(task: number): boolean {
    return this.#waits.at(task) === 0;
  }

  /** Tasks that do not strictly need it stop waiting for it. @returns tasks that wait for nothing now */
  setAside(task: number, brings: number): number[] {
    if (this.#wasAside.at(task) === 1) return [];
    this.#wasAside.set(task, 1);
    return this.#letGo(this.#things.setAside(brings, this.#isWaiting));
  }

  /** @param madeAt when what it brings about was there; undefined if it is not. @returns tasks that wait for nothing now */
  over(task: number, brings: number, madeAt: number | undefined): number[] {
    const wasAside = this.#wasAside.at(task) === 1;
    return this.#letGo(this.#things.over(brings, task, { wasAside, madeAt }, this.#isWaiting));
  }

  /** The tasks that wait for it. */
  waitingFor(thing: number): Iterable<number> {
    return this.#things.waiting(thing, this.#isWaiting);
  }

  /** @param count how many of the things it waits for */
  #wait(task: number, things: readonly number[], kind: 'all' | 'any', count: number): void {
    this.#waits.set(task, count);
    for (const thing of things) this.#things.wait(thing, task, this.#round.at(task), kind);
  }

  /** They wait for one thing less. */
  #letGo(tasks: readonly number[]): number[] {
    return tasks.filter((task) => this.#waits.add(task, -1) === 0);
  }
}
