import type { Entry, Fixer } from './entry.ts';
import { graphRefusals } from './graph-refusals.ts';

export const graphErrors = {
  GRAPH_UNREACHABLE: {
    retry: 'retry',
    who: 'operator',
    sentence: 'Cannot reach Microsoft Graph at {url}: {reason}.',
    action: 'Check that the relay may open outbound connections to this host.',
    meaning:
      'Name resolution, connection, TLS or a timeout, on the way to Graph or to the sign-in. The run goes on by itself.',
  },
  GRAPH_UNREADABLE: {
    retry: 'retry',
    who: 'operator',
    sentence: "The answer to {what} (status {status}) is not Microsoft's: {words}.",
    action:
      'Nothing to do if it passes. If it stays, look for a filter, proxy or firewall between the relay and Microsoft that answers in its place, and let the relay pass.',
    meaning:
      'A page, an empty or half a body, or JSON of another service where Microsoft sends its own. Reads are repeated; a write may have been carried out and is looked up before it is repeated.',
  },
  GRAPH_SIGN_IN_REFUSED: {
    retry: 'fix',
    who: 'microsoft',
    sentence: "Microsoft refused the relay's sign-in to tenant {tenant}: {reason}.",
    action: 'Check client id, certificate (or secret) and that an administrator of the tenant has consented.',
    meaning:
      'The token endpoint answered with an AADSTS error. Typical: expired certificate, wrong tenant id, no consent. The next attempt signs in with a fresh assertion, so the problem ends by itself once the cause is fixed.',
  },
  GRAPH_CONSENT_MISSING: {
    retry: 'fix',
    who: 'microsoft',
    sentence: 'The tenant {tenant} has not granted {roles}.',
    action: 'Have an administrator of the tenant grant admin consent again, then wait a few minutes.',
    meaning:
      'The app token came without the roles that the profile needs. A fresh consent takes minutes to arrive; each attempt asks for a new token.',
  },
  GRAPH_THROTTLED: {
    retry: 'retry-after',
    who: 'nobody',
    sentence: 'Microsoft Graph throttles this tenant ({scope}).',
    action: 'Nothing to do: the relay slows down and goes on.',
    meaning: "Other applications share the tenant's limits. Occasional throttling is normal in the first days of term.",
  },
  GRAPH_FAILED: {
    retry: 'retry',
    who: 'nobody',
    sentence: 'Microsoft Graph failed on {what} with status {status}: {reason}.',
    action: 'Nothing to do if it passes; else open a support case with Microsoft and quote the request id {requestId}.',
    meaning:
      'A 5xx answer or one that cannot be read. Writes whose outcome is unknown are looked up before they are repeated.',
  },
  ...graphRefusals,
  UnmatchedEntry: {
    retry: 'fix',
    who: 'microsoft',
    sentence: 'No account in Microsoft 365 has {target} = {value}.',
    action: "Create the account or correct the person's {source} in PowerSchool.",
    meaning: "School Data Sync's own code: the identity rule found nobody for this person.",
  },
  AmbiguousMatch: {
    retry: 'fix',
    who: 'microsoft',
    sentence: '{count} accounts in Microsoft 365 have {target} = {value}.',
    action: 'Make the value unique in Microsoft 365, or choose another identity rule.',
    meaning:
      'Two candidates are an error, never a guess. Typical of mailNickname, which the directory does not keep unique.',
  },
  DuplicateTargetEntries: {
    retry: 'fix',
    who: 'sis',
    sentence: '{count} people in PowerSchool share {what}: {people}.',
    action:
      'Correct the duplicate in PowerSchool. If the data is right, say whose the account is: "hallpass-relay link set TENANT PERSON ACCOUNT".',
    meaning:
      'Two people would be matched to, or be given, one account. None of them is, until it is clear who is meant; a person who already has the account keeps it.',
  },
  AccountOfStaff: {
    retry: 'fix',
    who: 'sis',
    sentence:
      "The account {account} is found for two records of PowerSchool: the student {student} by {source}, and the staff member {staff} by {staffSource}. Staff decides, so it is the staff member's.",
    action:
      'Nothing to do if both are one person. Otherwise correct one of the two values in PowerSchool, or take the account from the staff member with "hallpass-relay link remove TENANT {staff}" and give it to the student with "hallpass-relay link set TENANT {student} {account}".',
    meaning:
      "One person is in PowerSchool as a student and as staff. As in School Data Sync the account is provisioned as staff's. Where both names of the two records differ, or nothing but two numbers is the same, they are taken for two people, and neither gets it (DuplicateTargetEntries).",
  },
  AccountOfFormerPerson: {
    retry: 'fix',
    who: 'sis',
    sentence:
      "The account {account} would be this person's ({person}), and it was that of {former}, who has left PowerSchool: {reason}.",
    action:
      'If both are one person, or the account is to be {person}\'s, say so: "hallpass-relay link set TENANT {person} {account}". Otherwise correct the user name or number in PowerSchool.',
    meaning:
      "Who has left PowerSchool keeps the account until somebody who is there claims it by the profile's rules: a student who comes back as a new record gets theirs by itself. Where number or names differ it may be another person's mail and files, so a person decides.",
  },
  ExcludedAccount: {
    retry: 'fix',
    who: 'microsoft',
    sentence: 'Only {account} has {target} = {value} in Microsoft 365, and it is {what}.',
    action:
      "Create an account for the person, or correct the person's {source} in PowerSchool. If it is the person's account, the profile can say so ({option}), or give it by hand: hallpass-relay link set.",
    meaning:
      'Guests, rooms, equipment and shared mailboxes are nobody of the roster, and no rule gives them to anybody unless the profile says so. A parent may be a guest with the address that PowerSchool has for the student.',
  },
  PersonInTwoProfiles: {
    retry: 'fix',
    who: 'operator',
    sentence: 'The person is in schools of several profiles: {profiles}.',
    action:
      'Put all schools of the person into one profile, or end the assignment in PowerSchool. Until then account and memberships stay as they are.',
    meaning:
      'Two profiles could give one person two accounts, or write different values to the same one by turns. Neither does anything for the person, until it is clear which one is meant.',
  },
  SchoolInTwoProfiles: {
    retry: 'fix',
    who: 'operator',
    sentence: 'The school is claimed by several profiles: {profiles}.',
    action: 'Take the school out of all profiles but one. Until then its classes and people stay as they are.',
    meaning:
      'A school belongs to the profile that names it, else to the one that has all schools. Where two claims are as good as each other, neither provisions the school.',
  },
  MissingSourceValue: {
    retry: 'fix',
    who: 'sis',
    sentence: 'The person has no {source} in PowerSchool.',
    action: 'Fill in {source} in PowerSchool.',
    meaning: 'The identity rule has nothing to compare, or an account cannot be named.',
  },
  InvalidUserName: {
    retry: 'fix',
    who: 'sis',
    sentence: '"{value}" cannot be a user name in Microsoft 365: {reason}.',
    action: 'Correct the user name in PowerSchool.',
    meaning:
      "Letters, digits and ' . - _ ! # ^ ~ are allowed, no accents, 64 characters before the @, no dot directly before it.",
  },
  NameInOtherScript: {
    retry: 'fix',
    who: 'sis',
    sentence: 'No user name can be made of the {source} "{value}": {reason}.',
    action:
      'Enter the {source} in Latin letters in PowerSchool, or have user names made of something else: set "accounts.{role}.username" of the profile to "username", which takes PowerSchool\'s own, or to a pattern of other values, such as the number.',
    meaning:
      'User names have the letters a to z and digits. Latin letters of every orthography become these (Š, Ł, Ɗ, Đ, Þ …), and letters that are written like apostrophes are left out. Hallpass does not spell names of other scripts in Latin letters: there are several ways, and the family has chosen one.',
  },
  DuplicateStamps: {
    retry: 'fix',
    who: 'microsoft',
    sentence: '{count} objects in Microsoft 365 are stamped as this one: {objects}.',
    action:
      'Keep one, and delete the others or take their stamp away. Hallpass looks again every 15 minutes and takes over the one that is left.',
    meaning:
      'School Data Sync, a restore or a script left several objects for one record. Hallpass does not guess which one people use: until then it makes and changes nothing for the record.',
  },
  ContradictoryStamp: {
    retry: 'fix',
    who: 'microsoft',
    sentence: 'What Microsoft 365 has for this record contradicts itself: {reason} ({objects}).',
    action:
      'Correct or clear the attributes of the object. If many records have this problem, the ids of School Data Sync are something else than "adoption.ids" of the profile says.',
    meaning:
      'An object bears the stamps of two records, or something besides its id belongs to another one, as after a change to a PowerSchool server that numbers its ids from the start again. It is not taken over, and nothing is made in its place. Hallpass looks again every 15 minutes.',
  },
  LeaverOnPremises: {
    retry: 'fix',
    who: 'microsoft',
    sentence: 'The person is gone from PowerSchool, and only Active Directory can disable the account.',
    action: 'Disable the account in Active Directory.',
    meaning:
      'The policy is to disable accounts of people who have left. Accounts that are synchronized from an on-premises Active Directory take that from there alone.',
  },
  ClassWithoutOwner: {
    retry: 'fix',
    who: 'sis',
    sentence: 'The class has no teacher with an account, so no team can be made of it.',
    action: 'Assign a teacher in PowerSchool, or see that the teacher gets an account.',
    meaning:
      'The profile makes a team of every class, and Microsoft Teams wants an owner first. The class itself is there and works in everything else.',
  },
  TeamNotReady: {
    retry: 'retry',
    who: 'nobody',
    sentence: 'Microsoft Teams has not made the team of this class in {hours} hours: {reason}.',
    action:
      'See that Teams is switched on for the tenant and licensed for the teacher; try "create a team from a group" there. Hallpass goes on trying, and takes a team that is made by hand as it is.',
    meaning:
      'Teams hears of a new class later than the directory, usually within 15 minutes, and makes a team some time after it was asked. Only after hours is that a problem.',
  },
  TeamFailed: {
    retry: 'retry',
    who: 'microsoft',
    sentence: 'Microsoft Teams took the request for a team of this class and failed: {reason}.',
    action: 'Nothing to do if it passes: the next run asks again. Else open a support case with Microsoft.',
    meaning: 'A team is made after the answer to the request; the operation that does so ended without one.',
  },
  InvalidLookupReference: {
    retry: 'fix',
    who: 'sis',
    sentence: 'The {kind} in section {section} names {reference}, {reason}.',
    action:
      'Give the person an active place at a school that is synced, or end the {kind} in PowerSchool. {otherwise}.',
    meaning:
      "School Data Sync's own code: a class names somebody whom nobody provisions. Only active students and current staff of schools are read, and only of the schools that profiles have; the district office is none of them. The rest of the class is provisioned.",
  },
  SectionNotInRoster: {
    retry: 'fix',
    who: 'sis',
    sentence:
      '{count} enrollments and teacher assignments of school {school} are in section {section} (DCID), which PowerSchool did not send.',
    action:
      'Look at the section in PowerSchool (School Management > Sections): it must have a term of the current school year. If a row of it is left out, correct that row first.',
    meaning:
      'An enrollment or a teacher of a section came without the section. It passes by itself when the sections of the school could not be read just now.',
  },
  MemberRemovedByHand: {
    retry: 'fix',
    who: 'microsoft',
    sentence: 'Somebody removed this {what} from the {where} in Microsoft 365; PowerSchool still has it there.',
    action:
      'End the enrollment or assignment in PowerSchool, or add the {what} again in Microsoft 365. With drift.memberships "repair" in the profile Hallpass does that.',
    meaning:
      'What Microsoft 365 has was compared with what Hallpass did there. The profile wants such differences reported, not repaired. The problem goes away when the difference does.',
  },
  MemberAddedByHand: {
    retry: 'fix',
    who: 'microsoft',
    sentence: 'Somebody added this {what} to the {where} in Microsoft 365; PowerSchool does not have it there.',
    action: 'Enter it in PowerSchool too, or remove the {what} from the {where} in Microsoft 365, if it is not meant.',
    meaning:
      'Often a co-teacher or an aide, and fine: with drift.foreignMembers "keep" in the profile, which is the default, nothing is reported.',
  },
  ChangedByHand: {
    retry: 'fix',
    who: 'microsoft',
    sentence: 'Somebody changed the {what} in Microsoft 365: {properties}.',
    action:
      'Change it in PowerSchool instead, or put it back. With drift.attributes "repair" in the profile Hallpass writes its values again.',
    meaning:
      'The values differ from those that Hallpass wrote. They stay until they change in PowerSchool. Values before and after: hallpass-relay drift.',
  },
  DeletedByHand: {
    retry: 'fix',
    who: 'microsoft',
    sentence: 'Somebody deleted the {what} in Microsoft 365; PowerSchool still has it.',
    action:
      'Restore it in Microsoft Entra (a class within 30 days), or set drift.deletedObjects to "recreate" in the profile to have a new, empty one made.',
    meaning:
      'Until then nothing is planned for it. A class that is made again has its members, but neither the files nor the posts of the old one, which is why that does not happen by itself.',
  },
  AccountDeletedByHand: {
    retry: 'fix',
    who: 'microsoft',
    sentence:
      'Somebody deleted the account {account} of this person in Microsoft 365; PowerSchool still has the person.',
    action:
      'Restore it in Microsoft Entra within 30 days, or name another account with "hallpass-relay link set". A new one is made for this person after "hallpass-relay link remove", and for everybody with drift.deletedAccounts "recreate" in the profile.',
    meaning:
      "Accounts are usually deleted on purpose, and a new one would have the same name and neither mailbox nor files, so none is made by itself. An account that is restored is the person's again, with license, school and classes.",
  },
  DriftContended: {
    retry: 'fix',
    who: 'microsoft',
    sentence: 'Somebody undoes it each time: {what} again {times} times within days, and it is undone again.',
    action:
      'Find out who: the audit log of Microsoft Entra names the account or application. Often another sync, such as School Data Sync, provisions the same class.',
    meaning:
      'Hallpass does not fight. It repaired the difference twice, and leaves it alone until it has ended, or until nothing has happened for seven days.',
  },
  DriftUnreadable: {
    retry: 'fix',
    who: 'operator',
    sentence: 'What people changed in Microsoft 365 could not be read: {reason}',
    action:
      'Give the application the permissions GroupMember.Read.All and Member.Read.Hidden if they are missing. Otherwise it is tried again in ten minutes.',
    meaning: 'Provisioning goes on. Changes made by hand are noticed as soon as the directory can be read.',
  },
} as const satisfies Record<string, Entry & { who: Fixer }>;
