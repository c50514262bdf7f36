/** Properties of every schedule, for random tasks that arrive, fail, wait and are planned again. */
import fc from 'fast-check';
import t from 'tap';
import { histories } from '../testing/histories.ts';
import { Schedule } from './schedule.ts';
import { services, type Traits } from './traits.ts';
import { waitOf } from './waits.ts';

/** Needs only tasks with smaller numbers, so nothing needs itself. */
interface Item extends Traits {
  id: number;
  /** Whether one of its needs is enough, as a person may join a group without the others. */
  takesAny: boolean;
}

const settleMs = { graph: 1000, teams: 10_000 };
const things = 12;
const thing = fc.nat(things - 1);

const drawn = fc.record({
  service: fc.constantFrom(...services),
  lane: fc.option(fc.nat(4), { nil: undefined }),
  rank: fc.nat(3),
  brings: fc.option(thing, { nil: undefined }),
  needs: fc.array(thing, { maxLength: 3 }),
  key: fc.nat(5),
  follows: fc.nat(1),
  takesAny: fc.boolean(),
});

const outcome = fc.constantFrom('done', 'done', 'done', 'failed', 'pause', 'aside', 'aside for long');
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ what: fc.constant('take' as const), limit: fc.integer({ min: 1, max: 20 }) }) },
  { weight: 8, arbitrary: fc.record({ what: fc.constant('answer' as const), which: fc.nat(), outcome }) },
  {
    weight: 2,
    arbitrary: fc.record({ what: fc.constant('time' as const), ms: fc.integer({ min: -5000, max: 40_000 }) }),
  },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('edit' as const), items: fc.array(drawn, { maxLength: 6 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      what: fc.constant('plan' as const),
      key: fc.nat(5),
      items: fc.array(drawn, { maxLength: 4 }),
    }),
  },
);
const history = fc.record({ load: fc.array(drawn, { maxLength: 60 }), steps: fc.array(step, { maxLength: 120 }) });

/** A sender that carries out what the schedule hands out, and checks everything independently. */
class World {
  readonly schedule = new Schedule<Item>((item) => item, settleMs);
  readonly underWay = new Set<number>();
  /** Tasks to be retried soon, which keep their lane. */
  readonly paused = new Set<number>();
  /** Existing things, since when, and the task that brought them about. */
  readonly there = new Map<string, { since: number; by: number }>();
  /** Tasks that were set aside once. */
  readonly wereAside = new Set<number>();
  readonly wrong: string[] = [];
  now = 1_000_000;
  /** By how much the clock was set back in all, milliseconds. */
  back = 0;
  #ids = 0;

  add(items: readonly (typeof drawn extends fc.Arbitrary<infer D> ? D : never)[], origin: 'load' | 'edit'): void {
    const made = items.map(({ service, lane, rank, brings, needs, follows, key, takesAny }): Item => {
      this.#ids += 1;
      const below = needs.filter((need) => brings === undefined || need < brings);
      const names = [...new Set(below)].map((need) => `thing ${need}`);
      return {
        ...{ id: this.#ids, service, rank, takesAny, keys: [`key ${key}`] },
        lane: lane === undefined ? undefined : `lane ${lane}`,
        brings: brings === undefined ? undefined : `thing ${brings}`,
        needs: names,
        follows: names.slice(0, follows),
      };
    });
    this.schedule.add(made, { origin, group: 0 });
  }

  take(limit: number): void {
    const { schedule } = this;
    for (const service of services) {
      for (const task of schedule.take(service, limit, this.now)) {
        const item = schedule.itemOf(task);
        if (item === undefined) {
          this.wrong.push(`${task} is over and was given out`);
          continue;
        }
        this.#look(task, item, service);
        this.#begin(task, item);
      }
    }
  }

  #look(task: number, item: Item, service: Item['service']): void {
    if (item.service !== service) this.wrong.push(`${task} is of another service`);
    if (this.underWay.has(task)) this.wrong.push(`${task} was given out twice`);
    for (const need of item.needs) {
      // What is younger may have come when nothing was to be waited for anymore.
      const isOnItsWay = this.schedule.bringersOf(need).some((one) => one < task && !this.wereAside.has(one));
      if (isOnItsWay && !this.#hasBegun.has(task)) this.wrong.push(`${task} was given out before ${need}`);
      const { since = 0, by = 0 } = this.there.get(need) ?? {};
      const settles = item.follows.includes(need) ? 0 : settleMs[service];
      if (by < task && this.now < since + settles - this.back && !this.#hasBegun.has(task)) {
        this.wrong.push(`${task} was given out ${this.now - since} ms after ${need}`);
      }
    }
    this.paused.delete(task);
    for (const other of this.underWay.union(this.paused)) {
      if (item.lane !== undefined && this.schedule.itemOf(other)?.lane === item.lane)
        this.wrong.push(`two in ${item.lane}`);
    }
  }

  readonly #hasBegun = new Set<number>();

  /** Sends it if its needs are met. */
  #begin(task: number, { needs, takesAny }: Item): void {
    this.underWay.add(task);
    const there = needs.filter((need) => this.there.has(need));
    const isPossible = takesAny ? needs.length === 0 || there.length > 0 : there.length === needs.length;
    if (isPossible) {
      this.#hasBegun.add(task);
      return;
    }
    this.underWay.delete(task);
    if (!this.schedule.wait(task)) this.schedule.settle(task, false, this.now);
  }

