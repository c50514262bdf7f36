/** Measures one thing of one build, in a process of its own, and prints it as JSON: `node measure.ts BUILD WHAT STUDENTS`. */
import { openBuild } from './build.ts';
import { editsInLoad } from './edits.ts';
import { calmSync, disturbedSync } from './first-sync.ts';
import { lostBatch } from './lost-batch.ts';

const measurements = { editsInLoad, lostBatch, disturbedSync, calmSync };
export type Measurement = keyof typeof measurements;
export type Measured<M extends Measurement> = Awaited<ReturnType<(typeof measurements)[M]>>;

const [, , folder = '', what = '', students = ''] = process.argv;
if (!isMeasurement(what)) throw new RangeError(`nothing is called ${what}`);
const measured = await measurements[what](await openBuild(folder), Number(students));
process.stdout.write(`${JSON.stringify(measured)}\n`);

function isMeasurement(name: string): name is Measurement {
  return Object.hasOwn(measurements, name);
}
