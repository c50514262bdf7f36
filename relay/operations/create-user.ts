/** Creates an account, with its education properties and a first password. */
import { isOfPerson, stampProperties } from '../adoption/own-account.ts';
import { asPersonKey, personIn } from '../model/person-key.ts';
import { full, missing, onPremises, passing, refusals } from './common-answers.ts';
import type { OutcomeRow } from './outcome-row.ts';
import { roster } from './permissions.ts';
import { noEducation, protectedAccount, refusedValue, unusableDomain } from './shared-answers.ts';
import { ofPeople } from './sources.ts';
import type { OperationOf, OperationSpec } from './spec.ts';

const passwordRefused: OutcomeRow = {
  status: [400],
  message: /\bpassword\b/i,
  verdict: 'other password',
  attempts: 3,
  problem: 'FirstPasswordRefused',
};

export const createUser: OperationSpec<'createUser'> = {
  noun: 'new account',
  needs: () => [],
  changes: () => undefined,
  group: () => undefined,

  request: {
    service: 'graph',
    send(operation, _ids, options) {
      const { password, mustChange } = options.password(operation.personKey);
      const passwordProfile = { password, forceChangePasswordNextSignIn: mustChange };
      return {
        method: 'POST',
        url: '/education/users',
        body: { ...valuesOf(operation), accountEnabled: true, passwordProfile },
      };
    },
  },
  permissions: roster,
  option: undefined,
  answers: [
    ...[...passing, ...missing, onPremises, protectedAccount, ...full],
    ...[passwordRefused, unusableDomain, noEducation, refusedValue, ...refusals],
  ],
  makes: {
    search: ({ userPrincipalName }) => ({
      path: '/education/users',
      property: 'userPrincipalName',
      value: String(userPrincipalName),
      select: stampProperties,
    }),
    isOurs: isOfPerson,
    hasUniqueName: true,
    isReadAhead: true,
    read: (objectId) => `/education/users/${objectId}?$select=${stampProperties}`,
    account({ user: { person, creation, replaces } }) {
      if (creation === undefined) return undefined;
      const { userPrincipalName } = creation;
      return { role: person.role, personId: person.id, userPrincipalName, isAnother: replaces !== undefined };
    },
    claims: ({ user }) => user.creation ?? {},
    fromJournal(key, { userPrincipalName, mailNickname, usageLocation, ...body }) {
      const person = asPersonKey(key);
      const creation = {
        userPrincipalName: String(userPrincipalName),
        mailNickname: String(mailNickname),
        usageLocation: String(usageLocation),
      };
      const user = {
        person: { ...personIn(person), preRegistered: false, schoolIds: [] },
        objectId: undefined,
        body,
        creation,
      };
      return { kind: 'createUser', key: person, personKey: person, user, reason: '' };
    },
    found(key, _body, objectId) {
      const { role, id } = personIn(asPersonKey(key));
      return { link: { role, personId: id, objectId, rule: 'created' } };
    },
  },
  lostAnswer: () => ({ what: 'look' }),

  does: { creates: 'user' },
  effect: ({ personKey, user: { person, body } }, objectId) => ({
    object: { kind: 'user', key: personKey, objectId, body },
    link: { role: person.role, personId: person.id, objectId, rule: 'created' },
  }),
  journal: valuesOf,
  values: valuesOf,
  subject: ({ key }) => key,

  guard: {
    effect: 'account',
    ifApproved: ({ length }) => `${length} accounts are created, with everything that the profile sets for new ones.`,
  },
  sentence: ({ who }) => `${who} gets an account`,
  sources: ofPeople,
};

function valuesOf({ user }: OperationOf<'createUser'>) {
  return { ...user.body, ...user.creation };
}
