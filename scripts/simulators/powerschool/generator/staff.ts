/** People who work at schools: one USERS row each, one SCHOOLSTAFF row per school. */
import type { Batch, SchoolStaffRow, UserRow } from '../database/rows.ts';
import { asciiName, lastFirst, makeName } from './names.ts';
import { districtOffice, type World } from './world.ts';

export interface Staff {
  /** SCHOOLSTAFF.IDs that lead sections. */
  teachers: number[];
  /** SCHOOLSTAFF.IDs of people who are only ever co-teachers. */
  aides: number[];
  /** SCHOOLSTAFF.IDs of people who have left. */
  gone: number[];
}

const staffStatus = { teacher: 1, staff: 2 } as const;

/**
 * The staff of a school: a teacher per 18 students, an aide per 100, someone who has left. One in 23 also works at the
 * schools in `others` (those created before), under the ids that `elsewhere` returns in that order.
 */
export function addStaff(
  batch: Batch,
  world: World,
  school: { number: number; students: number },
  others: readonly number[],
): { staff: Staff; elsewhere: { schoolNumber: number; staffId: number }[] } {
  const staff: Staff = { teachers: [], aides: [], gone: [] };
  const elsewhere: { schoolNumber: number; staffId: number }[] = [];
  for (let count = 0; count < Math.max(1, Math.ceil(school.students / 18)); count++) {
    const user = addUser(batch, world, school.number, 'Teacher');
    staff.teachers.push(addSchoolStaff(batch, world, user.dcid, school.number, { type: staffStatus.teacher }).id);
    const further = user.dcid % 89 === 32 ? 2 : user.dcid % 23 === 9 ? 1 : 0;
    for (const schoolNumber of further === 0 ? [] : others.slice(-further)) {
      const row = addSchoolStaff(batch, world, user.dcid, schoolNumber, { type: staffStatus.teacher });
      elsewhere.push({ schoolNumber, staffId: row.id });
    }
  }
  for (let count = 0; count < Math.ceil(school.students / 100); count++) {
    const user = addUser(batch, world, school.number, 'Instructional Aide');
    staff.aides.push(addSchoolStaff(batch, world, user.dcid, school.number, { type: staffStatus.staff }).id);
  }
  for (let count = 0; count < Math.ceil(school.students / 900); count++) {
    const user = addUser(batch, world, school.number, 'Teacher');
    const row = addSchoolStaff(batch, world, user.dcid, school.number, { type: staffStatus.teacher, gone: true });
    staff.gone.push(row.id);
  }
  return { staff, elsewhere };
}

/** The district office: administrators, who teach nowhere. */
export function addOfficeStaff(batch: Batch, world: World, students: number): void {
  for (let count = 0; count < Math.min(20, Math.ceil(students / 500)); count++) {
    const user = addUser(batch, world, districtOffice, 'Administrator');
    addSchoolStaff(batch, world, user.dcid, districtOffice, { type: staffStatus.staff });
  }
}

function addUser(batch: Batch, world: World, homeSchool: number, title: string): UserRow {
  const dcid = world.next('users');
  const name = makeName(world.random);
  const login = `${asciiName(name.first)}.${asciiName(name.last)}${dcid}`.slice(0, 20);
  const teaches = title !== 'Administrator';
  const row: UserRow = {
    dcid,
    lastfirst: lastFirst(name),
    first_name: name.first,
    middle_name: name.middle,
    last_name: name.last,
    title,
    email_addr: dcid % 19 === 6 ? null : `${login}@summit.example`,
    // Some sign in only to the admin pages, a few to nothing at all.
    loginid: dcid % 61 === 30 ? null : login,
    teacherloginid: dcid % 17 === 3 || dcid % 61 === 30 || !teaches ? null : login,
    teachernumber: String(20_000 + dcid * 3),
    homeschoolid: homeSchool,
    psaccess: teaches ? 0 : 1,
    ptaccess: teaches ? 1 : 0,
    transaction_date: world.transactionDate(),
  };
  batch.users.push(row);
  return row;
}

function addSchoolStaff(
  batch: Batch,
  world: World,
  userDcid: number,
  schoolNumber: number,
  options: { type: number; gone?: true },
): SchoolStaffRow {
  const row: SchoolStaffRow = {
    ...world.keys('schoolstaff'),
    users_dcid: userDcid,
    schoolid: schoolNumber,
    status: options.gone === true ? 2 : 1,
    staffstatus: options.type,
    transaction_date: world.transactionDate(),
  };
  batch.schoolstaff.push(row);
  return row;
}