  answer(which: number, outcome: string): void {
    const task = [...this.underWay][which % this.underWay.size];
    if (task === undefined) return;
    this.underWay.delete(task);
    const brings = this.schedule.itemOf(task)?.brings;
    if (outcome === 'done') {
      if (brings !== undefined) this.there.set(brings, { since: this.now, by: task });
      this.schedule.settle(task, true, this.now);
    } else if (outcome === 'failed') this.schedule.settle(task, false, this.now);
    else if (outcome === 'pause') {
      this.paused.add(task);
      this.schedule.pause(task, this.now + 2000);
    } else {
      this.wereAside.add(task);
      this.schedule.setAside(task, this.now + (outcome === 'aside' ? 1000 : 300_000));
    }
  }

  count(): void {
    const open = [...this.schedule.tasks()];
    const counted = (
      ['waiting', 'settling', 'ready', 'queued', 'underWay', 'paused', 'aside', 'withdrawn'] as const
    ).map((state) => this.schedule.count(state));
    const sum = counted.reduce((all, one) => all + one, 0);
    if (sum !== open.length || sum !== this.schedule.open(0))
      this.wrong.push(`${sum} are counted, ${open.length} there`);
    if (this.schedule.count('underWay') !== this.underWay.size) this.wrong.push('others are under way');
    for (const task of open) if (!this.#hasReason(task)) this.wrong.push(`${task} waits for nothing that is there`);
  }

  /** Whether what it waits for is there, and may come to pass. */
  #hasReason(task: number): boolean {
    const wait = waitOf(this.schedule, task);
    const isOpen = (other: number) => other !== task && !['over', 'withdrawn'].includes(this.schedule.stateOf(other));
    switch (wait?.for) {
      case undefined:
        return false;
      case 'needs':
        return wait.needs.length > 0 && wait.needs.every(({ by }) => by.length > 0 && by.every(isOpen));
      case 'lane':
        return isOpen(wait.by) && this.schedule.itemOf(wait.by)?.lane === wait.lane;
      case 'settling':
        return wait.things.some((thing) => this.there.has(thing));
      case 'time':
        return wait.until >= this.now - this.back || this.schedule.nextDue() !== undefined;
      case 'turn':
      case 'plan':
        return !this.underWay.has(task);
      case 'answer':
        return this.underWay.has(task);
    }
  }
}

t.test('every task is handed out once, in its lane, after its needs, and ends', async (t) => {
  const { numRuns, seed } = histories(t, []);
  const property = fc.property(history, ({ load, steps }) => {
    const world = new World();
    world.add(load, 'load');
    for (const one of steps) {
      if (one.what === 'take') world.take(one.limit);
      else if (one.what === 'answer') world.answer(one.which, one.outcome);
      else if (one.what === 'time') {
        world.now += one.ms;
        world.back += Math.max(0, -one.ms);
      } else if (one.what === 'edit') world.add(one.items, 'edit');
      else {
        world.schedule.withdraw([`key ${one.key}`]);
        world.take(20);
        world.add(one.items, 'edit');
        world.schedule.discard();
      }
      world.count();
    }
    for (let round = 0; world.schedule.open(0) > 0; round += 1) {
      if (round > 2000) world.wrong.push('it comes to no end');
      if (world.wrong.length > 0) break;
      world.now = Math.max(world.now, world.schedule.nextDue() ?? world.now);
      world.take(20);
      world.answer(0, 'done');
      world.count();
    }
    if (world.wrong.length > 0) throw new Error(world.wrong.slice(0, 5).join('\n'));
  });
  fc.assert(property, { numRuns: numRuns * 100, seed });
});

t.test('edits and other tasks take turns while there are both, for any batch size', async (t) => {
  const { numRuns, seed } = histories(t, []);
  const property = fc.property(
    fc.nat(60),
    fc.nat(60),
    fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 30 }),
    (edits, others, limits) => {
      const schedule = new Schedule<Item>((item) => item, settleMs);
      const items = (count: number) =>
        Array.from({ length: count }, (_, id): Item => {
          return {
            id,
            service: 'graph',
            lane: undefined,
            rank: 0,
            needs: [],
            follows: [],
            brings: undefined,
            keys: [],
            takesAny: false,
          };
        });
      schedule.add(items(others), { origin: 'load', group: 0 });
      schedule.add(items(edits), { origin: 'edit', group: 0 });
      let [left, leftOthers] = [edits, others];
      let ahead = 0;
      for (const limit of limits) {
        const taken = schedule.take('graph', limit, 0);
        const mine = taken.filter((task) => schedule.originOf(task) === 'edit').length;
        [left, leftOthers] = [left - mine, leftOthers - (taken.length - mine)];
        if (left > 0 && leftOthers > 0) {
          ahead += mine - (taken.length - mine);
          if (ahead < 0 || ahead > 1) throw new Error(`${mine} edits of ${taken.length}`);
        }
        if (taken.length < limit && left + leftOthers > 0) throw new Error('some were left');
      }
    },
  );
  fc.assert(property, { numRuns: numRuns * 50, seed });
});
