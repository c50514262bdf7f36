/** What planning again has to know of what is on its way, and withdraws of it. */
import type { ObjectKey } from '../../model/keys.ts';
import type { Operation, Plan } from '../../model/operation.ts';
import { isCreation } from '../../operations/registry.ts';
import type { Schedule } from '../../schedule/schedule.ts';
import { subtract } from '../../schedule/subtract.ts';
import type { Origin } from '../../schedule/traits.ts';
import type { RunAccount } from './task.ts';

/** What is not sent anymore, because its objects are planned again. */
export interface Withdrawn {
  operation: Operation;
  run: RunAccount;
  origin: Origin;
}

interface View {
  schedule: Schedule<Operation>;
  operationOf(id: number): Operation | undefined;
  runOf(id: number): RunAccount | undefined;
}

export class Replanning {
  readonly #view: View;
  /** What may have been sent while its objects were planned again: they are once more when it is settled. */
  readonly #staying = new Set<number>();
  /** Operations that may have been carried out: the next turn settles that. */
  readonly #inDoubt: Operation[] = [];

  constructor(view: View) {
    this.#view = view;
  }

  /** The operation that is about to create the object, unless it is withdrawn. */
  creationOf(key: ObjectKey): Operation | undefined {
    for (const id of this.#view.schedule.bringersOf(key)) {
      const operation = this.#view.operationOf(id);
      if (operation !== undefined && isCreation(operation)) return operation;
    }
    return undefined;
  }

  /** What the guard counts of what was admitted and is not recorded as done: it may be carried out, or may have been. */
  counted(): Operation[] {
    const isCounted = ({ passedIn, approvedBy }: Operation) => passedIn !== undefined || approvedBy !== undefined;
    const counted = this.#inDoubt.filter(isCounted);
    for (const id of this.#view.schedule.tasks()) {
      const operation = this.#view.operationOf(id);
      if (operation === undefined || !isCounted(operation)) continue;
      if (this.#view.schedule.stateOf(id) !== 'withdrawn') counted.push(operation);
    }
    return counted;
  }

  /**
   * These objects are planned again: what was not sent for them is not sent anymore, but what waits for it waits on, until
   * {@link discard}.
   */
  withdraw(keys: readonly ObjectKey[]): { withdrawn: Withdrawn[]; stays: Operation[] } {
    const { withdrawn, stays } = this.#view.schedule.withdraw(keys);
    for (const id of stays) this.#staying.add(id);
    return {
      withdrawn: withdrawn.flatMap((id) => {
        const [operation, run] = [this.#view.operationOf(id), this.#view.runOf(id)];
        return operation === undefined || run === undefined
          ? []
          : [{ operation, run, origin: this.#view.schedule.originOf(id) }];
      }),
      stays: stays.flatMap((id) => this.#view.operationOf(id) ?? []),
    };
  }

  /** The plan without what is under way, or may be done already. @param stays from {@link withdraw} */
  withoutStaying(plan: Plan, stays: readonly Operation[]): Plan {
    return subtract(plan, [...stays, ...this.#inDoubt.filter(isCreation)]);
  }

  /** What takes the place of what was withdrawn is in. */
  discard(): void {
    this.#view.schedule.discard();
  }

  /** It comes to nothing in this turn, and may have been carried out. */
  leaveInDoubt(operation: Operation): void {
    this.#inDoubt.push(operation);
  }

  /** It is settled. @returns whether its objects were planned again meanwhile, and have to be once more */
  leaves(id: number): boolean {
    return this.#staying.delete(id);
  }
}
