/** `npm start`: the whole of Hallpass on one machine. See `npm start -- --help`. */
import { DemoError, Interrupted } from './demo/demo-error.ts';
import { parseOptions } from './demo/options.ts';
import { runDemo } from './demo/run.ts';
import { Screen } from './demo/screen.ts';

const exitCodes = { failed: 70, interrupted: 130 };

async function main(): Promise<number> {
  const options = parseOptions(process.argv.slice(2));
  if ('exitCode' in options) return options.exitCode;
  const interrupted = new AbortController();
  const impatient = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (interrupted.signal.aborted) impatient.abort();
      interrupted.abort(new Interrupted(signal));
    });
  }
  // Nobody reads anymore (`npm start | head`).
  process.stdout.on('error', () => interrupted.abort(new Interrupted('output closed')));
  try {
    return await runDemo(options, new Screen(process.stdout, process.env), {
      interrupted: interrupted.signal,
      impatient: impatient.signal,
    });
  } catch (error) {
    if (interrupted.signal.aborted) {
      process.stdout.write('\nStopped before the job was done.\n');
      return exitCodes.interrupted;
    }
    report(error);
    return exitCodes.failed;
  }
}

function report(error: unknown): void {
  const { stderr } = process;
  if (error instanceof DemoError) {
    for (const line of error.lastLines) stderr.write(`  | ${line}\n`);
    stderr.write(`error[DEMO_FAILED] ${error.message}\n  → ${error.action}\n`);
    return;
  }
  const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
  stderr.write(`error[UNEXPECTED] ${reason}\n  → Please report this bug.\n`);
}

process.exitCode = await main();
