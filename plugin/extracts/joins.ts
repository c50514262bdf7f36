/**
 * Parts of SQL that several extracts share, each with the reasons for the fields it touches. Joins follow PowerSchool's
 * data dictionary: SchoolID columns hold SCHOOLS.School_Number, everything else joins on ID.
 */
import { preRegisteredMark } from '../../shared/roster.ts';
import type { Column, Reasons } from './extract.ts';

/** The bucket's school. */
export const school = { sql: 's.DCID', field: 'SCHOOLS.DCID' };

/** For every extract that reads one school at a time. */
export const schoolReasons: Reasons = {
  'SCHOOLS.DCID': 'one school is read at a time',
  'SCHOOLS.School_Number': 'finds the rows of a school: SchoolID columns have this number',
};

/**
 * The newest school year that has begun by the horizon, per school. PowerSchool has no "current year" row that a plugin
 * may read, and a school between two years keeps its old rosters until the next year begins.
 */
export const currentYear = `t.YearID = (
    SELECT MAX(y.YearID) FROM TERMS y
    WHERE y.SchoolID = t.SchoolID AND y.IsYearRec = 1 AND TO_CHAR(y.FirstDay, 'YYYY-MM-DD') <= :horizon
  )`;

/** The students to read. @param preRegistered whether to include students who are only pre-registered */
export function studentsRead(preRegistered: boolean): string {
  return preRegistered ? 'st.Enroll_Status IN (0, -1)' : 'st.Enroll_Status = 0';
}

/** Tells pre-registered students from active ones: the agent leaves them out unless a profile asks for them. */
export const preRegisteredColumn: Column = {
  name: preRegisteredMark,
  sql: 'CASE WHEN st.Enroll_Status = -1 THEN 1 ELSE 0 END',
  field: 'STUDENTS.Enroll_Status',
  type: 'number',
  required: true,
};

/** For every extract of the current school year. */
export const yearReasons: Reasons = {
  'TERMS.YearID': 'only the current school year is read',
  'TERMS.SchoolID': 'each school has its own terms and current year',
  'TERMS.IsYearRec': 'finds the term that is a whole school year',
  'TERMS.FirstDay': 'the current school year is the newest that has begun',
};

export const sectionJoins = `JOIN SCHOOLS s ON s.School_Number = x.SchoolID
  JOIN TERMS t ON t.ID = x.TermID AND t.SchoolID = x.SchoolID`;

/** For every extract that starts from the sections of a school. */
export const sectionReasons: Reasons = {
  ...schoolReasons,
  ...yearReasons,
  'SECTIONS.SchoolID': 'finds the sections of a school',
  'SECTIONS.TermID': 'finds the term, and so the school year, of a section',
  'TERMS.ID': 'finds the term, and so the school year, of a section',
};
