/** What people change in Microsoft 365 by hand, where the profile wants to hear of it. */
import type { Group, User } from '../../../scripts/simulators/microsoft/directory/entities.ts';
import type { District } from '../district.ts';
import { accountOf, type Cause, faultsEnd, faulty, nothing } from './cause.ts';

const reported = {
  drift: { memberships: 'report', foreignMembers: 'report', attributes: 'report', deletedObjects: 'report' },
};

function classOf50({ microsoft }: District): Group {
  const [group] = microsoft.directory.groups.find('externalId', '50');
  if (group === undefined) throw new Error('no class 50');
  return group;
}

function studentOf50(district: District): User {
  return accountOf(district, 'student0');
}

const removeStudent = (district: District) =>
  district.microsoft.directory.removeLink(classOf50(district), 'members', studentOf50(district));
const addStudent = (district: District) =>
  district.microsoft.directory.addLink(classOf50(district), 'members', studentOf50(district));
const rename = (displayName: string) => (district: District) => {
  district.microsoft.directory.groups.update(classOf50(district), { displayName });
};

const restoreDeleted = ({ microsoft }: District) => {
  for (const deleted of [...microsoft.directory.deleted.values()]) microsoft.directory.restore(deleted);
};

/** Values are compared once an hour. */
const anHourLater = (change: (district: District) => void) => (district: District) => {
  change(district);
  district.clock.advance(3_600_000);
};

export const handCauses = {
  MemberRemovedByHand: { profile: reported, after: [removeStudent], fix: addStudent },
  MemberAddedByHand: {
    profile: reported,
    after: [
      (district) =>
        district.microsoft.directory.addLink(classOf50(district), 'members', accountOf(district, 'teacher3')),
    ],
    fix: (district) =>
      district.microsoft.directory.removeLink(classOf50(district), 'members', accountOf(district, 'teacher3')),
  },
  ChangedByHand: {
    profile: reported,
    after: [anHourLater(nothing), anHourLater(rename('Kept by hand'))],
    fix: anHourLater(rename('Course 0 - 1')),
  },
  DeletedByHand: {
    profile: reported,
    after: [(district) => district.microsoft.directory.deleteGroup(classOf50(district))],
    fix: restoreDeleted,
  },
  AccountDeletedByHand: {
    create: true,
    after: [(district) => district.microsoft.directory.deleteUser(accountOf(district, 'student0'))],
    fix: restoreDeleted,
  },
  DriftContended: { after: [removeStudent, removeStudent, removeStudent], fix: addStudent },
  DriftUnreadable: { after: [faulty('^/groups/delta', '500', 10_000)], fix: faultsEnd },
} satisfies Record<string, Cause>;
