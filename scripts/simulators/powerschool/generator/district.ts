/**
 * A whole district, school by school: a pure function of size, seed and date. Memory stays flat, because each batch is
 * one school.
 */
import { type Batch, emptyBatch } from '../database/rows.ts';
import { enroll, enrollAhead } from './enrollments.ts';
import { addSchedule } from './schedule.ts';
import { addDistrict, addSchool, planSchools } from './schools.ts';
import { addVisitor, type PlannedSection } from './sections.ts';
import { addOfficeStaff, addStaff } from './staff.ts';
import { addStudents, type PlannedStudent } from './students.ts';
import { contactTypes, createWorld, roles, type World } from './world.ts';

export interface DistrictOptions {
  /** Active students, 10 to 200,000. Others (transferred, graduated, pre-registered) come in addition. */
  students: number;
  /** One for each 600 students by default. */
  schools?: number | undefined;
  seed: number;
  /** `YYYY-MM-DD`: decides the current school year. */
  today: string;
}

export const districtSize = { least: 10, most: 200_000 };

/** Yields rows in an order without forward references. */
export function* generateDistrict(options: DistrictOptions): Generator<Batch> {
  const { students } = options;
  if (!Number.isInteger(students) || students < districtSize.least || students > districtSize.most) {
    throw new RangeError(`a district has ${districtSize.least} to ${districtSize.most} students, not ${students}`);
  }
  const world = createWorld(options);
  const plans = planSchools(world, students, options.schools);
  const district = emptyBatch();
  district.roledef.push(...roles);
  district.psm_studentcontacttype.push(...contactTypes);
  addDistrict(district, world);
  addOfficeStaff(district, world, students);
  yield district;

  // The sections of the last two schools, for people who belong to several.
  const neighbors = new Map<number, PlannedSection[]>();
  // Their batches wait until no one from another school can still join a section.
  const waiting: Batch[] = [];
  let index = 0;
  for (const plan of plans) {
    const batch = emptyBatch();
    addSchool(batch, world, plan);
    const { staff, elsewhere } = addStaff(batch, world, plan, [...neighbors.keys()]);
    const { students, newcomers } = addStudents(batch, world, plan, index);
    index += plan.students;
    const sections = addSchedule(batch, world, plan, staff, students);
    for (const { schoolNumber, staffId } of elsewhere) {
      const section = neighbors.get(schoolNumber)?.[staffId % 7];
      if (section !== undefined) addVisitor(batch, world, section, staffId);
    }
    enrollAhead(batch, world, newcomers, sections);
    addDualEnrollments(batch, world, students, [...neighbors.values()].at(-1) ?? []);
    neighbors.set(plan.number, sections);
    const [oldest] = neighbors.keys();
    if (neighbors.size > 2 && oldest !== undefined) neighbors.delete(oldest);
    waiting.push(batch);
    if (waiting.length > 2) yield* waiting.splice(0, 1);
  }
  yield* waiting;
}

/** One student in 97 takes an eighth class at the neighboring school. */
function addDualEnrollments(
  batch: Batch,
  world: World,
  students: readonly PlannedStudent[],
  sections: readonly PlannedSection[],
): void {
  for (const student of students.filter((candidate) => candidate.index % 97 === 41)) {
    const section = sections[student.index % Math.max(1, sections.length)];
    if (section !== undefined) enroll(batch, world, student, section);
  }
}
