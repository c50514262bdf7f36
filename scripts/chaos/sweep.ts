/** Every fault of the PowerSchool simulator on every request of a cycle, once and from there on. */

import type { SourceKind } from '../../agent/model/source.ts';
import { probeName } from '../../plugin/queries.ts';
import { catalog, isErrorCode } from '../../shared/errors.ts';
import type { Fault } from '../simulators/powerschool/faults.ts';
import { faultKinds } from '../simulators/powerschool/faults.ts';
import { flips, type Side } from './flip.ts';
import { patienceMs } from './running-agent.ts';
import { openWorld, type World } from './world.ts';

/** `lasting`: every request from that one on. */
const lengths = ['once', 'lasting'] as const;

export interface SweepCase {
  kind: Fault['kind'];
  /** Which request of the cycle, from 0. */
  position: number;
  length: (typeof lengths)[number];
}

export interface SweepReport {
  positions: number;
  cases: number;
  /** Cases in which a cycle did not end well, which is what faults do. */
  troubled: number;
  /** Codes that the local page showed, each with how often. */
  codes: Record<string, number>;
  failures: string[];
}

/**
 * @param share one case in so many is tried: 1 for every fault on every request both ways. The others are spread so that
 *   no fault and no request is left out altogether.
 */
export async function sweep(source: SourceKind, share: number): Promise<SweepReport> {
  const world = await openWorld(source);
  try {
    const edits = flips(world.simulator.db);
    let side: Side = 'a';
    const flip = async () => {
      side = side === 'a' ? 'b' : 'a';
      await world.change(() => world.simulator.edit(edits[side]));
    };
    await world.syncOnce();
    await flip();
    const positions = await requestsOf(world);
    const report: SweepReport = { positions, cases: 0, troubled: 0, codes: {}, failures: [] };
    for (const one of casesOf(positions, share)) {
      await flip();
      report.cases += 1;
      await tryCase(world, one, report);
    }
    return report;
  } finally {
    await world.close();
  }
}

/** The cycle goes back and forth between the two states; both take the same requests. */
async function requestsOf({ simulator, syncOnce }: World): Promise<number> {
  const before = simulator.stats.requests;
  await syncOnce();
  return simulator.stats.requests - before;
}

/** A late answer takes two seconds, twenty times as long as any other. */
const lateShare = 4;

function* casesOf(positions: number, share: number): Generator<SweepCase> {
  let count = 0;
  for (const kind of faultKinds) {
    // Odd, so that both ways have their turn.
    const inSoMany = share === 1 ? 1 : (kind === 'slow' ? lateShare * share : share) | 1;
    for (let position = 0; position < positions; position += 1) {
      for (const length of lengths) {
        if (count % inSoMany === 0) yield { kind, position, length };
        count += 1;
      }
    }
  }
}

async function tryCase(world: World, { kind, position, length }: SweepCase, report: SweepReport): Promise<void> {
  const failed = (what: string) => report.failures.push(`${kind} at request ${position} (${length}): ${what}`);
  world.simulator.addFault({
    kind,
    after: position,
    times: length === 'once' ? 1 : 0,
    ...(kind === 'slow' ? { ms: 60 * patienceMs } : {}),
    // Another number in a row of the roster is another roster; in the probe it contradicts what is read.
    ...(kind === 'altered' ? { query: probeName, after: 0 } : {}),
  });
  const { end, error } = await world.syncOnce();
  for (const violation of world.violations()) failed(violation);
  const problem = end?.problem;
  if (end?.complete !== true || error !== undefined) {
    report.troubled += 1;
    if (problem === undefined) failed('the local page says nothing of it');
    else {
      report.codes[problem.code] = (report.codes[problem.code] ?? 0) + 1;
      for (const lack of lacksOf(problem)) failed(lack);
    }
  }
  world.calm();
  const after = await world.syncOnce();
  for (const violation of world.violations()) failed(`afterwards ${violation}`);
  if (after.error !== undefined) failed(`the next cycle failed: ${String(after.error)}`);
  for (const difference of await world.differences()) failed(`after the next cycle ${difference}`);
}

/** A sentence, a step, and a code that is no bug of ours. */
function lacksOf({ code, message, action }: { code: string; message: string; action: string }): string[] {
  const known = isErrorCode(code) && catalog[code].retry !== 'bug';
  return [
    ...(known ? [] : [`${code}: ${message} is not what a person can act on`]),
    ...(message.endsWith('.') && action.endsWith('.') ? [] : [`${code}: no sentence or no step`]),
  ];
}
