/** Entry point of `hallpass-relay`: the only place of the relay that looks at the process and its environment. */
import { systemClock } from '../shared/clock.ts';
import { isRich, tolerateClosedReader } from '../shared/terminal.ts';
import { runCli } from './cli/program.ts';
import { homeInput, relayHome, userName } from './home.ts';

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    stop.abort();
    // A second signal does not wait: everything acknowledged is on the disk already.
    process.once(signal, () => process.exit(1));
  });
}

tolerateClosedReader(process.stdout, process.stderr);
process.exitCode = await runCli(process.argv.slice(2), {
  home: relayHome(homeInput()),
  keyFile: process.env.HALLPASS_KEY_FILE || undefined,
  out: process.stdout,
  err: process.stderr,
  user: userName(),
  clock: systemClock,
  rich: isRich(process.stdout, process.env),
  stop: stop.signal,
});
