/** Edits in the middle of a first load: from their commit in the mirror until Graph has them. */
import { setTimeout as pause } from 'node:timers/promises';
import { Wakes } from '../../../relay/sync/wakes.ts';
import { commitChanges } from '../../../relay/testing/district.ts';
import { recordsOf } from '../memory/district.ts';
import { type Build, type District, Progress } from './build.ts';
import { type Edit, type EditKind, editKinds, People } from './edit-kinds.ts';
import { fewestWrites } from './fewest-writes.ts';

/** How much of the load is done, as a share of its writes: accounts and classes come first, and memberships and licenses last. */
const points = [0.05, 0.25, 0.5];

export interface EditTime {
  kind: EditKind;
  /** Share of the load that was done. */
  point: number;
  seconds: number;
}

/** The load ends with the last edit. */
export async function editsInLoad({ withDistrict }: Build, students: number): Promise<EditTime[]> {
  return await withDistrict(async (district) => {
    const fewest = fewestWrites(recordsOf(students), true);
    await district.commit([...recordsOf(students)]);
    const people = new People(recordsOf(students), district.microsoft.directory);
    const waiters = new Set<{ isThere(): boolean; resolve(): void }>();
    const progress = new Progress(district, () => {
      for (const waiter of waiters) {
        if (!waiter.isThere()) continue;
        waiters.delete(waiter);
        waiter.resolve();
      }
    });
    const until = async (isThere: () => boolean) => {
      if (!isThere()) await new Promise<void>((resolve) => waiters.add({ isThere, resolve }));
    };
    const wakes = new Wakes();
    const stop = new AbortController();
    const times: EditTime[] = [];
    const editAll = async () => {
      for (const point of points) {
        await until(() => progress.done >= point * fewest);
        for (const kind of editKinds) {
          const edit = people.edit(kind, Math.round(point * 100));
          if (edit === undefined) continue;
          const time = { kind, point, seconds: await secondsFor(district, edit, wakes, until) };
          times.push(time);
          // The whole takes many minutes.
          process.stderr.write(`${kind}, ${point * 100} % of the load done: ${time.seconds.toFixed(1)} s\n`);
        }
      }
      stop.abort(new Error('enough'));
    };
    const edits = editAll();
    const report = await Promise.race([
      district.run({ signal: stop.signal, wakes }).catch((error: unknown) => {
        if (!stop.signal.aborted) throw error;
      }),
      edits.then(() => pause(60_000, undefined, { ref: false })),
    ]);
    if (!stop.signal.aborted) throw new RangeError(`the load ended before the edits: ${JSON.stringify(report)}`);
    const missing = editKinds.filter((kind) => !times.some((time) => time.kind === kind));
    if (missing.length > 0) throw new RangeError(`there was nothing to try: ${missing.join(', ')}`);
    return times;
  });
}

async function secondsFor(
  district: District,
  { changes, isThere }: Edit,
  wakes: Wakes,
  until: (isThere: () => boolean) => Promise<void>,
): Promise<number> {
  const { clock } = district;
  if (isThere()) throw new RangeError('the edit was there before');
  await commitChanges(district, changes, clock);
  const at = clock.now();
  wakes.ring();
  await until(isThere);
  return (clock.now() - at) / 1000;
}
