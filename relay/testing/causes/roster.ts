/** What is wrong in PowerSchool, or with who is matched to which account. */
import { sdsExtension } from '../../../scripts/simulators/microsoft/graph/resources.ts';
import { parseProfile } from '../../profile/profile.ts';
import { addExempt, removeExempt } from '../../store/accounts/exempt.ts';
import { type District, smallRoster } from '../district.ts';
import { accountOf, type Cause, having, reprofile, stranger, without } from './cause.ts';

export const students = 6;
const whole = smallRoster(students);
const commit = (district: District) => district.commit(whole);

const ofBoth = { userPrincipalName: 'again@contoso.edu', mailNickname: '4000' };
const namesake = { userPrincipalName: 'student0@contoso.edu', mailNickname: 'someone' };
const remove = (name: string) => (district: District) =>
  district.microsoft.directory.deleteUser(accountOf(district, name));

/** Two profiles that claim what only one can have. */
const rival = (first: string[] | 'all', second: string[] | 'all') => (district: District) => {
  reprofile({ schools: first })(district);
  district.others = [parseProfile({ ...district.profile, name: 'other', schools: second }, 'other')];
};

/** A class that is there already under the anchor of section 50. */
const stamped =
  (props: object) =>
  ({ microsoft }: District) => {
    const common = {
      displayName: 'Left behind',
      visibility: 'HiddenMembership',
      externalSource: 'sis',
      groupTypes: ['Unified'],
    };
    microsoft.directory.addGroup({ ...common, ...props }, true, 'once');
  };
const removeStamped = ({ microsoft }: District) => {
  for (const group of [...microsoft.directory.groups.values()]) {
    if (group.props.displayName === 'Left behind') microsoft.directory.deleteGroup(group);
  }
};

export const rosterCauses = {
  UnmatchedEntry: { roster: having('10', { studentNumber: '9999' }), fix: commit },
  AmbiguousMatch: { before: stranger(ofBoth), fix: remove('again') },
  DuplicateTargetEntries: { roster: having('10', { studentNumber: '4001' }), fix: commit },
  ExcludedAccount: {
    before: (district) => {
      const { users } = district.microsoft.directory;
      users.update(accountOf(district, 'student0'), { userType: 'Guest' });
    },
    fix: (district) => {
      const { users } = district.microsoft.directory;
      users.update(accountOf(district, 'student0'), { userType: 'Member' });
    },
  },
  ExemptAccount: {
    after: [
      ({ store, tenantId }) =>
        store.withTenant(tenantId, (scope) =>
          addExempt(scope, { account: 'student0@contoso.edu', reason: 'test', addedAt: '', addedBy: 'kim' }),
        ),
    ],
    fix: ({ store, tenantId }) => store.withTenant(tenantId, (scope) => removeExempt(scope, 'student0@contoso.edu')),
  },
  AccountOfFormerPerson: {
    profile: { policies: { studentGone: 'disable', goneForDays: 0 } },
    after: [
      // A new record with the number of one who left, whose account says another number.
      (district) => {
        district.microsoft.directory.users.update(accountOf(district, 'student0'), { mailNickname: '4777' });
        return district.commit([
          ...without('10', '300', '301', '302')(whole),
          { kind: 'student', id: '99', schoolId: '1', studentNumber: '4777' },
        ]);
      },
    ],
    fix: commit,
  },
  AccountOfStaff: {
    roster: (records) => [...records, { kind: 'teacher', id: '99', schoolId: '1', username: 'student0' }],
    fix: commit,
  },
  MissingSourceValue: { roster: having('10', { studentNumber: undefined }), fix: commit },
  InvalidUserName: { create: true, roster: having('10', { username: 'zoë smith' }), fix: commit },
  NameInOtherScript: {
    create: true,
    profile: { accounts: { students: { username: { pattern: '{surname}.{studentNumber}' } } } },
    roster: having('10', { surname: 'Шимић' }),
    fix: commit,
  },
  UserNameTaken: { create: true, before: stranger(namesake), fix: remove('student0') },
  PersonInTwoProfiles: {
    roster: (records) => [
      ...records,
      { kind: 'teacher', id: '90', schoolId: '2', username: 'teacher0', givenName: 'Kim', surname: "O'Neil 0" },
    ],
    before: rival(['1'], ['2']),
    fix: commit,
  },
  SchoolInTwoProfiles: { before: rival(['1', '2'], ['1']), fix: rival(['2'], ['1']) },
  SectionNotInRoster: { roster: without('50'), fix: commit },
  InvalidLookupReference: { roster: without('10'), fix: commit },
  DuplicateStamps: {
    before: (district) => {
      for (const alias of ['a', 'b']) stamped({ externalId: '50', mailNickname: alias })(district);
    },
    fix: removeStamped,
  },
  ContradictoryStamp: {
    before: stamped({
      externalId: '50',
      mailNickname: 'c',
      [`${sdsExtension}ObjectType`]: 'Section',
      [`${sdsExtension}AnchorId`]: 'Section_51',
    }),
    fix: removeStamped,
  },
  LeaverOnPremises: {
    profile: { policies: { studentGone: 'disable', goneForDays: 0 } },
    after: [
      (district) => {
        district.microsoft.directory.users.update(accountOf(district, 'student0'), { onPremisesSyncEnabled: true });
        return district.commit(without('10', '300', '301', '302')(whole));
      },
    ],
    fix: commit,
  },
} satisfies Record<string, Cause>;
