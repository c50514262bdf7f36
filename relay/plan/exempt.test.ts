/** Exempt accounts are in no operation of a plan. */
import t from 'tap';
import { asSectionId, classKey } from '../model/keys.ts';
import type { Operation } from '../model/operation.ts';
import { accountKey, type MemberKey } from '../model/person-key.ts';
import { withoutExempt } from './exempt.ts';

const sectionId = asSectionId('77');
const common = { key: classKey(sectionId), reason: 'test' };
const [exempt, other] = ['students:1', 'students:2'] as const;
const isExempt = (who: MemberKey) => who === exempt || who === accountKey('foreign');

t.test('they are left out of groups, and what is about them alone is dropped', async (t) => {
  const plan: Operation[] = [
    { ...common, kind: 'addMembers', sectionId, people: [exempt, other] },
    { ...common, kind: 'addOwners', sectionId, people: [exempt] },
    { ...common, kind: 'removeMember', sectionId, personKey: accountKey('foreign') },
    { ...common, kind: 'removeMember', sectionId, personKey: other },
    { ...common, key: exempt, kind: 'updateUser', personKey: exempt, before: {}, body: { displayName: 'Ana' } },
    { ...common, key: exempt, kind: 'disableUser', personKey: exempt },
    { ...common, key: exempt, kind: 'revokeSessions', personKey: exempt },
    { ...common, kind: 'addToLicenceGroup', key: 'licence:g', groupId: 'g', people: [other, exempt] },
    { ...common, kind: 'createTeam', sectionId },
  ];
  t.match(
    withoutExempt(plan, isExempt).map((one) => [one.kind, 'people' in one ? one.people : one.key]),
    [
      ['addMembers', [other]],
      ['removeMember', 'class:77'],
      ['addToLicenceGroup', [other]],
      ['createTeam', 'class:77'],
    ],
  );
});

t.test('a plan without any of them is the same object', async (t) => {
  const plan: Operation[] = [{ ...common, kind: 'addMembers', sectionId, people: [other] }];
  t.equal(withoutExempt(plan, isExempt), plan);
});
