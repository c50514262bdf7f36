/** Students and teachers. Districts keep email addresses and usernames in different places: see sources.ts. */
import type { Extract } from './extract.ts';
import { preRegisteredColumn, school, schoolReasons, studentsRead } from './joins.ts';
import { optionalColumns } from './optional-columns.ts';
import type { ColumnSource } from './sources.ts';

/**
 * @param email where the secondary email address comes from
 * @param preRegistered whether to read pre-registered students, too
 */
export function students(email: ColumnSource, preRegistered: boolean): Extract {
  return {
    kind: 'student',
    name: 'students',
    summary: preRegistered ? 'Active and pre-registered students of one school' : 'Active students of one school',
    key: { sql: 'st.DCID', field: 'STUDENTS.DCID' },
    school,
    yearly: false,
    from: 'STUDENTS st\n  JOIN SCHOOLS s ON s.School_Number = st.SchoolID',
    where: studentsRead(preRegistered),
    columns: [
      { name: 'id', sql: 'st.DCID', field: 'STUDENTS.DCID', type: 'number', required: true },
      ...optionalColumns('student', 'st', { secondaryEmail: email }),
      ...(preRegistered ? [preRegisteredColumn] : []),
    ],
    reasons: {
      ...schoolReasons,
      ...email.reasons,
      'STUDENTS.SchoolID': 'finds the students of a school',
      'STUDENTS.Enroll_Status': preRegistered
        ? 'only active and pre-registered students are read'
        : 'only active students are read',
    },
  };
}

/** @param username where the username comes from */
export function teachers(username: ColumnSource): Extract {
  return {
    kind: 'teacher',
    name: 'teachers',
    summary: 'People who teach at one school',
    key: { sql: 'u.DCID', field: 'USERS.DCID' },
    school,
    yearly: false,
    from: `USERS u
  JOIN SCHOOLSTAFF ss ON ss.Users_DCID = u.DCID
  JOIN SCHOOLS s ON s.School_Number = ss.SchoolID`,
    // Status 1 = current. StaffStatus 1 = teacher; other staff count once they are assigned to a section, as
    // co-teachers are.
    where: `ss.Status = 1 AND (
    ss.StaffStatus = 1 OR EXISTS (SELECT 1 FROM SECTIONTEACHER k WHERE k.TeacherID = ss.ID)
  )`,
    columns: [
      { name: 'id', sql: 'u.DCID', field: 'USERS.DCID', type: 'number', required: true },
      ...optionalColumns('teacher', 'u', { username }),
    ],
    reasons: {
      ...schoolReasons,
      ...username.reasons,
      'SCHOOLSTAFF.Users_DCID': 'finds the person behind the staff of a school',
      'SCHOOLSTAFF.SchoolID': 'finds the staff of a school',
      'SCHOOLSTAFF.Status': 'only current staff are read',
      'SCHOOLSTAFF.StaffStatus': 'only teachers are read, and other staff who are assigned to a section',
      'SCHOOLSTAFF.ID': 'finds out who is assigned to a section',
      'SECTIONTEACHER.TeacherID': 'finds out who is assigned to a section',
    },
  };
}
