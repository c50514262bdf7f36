/** Creates the security group of a role, a school or a grade level. */
import { asGroupingId, idIn } from '../model/keys.ts';
import { full, missing, onPremises, passing, refusals } from './common-answers.ts';
import { groupMarks, groupOption, isOwnGroup } from './group-option.ts';
import { refusedValue } from './shared-answers.ts';
import { ofGroups } from './sources.ts';
import type { OperationSpec } from './spec.ts';

export const createGroup: OperationSpec<'createGroup'> = {
  noun: 'new security group',
  needs: ({ groupingId }) => [{ what: 'noGroup', id: groupingId }],
  changes: () => undefined,
  group: () => undefined,

  request: {
    service: 'graph',
    send: ({ body }) => ({ method: 'POST', url: '/groups', body: { ...body, groupTypes: [] } }),
  },
  permissions: [['Group.Create', 'Group.ReadWrite.All', 'Directory.ReadWrite.All']],
  option: groupOption,
  answers: [...passing, ...missing, onPremises, ...full, refusedValue, ...refusals],
  makes: {
    search: ({ mailNickname }) => ({
      path: '/groups',
      property: 'mailNickname',
      value: String(mailNickname),
      select: groupMarks,
    }),
    isOurs: (item, key) => isOwnGroup(item, asGroupingId(idIn(key))),
    hasUniqueName: false,
    isReadAhead: false,
    read: (objectId) => `/groups/${objectId}?$select=${groupMarks}`,
    account: () => undefined,
    claims: ({ body: { mailNickname } }) => (typeof mailNickname === 'string' ? { mailNickname } : {}),
    fromJournal: (key, body) => ({ kind: 'createGroup', key, groupingId: asGroupingId(idIn(key)), body, reason: '' }),
    found: (key, _body, objectId) => ({
      object: { kind: 'group', key: asGroupingId(idIn(key)), objectId, body: {} },
    }),
  },
  lostAnswer: () => ({ what: 'look' }),

  does: { creates: 'group' },
  // Its name is the one value that is kept up to date.
  effect: ({ groupingId, body: { displayName } }, objectId) => ({
    object: { kind: 'group', key: groupingId, objectId, body: displayName === undefined ? {} : { displayName } },
  }),
  journal: ({ body }) => body,
  values: ({ body }) => body,
  subject: ({ key }) => key,

  guard: {
    effect: 'addition',
    repair: {
      nouns: 'security groups',
      outOf: 'groups',
      ifApproved: ({ length }) => `${length} security groups are created again, with the people who belong to them.`,
    },
  },
  sentence: ({ group }) => `${group} is created`,
  sources: ofGroups,
};
