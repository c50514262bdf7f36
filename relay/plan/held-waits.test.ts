import t from 'tap';
import { asSchoolId, asSectionId } from '../model/keys.ts';
import type { Operation } from '../model/operation.ts';
import { heldWaits, withinChains } from './held-waits.ts';

const [sectionId, schoolId] = [asSectionId('77'), asSchoolId('1')];
const created: Operation = { kind: 'createClass', key: 'class:77', sectionId, body: {}, reason: '', repair: true };
const joins: Operation = { kind: 'addMembers', key: 'class:77', sectionId, people: ['students:1'], reason: '' };
const disabled: Operation = { kind: 'disableUser', key: 'students:2', personKey: 'students:2', reason: '' };
const removed: Operation = { kind: 'removeMember', key: 'class:78', sectionId, personKey: 'students:3', reason: '' };
const signedOut: Operation = { kind: 'revokeSessions', key: 'students:2', personKey: 'students:2', reason: '' };

t.test('each waits for its hold, for that of other schools, or for what only a held one brings about', async (t) => {
  const holds = [
    { key: 'createClass:1:share', kind: 'createClass', schoolId },
    { key: 'createClass:2:share', kind: 'createClass', schoolId: asSchoolId('2') },
    { key: 'disableUser:district:total', kind: 'disableUser', schoolId: asSchoolId('district') },
    { key: 'removeMember:1:share', kind: 'removeMember', schoolId },
  ] as const;
  const waits = heldWaits([created, joins, disabled, removed, signedOut], holds, () => schoolId);
  t.same(
    waits.map(({ reason }) => reason),
    [
      { for: 'hold', hold: 'createClass:1:share' },
      { for: 'need', thing: 'class:77' },
      { for: 'hold', hold: 'disableUser:district:total' },
      { for: 'hold', hold: 'removeMember:1:share' },
      { for: 'need', thing: 'disabled:students:2' },
    ],
  );
  const kinds = withinChains(waits, []).map(({ kind }) => kind);
  t.same(kinds, ['createClass', 'addMembers', 'disableUser', 'revokeSessions'], 'a hold speaks for the others');
});
