/**
 * What tasks bring about, who is about to do that, and who waits for it. Things and tasks are numbers, things from 1 on; 0 is nothing.
 */
import { Chains } from './chains.ts';
import { Column } from './column.ts';

/** `all`: as long as somebody who brings it about is on the way. `any`: until one of those is over, also if they are set aside. */
const kinds = ['all', 'any'] as const;
type Kind = (typeof kinds)[number];

export class Things {
  /** Tasks that are about to bring it about, and how many of them are set aside. */
  readonly #coming = new Column('int');
  readonly #aside = new Column('int');
  readonly #madeAt = new Column('float');
  readonly #bringers = new Chains();
  readonly #waiters = new Chains();
  readonly #waiterCount = new Column('int');
  /** By entry of the waiters. */
  readonly #round = new Column('byte');
  readonly #kind = new Column('byte');

  bring(thing: number, task: number): void {
    if (thing === 0) return;
    this.#coming.add(thing, 1);
    this.#bringers.add(thing, task);
  }

  /** @param round of the task, which says later whether it still waits as it does now */
  wait(thing: number, task: number, round: number, kind: Kind): void {
    const entry = this.#waiters.add(thing, task);
    this.#round.set(entry, round);
    this.#kind.set(entry, kinds.indexOf(kind));
    this.#waiterCount.add(thing, 1);
  }

  /** One of those who bring it about is set aside. @returns as {@link over} */
  setAside(thing: number, isWaiting: (task: number, round: number) => boolean): number[] {
    if (thing === 0) return [];
    this.#aside.add(thing, 1);
    return this.isProgressing(thing) ? [] : this.#released(thing, 'all', isWaiting);
  }

  /**
   * One of those who bring it about is over.
   *
   * @param madeAt when it was there; undefined if it is not
   * @returns tasks that wait for it no longer
   */
  over(
    thing: number,
    task: number,
    { wasAside, madeAt }: { wasAside: boolean; madeAt: number | undefined },
    isWaiting: (task: number, round: number) => boolean,
  ): number[] {
    if (thing === 0) return [];
    this.#coming.add(thing, -1);
    if (wasAside) this.#aside.add(thing, -1);
    if (madeAt !== undefined) this.#madeAt.set(thing, madeAt);
    this.#bringers.sift(thing, (other) => other !== task);
    return this.#released(thing, this.isProgressing(thing) ? 'any' : undefined, isWaiting);
  }

  isComing(thing: number): boolean {
    return this.#coming.at(thing) > 0;
  }

  /** Whether one of those who bring it about is not set aside. */
  isProgressing(thing: number): boolean {
    return this.#coming.at(thing) > this.#aside.at(thing);
  }

  /** When it was brought about; 0 where it was not. */
  madeAt(thing: number): number {
    return this.#madeAt.at(thing);
  }

  bringersOf(thing: number): Iterable<number> {
    return this.#bringers.of(thing);
  }

  /** How many wait for it. */
  waitersOf(thing: number): number {
    return this.#waiterCount.at(thing);
  }

  /** Tasks that wait for it now. */
  *waiting(thing: number, isWaiting: (task: number, round: number) => boolean): Iterable<number> {
    for (const [task, entry] of this.#waiters.entriesOf(thing)) if (isWaiting(task, this.#round.at(entry))) yield task;
  }

  /** @param ms added to all times */
  shiftTimes(ms: number, things: number): void {
    for (let thing = 1; thing <= things; thing += 1) if (this.#madeAt.at(thing) > 0) this.#madeAt.add(thing, ms);
  }

  /** @param kind which of those who wait; undefined for all of them */
  #released(thing: number, kind: Kind | undefined, isWaiting: (task: number, round: number) => boolean): number[] {
    const released: number[] = [];
    this.#waiters.sift(thing, (task, entry) => {
      const isNow = isWaiting(task, this.#round.at(entry));
      if (isNow && kind !== undefined && kinds[this.#kind.at(entry)] !== kind) return true;
      this.#waiterCount.add(thing, -1);
      if (isNow) released.push(task);
      return false;
    });
    return released;
  }
}
