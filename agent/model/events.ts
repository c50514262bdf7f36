/** What the agent reports while it works. No event contains personal data or a secret. */
import type { HallpassError } from '../../shared/errors.ts';
import type { Counts } from './meter.ts';
import type { SourceKind } from './source.ts';

/** The counters since the start of the process, in every event that ends something. */
type Totals = {
  totalRequests: number;
  totalBytesReceivedFromPowerSchool: number;
  totalBytesSent: number;
  totalUpserts: number;
  totalDeletes: number;
  rssPeakMB: number;
};

export type AgentEvent =
  | { event: 'agent.ready'; version: string; folder: string }
  | { event: 'agent.restored'; folder: string }
  /** Quiet hours have begun; `until` is their end (ISO 8601, UTC). */
  | { event: 'agent.quiet'; until: string }
  /** The local page can be opened. */
  | { event: 'page.open'; url: string }
  /** PowerSchool is not read through the plugin's queries but another way; lists what that way cannot provide. */
  | { event: 'source.chosen'; source: SourceKind; unknown: readonly string[] }
  /** An administrator has paused the agent (ISO 8601, UTC): it reads and sends nothing. */
  | { event: 'agent.paused'; since: string }
  | { event: 'agent.resumed' }
  | ({ event: 'agent.stopped' } & Totals)
  | { event: 'link.open'; relay: string; tenant: string }
  | { event: 'link.lost'; code: string; message: string }
  /** The relay complained about something the agent sent. */
  | { event: 'link.told'; code: string; message: string }
  /** This computer's clock is this many seconds behind the relay's (negative: ahead); tokens use the relay's time. */
  | { event: 'clock.corrected'; seconds: number }
  | { event: 'cycle.progress'; bucketsDone: number; bucketsTotal: number; records: number }
  | ({ event: 'cycle.unchanged'; seconds: number } & Counts & Totals)
  | ({
      event: 'cycle.committed';
      cycle: string;
      seconds: number;
      bucketsChanged: number;
      bucketsRead: number;
      bucketsFailed: number;
      bucketsToRepair: number;
    } & Counts &
      Totals)
  | { event: 'problem'; code: string; message: string; action: string };

export type Report = (event: AgentEvent) => void;

/** An error as it is reported to people, without its cause. */
export function toProblem({ code, message, action }: HallpassError): AgentEvent {
  return { event: 'problem', code, message, action };
}

export function totals(counts: Counts, rssPeakMB: number): Totals {
  return {
    totalRequests: counts.requests,
    totalBytesReceivedFromPowerSchool: counts.bytesReceivedFromPowerSchool,
    totalBytesSent: counts.bytesSent,
    totalUpserts: counts.upserts,
    totalDeletes: counts.deletes,
    rssPeakMB,
  };
}
