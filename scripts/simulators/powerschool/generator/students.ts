/** Students and their persons and addresses. */
import type { Batch, StudentRow } from '../database/rows.ts';
import { addDays } from './calendar.ts';
import { asciiName, lastFirst, makeName, type PersonName } from './names.ts';
import type { SchoolPlan } from './schools.ts';
import { contactTypes, graduatedSchoolNumber, type World } from './world.ts';

export interface PlannedStudent {
  /**
   * Counts active students across the district; rare cases are selected by it, so that small districts have them too.
   */
  index: number;
  id: number;
  grade: number;
  entryDate: string;
}

/** PowerSchool's Enroll_Status. */
export const enrollStatus = { preRegistered: -1, active: 0, inactive: 1, transferred: 2, graduated: 3 } as const;

/** The active students of a school, plus about one in twelve who is not active. */
export function addStudents(
  batch: Batch,
  world: World,
  plan: SchoolPlan,
  firstIndex: number,
): { students: PlannedStudent[]; newcomers: PlannedStudent[] } {
  const grades = plan.highGrade - plan.lowGrade + 1;
  const planned: PlannedStudent[] = [];
  const newcomers: PlannedStudent[] = [];
  for (let position = 0; position < plan.students; position++) {
    const index = firstIndex + position;
    const grade = plan.lowGrade + (position % grades);
    const late = index % 37 === 20;
    const entryDate = late ? addDays(world.year.firstDay, 20 + (index % 60)) : world.year.firstDay;
    const row = addStudent(batch, world, { plan, grade, status: enrollStatus.active, entryDate, index });
    planned.push({ index, id: row.id, grade, entryDate });
    if (index % 3 === 1) addReenrollment(batch, world, row, world.lastYear.firstDay, world.lastYear.lastDay);
  }
  for (let position = 0; position < Math.ceil(plan.students / 60); position++) {
    const grade = plan.lowGrade + (position % grades);
    const newcomer = addDays(world.today, 14 + position);
    const status = enrollStatus.preRegistered;
    const row = addStudent(batch, world, { plan, grade, status, entryDate: newcomer, index: -1 });
    newcomers.push({ index: -1, id: row.id, grade, entryDate: newcomer });
  }
  for (let position = 0; position < Math.ceil(plan.students / 80); position++) {
    const grade = plan.lowGrade + (position % grades);
    const entryDate = world.lastYear.firstDay;
    addStudent(batch, world, { plan, grade, status: enrollStatus.inactive, entryDate, index: -1 });
    addStudent(batch, world, { plan, grade, status: enrollStatus.graduated, entryDate, index: -1 });
  }
  return { students: planned, newcomers };
}

interface StudentPlan {
  plan: SchoolPlan;
  grade: number;
  status: number;
  entryDate: string;
  /** -1 for students who are not active. */
  index: number;
}

/** One student with person and addresses. */
export function addStudent(batch: Batch, world: World, student: StudentPlan): StudentRow {
  const { random } = world;
  const { index, grade, status } = student;
  const keys = world.keys('students');
  const name = makeName(random);
  const graduated = status === enrollStatus.graduated;
  const school = graduated ? graduatedSchoolNumber : student.plan.number;
  const graduation = world.year.startYear + 13 - grade;
  const left = status > enrollStatus.active ? addDays(world.lastYear.lastDay, 1) : addDays(world.year.lastDay, 1);
  const row: StudentRow = {
    ...keys,
    student_number: 100_000 + keys.dcid * 7,
    state_studentnumber: random.chance(0.9) ? String(5_000_000_000 + keys.dcid * 13) : null,
    lastfirst: lastFirst(name),
    first_name: name.first,
    middle_name: name.middle,
    last_name: name.last,
    grade_level: graduated ? 99 : grade,
    enroll_status: status,
    schoolid: school,
    enrollment_schoolid: student.plan.number,
    entrydate: student.entryDate,
    exitdate: left,
    student_web_id: usernameOf(batch, name, keys.dcid, graduation, index),
    person_id: world.next('person'),
    dob: addDays(`${graduation - 18}-01-15`, random.below(330)),
    gender: random.pick(['F', 'M', 'X', null]),
    sched_yearofgraduation: graduation,
    classof: graduation,
    home_room: homeRoomOf(grade, index),
    transaction_date: world.transactionDate(),
  };
  batch.students.push(row);
  addPerson(batch, world, row, index);
  return row;
}

