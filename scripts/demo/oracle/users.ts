/** What an account has in addition to what it had before. */
import type { Person } from './district.ts';
import { chooser, type Properties, present } from './properties.ts';
import type { License, PasswordRule, Rules } from './rules.ts';

export interface ExpectedUser {
  person: Person;
  /** The object id of the matched account, or the userPrincipalName of the one to create. */
  account: { id: string } | { userPrincipalName: string };
  /** What the account has in addition to what it had. */
  properties: Properties;
  /** See licenseName. */
  licenses: string[];
  /** The rule for the first password if the account is to be created. */
  password?: PasswordRule;
  /** Whether sign-in is blocked because the person is gone. */
  disabled: boolean;
  /** Whether the account was signed out everywhere at that point. */
  signedOut: boolean;
}

/** A matched account gets the education properties and keeps its names; a created one gets its names and a license. */
export function userOf(person: Person, account: string, rules: Rules, licenses: string[]): ExpectedUser {
  const { role, dcid, number, grade, graduationYear, givenName, middleName, surname, username } = person;
  const chosen = chooser(rules.properties[role === 'students' ? 'student' : 'teacher']);
  const facet: Properties =
    role === 'students'
      ? {
          student: present({
            externalId: dcid,
            studentNumber: chosen('studentNumber', number),
            grade: chosen('grade', grade === undefined ? undefined : rules.gradeCode(grade)),
            graduationYear: chosen('graduationYear', graduationYear),
          }),
        }
      : { teacher: present({ externalId: dcid, teacherNumber: chosen('teacherNumber', number) }) };
  const stamp: Properties = {
    primaryRole: role === 'students' ? 'student' : 'teacher',
    externalSource: 'sis',
    ...facet,
  };
  if (rules.mode[role] === 'match')
    return { person, account: { id: account }, properties: stamp, licenses: [], disabled: false, signedOut: false };
  const names = [givenName, surname].filter((name) => name !== undefined);
  return {
    person,
    account: { userPrincipalName: account },
    properties: {
      ...stamp,
      ...present({
        displayName: names.join(' ') || username,
        givenName,
        middleName: chosen('middleName', middleName),
        surname,
        officeLocation: chosen('homeRoom', person.homeRoom),
        usageLocation: rules.usageLocation,
      }),
    },
    licenses,
    password: rules.passwords[role],
    disabled: false,
    signedOut: false,
  };
}

/** A license as the comparison knows it: the SKU's id, and the plans that are off. */
export function licenseName(skuId: string, disabledPlans: readonly string[]): string {
  return disabledPlans.length === 0 ? skuId : `${skuId} without ${[...disabledPlans].sort().join(', ')}`;
}

export function given(license: License, groupLicenses: ReadonlyMap<string, string>): string {
  if ('group' in license) return groupLicenses.get(license.group) ?? `of ${license.group}`;
  return licenseName(license.skuId, license.disabledPlans);
}
