/** The longest stretch of a serving relay's main thread while a roster of the given size arrives: the bench `stalls`, as JSON. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const stalls = fileURLToPath(new URL('../stalls.ts', import.meta.url));
const { status, stdout } = spawnSync(process.execPath, [stalls, '--students', `${process.argv[2]}`], {
  encoding: 'utf8',
  stdio: ['ignore', 'pipe', 'inherit'],
});
const stallMs = /^roster of .*?([\d.]+) ms$/m.exec(stdout)?.[1];
if (status !== 0 || stallMs === undefined) throw new RangeError(`"stalls" ended with exit code ${status}`);
process.stdout.write(JSON.stringify({ stallMs: Number(stallMs) }));