/**
 * People write home rooms in their own ways: one in three is a number, which `/ws/v1` shows as a number, the others are
 * a word with a trailing blank. One student in nine has none, and so do inactive ones.
 */
function homeRoomOf(grade: number, index: number): string | null {
  if (index < 0 || index % 9 === 4) return null;
  const room = 100 + grade * 10 + (index % 4);
  return index % 3 === 0 ? `${room}` : `Room ${room} `;
}

/** One student in 331 shares a name with another, one in 53 has none, one in 20 is not in lower case. */
function usernameOf(batch: Batch, name: PersonName, dcid: number, graduation: number, index: number): string | null {
  if (index % 53 === 11) return null;
  const before = batch.students.at(-1)?.student_web_id;
  if (index % 331 === 17 && before !== undefined) return before;
  const letters = `${asciiName(name.first).slice(0, 1)}${asciiName(name.last).slice(0, 9)}`;
  const username = `${letters}${graduation % 100}${dcid}`;
  return index % 20 === 3 ? username.toUpperCase() : username;
}

/** One student in 29 has no address, one in 12 several: the primary one, and after it one from home. */
function addPerson(batch: Batch, world: World, row: StudentRow, index: number): void {
  const personId = row.person_id ?? 0;
  batch.person.push({
    id: personId,
    dcid: personId,
    isactive: 1,
    firstname: row.first_name,
    middlename: row.middle_name,
    lastname: row.last_name,
  });
  if (index % 29 === 7) return;
  const local = row.student_web_id?.toLowerCase() ?? `student${row.student_number}`;
  addOtherAddresses(batch, world, row, local);
  const home = { address: `family${row.dcid}@mail.example`, primary: 0, priority: 2 };
  const school = { address: `${local}@students.summit.example`, primary: 1, priority: 1 };
  // In half the cases the home address was entered first, so that the first row is not the primary one.
  const both = index % 24 === 5 ? [home, school] : [school, home];
  for (const { address, primary, priority } of index % 12 === 5 ? both : [school]) {
    const emailId = world.next('emailaddress');
    batch.emailaddress.push({ emailaddressid: emailId, emailaddress: address });
    batch.personemailaddressassoc.push({
      personemailaddressassocid: world.next('personemailaddressassoc'),
      personid: personId,
      emailaddressid: emailId,
      isprimaryemailaddress: primary,
      emailaddresspriorityorder: priority,
    });
  }
}

/** Where other districts keep the address: the contact of type "Self" (beside a parent's), and an extension table. */
function addOtherAddresses(batch: Batch, world: World, row: StudentRow, local: string): void {
  const studentid = row.dcid + 50_000;
  batch.sync_studentmap.push({ id: row.dcid, studentid, studentsdcid: row.dcid });
  const contacts = [`parent${row.dcid}@mail.example`, `${local}@contact.summit.example`];
  for (const [index, email] of contacts.entries()) {
    const type = contactTypes[index]?.id ?? 0;
    batch.psm_studentcontact.push({
      id: world.next('psm_studentcontact'),
      studentid,
      studentcontacttypeid: type,
      email,
    });
  }
  batch.u_studentsuserfields.push({ studentsdcid: row.dcid, email: `${local}@extension.summit.example` });
}

/** A past enrollment in a school; the current one is in STUDENTS. */
export function addReenrollment(batch: Batch, world: World, row: StudentRow, entry: string, lastDay: string): void {
  batch.reenrollments.push({
    ...world.keys('reenrollments'),
    studentid: row.id,
    schoolid: row.enrollment_schoolid,
    grade_level: Math.max(0, (row.grade_level ?? 0) - 1),
    entrydate: entry,
    exitdate: addDays(lastDay, 1),
  });
}
