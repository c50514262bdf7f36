/** What a district installs, from the sources as they are: a bundle, executables, and the licenses that go along. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleAgent } from './bundle.ts';
import { makeExecutable } from './executable.ts';
import { licensesText, packagesIn } from './licenses.ts';
import { nodeLicense, runtimeFor, type Target, targets } from './runtime.ts';

/** @returns the files that were made. @throws Error what went wrong; files made before that stay */
export async function buildAgent(out: string, wanted: readonly Target[]): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'hallpass-build-'));
  try {
    await mkdir(out, { recursive: true });
    const bundle = join(out, 'hallpass-agent.cjs');
    const metafile = await bundleAgent(bundle);
    const made = [bundle];
    for (const target of wanted) {
      const runtime = await runtimeFor(target, folder);
      const outfile = join(out, targets[target].executable);
      await makeExecutable({ runtime, bundle, outfile, folder });
      made.push(outfile);
    }
    const licenses = join(out, 'THIRD-PARTY-LICENSES.txt');
    await writeFile(licenses, await licensesText(packagesIn(metafile), await nodeLicense(folder)));
    return [...made, licenses];
  } finally {
    await rm(folder, { recursive: true });
  }
}
