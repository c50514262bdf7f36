/** Edits of schools, courses, sections and their teachers. */
import { lastFirst } from '../generator/names.ts';
import { EditError, type Editor } from './editor.ts';

export function addSchool(
  editor: Editor,
  edit: { name: string; schoolNumber?: number; lowGrade?: number; highGrade?: number },
): { schoolId: number } {
  const keys = editor.keys('schools');
  const taken = editor.db.prepare('SELECT MAX(school_number) AS most FROM schools WHERE school_number < 999999').get();
  const schoolNumber = edit.schoolNumber ?? Number(taken?.most ?? 100) + 1;
  if (editor.find('schools', { school_number: schoolNumber }).length > 0) {
    throw new EditError(`school number ${schoolNumber} is taken`);
  }
  editor.insert('schools', {
    ...keys,
    name: edit.name,
    abbreviation: null,
    school_number: schoolNumber,
    low_grade: edit.lowGrade ?? 0,
    high_grade: edit.highGrade ?? 12,
    principal: null,
    principalemail: null,
    schoolphone: null,
    schooladdress: null,
    schoolcity: null,
    schoolstate: null,
    schoolzip: null,
    transaction_date: editor.now,
  });
  // The years of any school that has some: an administrator copies them the same way.
  const years = editor.db.prepare(
    'SELECT * FROM terms WHERE schoolid = (SELECT schoolid FROM terms ORDER BY yearid DESC, schoolid DESC LIMIT 1)',
  );
  for (const term of years.all()) {
    editor.insertRow('terms', {
      dcid: editor.next('terms'),
      id: Number(term.id),
      name: String(term.name),
      abbreviation: String(term.abbreviation),
      yearid: Number(term.yearid),
      schoolid: schoolNumber,
      portion: Number(term.portion),
      isyearrec: Number(term.isyearrec),
      firstday: String(term.firstday),
      lastday: String(term.lastday),
      transaction_date: editor.now,
    });
  }
  return { schoolId: keys.dcid };
}

export function renameSchool(editor: Editor, edit: { schoolId: number; name: string }): void {
  editor.get('schools', edit.schoolId);
  editor.update('schools', { dcid: edit.schoolId }, { name: edit.name });
}

export function renameCourse(editor: Editor, edit: { courseId: number; name: string }): void {
  editor.get('courses', edit.courseId);
  editor.update('courses', { dcid: edit.courseId }, { course_name: edit.name });
}

/** A section of an existing course, in the school's newest year unless a term (TERMS.DCID) is given. */
export function addSection(
  editor: Editor,
  edit: { schoolId: number; courseNumber: string; sectionNumber?: string; termId?: number; userId?: number },
): { sectionId: number } {
  const school = editor.get('schools', edit.schoolId);
  const schoolNumber = Number(school.school_number);
  const term = edit.termId === undefined ? newestYear(editor, schoolNumber) : editor.get('terms', edit.termId);
  if (Number(term.schoolid) !== schoolNumber) throw new EditError(`term ${edit.termId} belongs to another school`);
  const keys = editor.keys('sections');
  editor.insert('sections', {
    ...keys,
    course_number: edit.courseNumber,
    section_number: edit.sectionNumber ?? String(keys.dcid),
    termid: Number(term.id),
    schoolid: schoolNumber,
    teacher: null,
    expression: '1(A)',
    external_expression: 'P1(M-F)',
    room: null,
    no_of_students: 0,
    grade_level: null,
    transaction_date: editor.now,
  });
  if (edit.userId !== undefined) changeLeadTeacher(editor, { sectionId: keys.dcid, userId: edit.userId });
  return { sectionId: keys.dcid };
}

/** Deletes a section with its enrollments and teachers. */
export function deleteSection(editor: Editor, edit: { sectionId: number }): void {
  const id = Number(editor.get('sections', edit.sectionId).id);
  editor.remove('cc', { sectionid: id });
  editor.remove('sectionteacher', { sectionid: id });
  editor.remove('sections', { id });
}

