/** What the agent has done since it started: plain counters, used by events and status. */
import { readFileSync } from 'node:fs';

export interface Counts {
  /** Requests to PowerSchool, including those for tokens. */
  requests: number;
  bytesReceivedFromPowerSchool: number;
  /** Bytes of frames sent to the relay, compressed. */
  bytesSent: number;
  upserts: number;
  deletes: number;
}

export class Meter {
  readonly counts: Counts = { requests: 0, bytesReceivedFromPowerSchool: 0, bytesSent: 0, upserts: 0, deletes: 0 };

  add(name: keyof Counts, amount: number): void {
    this.counts[name] += amount;
  }

  snapshot(): Counts {
    return { ...this.counts };
  }

  /** What was counted since a snapshot. */
  since(before: Counts): Counts {
    return {
      requests: this.counts.requests - before.requests,
      bytesReceivedFromPowerSchool: this.counts.bytesReceivedFromPowerSchool - before.bytesReceivedFromPowerSchool,
      bytesSent: this.counts.bytesSent - before.bytesSent,
      upserts: this.counts.upserts - before.upserts,
      deletes: this.counts.deletes - before.deletes,
    };
  }
}

/**
 * The largest memory this program ever used, in MB: the kernel's own high-water mark. Linux starts `maxRSS` of
 * getrusage with that of the process that forked it (a 400 MB parent makes a 40 MB child report 386), so there it is
 * read from /proc.
 */
export function rssPeakMB(): number {
  return Math.round((linuxHighWaterKB() ?? process.resourceUsage().maxRSS) / 1024);
}

function linuxHighWaterKB(): number | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    const found = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    return found === undefined ? undefined : Number(found);
  } catch {
    return undefined;
  }
}
