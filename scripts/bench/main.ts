/** `npm run bench` lists the benchmarks, `npm run bench -- NAME [ARG…]` runs one. Each file says what it measures. */
import { spawnSync } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { didYouMean } from '../../shared/nearest.ts';
import { exitCodes } from '../../shared/terminal.ts';

const [name, ...args] = process.argv.slice(2);
const files = await readdir(import.meta.dirname);
const names = files.filter((file) => file.endsWith('.ts') && file !== 'main.ts').map((file) => file.slice(0, -3));
if (name !== undefined && names.includes(name)) {
  const { status } = spawnSync(process.execPath, [join(import.meta.dirname, `${name}.ts`), ...args], {
    stdio: 'inherit',
  });
  process.exitCode = status ?? 1;
} else if (name === undefined || name === '--help' || name === '-h') {
  process.stdout.write(
    `Benchmarks, to be run with "npm run bench -- NAME"; "npm run bench -- NAME --help" says what one takes:\n${names.map((one) => `  ${one}\n`).join('')}`,
  );
} else {
  process.stderr.write(`There is no benchmark "${name}".${didYouMean(name, names)} "npm run bench" lists them.\n`);
  process.exitCode = exitCodes.usage;
}
