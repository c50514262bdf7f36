/** `npm run bench` lists the benchmarks, `npm run bench -- NAME [ARG…]` runs one. Each file says what it measures. */
import { spawnSync } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

const [name, ...args] = process.argv.slice(2);
const files = await readdir(import.meta.dirname);
const names = files.filter((file) => file.endsWith('.ts') && file !== 'main.ts').map((file) => file.slice(0, -3));
if (name !== undefined && names.includes(name)) {
  const { status } = spawnSync(process.execPath, [join(import.meta.dirname, `${name}.ts`), ...args], {
    stdio: 'inherit',
  });
  process.exitCode = status ?? 1;
} else {
  process.stdout.write(
    `Benchmarks, to be run with "npm run bench -- NAME":\n${names.map((one) => `  ${one}\n`).join('')}`,
  );
  if (name !== undefined) process.exitCode = 64;
}
