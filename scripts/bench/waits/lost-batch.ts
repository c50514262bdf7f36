/** Twenty new students, of whom one batch is lost once: whichever it is, and whether it was carried out or not. */
import { recordsOf } from '../memory/district.ts';
import { type Build, Progress, syncAll } from './build.ts';

export interface LostBatch {
  /** The slowest. */
  seconds: number;
  /** How many were tried. */
  losses: number;
}

const newcomers = 20;

export async function lostBatch(build: Build, students: number): Promise<LostBatch> {
  const worst: LostBatch = { seconds: 0, losses: 0 };
  for (const kind of ['lost-answer', 'drop']) {
    for (let before = 0; ; before += 1) {
      const seconds = await secondsWithout(build, students, { kind, before });
      if (seconds === undefined) break;
      worst.seconds = Math.max(worst.seconds, seconds);
      worst.losses += 1;
    }
  }
  return worst;
}

/** @returns undefined where there are no more batches than those before */
async function secondsWithout(
  { withDistrict, fault }: Build,
  students: number,
  { kind, before }: { kind: string; before: number },
): Promise<number | undefined> {
  return await withDistrict(async (district) => {
    const { faults, directory } = district.microsoft;
    directory.lag = 4000;
    const all = [...recordsOf(students)];
    const names = all.flatMap(({ kind, id }) => (kind === 'student' ? [id] : [])).slice(-newcomers);
    const isNew = (record: (typeof all)[number]) =>
      names.includes(record.kind === 'studentEnrollment' ? record.studentId : record.id);
    await district.commit(all.filter((record) => !isNew(record)));
    await syncAll(district);
    await district.commit(all);
    faults.add(fault({ match: { path: 'batch' }, kind, skip: before }));
    const progress = new Progress(district);
    await syncAll(district);
    return faults.waiting().length > 0 ? undefined : progress.end().seconds;
  });
}
