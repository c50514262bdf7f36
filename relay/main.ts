/** Entry point of `hallpass-relay`: the only place of the relay that looks at the process and its environment. */
import './flat-memory.mjs';
import { systemClock } from '../shared/clock.ts';
import { exitCodes, isRich, tolerateBrokenOutput } from '../shared/terminal.ts';
import { runCli } from './cli/program.ts';
import { proxyVariables } from './network/proxy.ts';
import { homeInput, relayHome, userName } from './settings/home.ts';

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    stop.abort();
    // A second signal does not wait: everything acknowledged is on the disk already.
    process.once(signal, () => process.exit(1));
  });
}

const endCode = tolerateBrokenOutput(process.stdout, process.stderr);
const code = await runCli(process.argv.slice(2), {
  home: relayHome(homeInput()),
  keyFile: process.env.HALLPASS_KEY_FILE || undefined,
  proxies: proxyVariables(process.env),
  out: process.stdout,
  err: process.stderr,
  user: userName(homeInput()),
  clock: systemClock,
  rich: isRich(process.stdout, process.env),
  stop: stop.signal,
});
process.exitCode = code;
// What was written last fails in a moment.
setImmediate(() => {
  process.exitCode = endCode(code);
});
// A command that was given up may still wait for Microsoft, for up to a minute.
if (stop.signal.aborted && code !== exitCodes.ok) process.exit();
