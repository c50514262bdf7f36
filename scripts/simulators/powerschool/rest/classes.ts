/** Schools, terms, courses, sections and enrollments as `/ws/v1` shows them. */

import type { DatabaseSync } from 'node:sqlite';
import { statement } from '../database/statement.ts';
import { type Element, leaf, node, nodeIfAny } from './element.ts';
import { elementOf, type Resource, type Row } from './resource.ts';

/** The "Graduated Students" school is not one of the district's schools. */
export const schools: Resource = {
  name: 'school',
  list: 'schools',
  select: 'r.*, r.dcid AS id',
  from: 'schools r',
  orderBy: 'r.dcid',
  defaults: 'r.school_number <> 999999',
  filters: {},
  content: (row) => [
    leaf('id', row.id),
    leaf('name', row.name),
    leaf('school_number', row.school_number),
    leaf('low_grade', row.low_grade),
    leaf('high_grade', row.high_grade),
    leaf('alternate_school_number', row.alternate_school_number ?? 0),
    [
      node('addresses', nodeIfAny('physical', ...physicalAddress(row))),
      node(
        'phones',
        nodeIfAny('main', leaf('number', row.schoolphone)),
        nodeIfAny('fax', leaf('number', row.schoolfax)),
      ),
    ],
    nodeIfAny('principal', personName(row.principal), leaf('email', row.principalemail)),
    nodeIfAny('assistant_principal', personName(row.asstprincipal), leaf('email', row.asstprincipalemail)),
  ],
  expansions: {
    school_boundary: () => node('school_boundary'),
    full_time_equivalencies: () => node('full_time_equivalencies'),
    school_fees_setup: () => node('school_fees_setup'),
  },
};

function physicalAddress(row: Row): Element[][] {
  return [
    leaf('street', row.schooladdress),
    leaf('city', row.schoolcity),
    leaf('state_province', row.schoolstate),
    leaf('postal_code', row.schoolzip),
  ];
}

/** SCHOOLS holds one text; its last word counts as the last name. */
function personName(value: Row[string] | undefined): Element[] {
  const words = String(value ?? '')
    .trim()
    .split(/\s+/);
  return nodeIfAny('name', leaf('first_name', words.slice(0, -1).join(' ')), leaf('last_name', words.at(-1)));
}

/** A school's newest school year that has begun. What PowerSchool itself calls current is not documented. */
const currentYear = `(
  SELECT MAX(y.yearid) FROM terms y WHERE y.schoolid = r.schoolid AND y.isyearrec = 1 AND y.firstday <= SUBSTR(SYSDATE(), 1, 10)
)`;
const startYear = (alias: string) => `(${alias}.yearid + 1990)`;

const termContent = (row: Row) => [
  leaf('id', row.id),
  leaf('local_id', row.local_id),
  leaf('school_id', row.school_dcid),
  leaf('start_year', row.start_year),
  leaf('portion', row.portion),
  leaf('start_date', row.firstday),
  leaf('end_date', row.lastday),
  leaf('abbreviation', row.abbreviation),
  leaf('name', row.name),
];

export const terms: Resource = {
  name: 'term',
  list: 'terms',
  select: `r.*, r.dcid AS id, r.id AS local_id, ${startYear('r')} AS start_year, s.dcid AS school_dcid`,
  from: 'terms r LEFT JOIN schools s ON s.school_number = r.schoolid',
  orderBy: 'r.portion, r.firstday, r.dcid',
  defaults: `r.yearid = ${currentYear}`,
  defaultApplies: (q) => !/(?:^|;)start_year/.test(q),
  filters: { start_year: { sql: startYear('r'), type: 'number' } },
  content: termContent,
  expansions: {},
};

export const courses: Resource = {
  name: 'course',
  list: 'courses',
  select: 'r.*, r.dcid AS id',
  from: 'courses r',
  orderBy: 'r.course_number, r.dcid',
  filters: {},
  content: (row) => [
    leaf('id', row.id),
    leaf('course_number', row.course_number),
    leaf('course_name', row.course_name),
  ],
  expansions: {},
};

/** A course belongs to the school or to the district, and its number is compared ignoring case. */
const courseAt = (school: string) => `(
  SELECT MIN(c.dcid) FROM courses c WHERE LOWER(c.course_number) = LOWER(r.course_number) AND c.schoolid = ${school}
)`;

/** Has only the lead teacher, and neither a room nor the number of students. */
export const sections: Resource = {
  name: 'section',
  list: 'sections',
  select: `r.*, r.dcid AS id, s.dcid AS school_dcid, t.dcid AS term_dcid, f.dcid AS staff_dcid,
    COALESCE(${courseAt('r.schoolid')}, ${courseAt('0')}) AS course_dcid`,
  from: `sections r LEFT JOIN schools s ON s.school_number = r.schoolid
    LEFT JOIN terms t ON t.id = r.termid AND t.schoolid = r.schoolid
    LEFT JOIN schoolstaff f ON f.id = r.teacher`,
  orderBy: 'r.dcid',
  defaults: `t.yearid = ${currentYear}`,
  defaultApplies: (q) => !/(?:^|;)term\.start_year/.test(q),
  filters: { 'term.start_year': { sql: startYear('t'), type: 'number' } },
  content: (row) => [
    leaf('id', row.id),
    leaf('school_id', row.school_dcid),
    leaf('course_id', row.course_dcid),
    leaf('term_id', row.term_dcid),
    leaf('section_number', row.section_number),
    leaf('expression', row.expression),
    leaf('external_expression', row.external_expression),
    leaf('staff_id', row.staff_dcid),
    leaf('gradebooktype', 'PTG'),
  ],
  expansions: { term: termOf },
};

function termOf(row: Row, db: DatabaseSync): Element {
  const [term] = statement(db, `SELECT ${terms.select} FROM ${terms.from} WHERE r.dcid = ?`).all(row.term_dcid ?? null);
  const nothing = { expansions: new Set<string>(), extensions: new Set<string>() };
  return term === undefined ? node('term') : elementOf(terms, term, nothing, db);
}

/** A dropped enrollment has a negative SectionID; it is listed with its section, as dropped. */
export const sectionEnrollments: Resource = {
  name: 'section_enrollment',
  list: 'section_enrollments',
  select: 'r.*, r.dcid AS id, x.dcid AS section_dcid, st.dcid AS student_dcid',
  from: 'cc r JOIN sections x ON x.id = ABS(r.sectionid) JOIN students st ON st.id = r.studentid',
  orderBy: 'st.dcid, r.dateenrolled, r.dcid',
  filters: {},
  content: (row) => [
    leaf('id', row.id),
    leaf('section_id', row.section_dcid),
    leaf('student_id', row.student_dcid),
    leaf('entry_date', row.dateenrolled),
    leaf('exit_date', row.dateleft),
    leaf('dropped', Number(row.sectionid) < 0),
  ],
  expansions: {},
};
