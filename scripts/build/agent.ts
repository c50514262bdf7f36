/**
 * Builds what a district installs: `npm run build:agent`.
 *
 *   node scripts/build/agent.ts [--only bundle|linux|windows] [--out dist]
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Option } from 'commander';
import { readScriptOptions } from '../script-options.ts';
import { buildAgent } from './agent/build.ts';
import { type Target, targets } from './agent/runtime.ts';

const all = Object.keys(targets) as Target[];
const { options: values } = readScriptOptions<{ only?: Target; out: string }>(
  'npm run build:agent --',
  'Builds what a district installs, and prints size and SHA-256 of each file.',
  (command) =>
    command
      .addOption(new Option('--only <target>', 'one alone').choices(all))
      .option('--out <folder>', 'where to', 'dist'),
);
const wanted = all.filter((target) => (values.only ?? target) === target);

for (const file of await buildAgent(values.out, wanted)) {
  const content = await readFile(file);
  const size = `${(content.length / 1e6).toFixed(1)} MB`;
  process.stdout.write(`${size.padStart(9)}  ${createHash('sha256').update(content).digest('hex')}  ${file}\n`);
}
if (wanted.includes('windows')) {
  process.stdout.write('hallpass-agent.exe was built here, not run: that needs Windows.\n');
}
