/** What can happen to a district, its agent and its relay: the commands of the model test. */
import { cpSync, existsSync } from 'node:fs';
import { copyFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { statePaths } from '../../agent/state/folder.ts';
import type { Fault } from '../simulators/powerschool/faults.ts';
import { faultKinds } from '../simulators/powerschool/faults.ts';
import { type EditName, edit, editNames } from './edits.ts';
import type { Direction } from './line.ts';
import type { RunningAgent } from './running-agent.ts';
import type { World } from './world.ts';

/** What goes on: the world, and the agent that works in it at the moment. */
export interface Scene {
  world: World;
  agent: RunningAgent;
}

/** There is nothing to model: what must hold is in the world's history. */
type NoModel = object;

abstract class Happening implements fc.AsyncCommand<NoModel, Scene> {
  check(): boolean {
    return true;
  }

  async run(_model: NoModel, scene: Scene): Promise<void> {
    await this.happen(scene);
    const violations = scene.world.violations();
    if (violations.length > 0) throw new Error(violations.slice(0, 10).join('\n'));
  }

  protected abstract happen(scene: Scene): Promise<void>;
  abstract toString(): string;
}

class Edit extends Happening {
  readonly #name: EditName;
  readonly #seed: number;

  constructor(name: EditName, seed: number) {
    super();
    this.#name = name;
    this.#seed = seed;
  }

  protected async happen({ world }: Scene): Promise<void> {
    await world.change(() => edit(world.simulator, this.#name, this.#seed));
  }

  toString(): string {
    return `edit ${this.#name} ${this.#seed}`;
  }
}

class Cycle extends Happening {
  protected async happen({ agent }: Scene): Promise<void> {
    await agent.cycle();
  }

  toString(): string {
    return 'cycle';
  }
}

/** PowerSchool changes while it is read: once the cycle has gone so many steps. */
class EditDuring extends Happening {
  readonly #name: EditName;
  readonly #seed: number;
  readonly #steps: number;

  constructor(name: EditName, seed: number, steps: number) {
    super();
    this.#name = name;
    this.#seed = seed;
    this.#steps = steps;
  }

  protected async happen({ world, agent }: Scene): Promise<void> {
    let noted = Promise.resolve();
    afterSteps(agent, this.#steps, () => {
      noted = world.change(() => edit(world.simulator, this.#name, this.#seed));
    });
    await agent.cycle();
    agent.interfere = undefined;
    await noted;
  }

  toString(): string {
    return `edit ${this.#name} ${this.#seed} after ${this.#steps} steps of a cycle`;
  }
}

/** A fault that lies in wait, behind an edit that has something read; faults pile up until it is quiet. */
class Break extends Happening {
  readonly #fault: Pick<Fault, 'kind' | 'after' | 'times'>;
  readonly #edit: [name: EditName, seed: number];

  constructor(fault: Pick<Fault, 'kind' | 'after' | 'times'>, name: EditName, seed: number) {
    super();
    this.#fault = fault;
    this.#edit = [name, seed];
  }

  protected async happen({ world, agent }: Scene): Promise<void> {
    await world.change(() => edit(world.simulator, ...this.#edit));
    world.simulator.addFault(this.#fault);
    await agent.cycle();
  }

  toString(): string {
    const { kind, after, times } = this.#fault;
    return `edit ${this.#edit.join(' ')}, and a cycle with ${kind} after ${after} requests, ${times} times`;
  }
}

class Cut extends Happening {
  readonly #direction: Direction;
  readonly #bytes: number;

  constructor(direction: Direction, bytes: number) {
    super();
    this.#direction = direction;
    this.#bytes = bytes;
  }

  protected async happen({ world, agent }: Scene): Promise<void> {
    world.line.cutAfter(this.#direction, this.#bytes);
    await agent.cycle();
  }

  toString(): string {
    return `cycle, the line cut after ${this.#bytes} bytes of ${this.#direction}`;
  }
}

/** The agent dies in the middle of a cycle: the next one finds the state folder as it was at that moment. */
class KillAgent extends Happening {
  readonly #steps: number;

  constructor(steps: number) {
    super();
    this.#steps = steps;
  }

  protected async happen(scene: Scene): Promise<void> {
    const { folder, scratch } = scene.world;
    await rm(scratch, { recursive: true, force: true });
    afterSteps(scene.agent, this.#steps, () => cpSync(folder, scratch, { recursive: true }));
    await scene.agent.cycle();
    await restart(scene, async () => {
      if (!existsSync(scratch)) return;
      await rm(folder, { recursive: true });
      cpSync(scratch, folder, { recursive: true });
      await rm(statePaths(folder).lock, { force: true });
    });
  }

  toString(): string {
    return `agent killed after ${this.#steps} steps of a cycle`;
  }
}

const losses = [
  'nothing',
  'baseline',
  'probe memory',
  'a baseline file',
  'half a baseline file',
  'the whole folder',
] as const;
type Loss = (typeof losses)[number];

/** The agent is started again, and something of its state is gone. The whole folder goes while it runs. */
class LoseState extends Happening {
  readonly #loss: Loss;
  readonly #seed: number;

  constructor(loss: Loss, seed: number) {
    super();
    this.#loss = loss;
    this.#seed = seed;
  }

  protected async happen(scene: Scene): Promise<void> {
    const paths = statePaths(scene.world.folder);
    if (this.#loss === 'the whole folder') {
      // The agent may be writing into it at that moment.
      await rm(scene.world.folder, { recursive: true, maxRetries: 10, retryDelay: 10 });
      // It is written again as the next cycle begins; an agent that ended before would have to be enrolled again.
      await scene.agent.cycle();
      return;
    }
    await restart(scene, async () => {
      if (this.#loss === 'baseline') await rm(paths.baseline, { recursive: true, force: true });
      if (this.#loss === 'probe memory') await rm(paths.probe, { force: true });
      const files = await readdir(paths.baseline).catch(() => []);
      const file = files[this.#seed % Math.max(1, files.length)];
      if (file === undefined) return;
      if (this.#loss === 'a baseline file') await rm(join(paths.baseline, file));
      if (this.#loss === 'half a baseline file')
        await writeFile(join(paths.baseline, file), '{"bucket":"student:1","cou');
    });
  }

  toString(): string {
    return `agent restarted, lost: ${this.#loss} (${this.#seed})`;
  }
}

const relayStarts = ['as it was', 'with a copy kept', 'from the copy'] as const;

/** The relay is started again, perhaps from an older backup of its database. */
class RestartRelay extends Happening {
  readonly #start: (typeof relayStarts)[number];

  constructor(start: (typeof relayStarts)[number]) {
    super();
    this.#start = start;
  }

  protected async happen({ world }: Scene): Promise<void> {
    const copy = `${world.scratch}.db`;
    await world.restartRelay(async (database) => {
      if (this.#start === 'with a copy kept') await copyFile(database, copy);
      if (this.#start === 'from the copy' && existsSync(copy)) await copyFile(copy, database);
    });
  }

  toString(): string {
    return `relay restarted ${this.#start}`;
  }
}

/** All trouble is over: the next cycle must bring everybody together. */
class Settle extends Happening {
  protected async happen(scene: Scene): Promise<void> {
    await settle(scene);
  }

  toString(): string {
    return 'quiet';
  }
}

/** Rounds in which the relay may ask for repairs. */
const repairRounds = 2;

/** Ends all trouble and runs one clean cycle. @throws Error when it leaves a difference */
export async function settle({ world, agent }: Scene): Promise<void> {
  world.calm();
  let end = await agent.cycle();
  for (let round = 0; round < repairRounds && end.differing.length > 0; round += 1) end = await agent.cycle();
  if (!end.complete) throw new Error(`a clean cycle is not complete: ${JSON.stringify(end)}`);
  const wrong = [...world.violations(), ...(await world.differences())];
  if (wrong.length > 0) throw new Error(wrong.slice(0, 10).join('\n'));
}

/** @param inCycle whether PowerSchool may change while it is read: `/ws/v1` has no answer that is of one moment */
export function happenings(inCycle: boolean): fc.Arbitrary<Happening>[] {
  const names = fc.constantFrom(...editNames.filter((name) => inCycle || name !== 'rollOver'));
  const seeds = fc.nat(10_000);
  const steps = fc.integer({ min: 1, max: 12 });
  const edits = fc.tuple(names, seeds).map(([name, seed]) => new Edit(name, seed));
  // A late answer takes two seconds; another number in a row of the roster is another roster.
  const kinds = fc.constantFrom(...faultKinds.filter((kind) => kind !== 'slow' && kind !== 'altered'));
  const times = fc.constantFrom(1, 1, 2, 5, 0);
  const faults = fc
    .tuple(fc.record({ kind: kinds, after: fc.nat(8), times }), names, seeds)
    .map(([fault, name, seed]) => new Break(fault, name, seed));
  const cuts = fc
    .tuple(fc.constantFrom<Direction>('acks', 'batches'), fc.integer({ min: 1, max: 6000 }))
    .map(([direction, bytes]) => new Cut(direction, bytes));
  const during = fc.tuple(names, seeds, steps).map(([name, seed, after]) => new EditDuring(name, seed, after));
  return [
    ...[edits, edits],
    ...[faults, faults, faults],
    fc.constant(new Cycle()),
    cuts,
    ...(inCycle ? [during] : []),
    steps.map((after) => new KillAgent(after)),
    fc.tuple(fc.constantFrom(...losses), seeds).map(([loss, seed]) => new LoseState(loss, seed)),
    fc.constantFrom(...relayStarts).map((start) => new RestartRelay(start)),
    fc.constant(new Settle()),
  ];
}

function afterSteps(agent: RunningAgent, steps: number, act: () => void): void {
  let left = steps;
  agent.interfere = () => {
    left -= 1;
    if (left === 0) act();
  };
}

async function restart(scene: Scene, meanwhile: () => Promise<void>): Promise<void> {
  await scene.agent.stop();
  await meanwhile();
  scene.agent = await scene.world.startAgent();
}
