/** Which PowerSchool value a Microsoft 365 property comes from, in the words of PowerSchool's pages. */
import type { PropertyKind } from '../../shared/properties.ts';
import { writtenOf } from '../model/written-properties.ts';

type Sources = Readonly<Record<string, string>>;

export const noSources: Sources = {};

export const ofPeople: Sources = {
  displayName: 'first and last name',
  userPrincipalName: 'user name',
  mailNickname: 'user name',
  ...wordsOf('student'),
  ...wordsOf('teacher'),
};

export const ofClasses: Sources = {
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

export const ofSchools: Sources = {
  displayName: 'name of the school',
  schoolNumber: 'school number',
  address: 'address of the school',
  ...wordsOf('school'),
};

export const ofGroups: Sources = { displayName: 'name of the school, or grade level' };

/** By the last part of the path, which Graph's errors name. */
function wordsOf(kind: PropertyKind): Record<string, string> {
  return Object.fromEntries(writtenOf(kind).map(({ path, words }) => [path.at(-1), words]));
}
