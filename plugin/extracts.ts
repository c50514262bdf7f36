/**
 * Which rows and columns of PowerSchool make up each roster kind. The read queries and the probe are built from these
 * parts (queries.ts), so that the probe hashes exactly what would be read.
 *
 * The SQL uses what Oracle and SQLite share (ANSI joins, COALESCE, explicit TO_CHAR), with every column qualified by
 * its table's alias, so that the access request can be derived from the SQL itself (manifest.ts).
 */
import type { Kind } from '../shared/roster.ts';
import { sections, studentEnrollments, teacherRosters } from './extracts/classes.ts';
import type { Extract } from './extracts/extract.ts';
import { columnsRead } from './extracts/optional-columns.ts';
import { students, teachers } from './extracts/people.ts';
import { schools, terms } from './extracts/schools.ts';
import { defaultSources, type Sources, studentEmailSource, teacherUsernameSource } from './extracts/sources.ts';

/** One extract per roster kind. Answers use the same names whatever the sources, so the agent need not know them. */
export function extractsOf(sources: Sources): Extract[] {
  return wholeExtracts(sources).map((extract) => ({ ...extract, columns: columnsRead(extract, sources.also ?? []) }));
}

/** With every property that a plugin may read. */
function wholeExtracts(sources: Sources): Extract[] {
  return [
    schools,
    terms,
    sections,
    students(studentEmailSource(sources.studentEmail), sources.preRegistered === true),
    teachers(teacherUsernameSource(sources.teacherUsername)),
    studentEnrollments(sources.preRegistered === true),
    teacherRosters,
  ];
}

const defaultExtracts = wholeExtracts(defaultSources);

/** The extract of one kind, from the default sources, with every property that a plugin may read. */
export function extractOf(kind: Kind): Extract {
  const extract = defaultExtracts.find((candidate) => candidate.kind === kind);
  if (extract === undefined) throw new TypeError(`no extract for ${kind}`);
  return extract;
}
