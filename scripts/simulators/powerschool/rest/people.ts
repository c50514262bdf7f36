/** Students and staff as `/ws/v1` shows them. */

import type { DatabaseSync } from 'node:sqlite';
import { statement } from '../database/statement.ts';
import { type Element, leaf, node, nodeIfAny } from './element.ts';
import type { Resource, Row } from './resource.ts';

/** STUDENTS.Enroll_Status in its three forms. Every other code is inactive, too. */
const statuses = [
  { code: 0, letter: 'A', description: 'Active' },
  { code: -1, letter: 'P', description: 'Pre-registered' },
  { code: 2, letter: 'T', description: 'Transferred out' },
  { code: 3, letter: 'G', description: 'Graduated' },
  { code: 4, letter: 'H', description: 'Historical' },
  { code: 1, letter: 'I', description: 'Inactive' },
] as const;

function statusOf(code: unknown) {
  return statuses.find((status) => status.code === Number(code)) ?? { letter: 'I', description: 'Inactive' };
}

function statusCodes(letter: string): number[] | undefined {
  const known = statuses.find((status) => status.letter === letter);
  return known === undefined ? undefined : [known.code];
}

const nameOf = (row: Row) =>
  node(
    'name',
    leaf('first_name', row.first_name),
    leaf('middle_name', row.middle_name),
    leaf('last_name', row.last_name),
  );

function address(name: string, row: Row, prefix: string): Element[] {
  return nodeIfAny(
    name,
    leaf('street', row[`${prefix}street`]),
    leaf('city', row[`${prefix}city`]),
    leaf('state_province', row[`${prefix}state`]),
    leaf('postal_code', row[`${prefix}zip`]),
  );
}

export const students: Resource = {
  name: 'student',
  list: 'students',
  select: 'r.*, r.dcid AS id, s.dcid AS school_dcid',
  from: 'students r LEFT JOIN schools s ON s.school_number = r.schoolid',
  // Not documented. Ordered by name, so that pages shift whenever someone is renamed: a client must cope with that.
  orderBy: 'r.lastfirst, r.dcid',
  filters: {
    student_username: { sql: 'r.student_web_id', type: 'text' },
    local_id: { sql: 'r.student_number', type: 'number' },
    state_province_id: { sql: 'r.state_studentnumber', type: 'text' },
    'name.last_name': { sql: 'r.last_name', type: 'text', wildcard: true },
    'name.first_name': { sql: 'r.first_name', type: 'text', wildcard: true },
    'school_enrollment.enroll_status': { sql: 'r.enroll_status', type: 'text', decode: statusCodes },
    'school_enrollment.enroll_status_code': { sql: 'r.enroll_status', type: 'number' },
    'school_enrollment.entry_date': { sql: 'r.entrydate', type: 'date' },
  },
  content: (row) => [
    leaf('id', row.id),
    leaf('local_id', row.student_number),
    leaf('state_province_id', row.state_studentnumber),
    leaf('student_username', row.student_web_id),
    [nameOf(row)],
  ],
  expansions: {
    demographics: (row) =>
      node(
        'demographics',
        leaf('gender', row.gender),
        leaf('birth_date', row.dob),
        leaf('projected_graduation_year', row.sched_yearofgraduation ?? 0),
      ),
    addresses: (row) => node('addresses', address('mailing', row, 'mailing_'), address('physical', row, '')),
    alerts: (row) =>
      node(
        'alerts',
        ...['discipline', 'guardian', 'medical', 'other'].map((kind) =>
          nodeIfAny(kind, leaf('description', row[`alert_${kind}`]), leaf('expires_date', row[`alert_${kind}expires`])),
        ),
      ),
    phones: (row) => node('phones', nodeIfAny('main', leaf('number', row.home_phone))),
    school_enrollment: enrollmentOf,
    ethnicity_race: (row) => node('ethnicity_race', leaf('scheduling_reporting_ethnicity', row.ethnicity)),
    contact: (row) => node('contact', leaf('guardian_email', row.guardianemail)),
    contact_info: contactInfoOf,
    initial_enrollment: (row) => node('initial_enrollment', leaf('district_entry_date', row.districtentrydate)),
    schedule_setup: (row) =>
      node(
        'schedule_setup',
        leaf('home_room', row.home_room),
        leaf('next_school', row.next_school),
        leaf('sched_next_year_grade', row.sched_nextyeargrade),
      ),
    fees: () => node('fees'),
    lunch: (row) =>
      node(
        'lunch',
        ...[1, 2, 3, 4].map((place) => leaf(`balance_${place}`, Number(row[`balance${place}`] ?? 0).toFixed(2))),
        leaf('lunch_id', row.lunch_id ?? 0),
      ),
  },
  extensions: { u_studentsuserfields: 'studentsdcid' },
};