export function addTeacher(
  editor: Editor,
  edit: {
    schoolId: number;
    firstName: string;
    lastName: string;
    username?: string;
    email?: string;
    teacherNumber?: string;
  },
): { userId: number } {
  const schoolNumber = Number(editor.get('schools', edit.schoolId).school_number);
  const userId = editor.next('users');
  editor.insert('users', {
    dcid: userId,
    lastfirst: lastFirst({ first: edit.firstName, middle: null, last: edit.lastName }),
    first_name: edit.firstName,
    middle_name: null,
    last_name: edit.lastName,
    title: 'Teacher',
    email_addr: edit.email ?? null,
    loginid: edit.username ?? null,
    teacherloginid: edit.username ?? null,
    teachernumber: edit.teacherNumber ?? String(20_000 + userId * 3),
    homeschoolid: schoolNumber,
    psaccess: 0,
    ptaccess: 1,
    transaction_date: editor.now,
  });
  staffAt(editor, userId, schoolNumber);
  return { userId };
}

/** Adds a co-teacher beside the lead teacher; from today to the end of the term unless dates are given. */
export function addCoTeacher(
  editor: Editor,
  edit: { sectionId: number; userId: number; role: string; startDate?: string; endDate?: string },
): { rosterId: number } {
  const section = editor.get('sections', edit.sectionId);
  const [role] = editor.find('roledef', { name: edit.role });
  if (role === undefined) throw new EditError(`there is no role ${edit.role}`);
  const dates = { start: edit.startDate, end: edit.endDate };
  return addRoster(editor, section, edit.userId, { role: Number(role.id), priority: 2, ...dates });
}

/** Removes a person from a section's teachers. */
export function removeCoTeacher(editor: Editor, edit: { rosterId: number }): void {
  editor.get('sectionteacher', edit.rosterId);
  editor.remove('sectionteacher', { id: edit.rosterId });
}

/** Ends the lead teacher's assignment today and begins the new one's. */
export function changeLeadTeacher(editor: Editor, edit: { sectionId: number; userId: number }): { rosterId: number } {
  const section = editor.get('sections', edit.sectionId);
  if (section.teacher !== null) {
    const lead = { sectionid: Number(section.id), teacherid: Number(section.teacher) };
    editor.update('sectionteacher', { ...lead, priorityorder: 1 }, { end_date: editor.today });
  }
  const [role] = editor.find('roledef', { name: 'Lead Teacher' });
  const added = addRoster(editor, section, edit.userId, { role: Number(role?.id ?? 1), priority: 1 });
  const staffId = Number(editor.get('sectionteacher', added.rosterId).teacherid);
  editor.update('sections', { dcid: edit.sectionId }, { teacher: staffId });
  return added;
}

function addRoster(
  editor: Editor,
  section: Record<string, unknown>,
  userId: number,
  roster: { role: number; priority: number; start?: string | undefined; end?: string | undefined },
): { rosterId: number } {
  const [term] = editor.find('terms', { id: Number(section.termid), schoolid: Number(section.schoolid) });
  const rosterId = editor.next('sectionteacher');
  const start = roster.start ?? editor.today;
  // A term that is already over (in an old CSV set) sets no limit.
  const termEnd = typeof term?.lastday === 'string' && term.lastday >= start ? term.lastday : null;
  editor.insert('sectionteacher', {
    id: rosterId,
    teacherid: staffAt(editor, userId, Number(section.schoolid)),
    sectionid: Number(section.id),
    roleid: roster.role,
    priorityorder: roster.priority,
    allocation: 100,
    start_date: start,
    end_date: roster.end ?? termEnd,
    whenmodified: editor.now,
    transaction_date: editor.now,
  });
  return { rosterId };
}

/** SCHOOLSTAFF.ID of a person at a school, created if missing. */
function staffAt(editor: Editor, userId: number, schoolNumber: number): number {
  editor.get('users', userId);
  const [present] = editor.find('schoolstaff', { users_dcid: userId, schoolid: schoolNumber, status: 1 });
  if (present !== undefined) return Number(present.id);
  const keys = editor.keys('schoolstaff');
  const person = { users_dcid: userId, schoolid: schoolNumber, status: 1, staffstatus: 1 };
  editor.insert('schoolstaff', { ...keys, ...person, transaction_date: editor.now });
  return keys.id;
}

function newestYear(editor: Editor, schoolNumber: number): Record<string, unknown> {
  const [newest] = editor
    .find('terms', { schoolid: schoolNumber, isyearrec: 1 })
    .sort((a, b) => Number(b.yearid) - Number(a.yearid));
  if (newest === undefined) throw new EditError(`school number ${schoolNumber} has no school year`);
  return newest;
}
