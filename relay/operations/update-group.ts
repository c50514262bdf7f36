/** Renames the security group of a role, a school or a grade level. */
import { idIn } from '../model/keys.ts';
import { full, missing, onPremises, passing, refusals } from './common-answers.ts';
import { namesIn, receiveValues, updated } from './objects.ts';
import { protectedGroup, refusedValue } from './shared-answers.ts';
import { ofGroups } from './sources.ts';
import type { OperationSpec } from './spec.ts';

export const updateGroup: OperationSpec<'updateGroup'> = {
  noun: 'renamed security group',
  needs: ({ groupingId }) => [{ what: 'group', id: groupingId }],
  changes: ({ groupingId }) => ({ what: 'group', id: groupingId }),
  group: () => undefined,

  request: {
    service: 'graph',
    send: ({ groupingId, body }, ids) => ({ method: 'PATCH', url: `/groups/${ids.group(groupingId)}`, body }),
  },
  // Every profile needs it, for the owners of classes.
  permissions: [['Group.ReadWrite.All', 'Directory.ReadWrite.All']],
  option: undefined,
  answers: [...passing, ...missing, onPremises, protectedGroup, ...full, refusedValue, ...refusals],
  makes: undefined,
  lostAnswer: ({ key, after }) => ({
    what: 'forget',
    kind: 'group',
    key: idIn(key),
    names: namesIn(after),
  }),

  does: { updates: 'group' },
  effect: ({ groupingId, body }, objectId, applied) =>
    updated({ kind: 'group', key: groupingId }, body, objectId, applied),
  journal: ({ body }) => body,
  values: ({ body }) => body,
  subject: ({ key }) => key,

  guard: {
    effect: 'update',
    nouns: 'security groups',
    outOf: 'groups',
    causes: ['groups', 'grades'],
    record: 'school',
    ifApproved: (operations) => receiveValues(operations, 'security groups'),
  },
  sentence: ({ group }) => `${group} is renamed`,
  sources: ofGroups,
};
