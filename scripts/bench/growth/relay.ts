/** What the relay keeps of a district of the given size, and what reading and planning it costs; prints JSON. */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fill } from '../memory/fill.ts';
import type { Measured } from '../memory/measure.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const program = fileURLToPath(new URL('../memory/measure.ts', import.meta.url));
const folder = await mkdtemp(join(tmpdir(), 'hallpass-growth-'));
try {
  const file = join(folder, 'relay.db');
  await fill(root, file, Number(process.argv[2]));
  // The rows of the filling are in this process.
  const { status, stdout } = spawnSync(process.execPath, ['--expose-gc', program, root, file], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new RangeError(`the measurement ended with exit code ${status}`);
  const { loadedMB, peakMB, rssBeforeMB, loadCpuMs, planCpuMs, stallMs }: Measured = JSON.parse(stdout);
  const figures = {
    ...{ keptMB: loadedMB, peakMB: peakMB - rssBeforeMB, stallMs },
    ...{ loadCpuSeconds: loadCpuMs / 1000, planCpuSeconds: planCpuMs / 1000 },
  };
  process.stdout.write(JSON.stringify(figures));
} finally {
  await rm(folder, { recursive: true, force: true });
}
