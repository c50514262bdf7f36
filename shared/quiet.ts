/** Quiet hours: times of day at which something rests: the agent leaves PowerSchool alone, alerts wait. Pure. */
import { z } from 'zod';

const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day like 21:00');

const windowSchema = z
  .strictObject({ from: timeOfDay, to: timeOfDay })
  .refine(({ from, to }) => from !== to, 'quiet hours must end at another time than they begin');
export type QuietWindow = z.infer<typeof windowSchema>;

export const quietSchema = z
  .array(windowSchema)
  .max(10)
  .refine((windows) => !coversTheDay(windows), 'quiet hours must not cover the whole day');

const minuteMs = 60_000;
const minutesPerDay = 1440;
/** A day is at most 25 hours long; windows that touch are never longer, because they do not cover the whole day. */
const mostMinutes = 26 * 60;

/**
 * When the current quiet hours end, in milliseconds since the epoch; undefined outside quiet hours. Times are
 * wall-clock times: an hour that is skipped in spring is not waited for, one that comes twice in fall is quiet twice.
 *
 * @param timeZone IANA name; this computer's own zone when absent or unknown
 */
export function quietUntil(
  nowMs: number,
  windows: readonly QuietWindow[],
  timeZone: string | undefined,
): number | undefined {
  if (windows.length === 0) return undefined;
  const wall = wallClock(timeZone);
  const isQuiet = (ms: number) => isWithin(wall(ms), windows);
  if (!isQuiet(nowMs)) return undefined;
  // Minute by minute: takes a hundredth of a second at worst, and is right whatever a zone does that night.
  const first = Math.floor(nowMs / minuteMs) * minuteMs;
  for (let minute = 1; minute <= mostMinutes; minute += 1) {
    const at = first + minute * minuteMs;
    if (!isQuiet(at)) return at;
  }
  return first + mostMinutes * minuteMs;
}

/** `21:00-06:00`. @returns undefined when it is something else */
export function parseQuietWindow(text: string): QuietWindow | undefined {
  const [from, to, more] = text.split('-');
  const window = { from: from?.trim(), to: to?.trim() };
  return more === undefined ? windowSchema.safeParse(window).data : undefined;
}

function isWithin(minute: number, windows: readonly QuietWindow[]): boolean {
  return windows.some((window) => {
    const from = minutesOf(window.from);
    const to = minutesOf(window.to);
    return from < to ? minute >= from && minute < to : minute >= from || minute < to;
  });
}

function coversTheDay(windows: readonly QuietWindow[]): boolean {
  for (let minute = 0; minute < minutesPerDay; minute += 1) if (!isWithin(minute, windows)) return false;
  return true;
}

function minutesOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
}

/** Minutes since midnight on the wall clock. */
function wallClock(timeZone: string | undefined): (ms: number) => number {
  const format = formatter(timeZone);
  return (ms) => minutesOf(format.format(ms));
}

function formatter(timeZone: string | undefined): Intl.DateTimeFormat {
  const parts = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
  try {
    return new Intl.DateTimeFormat('en-GB', { ...parts, ...(timeZone === undefined ? {} : { timeZone }) });
  } catch {
    return new Intl.DateTimeFormat('en-GB', parts);
  }
}
