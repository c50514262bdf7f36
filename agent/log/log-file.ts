/** The agent's log files: every event as a JSON line with its time. No personal data, because no event contains any. */
import pino from 'pino';
import type { Clock } from '../../shared/clock.ts';
import { fail, type HallpassError } from '../../shared/errors.ts';
import { fileReason } from '../../shared/file-reason.ts';
import type { Report } from '../model/events.ts';
import type { Settings } from '../settings/settings.ts';
import { statePaths } from '../state/folder.ts';
import { isWarning, jsonWriter, progressEveryMs, sparing } from './reporter.ts';
import { RotatingFile } from './rotating-file.ts';

/** Where the newest log file is. */
export function logPath(log: Settings['log'], folder: string): string {
  return log.file ?? statePaths(folder).log;
}

/** The path of every log file that may exist, newest first. */
export function logPaths(log: Settings['log'], folder: string): string[] {
  const path = logPath(log, folder);
  return Array.from({ length: log.files }, (_, number) => (number === 0 ? path : `${path}.${number}`));
}

export interface LogFileOptions {
  log: Settings['log'];
  /** The state folder. */
  folder: string;
  clock: Clock;
  /** Called once when the file can no longer be written: LOG_UNWRITABLE. */
  onTrouble: (error: HallpassError) => void;
}

/** A report that never fails: a full disk does not stop the work. */
export function logFileReport({ log, folder, clock, onTrouble }: LogFileOptions): Report {
  if (log.files === 0) return () => undefined;
  const file = new RotatingFile({ path: logPath(log, folder), maxBytes: log.fileMB * 1_000_000, files: log.files });
  let durable = false;
  let troubled = false;
  const write = (line: string) => {
    try {
      file.write(line, durable);
      troubled = false;
    } catch (error) {
      if (troubled) return;
      troubled = true;
      onTrouble(fail('LOG_UNWRITABLE', { file: file.path, reason: fileReason(error) }, { cause: error }));
    }
  };
  const json = jsonWriter({ write }, { timestamp: pino.stdTimeFunctions.isoTime });
  const report: Report = (event) => {
    durable = isWarning(event);
    json(event);
  };
  return sparing(report, progressEveryMs.slow, clock);
}
