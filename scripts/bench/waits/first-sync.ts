/** A first sync: on a good day, and with faults all the way. */
import { recordsOf } from '../memory/district.ts';
import { type Build, type District, Progress, syncAll } from './build.ts';
import { fewestWrites, secondsFor } from './fewest-writes.ts';

/** As `relay/graph/budget.ts` has it. */
const share = 0.96;

export interface Calm {
  seconds: number;
  /** Over what the share of the limit demands. */
  overDemanded: number;
  /** Over the fewest. */
  writes: number;
  throttled: number;
}

export async function calmSync({ withDistrict }: Build, students: number): Promise<Calm> {
  return await withDistrict(async (district) => {
    const { seconds } = await sync(district, students);
    const { writes, throttled } = district.microsoft.stats;
    const fewest = fewestWrites(recordsOf(students), true);
    return { seconds, overDemanded: seconds / secondsFor(fewest, share), writes: writes / fewest, throttled };
  });
}

/** Spread over the batches of a load of 2,000 students, of which there are some 400. @property every so many batches, from the first on */
const faults = [
  { kind: 'lost-answer', times: 12, first: 7, every: 29 },
  { kind: 'drop', times: 6, first: 15, every: 55 },
  { kind: '503', times: 15, first: 3, every: 24 },
  { kind: '429', times: 5, first: 40, every: 70, retryAfter: 3 },
] as const;
/** The same, of requests in batches: every so many of some 8,000. */
const innerFaults = [
  { kind: '503', times: 15, first: 100, every: 500 },
  { kind: '429', times: 5, first: 900, every: 1500, retryAfter: 3 },
] as const;

export interface Disturbed {
  calmSeconds: number;
  seconds: number;
  longestPauseSeconds: number;
  throttled: number;
}

export async function disturbedSync({ withDistrict, fault }: Build, students: number): Promise<Disturbed> {
  const calm = await withDistrict((district) => sync(district, students));
  return await withDistrict(async (district) => {
    const { microsoft } = district;
    microsoft.directory.lag = 4000;
    const add = (match: object, { times, first, every, ...order }: (typeof faults | typeof innerFaults)[number]) => {
      for (let at = 0; at < times; at += 1) microsoft.faults.add(fault({ ...order, match, skip: first + at * every }));
    };
    for (const order of faults) add({ path: 'batch' }, order);
    for (const order of innerFaults) add({ path: '^/(education|users|groups)/', method: 'POST' }, order);
    const { seconds, longestPauseSeconds } = await sync(district, students);
    const left = microsoft.faults.waiting().length;
    if (left > 0) throw new RangeError(`${left} faults have not come`);
    return { calmSeconds: calm.seconds, seconds, longestPauseSeconds, throttled: microsoft.stats.throttled };
  });
}

async function sync(district: District, students: number): Promise<{ seconds: number; longestPauseSeconds: number }> {
  await district.commit([...recordsOf(students)]);
  const progress = new Progress(district);
  await syncAll(district);
  return progress.end();
}
