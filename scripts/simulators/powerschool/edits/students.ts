/** Edits of students and their enrollments, as PowerSchool's own pages would make them. */
import { addDays, clampDate } from '../generator/calendar.ts';
import { EditError, type Editor } from './editor.ts';

export function renameStudent(
  editor: Editor,
  edit: { studentId: number; firstName?: string; middleName?: string | null; lastName?: string },
): void {
  const row = editor.get('students', edit.studentId);
  const name = {
    first_name: edit.firstName ?? text(row.first_name),
    middle_name: edit.middleName === undefined ? text(row.middle_name) : edit.middleName,
    last_name: edit.lastName ?? text(row.last_name),
  };
  editor.update('students', { dcid: edit.studentId }, { ...name, lastfirst: lastFirstOf(name) });
}

export function changeUsername(editor: Editor, edit: { studentId: number; username: string | null }): void {
  editor.get('students', edit.studentId);
  editor.update('students', { dcid: edit.studentId }, { student_web_id: edit.username });
}

/** Sets the primary address; null removes it. */
export function changeEmail(editor: Editor, edit: { studentId: number; email: string | null }): void {
  const personId = number(editor.get('students', edit.studentId).person_id);
  const [primary] = editor.find('personemailaddressassoc', { personid: personId, isprimaryemailaddress: 1 });
  if (primary !== undefined && edit.email !== null) {
    editor.update('emailaddress', { emailaddressid: number(primary.emailaddressid) }, { emailaddress: edit.email });
  } else if (primary !== undefined) {
    editor.remove('personemailaddressassoc', { personemailaddressassocid: number(primary.personemailaddressassocid) });
    editor.remove('emailaddress', { emailaddressid: number(primary.emailaddressid) });
  } else if (edit.email !== null) {
    addEmail(editor, personId, edit.email);
  }
}

export function addStudent(
  editor: Editor,
  edit: {
    schoolId: number;
    firstName: string;
    middleName?: string;
    lastName: string;
    username?: string;
    studentNumber?: number;
    grade?: number;
    email?: string;
  },
): { studentId: number } {
  const school = editor.get('schools', edit.schoolId);
  const name = { first_name: edit.firstName, middle_name: edit.middleName ?? null, last_name: edit.lastName };
  const keys = editor.keys('students');
  const personId = editor.next('person');
  editor.insert('person', {
    id: personId,
    dcid: personId,
    isactive: 1,
    firstname: name.first_name,
    middlename: name.middle_name,
    lastname: name.last_name,
  });
  editor.insert('students', {
    ...keys,
    ...name,
    lastfirst: lastFirstOf(name),
    student_number: edit.studentNumber ?? 100_000 + keys.dcid * 7,
    state_studentnumber: null,
    grade_level: edit.grade ?? number(school.low_grade),
    enroll_status: 0,
    schoolid: number(school.school_number),
    enrollment_schoolid: number(school.school_number),
    entrydate: editor.today,
    exitdate: null,
    student_web_id: edit.username ?? null,
    person_id: personId,
    dob: null,
    gender: null,
    sched_yearofgraduation: null,
    classof: null,
    home_room: null,
    transaction_date: editor.now,
  });
  if (edit.email !== undefined) addEmail(editor, personId, edit.email);
  return { studentId: keys.dcid };
}

/** Moves the student to another school of the district: drops enrollments and records the past one in REENROLLMENTS. */
export function transferStudent(editor: Editor, edit: { studentId: number; schoolId: number }): void {
  const row = editor.get('students', edit.studentId);
  const school = editor.get('schools', edit.schoolId);
  leaveSections(editor, number(row.id));
  editor.insert('reenrollments', {
    ...editor.keys('reenrollments'),
    studentid: number(row.id),
    schoolid: number(row.schoolid),
    grade_level: number(row.grade_level),
    entrydate: text(row.entrydate),
    exitdate: editor.today,
  });
  const schoolid = number(school.school_number);
  const set = { schoolid, enrollment_schoolid: schoolid, entrydate: editor.today, enroll_status: 0 };
  editor.update('students', { dcid: edit.studentId }, set);
}

/** The student leaves the district: transferred out unless another Enroll_Status is given. */
export function deactivateStudent(editor: Editor, edit: { studentId: number; status: number }): void {
  const row = editor.get('students', edit.studentId);
  leaveSections(editor, number(row.id));
  editor.update('students', { dcid: edit.studentId }, { enroll_status: edit.status, exitdate: editor.today });
}

export function enroll(editor: Editor, edit: { studentId: number; sectionId: number }): { ccId: number } {
  const student = editor.get('students', edit.studentId);
  const section = editor.get('sections', edit.sectionId);
  const [present] = editor.find('cc', { studentid: number(student.id), sectionid: number(section.id) });
  if (present !== undefined) throw new EditError(`student ${edit.studentId} is in section ${edit.sectionId} already`);
  const [term] = editor.find('terms', { id: number(section.termid), schoolid: number(section.schoolid) });
  if (term === undefined) throw new EditError(`section ${edit.sectionId} has no term`);
  const keys = editor.keys('cc');
  const span = { firstDay: text(term.firstday) ?? editor.today, lastDay: text(term.lastday) ?? editor.today };
  editor.insert('cc', {
    ...keys,
    studentid: number(student.id),
    sectionid: number(section.id),
    origsectionid: null,
    termid: number(section.termid),
    schoolid: number(section.schoolid),
    course_number: text(section.course_number) ?? '',
    section_number: text(section.section_number) ?? '',
    teacherid: section.teacher === null ? null : number(section.teacher),
    dateenrolled: clampDate(editor.today, span),
    dateleft: addDays(span.lastDay, 1),
    studyear: Number(`${student.id}${term.yearid}`),
    expression: text(section.expression),
    transaction_date: editor.now,
  });
  countStudents(editor, number(section.id));
  return { ccId: keys.dcid };
}

export function drop(editor: Editor, edit: { ccId: number }): void {
  const row = editor.get('cc', edit.ccId);
  const sectionId = number(row.sectionid);
  if (sectionId < 0) throw new EditError(`enrollment ${edit.ccId} is dropped already`);
  editor.update(
    'cc',
    { dcid: edit.ccId },
    { sectionid: -sectionId, origsectionid: sectionId, termid: -Math.abs(number(row.termid)), dateleft: editor.today },
  );
  countStudents(editor, sectionId);
}

function leaveSections(editor: Editor, studentId: number): void {
  for (const row of editor.find('cc', { studentid: studentId })) {
    const current = number(row.sectionid) > 0 && String(row.dateleft) > editor.today;
    if (current) drop(editor, { ccId: number(row.dcid) });
  }
}

function countStudents(editor: Editor, sectionId: number): void {
  editor.update('sections', { id: sectionId }, { no_of_students: editor.find('cc', { sectionid: sectionId }).length });
}

function addEmail(editor: Editor, personId: number, email: string): void {
  const emailaddressid = editor.next('emailaddress');
  editor.insert('emailaddress', { emailaddressid, emailaddress: email });
  editor.insert('personemailaddressassoc', {
    personemailaddressassocid: editor.next('personemailaddressassoc'),
    personid: personId,
    emailaddressid,
    isprimaryemailaddress: 1,
    emailaddresspriorityorder: 1,
  });
}

function lastFirstOf(name: {
  first_name: string | null;
  middle_name: string | null;
  last_name: string | null;
}): string {
  return `${name.last_name ?? ''}, ${[name.first_name, name.middle_name].filter((part) => part !== null).join(' ')}`;
}

function number(value: unknown): number {
  return Number(value);
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
