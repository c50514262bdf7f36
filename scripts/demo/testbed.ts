/** What all parts of the demo share: one folder for all files, the programs, and the screen. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Authority, openAuthority } from '../simulators/authority.ts';
import { HttpsClient } from './https-client.ts';
import { type Installed, installPrograms } from './installed.ts';
import type { DemoOptions } from './options.ts';
import { Programs } from './programs.ts';
import type { Screen } from './screen.ts';

export interface Testbed extends AsyncDisposable {
  options: DemoOptions;
  folder: string;
  authority: Authority;
  /** PEM file that every program trusts. */
  caFile: string;
  programs: Programs;
  installed: Installed;
  /** Aborted when the demo is to end. */
  signal: AbortSignal;
  screen: Screen;
  /** Writes a file that only its owner may read, and returns its path. */
  write(name: string, content: string): Promise<string>;
  connect(baseUrl: string): HttpsClient;
  /** A program's state folder, as environment variables. @param folder `relay`, or that of a district's agent */
  homeOf(folder: string): { HALLPASS_HOME: string };
}

/** Programs that stay do without compiled code, as they do when nobody names a folder for it (shared/launch.mjs). */
export const withoutCache = { NODE_DISABLE_COMPILE_CACHE: '1' };

/** Disposing stops the programs in reverse order, closes connections and removes the folder (unless it is kept). */
export async function openTestbed(options: DemoOptions, screen: Screen, interrupted: AbortSignal): Promise<Testbed> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'hallpass-demo-'));
  stack.defer(async () => {
    if (options.keep) screen.line(`State and logs are in ${folder}`);
    else await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  });
  await mkdir(join(folder, 'logs'));
  const authority = await openAuthority(join(folder, 'authority'));
  const installed = await installPrograms(join(folder, 'programs'));
  const programs = stack.use(new Programs(folder, interrupted));
  const opened = stack.move();
  return {
    options,
    folder,
    authority,
    caFile: join(folder, 'authority', 'ca.pem'),
    programs,
    installed,
    signal: programs.signal,
    screen,
    async write(name, content) {
      const file = join(folder, name);
      await writeFile(file, content, { mode: 0o600 });
      return file;
    },
    connect(baseUrl) {
      const client = new HttpsClient(baseUrl, authority.ca, programs.signal);
      opened.defer(() => client.close());
      return client;
    },
    homeOf: (home) => ({ HALLPASS_HOME: join(folder, home) }),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}
