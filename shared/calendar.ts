/** Date and time in the district: on both sides, the district's own midnight decides what is current. */

export type Calendar = (nowMs: number, daysAhead: number) => string;

/**
 * Returns the date `YYYY-MM-DD` in a time zone, some days ahead.
 *
 * @param timeZone IANA name as in PowerSchool's metadata; this computer's own zone when absent or unknown
 */
export function calendarOf(timeZone: string | undefined): Calendar {
  const format = formatter(timeZone, { year: 'numeric', month: '2-digit', day: '2-digit' });
  return (nowMs, daysAhead) => format.format(nowMs + daysAhead * 86_400_000);
}

/** Returns the time `HH:MM` in a time zone, which may be absent or unknown as for {@link calendarOf}. */
export function clockOf(timeZone: string | undefined): (nowMs: number) => string {
  const format = formatter(timeZone, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  return (nowMs) => format.format(nowMs);
}

/** By zone and parts: making one takes 0.3 ms, and every run needs some. A server has a few zones; agents send their names. */
const made = new Map<string, Intl.DateTimeFormat>();
const mostMade = 100;

function formatter(timeZone: string | undefined, parts: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = JSON.stringify([timeZone, parts]);
  const known = made.get(key);
  if (known !== undefined) return known;
  const format = newFormatter(timeZone, parts);
  if (made.size >= mostMade) made.clear();
  made.set(key, format);
  return format;
}

function newFormatter(timeZone: string | undefined, parts: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  try {
    // Swedish dates are ISO dates.
    return new Intl.DateTimeFormat('sv-SE', { ...parts, ...(timeZone === undefined ? {} : { timeZone }) });
  } catch {
    return new Intl.DateTimeFormat('sv-SE', parts);
  }
}

/** Whether it is the name of a time zone in the IANA database, such as America/Chicago. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en-GB', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
