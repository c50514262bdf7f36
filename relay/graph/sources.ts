/** Which value of PowerSchool a property of Microsoft 365 comes from, in the words of PowerSchool's pages. */
import type { PropertyKind } from '../../shared/properties.ts';
import type { OperationKind } from '../model/operation.ts';
import { writtenOf } from '../model/written-properties.ts';

const ofPeople: Record<string, string> = {
  displayName: 'first and last name',
  userPrincipalName: 'user name',
  mailNickname: 'user name',
  ...wordsOf('student'),
  ...wordsOf('teacher'),
};

const ofClasses: Record<string, string> = {
  displayName: 'course name and section number',
  externalName: 'course name and section number',
  description: 'course name',
  classCode: 'course number',
  courseNumber: 'course number',
  startDate: 'first day of the term',
  endDate: 'last day of the term',
  course: 'course name and number',
  term: 'name and dates of the term',
};

const ofSchools: Record<string, string> = {
  displayName: 'name of the school',
  schoolNumber: 'school number',
  address: 'address of the school',
  ...wordsOf('school'),
};

/** By the last part of the path, which is the one that Graph's errors name. */
function wordsOf(kind: PropertyKind): Record<string, string> {
  return Object.fromEntries(writtenOf(kind).map(({ path, words }) => [path.at(-1), words]));
}

const byKind: Partial<Record<OperationKind, Record<string, string>>> = {
  createUser: ofPeople,
  updateUser: ofPeople,
  createClass: ofClasses,
  updateClass: ofClasses,
  createSchool: ofSchools,
  updateSchool: ofSchools,
};

/** @param property as Graph names it, with the path to it: `student/grade` @returns undefined where PowerSchool has no part in it */
export function sourceOfProperty(kind: OperationKind, property: string): string | undefined {
  const sources = byKind[kind];
  const path = property.split(/[./]/).reverse();
  return path.map((name) => sources?.[name]).find((source) => source !== undefined);
}
