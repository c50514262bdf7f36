/** Students and teachers of a CSV set. A person on several lines belongs to several schools. */
import type { Batch, SchoolStaffRow } from '../database/rows.ts';
import { lastFirst } from '../generator/names.ts';
import type { World } from '../generator/world.ts';
import type { SdsRecord } from './files.ts';
import { numberOf, type SdsKeySet } from './keys.ts';

/**
 * The first line of a student names the home school; further lines (other schools) add nothing that CC does not have.
 */
export function addSdsStudents(
  rows: Batch,
  world: World,
  records: readonly SdsRecord[],
  keys: SdsKeySet,
  schoolNumbers: ReadonlyMap<number, number>,
): void {
  const seen = new Set<number>();
  for (const record of records) {
    const dcid = keys.student.of(record);
    const schoolNumber = schoolNumbers.get(keys.school.of(record, 'School SIS ID')) ?? 0;
    if (seen.has(dcid)) continue;
    seen.add(dcid);
    const name = nameOf(record);
    const graduation = numberOf(record.optional('Graduation Year') ?? '') ?? null;
    const personId = world.next('person');
    rows.person.push({
      id: personId,
      dcid: personId,
      isactive: 1,
      firstname: name.first_name,
      middlename: name.middle_name,
      lastname: name.last_name,
    });
    rows.students.push({
      dcid,
      id: dcid,
      student_number: numberOf(record.optional('Student Number') ?? record.required('SIS ID')) ?? dcid,
      state_studentnumber: record.optional('State ID') ?? null,
      ...name,
      grade_level: record.grade('Grade'),
      enroll_status: isActive(record) ? 0 : 1,
      schoolid: schoolNumber,
      enrollment_schoolid: schoolNumber,
      entrydate: null,
      exitdate: null,
      student_web_id: record.required('Username'),
      person_id: personId,
      dob: record.date('Birthdate') ?? null,
      gender: null,
      sched_yearofgraduation: graduation,
      classof: graduation,
      home_room: null,
      transaction_date: null,
    });
    const email = record.optional('Secondary Email');
    if (email === undefined) continue;
    const emailId = world.next('emailaddress');
    rows.emailaddress.push({ emailaddressid: emailId, emailaddress: email });
    rows.personemailaddressassoc.push({
      personemailaddressassocid: world.next('personemailaddressassoc'),
      personid: personId,
      emailaddressid: emailId,
      isprimaryemailaddress: 1,
      emailaddresspriorityorder: 1,
    });
  }
}

export function addSdsTeachers(
  rows: Batch,
  world: World,
  records: readonly SdsRecord[],
  keys: SdsKeySet,
  schoolNumbers: ReadonlyMap<number, number>,
): void {
  const seen = new Set<string>();
  for (const record of records) {
    const dcid = keys.teacher.of(record);
    const schoolNumber = schoolNumbers.get(keys.school.of(record, 'School SIS ID')) ?? 0;
    if (seen.has(`${dcid}|${schoolNumber}`)) throw record.error('SIS ID', 'appears twice for the same school');
    seen.add(`${dcid}|${schoolNumber}`);
    addStaffMember(rows, world, { userDcid: dcid, schoolNumber, status: isActive(record) ? 1 : 2 });
    if (seen.has(String(dcid))) continue;
    seen.add(String(dcid));
    rows.users.push({
      dcid,
      ...nameOf(record),
      title: record.optional('Title') ?? null,
      email_addr: record.optional('Secondary Email') ?? null,
      loginid: null,
      teacherloginid: record.required('Username'),
      teachernumber: record.optional('Teacher Number') ?? null,
      homeschoolid: schoolNumber,
      psaccess: 0,
      ptaccess: 1,
      transaction_date: null,
    });
  }
}

/** A SCHOOLSTAFF row of a teacher. */
export function addStaffMember(
  rows: Batch,
  world: World,
  member: { userDcid: number; schoolNumber: number; status: number },
): SchoolStaffRow {
  const row: SchoolStaffRow = {
    ...world.keys('schoolstaff'),
    users_dcid: member.userDcid,
    schoolid: member.schoolNumber,
    status: member.status,
    staffstatus: 1,
    transaction_date: null,
  };
  rows.schoolstaff.push(row);
  return row;
}

function nameOf(record: SdsRecord) {
  const first = record.optional('First Name') ?? null;
  const middle = record.optional('Middle Name') ?? null;
  const last = record.optional('Last Name') ?? null;
  return {
    lastfirst: lastFirst({ first: first ?? '', middle, last: last ?? '' }),
    first_name: first,
    middle_name: middle,
    last_name: last,
  };
}

function isActive(record: SdsRecord): boolean {
  return /^active$/i.test(record.optional('Status') ?? 'Active');
}
