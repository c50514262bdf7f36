/** The calendar date in the district: what is current there is decided by its own midnight, on both sides. */

export type Calendar = (nowMs: number, daysAhead: number) => string;

/**
 * Tells the date `YYYY-MM-DD` in a time zone, some days ahead.
 *
 * @param timeZone IANA name as PowerSchool gives it in its metadata; this computer's own zone when absent or unknown
 */
export function calendarOf(timeZone: string | undefined): Calendar {
  const format = formatter(timeZone);
  return (nowMs, daysAhead) => format.format(nowMs + daysAhead * 86_400_000);
}

function formatter(timeZone: string | undefined): Intl.DateTimeFormat {
  const parts = { year: 'numeric', month: '2-digit', day: '2-digit' } as const;
  try {
    // Swedish dates are ISO dates.
    return new Intl.DateTimeFormat('sv-SE', { ...parts, ...(timeZone === undefined ? {} : { timeZone }) });
  } catch {
    return new Intl.DateTimeFormat('sv-SE', parts);
  }
}
