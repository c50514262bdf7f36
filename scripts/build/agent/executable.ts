/** A single executable: Node with the bundle inside. */
import { execFile } from 'node:child_process';
import { chmod, copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { inject } from 'postject';

const run = promisify(execFile);

/** Where Node looks for its script. From its documentation on single executable applications. */
const resource = 'NODE_SEA_BLOB';
const sentinelFuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

export interface ExecutableOptions {
  /** The Node to put it in. */
  runtime: string;
  /** One file of CommonJS. */
  bundle: string;
  outfile: string;
  /** For what is only needed on the way. */
  folder: string;
}

export async function makeExecutable({ runtime, bundle, outfile, folder }: ExecutableOptions): Promise<void> {
  const blob = join(folder, 'agent.blob');
  const config = join(folder, 'sea.json');
  await writeFile(
    config,
    JSON.stringify({
      main: bundle,
      output: blob,
      disableExperimentalSEAWarning: true,
      // NODE_OPTIONS of the machine is for other programs.
      execArgvExtension: 'none',
    }),
  );
  await run(process.execPath, ['--experimental-sea-config', config]);
  const draft = join(folder, 'executable');
  await copyFile(runtime, draft);
  await chmod(draft, 0o755);
  await inject(draft, resource, await readFile(blob), { sentinelFuse });
  // The draft was written in one piece, which Linux keeps in large pages: started from those, it would count 15 MB more.
  await copyFile(draft, outfile);
}
