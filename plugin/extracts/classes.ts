/** Sections with their courses, the students enrolled in them and their teachers. */
import type { Extract } from './extract.ts';
import { preRegisteredColumn, school, sectionJoins, sectionReasons, studentsRead } from './joins.ts';
import { optionalColumns } from './optional-columns.ts';

export const sections: Extract = {
  kind: 'section',
  name: 'sections',
  summary: 'Sections of the current school year of one school, with their courses',
  key: { sql: 'x.DCID', field: 'SECTIONS.DCID' },
  school,
  yearly: true,
  // A course may belong to the school or to the district (SchoolID 0); joining only the section's school loses a third.
  from: `SECTIONS x
  ${sectionJoins}
  LEFT JOIN COURSES cs ON LOWER(cs.Course_Number) = LOWER(x.Course_Number) AND cs.SchoolID = x.SchoolID
  LEFT JOIN COURSES cd ON LOWER(cd.Course_Number) = LOWER(x.Course_Number) AND cd.SchoolID = 0`,
  where: '1 = 1',
  columns: [
    { name: 'id', sql: 'x.DCID', field: 'SECTIONS.DCID', type: 'number', required: true },
    { name: 'termId', sql: 't.DCID', field: 'TERMS.DCID', type: 'number', required: true },
    { name: 'sectionNumber', sql: 'x.Section_Number', field: 'SECTIONS.Section_Number', type: 'text' },
    { name: 'courseId', sql: 'COALESCE(cs.DCID, cd.DCID)', field: 'COURSES.DCID', type: 'number' },
    { name: 'courseNumber', sql: 'x.Course_Number', field: 'SECTIONS.Course_Number', type: 'text' },
    {
      name: 'courseName',
      sql: 'COALESCE(cs.Course_Name, cd.Course_Name, x.Course_Number)',
      field: 'COURSES.Course_Name',
      type: 'text',
      also: { 'SECTIONS.Course_Number': 'when the course has no name' },
    },
    ...optionalColumns('section', 'x'),
  ],
  reasons: {
    ...sectionReasons,
    'COURSES.Course_Number': 'finds the course of a section',
    'SECTIONS.Course_Number': 'finds the course of a section',
    'COURSES.SchoolID': 'a course belongs to the school or to the district (0)',
  },
};

/** @param preRegistered whether enrollments of pre-registered students are read too */
export function studentEnrollments(preRegistered: boolean): Extract {
  return {
    kind: 'studentEnrollment',
    name: 'student_enrollments',
    summary: preRegistered
      ? 'Enrollments of active and pre-registered students in the current sections of one school'
      : 'Enrollments of active students in the current sections of one school',
    key: { sql: 'c.DCID', field: 'CC.DCID' },
    school,
    yearly: true,
    // A dropped enrollment has a negative SectionID, so the join leaves it out.
    from: `SECTIONS x
  ${sectionJoins}
  JOIN CC c ON c.SectionID = x.ID
  JOIN STUDENTS st ON st.ID = c.StudentID`,
    where: studentsRead(preRegistered),
    columns: [
      { name: 'id', sql: 'c.DCID', field: 'CC.DCID', type: 'number', required: true },
      { name: 'sectionId', sql: 'x.DCID', field: 'SECTIONS.DCID', type: 'number', required: true },
      { name: 'studentId', sql: 'st.DCID', field: 'STUDENTS.DCID', type: 'number', required: true },
      { name: 'startDate', sql: 'c.DateEnrolled', field: 'CC.DateEnrolled', type: 'date' },
      { name: 'endDate', sql: 'c.DateLeft', field: 'CC.DateLeft', type: 'date' },
      ...(preRegistered ? [preRegisteredColumn] : []),
    ],
    reasons: {
      ...sectionReasons,
      'SECTIONS.ID': 'finds the enrollments of a section',
      'CC.SectionID': 'finds the enrollments of a section, without dropped ones',
      'CC.StudentID': 'finds the student of an enrollment',
      'STUDENTS.ID': 'finds the student of an enrollment',
      'STUDENTS.Enroll_Status': preRegistered
        ? 'only enrollments of active and pre-registered students are read'
        : 'only enrollments of active students are read',
    },
  };
}

export const teacherRosters: Extract = {
  kind: 'teacherRoster',
  name: 'teacher_rosters',
  summary: 'Teachers and co-teachers of the current sections of one school, with role and dates',
  key: { sql: 'r.ID', field: 'SECTIONTEACHER.ID' },
  school,
  yearly: true,
  from: `SECTIONS x
  ${sectionJoins}
  JOIN SECTIONTEACHER r ON r.SectionID = x.ID
  JOIN SCHOOLSTAFF ss ON ss.ID = r.TeacherID
  LEFT JOIN ROLEDEF d ON d.ID = r.RoleID`,
  where: 'ss.Status = 1',
  columns: [
    { name: 'id', sql: 'r.ID', field: 'SECTIONTEACHER.ID', type: 'number', required: true },
    { name: 'sectionId', sql: 'x.DCID', field: 'SECTIONS.DCID', type: 'number', required: true },
    { name: 'teacherId', sql: 'ss.Users_DCID', field: 'SCHOOLSTAFF.Users_DCID', type: 'number', required: true },
    { name: 'role', sql: 'd.Name', field: 'ROLEDEF.Name', type: 'text' },
    {
      name: 'isLead',
      sql: 'CASE WHEN x.Teacher = ss.ID THEN 1 ELSE 0 END',
      field: 'SECTIONS.Teacher',
      type: 'number',
      required: true,
    },
    { name: 'startDate', sql: 'r.Start_Date', field: 'SECTIONTEACHER.Start_Date', type: 'date' },
    { name: 'endDate', sql: 'r.End_Date', field: 'SECTIONTEACHER.End_Date', type: 'date' },
  ],
  reasons: {
    ...sectionReasons,
    'SECTIONS.ID': 'finds the teachers of a section',
    'SECTIONTEACHER.SectionID': 'finds the teachers of a section',
    'SECTIONTEACHER.TeacherID': 'finds the person behind the teacher of a section',
    'SECTIONTEACHER.RoleID': 'finds the role of a teacher in a section',
    'ROLEDEF.ID': 'finds the role of a teacher in a section',
    'SCHOOLSTAFF.ID': 'finds the person behind the teacher of a section, and who leads it',
    'SCHOOLSTAFF.Status': 'only current staff are read',
  },
};
