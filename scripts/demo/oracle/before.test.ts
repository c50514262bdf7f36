import t from 'tap';
import type { Actual } from './actual.ts';
import { type Before, setAside, writesSaved } from './before.ts';
import type { Person } from './district.ts';
import type { Expected } from './expected.ts';

const people = Array.from({ length: 45 }, (_, at) => `students:${at}`);
const name = (key: string) => `${key.replace(':', '')}@contoso.edu`;

const expected: Expected = {
  schools: [{ dcid: '1', properties: { displayName: 'North', externalId: '1', schoolNumber: '100' } }],
  users: people.map((key, at) => ({
    person: { key, schools: ['1'] } as Person,
    account: { id: `u${at}` },
    properties: { primaryRole: 'student', student: { externalId: String(at) } },
    licenses: [],
    disabled: false,
    signedOut: false,
  })),
  classes: [
    {
      dcid: '50',
      school: '1',
      properties: { mailNickname: 'Section_50', externalId: '50' },
      owners: new Set(),
      members: new Set(people),
      team: false,
      archived: false,
    },
  ],
  groups: [],
  securityGroups: [],
  problems: new Map(),
};

const before: Before = {
  users: people.map((key, at) => ({
    id: `u${at}`,
    userPrincipalName: name(key),
    primaryRole: 'student',
    student: { externalId: String(at), grade: '9' },
  })),
  classes: [
    {
      ...{ id: 'c', mailNickname: 'Section_50', externalId: '50', term: { externalId: '1' } },
      ...{ members: people.map(name), owners: [] },
    },
    { id: 'x', displayName: 'Old', mailNickname: 'Exp0625_Section_50', isClass: true, members: [], owners: [] },
  ],
  schools: [{ externalId: '1', schoolNumber: '100', displayName: 'North', users: people.map(name), classes: ['c'] }],
};

t.test('what is already there need not be written', async (t) => {
  t.equal(writesSaved({ users: [], classes: [], schools: [] }, expected), 0);
  // A school, 45 accounts, 45 relations to it; the class, its relation, and three times twenty members.
  t.equal(writesSaved(before, expected), 1 + 45 + 45 + 1 + 1 + 3);
  const [one, ...others] = before.classes;
  if (one === undefined) return t.fail('no class');
  const few = { ...before, classes: [{ ...one, members: one.members.slice(0, 30) }, ...others] };
  t.equal(writesSaved(before, expected) - writesSaved(few, expected), 1, 'fifteen are missing');
  const { term: _, ...termless } = one;
  t.equal(writesSaved(before, expected) - writesSaved({ ...before, classes: [termless] }, expected), 1);
  const users = before.users.map((user) => ({ ...user, student: { externalId: 'x' } }));
  t.equal(writesSaved(before, expected) - writesSaved({ ...before, users }, expected), 45);
});

t.test('sets an expired class aside, and it must stay as it was', async (t) => {
  const properties = { id: 'x', displayName: 'Old', mailNickname: 'Exp0625_Section_50' };
  const old = { id: 'x', properties, members: [], owners: [], schools: [], team: false, archived: false };
  const actual: Actual = { users: [], schools: [], classes: [old], groups: [], strangers: [], problems: [] };
  t.same(setAside(actual, before), { rest: { ...actual, classes: [] }, differences: [] });
  const found = (classes: Actual['classes']) => setAside({ ...actual, classes }, before).differences;
  t.match(found([]), [/is gone/]);
  t.match(found([{ ...old, members: ['u1'] }]), [/was touched/]);
  t.match(found([{ ...old, properties: { ...properties, mailNickname: 'Section_50' } }]), [/was touched/]);
});
