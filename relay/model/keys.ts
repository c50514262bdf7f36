/** Keys of objects, and sets of them. */
import type { Kind, RosterRecord, Section, StudentEnrollment, TeacherRoster } from '../../shared/roster.ts';
import { asPersonKey, type PersonKey } from './person-key.ts';

declare const section: unique symbol;
declare const school: unique symbol;
declare const grouping: unique symbol;
/** The id of a section or a school of the roster, PowerSchool's DCID: their format does not distinguish them. */
export type SectionId = string & { readonly [section]: true };
export type SchoolId = string & { readonly [school]: true };

/** Names the people of a role, a school or a grade level: see groupingId. Letters, digits, `-` and `_` alone. */
export type GroupingId = string & { readonly [grouping]: true };

/** @throws TypeError when it names nothing */
export function asSectionId(text: string): SectionId {
  return named(text) as SectionId;
}

/** @throws TypeError when it names nothing */
export function asSchoolId(text: string): SchoolId {
  return named(text) as SchoolId;
}

/** @throws TypeError when it names no grouping */
export function asGroupingId(text: string): GroupingId {
  if (!/^(?:students|teachers)(?:-school-\w+)?(?:-grade-\w+)?$/.test(text))
    throw new TypeError(`"${text}" names no grouping`);
  return text as GroupingId;
}

/** The section that a record is, or is about. */
export function sectionIdOf(record: Section | StudentEnrollment | TeacherRoster): SectionId {
  return asSectionId(record.kind === 'section' ? record.id : record.sectionId);
}

/** The school that a record is, or belongs to. */
export function schoolIdOf(record: RosterRecord): SchoolId {
  return asSchoolId(record.kind === 'school' ? record.id : record.schoolId);
}

function named(text: string): string {
  if (text === '') throw new TypeError('an id is empty');
  return text;
}

/**
 * Names a class by its section, a school, or a security group, in journal, drifts and problems: `class:77`, `school:1`,
 * `group:students-school-1`.
 */
export type ClassKey = `class:${string}`;
export type SchoolKey = `school:${string}`;
export type GroupKey = `group:${string}`;
export type ObjectKey = ClassKey | SchoolKey | GroupKey | PersonKey;
/** The subjects of operations: objects, or a group that gives a license. */
export type OperationKey = ObjectKey | `licence:${string}`;

declare const license: unique symbol;
/** Names a license that people have, see licenseKey: its format does not distinguish it from another string. */
export type LicenseKey = string & { readonly [license]: true };

export function classKey(sectionId: SectionId): ClassKey {
  return `class:${sectionId}`;
}

export function schoolKey(schoolId: SchoolId): SchoolKey {
  return `school:${schoolId}`;
}

export function groupKey(id: GroupingId): GroupKey {
  return `group:${id}`;
}

/** The kind of an object in the applied state, and its key there. */
export type ObjectParts =
  | { kind: 'class'; key: SectionId }
  | { kind: 'school'; key: SchoolId }
  | { kind: 'group'; key: GroupingId }
  | { kind: 'user'; key: PersonKey };

/**
 * The two parts of an object (`class:77`, `school:1`, `students:123`): its kind in the applied state, and its key
 * there.
 */
export function objectOf(object: ObjectKey): ObjectParts {
  if (isClassKey(object)) return { kind: 'class', key: asSectionId(idIn(object)) };
  if (isSchoolKey(object)) return { kind: 'school', key: asSchoolId(idIn(object)) };
  if (isGroupKey(object)) return { kind: 'group', key: asGroupingId(idIn(object)) };
  return { kind: 'user', key: object };
}

/** The inverse of {@link objectOf}. */
export function objectKey(kind: ObjectParts['kind'], key: string): ObjectKey {
  switch (kind) {
    case 'user':
      return asPersonKey(key);
    case 'class':
      return classKey(asSectionId(key));
    case 'school':
      return schoolKey(asSchoolId(key));
    case 'group':
      return groupKey(asGroupingId(key));
  }
}

/** The part of an object's key that names it within its kind: `77` in `class:77`. */
export function idIn(object: OperationKey): string {
  return object.slice(object.indexOf(':') + 1);
}

export function isClassKey(text: string): text is ClassKey {
  return text.startsWith('class:');
}

function isSchoolKey(text: string): text is SchoolKey {
  return text.startsWith('school:');
}

export function isGroupKey(text: string): text is GroupKey {
  return text.startsWith('group:');
}

/** @throws TypeError when it names no object */
export function asObjectKey(text: string): ObjectKey {
  return isClassKey(text) || isSchoolKey(text) || isGroupKey(text) ? text : asPersonKey(text);
}

/** @throws TypeError when it cannot be the subject of an operation */
export function asOperationKey(text: string): OperationKey {
  return text.startsWith('licence:') ? `licence:${text.slice('licence:'.length)}` : asObjectKey(text);
}

/** Names a PowerSchool record that is not an object here, in problems: `studentEnrollment:30`. */
export type RecordKey = `${Kind}:${string}`;

export function recordKey(kind: Kind, id: string): RecordKey {
  return `${kind}:${id}`;
}

/** The two parts of a record's key, or of another subject of a problem. */
export function recordIn(subject: string): { kind: string; id: string } {
  const at = subject.indexOf(':');
  return at === -1 ? { kind: subject, id: '' } : { kind: subject.slice(0, at), id: subject.slice(at + 1) };
}

/** The objects of a district that a plan looks at: those whose desired state may have changed, or all of them. */
export interface Keys {
  schools: Set<SchoolId>;
  people: Set<PersonKey>;
  sections: Set<SectionId>;
  groups: Set<GroupingId>;
}

export function noKeys(): Keys {
  return { schools: new Set(), people: new Set(), sections: new Set(), groups: new Set() };
}

export function addKeys(to: Keys, from: Keys): void {
  for (const id of from.schools) to.schools.add(id);
  for (const key of from.people) to.people.add(key);
  for (const id of from.sections) to.sections.add(id);
  for (const id of from.groups) to.groups.add(id);
}

/** The objects that these keys name. */
export function objectsOfKeys({ schools, people, sections, groups }: Keys): ObjectKey[] {
  return [...[...schools].map(schoolKey), ...people, ...[...sections].map(classKey), ...[...groups].map(groupKey)];
}

export function isEmpty({ schools, people, sections, groups }: Keys): boolean {
  return schools.size + people.size + sections.size + groups.size === 0;
}

/** What has to be planned for these objects. */
export function keysOfObjects(objects: Iterable<ObjectKey>): Keys {
  const keys = noKeys();
  for (const object of objects) {
    const { kind, key } = objectOf(object);
    if (kind === 'user') keys.people.add(key);
    else if (kind === 'class') keys.sections.add(key);
    else if (kind === 'school') keys.schools.add(key);
    else keys.groups.add(key);
  }
  return keys;
}
