/** Schools, their terms and courses. */
import type { Batch, SchoolRow } from '../database/rows.ts';
import { type TermSpan, termRow, termsOf } from './calendar.ts';
import { makeName } from './names.ts';
import { districtOffice, graduatedSchoolNumber, type World } from './world.ts';

export interface SchoolPlan {
  dcid: number;
  number: number;
  name: string;
  lowGrade: number;
  highGrade: number;
  /** Active students. */
  students: number;
  terms: TermSpan[];
  lastTerms: TermSpan[];
}

const places = `Maple Cedar Lincoln Riverside Oakwood Highland Franklin Lakeview Summit Jefferson Prairie Roosevelt
  Hillcrest Washington Meadow Sunset Harbor Pioneer Willow Eastgate Northside Garfield Valley Liberty`.split(/\s+/);

const levels = {
  all: { low: 0, high: 12, title: 'School' },
  elementary: { low: 0, high: 5, title: 'Elementary School' },
  middle: { low: 6, high: 8, title: 'Middle School' },
  high: { low: 9, high: 12, title: 'High School' },
  lower: { low: 0, high: 6, title: 'Lower School' },
  upper: { low: 7, high: 12, title: 'Upper School' },
};
const mix = [levels.elementary, levels.middle, levels.high, levels.elementary] as const;

/** Divides the students among this many schools, or among schools of about 600. */
export function planSchools(
  world: World,
  students: number,
  count = Math.max(1, Math.round(students / 600)),
): SchoolPlan[] {
  return Array.from({ length: count }, (_, index) => {
    const level = levelOf(index, count);
    const place = places[index % places.length] ?? '';
    const round = Math.floor(index / places.length);
    return {
      dcid: world.keys('schools').dcid,
      number: 101 + index * 3,
      name: `${place}${round === 0 ? '' : ` ${round + 1}`} ${level.title}`,
      lowGrade: level.low,
      highGrade: level.high,
      students: Math.floor(((index + 1) * students) / count) - Math.floor((index * students) / count),
      terms: termsOf(world.year, { summer: false }),
      lastTerms: termsOf(world.lastYear, { summer: level.high === 12 }),
    };
  });
}

function levelOf(index: number, count: number) {
  if (count === 1) return levels.all;
  if (count === 2) return index === 0 ? levels.lower : levels.upper;
  return mix[index % mix.length] ?? levels.elementary;
}

/** Rows of a school: itself, its terms of both years, its own courses besides the district's. */
export function addSchool(batch: Batch, world: World, plan: SchoolPlan): void {
  const principal = makeName(world.random);
  batch.schools.push({
    ...schoolRow(plan, world),
    principal: `${principal.first} ${principal.last}`,
    principalemail: `principal.${plan.number}@summit.example`,
    schoolphone: `555-01${String(plan.number).padStart(4, '0')}`,
    schooladdress: `${plan.number} School Road`,
    schoolcity: 'Summit',
    schoolstate: 'CA',
    schoolzip: '90210',
  });
  addTerms(batch, world, plan.number, [...plan.lastTerms, ...plan.terms]);
  for (let grade = plan.lowGrade; grade <= plan.highGrade; grade++) {
    addCourse(batch, world, electiveNumber(grade), `Grade ${gradeName(grade)} Elective`, plan.number);
  }
  // Every other school has its own name for the district's homeroom course: the school's own row must win.
  if (plan.dcid % 2 === 0) {
    addCourse(batch, world, courseNumber(0, plan.lowGrade), `Advisory ${plan.name}`, plan.number);
  }
}

/** What belongs to no school: the graduated students' school, the district office's terms, the district's courses. */
export function addDistrict(batch: Batch, world: World): void {
  const graduated = { dcid: world.keys('schools').dcid, number: graduatedSchoolNumber, name: 'Graduated Students' };
  batch.schools.push(schoolRow({ ...graduated, lowGrade: 99, highGrade: 99 }, world));
  addTerms(batch, world, districtOffice, [
    ...termsOf(world.lastYear, { summer: false }),
    ...termsOf(world.year, { summer: false }),
  ]);
  for (let grade = 0; grade <= 12; grade++) {
    for (const [index, subject] of subjects.entries()) {
      addCourse(batch, world, courseNumber(index, grade), `${subject.name} ${gradeName(grade)}`, districtOffice);
    }
  }
}

function schoolRow(
  plan: { dcid: number; number: number; name: string; lowGrade: number; highGrade: number },
  world: World,
): SchoolRow {
  return {
    dcid: plan.dcid,
    id: plan.dcid + 40,
    name: plan.name,
    abbreviation: plan.name.replace(/[^A-Z0-9]/g, ''),
    school_number: plan.number,
    low_grade: plan.lowGrade,
    high_grade: plan.highGrade,
    principal: null,
    principalemail: null,
    schoolphone: null,
    schooladdress: null,
    schoolcity: null,
    schoolstate: null,
    schoolzip: null,
    transaction_date: world.transactionDate(),
  };
}

function addTerms(batch: Batch, world: World, schoolNumber: number, terms: TermSpan[]): void {
  for (const span of terms) {
    const keys = { dcid: world.next('terms'), schoolNumber, transactionDate: world.transactionDate() };
    batch.terms.push(termRow(span, keys));
  }
}

function addCourse(batch: Batch, world: World, number: string, name: string, schoolNumber: number): void {
  batch.courses.push({
    ...world.keys('courses'),
    course_number: number,
    course_name: name,
    schoolid: schoolNumber,
    transaction_date: world.transactionDate(),
  });
}

const subjects = [
  { code: 'HR', name: 'Homeroom' },
  { code: 'MTH', name: 'Mathematics' },
  { code: 'ENG', name: 'English Language Arts' },
  { code: 'SCI', name: 'Science' },
  { code: 'SOC', name: 'Social Studies' },
  { code: 'ART', name: 'Art & Music' },
];

function courseNumber(subject: number, grade: number): string {
  return `${subjects[subject]?.code ?? 'X'}${String(grade).padStart(2, '0')}`;
}

function electiveNumber(grade: number): string {
  return `EL${String(grade).padStart(2, '0')}`;
}

function gradeName(grade: number): string {
  return grade === 0 ? 'K' : String(grade);
}

/** The seven courses of a grade: six of the district, one of the school. */
export function coursesOf(grade: number): string[] {
  return [...subjects.map((_, index) => courseNumber(index, grade)), electiveNumber(grade)];
}
