import t from 'tap';
import { asSchoolId, asSectionId, classKey, schoolKey } from '../model/keys.ts';
import type { Operation } from '../model/operation.ts';
import { type PersonKey, personKey } from '../model/person-key.ts';
import { subtract } from './subtract.ts';

const [ana, ben, cem] = ['1', '2', '3'].map((id) => personKey('students', id)) as [PersonKey, PersonKey, PersonKey];
const reason = 'a test';

function inClass(id: string) {
  const sectionId = asSectionId(id);
  return { key: classKey(sectionId), sectionId, reason };
}

function created(id: string, displayName = 'Art'): Operation {
  return { kind: 'createClass', ...inClass(id), body: { displayName } };
}

function members(id: string, people: PersonKey[]): Operation {
  return { kind: 'addMembers', ...inClass(id), people };
}

function owners(id: string, people: PersonKey[]): Operation {
  return { kind: 'addOwners', ...inClass(id), people };
}

function leaves(id: string, person: PersonKey): Operation {
  return { kind: 'removeMember', ...inClass(id), personKey: person };
}

function inSchool(id: string, person: PersonKey): Operation {
  return { kind: 'addSchoolUser', key: person, schoolId: asSchoolId(id), personKey: person, reason };
}

t.test('without operations in progress, the plan is unchanged', async (t) => {
  const plan = [created('1'), members('1', [ana])];
  t.equal(subtract(plan, []), plan);
});

t.test('an operation in progress is not planned again, even with other values', async (t) => {
  const plan = [created('1', 'Music'), created('2'), members('1', [ana])];
  t.same(subtract(plan, [created('1', 'Art')]), [created('2'), members('1', [ana])]);
  const renamed: Operation = { kind: 'updateClass', ...inClass('1'), before: {}, body: { displayName: 'Art' } };
  t.same(subtract([renamed], [created('1')]), [renamed], 'another kind of operation does something else');
  t.same(subtract([renamed], [renamed]), []);
});

t.test('of several people, only those not on their way are planned', async (t) => {
  const staying = [members('1', [ana]), members('1', [ben])];
  t.same(subtract([members('1', [ana, cem, ben])], staying), [members('1', [cem])]);
  t.same(subtract([members('1', [ana, ben])], staying), []);
  t.same(subtract([members('2', [ana]), owners('1', [ana])], staying), [members('2', [ana]), owners('1', [ana])]);
});

t.test('operations on one object for different people, or schools, are different', async (t) => {
  const plan = [leaves('1', ana), leaves('1', ben), leaves('2', ana)];
  t.same(subtract(plan, [leaves('1', ana)]), [leaves('1', ben), leaves('2', ana)]);
  t.same(subtract(plan, [members('1', [ana])]), plan, 'a person being added may still have to be removed');
  t.same(subtract([inSchool('1', ana), inSchool('2', ana)], [inSchool('1', ana)]), [inSchool('2', ana)]);
  const schoolId = asSchoolId('1');
  const ofSchool: Operation = {
    ...{ kind: 'addSchoolClass', key: schoolKey(schoolId), reason },
    ...{ schoolId, sectionId: asSectionId('1') },
  } as Operation;
  t.same(subtract([ofSchool], [created('1')]), [ofSchool]);
});
