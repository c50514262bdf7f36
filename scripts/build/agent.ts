/**
 * Builds what a district installs: `npm run build:agent`.
 *
 *   node scripts/build/agent.ts [--only bundle|linux|windows] [--out dist]
 */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { bundleAgent } from './agent/bundle.ts';
import { makeExecutable } from './agent/executable.ts';
import { licensesText, packagesIn } from './agent/licenses.ts';
import { runtimeFor, type Target, targets } from './agent/runtime.ts';

const { values } = parseArgs({
  options: { only: { type: 'string' }, out: { type: 'string', default: 'dist' } },
});
const out = resolve(values.out);
const wanted = (Object.keys(targets) as Target[]).filter((target) => (values.only ?? target) === target);

const folder = await mkdtemp(join(tmpdir(), 'hallpass-build-'));
try {
  await mkdir(out, { recursive: true });
  const bundle = join(out, 'hallpass-agent.cjs');
  const metafile = await bundleAgent(bundle);
  const made = [bundle];
  let nodeLicense = '';
  for (const target of wanted) {
    const work = await mkdtemp(join(folder, `${target}-`));
    const runtime = await runtimeFor(target, work);
    const outfile = join(out, targets[target].executable);
    await makeExecutable({ runtime: runtime.binary, bundle, outfile, folder: work });
    nodeLicense = runtime.license;
    made.push(outfile);
  }
  const licenses = join(out, 'THIRD-PARTY-LICENSES.txt');
  await writeFile(licenses, await licensesText(packagesIn(metafile), nodeLicense));
  made.push(licenses);
  for (const file of made) await show(file);
  if (wanted.includes('windows'))
    process.stdout.write('hallpass-agent.exe was built here, not run: that needs Windows.\n');
} finally {
  await rm(folder, { recursive: true });
}

async function show(file: string): Promise<void> {
  const content = await readFile(file);
  const size = `${(content.length / 1e6).toFixed(1)} MB`;
  process.stdout.write(`${size.padStart(9)}  ${createHash('sha256').update(content).digest('hex')}  ${file}\n`);
}
