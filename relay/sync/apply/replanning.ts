/** The connection between replanning and the operations in progress: what it must know, and what it withdraws. */
import type { ObjectKey } from '../../model/keys.ts';
import type { Operation, Plan } from '../../model/operation.ts';
import { isCreation } from '../../operations/registry.ts';
import type { Schedule } from '../../schedule/schedule.ts';
import { subtract } from '../../schedule/subtract.ts';
import type { Origin } from '../../schedule/traits.ts';
import type { RunAccount } from './task.ts';

/** Operations that are no longer sent, because their objects are planned again. */
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
  /**
   * Operations that may have been sent while their objects were planned again; the objects are planned once more when
   * these are settled.
   */
  readonly #staying = new Set<number>();
  /** Operations that may have been carried out; the next turn settles that. */
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

  /** Everything that is admitted and not settled, but for what is withdrawn. */
  admitted(): Operation[] {
    const admitted = this.#inDoubt.filter(isCreation);
    for (const id of this.#view.schedule.tasks()) {
      const operation = this.#view.operationOf(id);
      if (operation !== undefined && this.#view.schedule.stateOf(id) !== 'withdrawn') admitted.push(operation);
    }
    return admitted;
  }

  /** What the guard counts of the operations that are admitted and not recorded as done. */
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
   * Withdraws the unsent operations of objects that are planned again. Whatever needs them keeps waiting until {@link
   * discard}.
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

  /** The plan without operations that are in progress or may already be done. @param stays from {@link withdraw} */
  withoutStaying(plan: Plan, stays: readonly Operation[]): Plan {
    return subtract(plan, [...stays, ...this.#inDoubt.filter(isCreation)]);
  }

  /** The replacements of the withdrawn operations have been admitted. */
  discard(): void {
    this.#view.schedule.discard();
  }

  /** Gives it up for this turn, although it may have been carried out. */
  leaveInDoubt(operation: Operation): void {
    this.#inDoubt.push(operation);
  }

  /** Settles it. @returns whether its objects were planned again meanwhile, and have to be planned once more */
  leaves(id: number): boolean {
    return this.#staying.delete(id);
  }
}
