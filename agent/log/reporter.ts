/** Events as lines: JSON for machines, sentences for people, a progress bar on a terminal. */
import pino from 'pino';
import { type Clock, timestamp } from '../../shared/clock.ts';
import { printableLine, writeControl } from '../../shared/printable.ts';
import { isRich } from '../../shared/terminal.ts';
import type { AgentEvent, Report } from '../model/events.ts';

/**
 * The shortest time between progress events: a few per second for programs and bars, few for a log that people read.
 */
export const progressEveryMs = { quick: 250, slow: 10_000 };

export interface ReporterOptions {
  format: 'json' | 'text';
  out: NodeJS.WriteStream;
  env: NodeJS.ProcessEnv;
  clock: Clock;
}

export function createReporter({ format, out, env, clock }: ReporterOptions): Report {
  const bar = format === 'text' && isRich(out, env);
  const everyMs = format === 'json' || bar ? progressEveryMs.quick : progressEveryMs.slow;
  const write = format === 'json' ? jsonWriter(out) : bar ? barWriter(out) : textWriter(out, clock);
  return sparing(write, everyMs, clock);
}

/** Limits progress events to one per interval; passes on everything else. */
export function sparing(report: Report, everyMs: number, clock: Clock): Report {
  let progressAt = clock.now();
  return (event) => {
    if (event.event === 'cycle.progress') {
      if (clock.now() - progressAt < everyMs) return;
      progressAt = clock.now();
    }
    report(event);
  };
}

/** Events that someone may have to act on. */
export function isWarning({ event }: AgentEvent): boolean {
  return event === 'problem' || event === 'clock.corrected' || event === 'link.lost' || event === 'link.told';
}

/** One JSON object per line. */
export function jsonWriter(out: pino.DestinationStream, options: pino.LoggerOptions = {}): Report {
  const logger = pino({ base: { name: 'hallpass-agent' }, ...options }, out);
  return (event) => {
    if (isWarning(event)) logger.warn(event);
    else logger.info(event);
  };
}

function textWriter(out: NodeJS.WriteStream, clock: Clock): Report {
  return (event) => out.write(`${timestamp(clock)} ${shown(event)}\n`);
}

/** One line, or two with the next step: text from other systems cannot add another. */
function shown(event: AgentEvent): string {
  if (event.event !== 'problem') return printableLine(sentence(event));
  return `${printableLine(`error[${event.code}] ${event.message}`)}\n  → ${printableLine(event.action)}`;
}

/** The bar stays on the last line; every other event pushes it down. */
function barWriter(out: NodeJS.WriteStream): Report {
  return (event) => {
    writeControl(out, '\r\x1b[K');
    if (event.event === 'cycle.progress') out.write(bar(event.bucketsDone, event.bucketsTotal, event.records));
    else out.write(`${shown(event)}\n`);
  };
}

/** `[########............] 40 %  12 of 30 buckets, 8,000 records` */
export function bar(done: number, total: number, records: number): string {
  const share = total === 0 ? 1 : done / total;
  const filled = Math.round(share * 20);
  const percent = String(Math.floor(share * 100)).padStart(3);
  const counts = `${number(done)} of ${number(total)} buckets, ${number(records)} records`;
  return `[${'#'.repeat(filled)}${'.'.repeat(20 - filled)}] ${percent} %  ${counts}`;
}

/** One line for people. */
export function sentence(event: AgentEvent): string {
  switch (event.event) {
    case 'agent.ready':
      return `Hallpass agent ${event.version} is running, state in ${event.folder}.`;
    case 'agent.restored':
      return `The state folder ${event.folder} was gone; settings and identity are written again.`;
    case 'agent.quiet':
      return `Quiet hours: the agent does not read PowerSchool until ${event.until}.`;
    case 'page.open':
      return `The local page is at ${event.url}.`;
    case 'source.chosen':
      return event.source === 'powerquery'
        ? "PowerSchool is read through the plugin's queries."
        : `PowerSchool is read through /ws/v1, which does not have: ${event.unknown.join('; ')}.`;
    case 'agent.paused':
      return `Paused by an administrator since ${event.since}: nothing is read or sent.`;
    case 'agent.resumed':
      return 'Working again: an administrator ended the pause.';
    case 'agent.stopped':
      return `Stopped. ${number(event.totalRequests)} requests to PowerSchool, ${number(event.totalBytesSent)} bytes sent to the relay.`;
    case 'link.open':
      return `Connected to the relay ${event.relay} for ${event.tenant}.`;
    case 'link.lost':
      return `No connection [${event.code}]: ${event.message}`;
    case 'link.told':
      return `The relay says [${event.code}]: ${event.message}`;
    case 'clock.corrected':
      return `This computer's clock is ${number(Math.abs(event.seconds))} s ${event.seconds > 0 ? 'behind' : 'ahead of'} the relay's. The agent uses the relay's; turn on time synchronization (NTP, Windows Time).`;
    case 'cycle.progress':
      return bar(event.bucketsDone, event.bucketsTotal, event.records);
    case 'cycle.unchanged':
      return `Nothing has changed in PowerSchool (${event.seconds} s).`;
    case 'cycle.committed':
      return `Sent ${number(event.upserts)} changed and ${number(event.deletes)} deleted records of ${counted(event.bucketsRead)} in ${event.seconds} s; ${number(event.bytesSent)} bytes.${
        event.bucketsFailed > 0
          ? ` ${counted(event.bucketsFailed)} could not be read and ${event.bucketsFailed === 1 ? 'stays as it was' : 'stay as they were'}.`
          : ''
      }`;
    case 'problem':
      return `error[${event.code}] ${event.message}\n  → ${event.action}`;
  }
}

/** `1 bucket`, `1,204 buckets` */
function counted(buckets: number): string {
  return `${number(buckets)} ${buckets === 1 ? 'bucket' : 'buckets'}`;
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}
