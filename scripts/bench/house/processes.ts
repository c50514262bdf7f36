/** Finds the programs of a running demo from outside, as the system shows them. Linux only. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface Served {
  pid: number;
  /** Its state folder. */
  home: string;
}

/** @param bin the end of the program's file name @param root process id below which to look @returns undefined while it does not run */
export function findServed(bin: string, command: string, root: number): Served | undefined {
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    const args = readProc(pid, 'cmdline')?.split('\0') ?? [];
    if (!args.some((arg) => arg.endsWith(bin)) || !args.includes(command) || !isBelow(pid, root)) continue;
    const home = /(?:^|\0)HALLPASS_HOME=([^\0]+)/.exec(readProc(pid, 'environ') ?? '')?.[1];
    if (home !== undefined) return { pid, home };
  }
  return undefined;
}

/** The highest memory that the process has had, and what it has now, MB. @returns NaN when it is gone */
export function residentMB(pid: number): { peak: number; now: number } {
  const status = readProc(pid, 'status') ?? '';
  const of = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1024;
  return { peak: of('VmHWM'), now: of('VmRSS') };
}

/** Seconds of processor time so far. */
export function cpuSeconds(pid: number): number {
  const fields =
    readProc(pid, 'stat')
      ?.replace(/^.*\) /s, '')
      .split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** The demo keeps the logs of its programs beside their state folders. */
export function readyUrl({ home }: Served): string | undefined {
  const file = join(dirname(home), 'logs', 'relay.log');
  const line = readText(file)
    ?.split('\n')
    .find((one) => one.includes('"relay.ready"'));
  return line === undefined ? undefined : JSON.parse(line.slice(line.indexOf('{'))).url;
}

function isBelow(pid: number, root: number): boolean {
  for (let at = pid; at > 1; ) {
    if (at === root) return true;
    at = Number(/PPid:\s+(\d+)/.exec(readProc(at, 'status') ?? '')?.[1] ?? 0);
  }
  return false;
}

function readProc(pid: number, file: string): string | undefined {
  return readText(`/proc/${pid}/${file}`);
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
