/**
 * The first sync of a district of the given size to the simulated Graph, with its real limits, on a virtual clock: everybody gets an
 * account and a license. Prints JSON.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDistrict } from '../../../relay/testing/district.ts';
import { recordsOf } from '../memory/district.ts';

const students = Number(process.argv[2]);
const dir = await mkdtemp(join(tmpdir(), 'hallpass-growth-'));
const mode = { students: 'create', teachers: 'create' } as const;
const district = await openDistrict({ dir, mode, students, accounts: false });
try {
  await district.commit([...recordsOf(students)]);
  const begin = district.clock.now();
  const cpu = process.cpuUsage();
  const { state } = await district.run();
  if (state !== 'success') throw new Error(`the run ended as ${state}`);
  const { user, system } = process.cpuUsage(cpu);
  const { requests, writes, throttled } = district.microsoft.stats;
  const seconds = (district.clock.now() - begin) / 1000;
  process.stdout.write(JSON.stringify({ seconds, cpuSeconds: (user + system) / 1e6, requests, writes, throttled }));
} finally {
  await district.close();
  await rm(dir, { recursive: true });
}