/** The address of the contact of type "Self". */
function contactInfoOf(row: Row, db: DatabaseSync): Element {
  const contact = statement(
    db,
    `SELECT MIN(pc.email) AS email FROM sync_studentmap sm JOIN psm_studentcontact pc ON pc.studentid = sm.studentid
       JOIN psm_studentcontacttype pt ON pt.id = pc.studentcontacttypeid
       WHERE sm.studentsdcid = ? AND UPPER(pt.name) = 'SELF'`,
  ).get(row.dcid ?? null);
  return node('contact_info', leaf('email', contact?.email));
}

function enrollmentOf(row: Row): Element {
  const status = statusOf(row.enroll_status);
  return node(
    'school_enrollment',
    leaf('enroll_status', status.letter),
    leaf('enroll_status_description', status.description),
    leaf('enroll_status_code', row.enroll_status),
    leaf('grade_level', row.grade_level),
    leaf('entry_date', row.entrydate),
    leaf('exit_date', row.exitdate),
    leaf('school_number', row.schoolid),
    leaf('school_id', row.school_dcid),
    leaf('entry_code', row.entrycode),
    leaf('exit_code', row.exitcode),
    leaf('track', row.track),
    leaf('district_of_residence', row.districtofresidence),
    [node('full_time_equivalency', leaf('fteid', row.fteid ?? 1), leaf('name', 'Full Time'))],
  );
}

/** One per school that a person works at: `users_dcid` identifies the person. */
export const staff: Resource = {
  name: 'staff',
  list: 'staffs',
  select: 'u.*, r.dcid AS id, r.users_dcid AS users_dcid',
  from: 'schoolstaff r JOIN users u ON u.dcid = r.users_dcid',
  orderBy: 'r.dcid',
  defaults: 'r.status = 1',
  filters: {},
  content: (row) => [
    leaf('id', row.id),
    leaf('local_id', row.teachernumber),
    leaf('state_province_id', row.sif_stateprid),
    leaf('admin_username', row.loginid),
    leaf('teacher_username', row.teacherloginid),
    [nameOf(row)],
  ],
  expansions: {
    addresses: (row) => node('addresses', address('home', row, '')),
    emails: (row) => node('emails', leaf('work_email', row.email_addr)),
    phones: (row) => node('phones', leaf('home_phone', row.home_phone), leaf('school_phone', row.school_phone)),
    school_affiliations: affiliationsOf,
  },
  tail: (row) => [leaf('users_dcid', row.users_dcid)],
};

/** Every school of the person, including those left; the district office is school 0. */
function affiliationsOf(row: Row, db: DatabaseSync): Element {
  const rows = statement(
    db,
    `SELECT COALESCE(s.dcid, f.schoolid) AS school_id, f.staffstatus AS type, f.status AS status
       FROM schoolstaff f LEFT JOIN schools s ON s.school_number = f.schoolid WHERE f.users_dcid = ? ORDER BY f.dcid`,
  ).all(row.users_dcid ?? null);
  const affiliation = (one: Row) =>
    node('school_affiliation', leaf('school_id', one.school_id), leaf('type', one.type), leaf('status', one.status));
  return node('school_affiliations', rows.map(affiliation));
}
