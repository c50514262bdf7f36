/** The relay's command line in process, as somebody at a terminal uses it. */
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { systemClock } from '../../shared/clock.ts';
import { runCli } from '../cli/program.ts';

/** @param home the state folder @param user who is at the terminal */
export function commandLine(home: string, user: string) {
  return async (...args: string[]): Promise<{ code: number; out: string; err: string }> => {
    const [out, err] = [new PassThrough(), new PassThrough()];
    const stop = AbortSignal.timeout(60_000);
    const code = await runCli(args, { home, out, err, user, clock: systemClock, rich: false, stop });
    out.end();
    err.end();
    return { code, out: await text(out), err: await text(err) };
  };
}
