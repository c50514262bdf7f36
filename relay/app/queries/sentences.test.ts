import t from 'tap';
import { operationKinds } from '../../operations/registry.ts';
import type { Names } from '../../store/roster/names.ts';
import { type Described, sentenceOf } from './sentences.ts';

const names: Names = {
  people: new Map([
    ['students:1', 'Ada Lovelace'],
    ['students:2', 'Alan Turing'],
    ['students:3', 'Grace Hopper'],
    ['teachers:9', 'Emmy Noether'],
  ]),
  sections: new Map([['42', 'Biology 1']]),
  schools: new Map([['7', 'Maple School']]),
};

t.test('describes operations with the names of people and classes', (t) => {
  const operation = (kind: string, key: string, people: string[] = [], after?: unknown) =>
    sentenceOf({ kind, key, people, after }, names);
  t.equal(operation('addMembers', 'class:42', ['students:1']), 'Ada Lovelace joins Biology 1 (section 42)');
  const all = ['students:1', 'students:2', 'students:3', 'students:4'];
  t.equal(
    operation('addMembers', 'class:42', all.slice(0, 2)),
    'Ada Lovelace and Alan Turing join Biology 1 (section 42)',
  );
  t.match(
    operation('addMembers', 'class:42', all),
    /^Ada Lovelace, Alan Turing, Grace Hopper and 1 more join Biology 1/,
  );
  t.equal(operation('removeMember', 'class:42', ['students:4']), 'students:4 leaves Biology 1 (section 42)');
  t.equal(operation('addOwners', 'class:43', ['teachers:9']), 'Emmy Noether becomes an owner of section 43');
  t.equal(operation('createUser', 'students:1'), 'Ada Lovelace gets an account');
  t.equal(operation('createClass', 'class:42', [], { displayName: 'Bio' }), 'Bio (section 42) is created');
  t.equal(operation('updateSchool', 'school:7'), 'Maple School (school 7) is updated');
  t.end();
});

t.test('has a sentence for every kind of operation', (t) => {
  for (const kind of operationKinds) {
    const key = ['createGroup', 'updateGroup'].includes(kind) ? 'group:students-school-42' : 'class:42';
    const operation: Described = { kind, key, people: ['students:1'] };
    t.match(sentenceOf(operation, names), /Ada Lovelace|Biology 1|school 42/, kind);
    t.notMatch(sentenceOf(operation, names), kind);
  }
  t.end();
});
