/** Which value of PowerSchool a property of Microsoft 365 comes from, in the words of PowerSchool's pages. */
import type { OperationKind } from '../model/operation.ts';

const ofPeople: Record<string, string> = {
  displayName: 'first and last name',
  givenName: 'first name',
  surname: 'last name',
  middleName: 'middle name',
  userPrincipalName: 'user name',
  mailNickname: 'user name',
  grade: 'grade level',
  studentNumber: 'student number',
  teacherNumber: 'teacher number',
  graduationYear: 'graduation year',
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
  lowestGrade: 'lowest grade',
  highestGrade: 'highest grade',
  principalName: "principal's name",
  principalEmail: "principal's e-mail",
  phone: 'phone of the school',
  address: 'address of the school',
  street: 'street of the school',
  city: 'city of the school',
  state: 'state of the school',
  postalCode: 'ZIP code of the school',
};

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
