/** A district of one build beside the Microsoft simulator of that build, on a virtual clock, and what is watched of it. */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hold } from '../../../relay/testing/held-clock.ts';
import type { FaultOrder } from '../../simulators/microsoft/fault-order.ts';

type DistrictModule = typeof import('../../../relay/testing/district.ts');
type FaultModule = typeof import('../../simulators/microsoft/fault-order.ts');
export type District = Awaited<ReturnType<DistrictModule['openDistrict']>>;

export interface Build {
  /** A district in which Hallpass makes every account; it is closed afterwards. */
  withDistrict<T>(work: (district: District) => Promise<T>): Promise<T>;
  fault(order: object): FaultOrder;
}

/** @param folder of a checkout, of today's build or of 0.2.0 */
export async function openBuild(folder: string): Promise<Build> {
  const { openDistrict }: DistrictModule = await import(join(folder, 'relay/testing/district.ts'));
  const orders = join(folder, 'scripts/simulators/microsoft/fault-order.ts');
  /** In 0.2.0 they stood beside the faults. */
  const { faultOrder }: FaultModule = await import(
    existsSync(orders) ? orders : join(folder, 'scripts/simulators/microsoft/faults.ts')
  );
  return {
    async withDistrict(work) {
      const dir = await mkdtemp(join(tmpdir(), 'hallpass-waits-'));
      const mode = { students: 'create', teachers: 'create' } as const;
      const district = await openDistrict({ dir, mode, students: 0, accounts: false });
      hold(district.clock);
      try {
        return await work(district);
      } finally {
        await district.close();
        await rm(dir, { recursive: true });
      }
    },
    fault: (order) => faultOrder.parse(order),
  };
}

/** What the loop waits where a run left something undone, and nothing says until when. */
const idleMs = 15 * 60_000;

/** Has it run until nothing is left to do. */
export async function syncAll({ run, clock }: District): Promise<void> {
  for (;;) {
    const { state, failed, waiting } = await run();
    if (state !== 'success' && state !== 'errors') throw new RangeError(`a run ended with ${state}`);
    if (failed + waiting === 0) return;
    clock.advance(idleMs);
  }
}

/** Writes that succeed, and when. */
export class Progress {
  readonly #clock: District['clock'];
  readonly #startedAt: number;
  #lastAt: number;
  /** Until now, milliseconds. */
  #longest = 0;
  done = 0;

  /** @param wrote is called after each of them */
  constructor({ clock, microsoft: { stats } }: District, wrote: () => void = () => undefined) {
    this.#clock = clock;
    this.#startedAt = clock.now();
    this.#lastAt = this.#startedAt;
    const countOne = stats.countOne.bind(stats);
    stats.countOne = (name, isWrite, status) => {
      countOne(name, isWrite, status);
      if (!isWrite || status > 299) return;
      this.done += 1;
      this.#pass();
      wrote();
    };
  }

  /** To be called at the end: until then, too, something might have been done. */
  end(): { seconds: number; longestPauseSeconds: number } {
    this.#pass();
    return { seconds: (this.#lastAt - this.#startedAt) / 1000, longestPauseSeconds: this.#longest / 1000 };
  }

  #pass(): void {
    const now = this.#clock.now();
    this.#longest = Math.max(this.#longest, now - this.#lastAt);
    this.#lastAt = now;
  }
}
