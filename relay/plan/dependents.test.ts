/** What is held because something else is. */

import t from 'tap';
import { asSchoolId, asSectionId } from '../model/keys.ts';
import type { Operation } from '../model/operation.ts';
import type { Person } from '../model/person.ts';
import { dependsOn } from './dependents.ts';

const reason = '';
const ada = 'students:1';
const person: Person = { role: 'students', id: '1', preRegistered: false, schoolIds: [asSchoolId('1')] };
const user = { person, objectId: undefined, body: {}, creation: undefined };
const account: Operation = { kind: 'createUser', key: ada, personKey: ada, reason, user };
const disabling: Operation = { kind: 'disableUser', key: ada, personKey: ada, reason };
const signOut = (key: 'students:1' | 'students:2'): Operation => ({
  kind: 'revokeSessions',
  key,
  personKey: key,
  reason,
});
const joins = (...people: ('students:1' | 'students:2')[]): Operation => {
  return { kind: 'addMembers', key: 'class:7', sectionId: asSectionId('7'), people, reason };
};

t.test('does not sign out a person who is not disabled, but signs out others', async (t) => {
  const waits = dependsOn([disabling]);
  t.equal(waits(signOut(ada)), true);
  t.equal(waits(signOut('students:2')), false);
  t.equal(waits(joins(ada)), false, 'nothing else needs it');
});

t.test('what needs an object waits for the object', async (t) => {
  const ofAccount = dependsOn([account]);
  t.equal(ofAccount(joins(ada)), true);
  t.equal(ofAccount(joins(ada, 'students:2')), false, 'the others do not wait for one of them');
  t.equal(ofAccount({ kind: 'addSchoolUser', key: ada, personKey: ada, schoolId: asSchoolId('1'), reason }), true);
  const ofClass = dependsOn([
    { kind: 'createClass', key: 'class:7', sectionId: asSectionId('7'), body: {}, reason, repair: true },
  ]);
  t.equal(ofClass(joins('students:2')), true);
  t.equal(
    ofClass({ kind: 'addSchoolClass', key: 'class:7', sectionId: asSectionId('7'), schoolId: asSchoolId('1'), reason }),
    true,
  );
  t.equal(
    ofClass({ kind: 'addSchoolClass', key: 'class:8', sectionId: asSectionId('8'), schoolId: asSchoolId('1'), reason }),
    false,
  );
  const ofSchool = dependsOn([
    { kind: 'createSchool', key: 'school:1', schoolId: asSchoolId('1'), body: {}, reason, repair: true },
  ]);
  t.equal(
    ofSchool({
      kind: 'addSchoolClass',
      key: 'class:8',
      sectionId: asSectionId('8'),
      schoolId: asSchoolId('1'),
      reason,
    }),
    true,
  );
});

t.test('a team that waits keeps nobody out of its class', async (t) => {
  t.equal(dependsOn([{ kind: 'createTeam', key: 'class:7', sectionId: asSectionId('7'), reason }])(joins(ada)), false);
  t.equal(dependsOn([])(joins(ada)), false);
});
