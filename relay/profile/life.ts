/** When a profile and what it creates begin, and what happens to what disappears from PowerSchool. */
import { z } from 'zod';
import { calendarOf, clockOf } from '../../shared/calendar.ts';
import { type Blackout, blackoutOn } from './blackout.ts';

const date = z.iso.date().nullable().default(null);

/** All dates and times are in the district's time zone, which PowerSchool reports. */
export const datesSchema = z
  .strictObject({
    /** Nothing is provisioned before this day. */
    startsOn: date,
    /** The last day on which anything is provisioned; what exists stays. */
    expiresOn: date,
    /**
     * A class is created this many days before its term begins, with everyone who is in it from the first day. Null: as
     * soon as PowerSchool has it.
     */
    openDaysBefore: z.int().min(0).max(365).nullable().default(null),
    /** No student is added to a class before this day; those who are in one stay. */
    studentsFrom: date,
  })
  .prefault({});

/** The meaning of a profile without dates. */
export const noDates = datesSchema.parse(undefined);

/**
 * What can be done to a class without a section: School Data Sync's own three options for the end of a year, in the
 * order in which they make sense.
 */
export const endings = ['removeStudents', 'markExpired', 'archiveTeam'] as const;
export type Ending = (typeof endings)[number];

/** Classic School Data Sync's documented semantics, unless the profile says otherwise. */
export const policiesSchema = z
  .strictObject({
    /** The student dropped the class, leaving before the end of its term. */
    studentLeftClass: z.enum(['remove', 'keep']).default('remove'),
    /** The teacher no longer teaches the section. The last owner of a class always stays: Graph keeps one. */
    teacherLeftClass: z.enum(['keep', 'remove']).default('keep'),
    /** The section's term is over, and with it the enrollment. Null: the same as for those who dropped the class. */
    studentTermEnded: z.enum(['remove', 'keep']).nullable().default(null),
    /** The same for teachers. */
    teacherTermEnded: z.enum(['keep', 'remove']).nullable().default(null),
    /** Gone from PowerSchool: the account stays as it is, or is disabled until the person is back. */
    studentGone: z.enum(['keep', 'disable']).default('keep'),
    teacherGone: z.enum(['keep', 'disable']).default('keep'),
    /**
     * Whether a person whose account is disabled is also signed out everywhere: otherwise programs and browsers
     * continue for a while.
     */
    revokeSessions: z.boolean().default(false),
    /** Gone from PowerSchool, like last year's sections: the class stays as it is, or ends in one or several ways. */
    sectionGone: z
      .union([z.literal('keep'), z.array(z.enum(endings)).min(1)])
      .transform((ways) => (ways === 'keep' ? ways : endings.filter((way) => ways.includes(way))))
      .default('keep'),
    /** A school is never touched: its administrative unit could only be deleted. */
    schoolGone: z.literal('keep').default('keep'),
    /**
     * How long a person or section must have been gone before anything is done. School years, transfers and repairs
     * leave gaps.
     */
    goneForDays: z.int().min(0).max(365).default(14),
  })
  .prefault({});

/** The meaning of a profile without policies. */
export const noPolicies = policiesSchema.parse(undefined);

const time = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'it must be a time such as 18:00');

export const scheduleSchema = z
  .strictObject({
    /** How often agents look for changes, in seconds. Null: by the relay's settings. */
    cycleSeconds: z.int().min(1).max(86_400).nullable().default(null),
    /** Hours of the day in which Microsoft 365 is written to; `to` may be on the next day. Null: at any time. */
    hours: z
      .strictObject({ from: time, to: time })
      .refine(({ from, to }) => from !== to, { error: 'from and to are the same' })
      .nullable()
      .default(null),
  })
  .prefault({});

/** What says when a profile rests. */
export interface Life {
  dates: z.infer<typeof datesSchema>;
  schedule: z.infer<typeof scheduleSchema>;
}

/**
 * Why nothing may be provisioned now; undefined when it may.
 *
 * @param now in the district
 * @param blackouts of the district
 */
export function reasonToRest(
  { dates, schedule }: Life,
  now: { date: string; time: string },
  blackouts: readonly Blackout[] = [],
): string | undefined {
  const blackout = blackoutOn(now.date, blackouts);
  if (blackout !== undefined) return `there is a blackout through ${blackout.to} (${blackout.reason})`;
  if (dates.startsOn !== null && now.date < dates.startsOn) return `the profile starts on ${dates.startsOn}`;
  if (dates.expiresOn !== null && now.date > dates.expiresOn) return `the profile expired after ${dates.expiresOn}`;
  if (schedule.hours === null) return undefined;
  const { from, to } = schedule.hours;
  const open = from < to ? now.time >= from && now.time < to : now.time >= from || now.time < to;
  return open ? undefined : `the profile provisions from ${from} to ${to} only`;
}

/** Whether there are days or times at which nothing may be provisioned. */
export function canRest({ dates, schedule }: Life): boolean {
  return dates.startsOn !== null || dates.expiresOn !== null || schedule.hours !== null;
}

/** The district's date (`YYYY-MM-DD`) and time (`HH:MM`). @param timeZone as PowerSchool reports it, see calendarOf */
export function districtTime(nowMs: number, timeZone: string | undefined): { date: string; time: string } {
  return { date: calendarOf(timeZone)(nowMs, 0), time: clockOf(timeZone)(nowMs) };
}
