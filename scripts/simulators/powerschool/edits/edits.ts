/** `POST /_sim/edit`: a list of edits, all or none. Ids are DCIDs (SECTIONTEACHER.ID for rosters). */
import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { tableNamed } from '../database/schema.ts';
import * as classes from './classes.ts';
import { type Change, EditError, Editor } from './editor.ts';
import * as students from './students.ts';

const id = z.int().positive();
const name = z.string().min(1);
const date = z.iso.date();
const value = z.union([z.string(), z.number(), z.null()]);
const columns = z.record(z.string(), value);

/** What each edit needs and does: documentation, check and dispatch all follow this list. */
const operations = {
  renameStudent: op(
    {
      studentId: id,
      firstName: name.exactOptional(),
      middleName: name.nullable().exactOptional(),
      lastName: name.exactOptional(),
    },
    students.renameStudent,
  ),
  changeUsername: op({ studentId: id, username: name.nullable() }, students.changeUsername),
  changeEmail: op({ studentId: id, email: name.nullable() }, students.changeEmail),
  addStudent: op(
    {
      schoolId: id,
      firstName: name,
      middleName: name.exactOptional(),
      lastName: name,
      username: name.exactOptional(),
      studentNumber: z.int().exactOptional(),
      grade: z.int().exactOptional(),
      email: name.exactOptional(),
    },
    students.addStudent,
  ),
  transferStudent: op({ studentId: id, schoolId: id }, students.transferStudent),
  deactivateStudent: op({ studentId: id, status: z.int().min(-1).max(4).default(2) }, students.deactivateStudent),
  enroll: op({ studentId: id, sectionId: id }, students.enroll),
  drop: op({ ccId: id }, students.drop),
  addSchool: op(
    { name, schoolNumber: id.exactOptional(), lowGrade: z.int().exactOptional(), highGrade: z.int().exactOptional() },
    classes.addSchool,
  ),
  renameSchool: op({ schoolId: id, name }, classes.renameSchool),
  renameCourse: op({ courseId: id, name }, classes.renameCourse),
  addSection: op(
    {
      schoolId: id,
      courseNumber: name,
      sectionNumber: name.exactOptional(),
      termId: id.exactOptional(),
      userId: id.exactOptional(),
    },
    classes.addSection,
  ),
  deleteSection: op({ sectionId: id }, classes.deleteSection),
  addTeacher: op(
    {
      schoolId: id,
      firstName: name,
      lastName: name,
      username: name.exactOptional(),
      email: name.exactOptional(),
      teacherNumber: name.exactOptional(),
    },
    classes.addTeacher,
  ),
  addCoTeacher: op(
    {
      sectionId: id,
      userId: id,
      role: name.default('Co-teacher'),
      startDate: date.exactOptional(),
      endDate: date.exactOptional(),
    },
    classes.addCoTeacher,
  ),
  removeCoTeacher: op({ rosterId: id }, classes.removeCoTeacher),
  changeLeadTeacher: op({ sectionId: id, userId: id }, classes.changeLeadTeacher),
  /** Any rows of any table: for changes without an edit of their own. */
  update: op({ table: name, set: columns, where: columns }, (editor, edit) => ({
    rows: editor.update(knownTable(edit.table), edit.where, edit.set),
  })),
  insert: op({ table: name, values: columns }, (editor, edit) => {
    editor.insertRow(knownTable(edit.table), edit.values);
  }),
  delete: op({ table: name, where: columns }, (editor, edit) => ({
    rows: editor.remove(knownTable(edit.table), edit.where),
  })),
};

export type EditName = keyof typeof operations;

/** An edit as received: the operation's name and what it needs. */
export type EditRequest = { op: EditName } & Record<string, unknown>;

export interface EditResult {
  op: string;
  /** Ids that the edit created, and the rows that changed. */
  [id: string]: unknown;
  changes: Change[];
}

function op<Shape extends z.core.$ZodLooseShape>(
  shape: Shape,
  run: (editor: Editor, edit: z.output<z.ZodObject<Shape, z.core.$strict>>) => unknown,
): (editor: Editor, edit: unknown) => object {
  const schema = z.strictObject(shape);
  return (editor, edit) => {
    const parsed = schema.safeParse(edit);
    if (!parsed.success) throw new EditError(z.prettifyError(parsed.error));
    const ids = run(editor, parsed.data);
    return typeof ids === 'object' && ids !== null ? ids : {};
  };
}

function knownTable(table: string) {
  const known = tableNamed(table);
  if (known === undefined) throw new EditError(`there is no table ${table}`);
  return known;
}

/**
 * Applies the edits in one transaction.
 *
 * @param now naive local time of the server
 * @throws EditError naming the edit that cannot be made; then nothing is changed
 */
export function applyEdits(db: DatabaseSync, edits: unknown, now: string): EditResult[] {
  if (!Array.isArray(edits)) throw new EditError('edits come as a JSON list');
  const results: EditResult[] = [];
  db.exec('BEGIN IMMEDIATE');
  try {
    for (const [index, edit] of edits.entries()) results.push(applyEdit(db, index, edit, now));
    db.exec('COMMIT');
  } catch (error) {
    db.exec('ROLLBACK');
    throw error;
  }
  return results;
}

function applyEdit(db: DatabaseSync, index: number, edit: unknown, now: string): EditResult {
  const parsed = z.looseObject({ op: z.string().default('update') }).safeParse(edit);
  if (!parsed.success) throw new EditError(`edit ${index}: ${z.prettifyError(parsed.error)}`);
  const { op: name, ...rest } = parsed.data;
  const run = Object.entries(operations).find(([known]) => known === name)?.[1];
  if (run === undefined) {
    throw new EditError(`edit ${index}: there is no operation ${name} (${Object.keys(operations).join(', ')})`);
  }
  const editor = new Editor(db, now);
  try {
    return { op: name, ...run(editor, rest), changes: editor.changes };
  } catch (error) {
    throw new EditError(`edit ${index} (${name}): ${error instanceof Error ? error.message : String(error)}`);
  }
}
