/** A single executable: Node with the bundle inside. */
import { execFile } from 'node:child_process';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { hallpassVersion } from '../../../shared/version.ts';
import { withProperties } from './properties.ts';
import { withoutSignature } from './signature.ts';

const run = promisify(execFile);
/** As a process of its own, because it talks a lot about sections that are in order. */
const postject = fileURLToPath(new URL('../../../node_modules/postject/dist/cli.js', import.meta.url));

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
  const config = {
    // Beside the configuration: the path is kept in the blob, and must not differ from build to build.
    main: 'hallpass-agent.cjs',
    output: blob,
    disableExperimentalSEAWarning: true,
    // NODE_OPTIONS of the machine is for other programs.
    execArgvExtension: 'none',
  };
  await copyFile(bundle, join(folder, config.main));
  await writeFile(join(folder, 'sea.json'), JSON.stringify(config));
  await run(process.execPath, ['--experimental-sea-config', 'sea.json'], { cwd: folder });
  const draft = join(folder, 'executable');
  const properties = { file: basename(outfile), version: hallpassVersion };
  // Before the program is put in, which leaves the resources that it finds as they are.
  const unsigned = withProperties(withoutSignature(await readFile(runtime)), properties);
  await writeFile(draft, unsigned, { mode: 0o755 });
  await run(process.execPath, [postject, draft, resource, blob, '--sentinel-fuse', sentinelFuse]);
  // The draft was written in one piece, which Linux keeps in large pages: started from those, it would count 15 MB more.
  await copyFile(draft, outfile);
}
