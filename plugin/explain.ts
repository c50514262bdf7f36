/**
 * Why the plugin asks for each column, computed from the same extracts as the SQL, so that an administrator can compare
 * it line by line with PowerSchool's approval page.
 */
import { type Kind, optionalFields } from '../shared/roster.ts';
import type { PluginContents } from './contents.ts';
import { type Differences, differencesFrom } from './differences.ts';
import type { Column, Extract } from './extracts/extract.ts';
import { type Sources, sourceText } from './extracts/sources.ts';
import { extractsOf } from './extracts.ts';
import { accessRequestOf, manifestOf, type PluginChoices, type Variant } from './manifest.ts';
import { notesOf } from './notes.ts';
import { powerQueries } from './queries.ts';

/** When a value leaves the district: with every record, when a profile asks for the property, or never. */
export type Sent = 'always' | 'asked' | 'never';

export interface Use {
  /** The end of a sentence that begins with the field's name. */
  sentence: string;
  sent: Sent;
  /** `student.username`; undefined when the field only joins, filters or orders. */
  property: string | undefined;
  kinds: Kind[];
}

export interface ExplainedField {
  table: string;
  field: string;
  /** Whose personal data leaves the district with it, if a profile asks for it. */
  personal: 'student' | 'staff' | undefined;
  uses: Use[];
}

/**
 * What the agent reads from `/ws/v1` when there are no PowerQueries. PowerSchool grants that interface as a whole:
 * these are the agent's own limits, not the server's.
 */
export interface RestResource {
  resource: string;
  reason: string;
  personal: 'student' | 'staff' | undefined;
}

/** Everything there is to know about a plugin before it is installed. */
export interface Explanation {
  plugin: {
    name: string;
    version: string;
    variant: Variant;
    /** As written on the command line; undefined for variants without columns. */
    studentEmail: string | undefined;
    teacherUsername: string | undefined;
  };
  columns: ExplainedField[];
  /** For the variants without PowerQueries. */
  resources: RestResource[];
  queries: { name: string; summary: string }[];
  /** What an administrator should know before approving. */
  notes: string[];
  /** Compared with the earlier plugin, if there is one. */
  differences: Differences | undefined;
}

export function explain(choices: PluginChoices, previous: PluginContents | undefined): Explanation {
  const { variant, sources } = choices;
  const manifest = manifestOf(choices);
  const byColumn = variant === 'powerquery';
  return {
    plugin: {
      name: manifest.name,
      version: manifest.version,
      variant,
      studentEmail: byColumn ? sourceText(sources.studentEmail) : undefined,
      teacherUsername: byColumn ? sourceText(sources.teacherUsername) : undefined,
    },
    columns: byColumn ? explainFields(sources) : [],
    resources: byColumn ? [] : restResources,
    queries: manifest.queries.map(({ name, summary }) => ({ name, summary })),
    notes: notesOf(choices),
    differences: previous === undefined ? undefined : differencesFrom(previous, manifest),
  };
}

/** Every field of the access request with all its uses, in the order of the access request. */
export function explainFields(sources: Sources): ExplainedField[] {
  const extracts = extractsOf(sources);
  return accessRequestOf(powerQueries(sources)).map((name) => {
    const [table = '', field = ''] = name.split('.');
    const key = name.toUpperCase();
    const uses = mergeUses(extracts.flatMap((extract) => usesIn(extract, key)));
    const personal = extracts
      .flatMap((extract) => extract.columns)
      .find((column) => column.personal !== undefined && carries(column, key))?.personal;
    return { table, field, personal, uses };
  });
}

function usesIn(extract: Extract, key: string): Use[] {
  const uses: Use[] = [];
  for (const column of extract.columns) {
    if (!carries(column, key)) continue;
    const when = Object.entries(column.also ?? {}).find(([field]) => field.toUpperCase() === key)?.[1];
    uses.push({
      sentence: `${labelOf(column.name)} of each ${kindLabels[extract.kind]}${when === undefined ? '' : `, ${when}`}`,
      sent: isOptional(extract.kind, column.name) ? 'asked' : 'always',
      property: `${extract.kind}.${column.name}`,
      kinds: [extract.kind],
    });
  }
  for (const [field, sentence] of Object.entries(extract.reasons)) {
    if (field.toUpperCase() === key) uses.push({ sentence, sent: 'never', property: undefined, kinds: [extract.kind] });
  }
  return uses;
}

/** True when the column's value comes, or may come, from the field. */
function carries(column: Column, key: string): boolean {
  return [column.field, ...Object.keys(column.also ?? {})].some((field) => field.toUpperCase() === key);
}

/** A reason that applies to several queries appears once. */
function mergeUses(uses: readonly Use[]): Use[] {
  const merged = new Map<string, Use>();
  for (const use of uses) {
    const same = merged.get(use.sentence);
    if (same === undefined) merged.set(use.sentence, { ...use });
    else same.kinds = [...same.kinds, ...use.kinds];
  }
  return [...merged.values()];
}

function isOptional(kind: Kind, property: string): boolean {
  const optional: readonly string[] = optionalFields[kind];
  return optional.includes(property);
}

const kindLabels: Record<Kind, string> = {
  school: 'school',
  term: 'term',
  section: 'section',
  student: 'student',
  teacher: 'teacher',
  studentEnrollment: 'enrollment',
  teacherRoster: 'teacher of a section',
};

const labels: Readonly<Record<string, string>> = {
  id: 'key',
  yearId: 'school year',
  termId: 'term',
  courseId: 'key of the course',
  sectionId: 'section',
  studentId: 'student',
  teacherId: 'person',
  isLead: 'whether lead teacher',
  secondaryEmail: 'email address',
  principalName: "principal's name",
  principalEmail: "principal's email address",
};

/** `graduationYear` → `graduation year`. */
function labelOf(property: string): string {
  return labels[property] ?? property.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

const restResources: RestResource[] = [
  { resource: 'school', reason: 'the schools of the district', personal: undefined },
  { resource: 'term', reason: 'the terms of the current school year', personal: undefined },
  { resource: 'course', reason: 'the names of courses', personal: undefined },
  {
    resource: 'section',
    reason: 'the sections of the current school year, each with its lead teacher',
    personal: undefined,
  },
  {
    resource: 'section_enrollment',
    reason: 'which students are in which section, from when to when',
    personal: undefined,
  },
  { resource: 'student', reason: 'names, usernames and numbers of active students', personal: 'student' },
  { resource: 'staff', reason: 'names, usernames and numbers of teachers', personal: 'staff' },
];
