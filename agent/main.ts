/** The agent's process: the only place that looks at its arguments, environment and signals. */
import './flat-memory.mjs';
import { realpathSync } from 'node:fs';
import { homedir, hostname } from 'node:os';
import process from 'node:process';
import { isSea } from 'node:sea';
import { tolerateBrokenOutput } from '../shared/terminal.ts';
import { runCli } from './cli/program.ts';
import { stateFolder } from './state/folder.ts';

const stop = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => stop.abort());

const { env, platform, stdin, stdout, stderr } = process;
const endCode = tolerateBrokenOutput(stdout, stderr);
const uid = process.getuid?.();
// Not awaited: a single executable is CommonJS, which has no top-level await.
void runCli(process.argv.slice(2), {
  folder: stateFolder({ env, platform, uid, homedir: homedir() }),
  env,
  stdin,
  stdout,
  stderr,
  hostname: hostname(),
  platform,
  uid,
  // npx and npm start a link to the script, which disappears with their cache.
  invocation: isSea()
    ? [process.execPath]
    : [process.execPath, ...process.argv.slice(1, 2).map((file) => realpathSync(file))],
  stop: stop.signal,
}).then((code) => {
  // The last write reports its failure a moment later.
  setImmediate(() => {
    process.exitCode = endCode(code);
  });
});
