/** Security groups that hold the people of a role, a school or a grade level together, and what they are called. */
import { z } from 'zod';
import type { School } from '../../shared/roster.ts';
import { type GroupingParts, type WayToGroup, wayOf, waysToGroup } from '../model/grouping.ts';
import type { Role } from '../model/role.ts';
import { type Grades, gradeOf } from './grades.ts';
import { fillPattern, parsePattern, patternSchema } from './pattern.ts';

/** A name must tell the groups of one way apart. */
const nameValues = {
  role: ['role'],
  school: ['role', 'schoolName', 'schoolNumber'],
  grade: ['role', 'grade'],
  schoolGrade: ['role', 'schoolName', 'schoolNumber', 'grade'],
} as const satisfies Record<WayToGroup, readonly string[]>;

/** School Data Sync's own names, as far as it has such groups. */
const defaultNames = {
  role: 'All {role}',
  school: '{role} - {schoolName}',
  grade: '{role} - Grade {grade}',
  schoolGrade: '{role} - {schoolName} - Grade {grade}',
} as const satisfies Record<WayToGroup, string>;

function nameSchema(way: WayToGroup) {
  const telling = { role: [['role']], school: [['role'], ['schoolName', 'schoolNumber']], grade: [['grade']] };
  const needed = way === 'schoolGrade' ? [...telling.school.slice(1), ...telling.grade] : telling[way];
  return patternSchema(nameValues[way])
    .superRefine((text, context) => {
      const { values } = safeValues(text);
      for (const anyOf of needed) {
        if (values === undefined || anyOf.some((name) => values.has(name))) continue;
        const names = anyOf.map((name) => `{${name}}`).join(' or ');
        context.addIssue({ code: 'custom', message: `without ${names} several groups would have the same name` });
      }
    })
    .default(defaultNames[way]);
}

/** A broken pattern has a mistake of its own. */
function safeValues(text: string): { values: ReadonlySet<string> | undefined } {
  try {
    return parsePattern(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { values: undefined };
  }
}

export const groupsSchema = z
  .strictObject({
    /** Which security groups there are; none by default. Those of a way that is taken out again stay as they are. */
    by: z
      .array(z.enum(waysToGroup))
      .transform((ways) => waysToGroup.filter((way) => ways.includes(way)))
      .default([]),
    names: z
      .strictObject({
        role: nameSchema('role'),
        school: nameSchema('school'),
        grade: nameSchema('grade'),
        schoolGrade: nameSchema('schoolGrade'),
      })
      .prefault({}),
    /** Somebody who no longer has the role, the school or the grade level, or is gone from PowerSchool. */
    leavers: z.enum(['remove', 'keep']).default('remove'),
  })
  .prefault({});

export type GroupOptions = z.infer<typeof groupsSchema>;

/** The values that the name of such a group can be made from. */
export function valuesOfNames(way: WayToGroup): readonly string[] {
  return nameValues[way];
}

/** Whether grade levels of students must leave the district. */
export function needsGrades({ by }: GroupOptions): boolean {
  return by.includes('grade') || by.includes('schoolGrade');
}

export const roleWords: Readonly<Record<Role, string>> = { students: 'Students', teachers: 'Teachers' };

/** @param school that it is of; undefined for one that PowerSchool no longer has, and for those of the whole district */
export function groupName(parts: GroupingParts, school: School | undefined, options: GroupOptions, grades: Grades) {
  const values: Readonly<Record<string, string | undefined>> = {
    role: roleWords[parts.role],
    schoolName: school?.name,
    schoolNumber: school?.schoolNumber,
    grade: gradeOf(parts.grade, grades),
  };
  return fillPattern(parsePattern(options.names[wayOf(parts)]), (name) => values[name]);
}
