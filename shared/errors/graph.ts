import type { Entry, Fixer } from './entry.ts';
import { graphRefusals } from './graph-refusals.ts';

export const graphErrors = {
  GRAPH_UNREACHABLE: {
    retry: 'retry',
    who: 'operator',
    sentence: 'Cannot reach Microsoft Graph at {url}: {reason}.',
    action: 'Check that the network lets the relay open outbound connections to this host.',
    meaning:
      'Name resolution, the connection or TLS failed, or the request timed out, on the way to Graph or to the sign-in. The run continues on its own once the host answers.',
  },
  GRAPH_UNREADABLE: {
    retry: 'retry',
    who: 'operator',
    sentence: 'The answer to {what} (status {status}) is not from Microsoft: {words}.',
    action:
      'Wait. If this continues, look for a filter, proxy or firewall between the relay and Microsoft that answers instead of Microsoft, and exempt the relay from it.',
    meaning:
      "The relay got a web page, an empty or truncated body, or another service's JSON where Microsoft sends its own. It repeats reads; it looks up whether a write took effect before repeating it.",
  },
  GRAPH_ANSWER_UNKNOWN: {
    retry: 'retry',
    who: 'operator',
    sentence: 'Microsoft Graph answered {what} in a form that Hallpass does not know: {where}: {reason}.',
    action: 'Wait. If this continues, report it with this message and the request id {requestId}.',
    meaning:
      "An answer of Graph lacks a value that Microsoft's reference promises, or has one of another type. The relay repeats the read, and takes nothing from such an answer.",
  },
  GRAPH_SIGN_IN_REFUSED: {
    retry: 'fix',
    who: 'microsoft',
    sentence: "Microsoft refused the relay's sign-in to the Microsoft 365 tenant {tenant}: {reason}.",
    action:
      'Check the client id and the certificate (or secret), and check that an administrator of the tenant has granted consent.',
    meaning:
      'The token endpoint answered with an AADSTS error, typically because of an expired certificate, a wrong tenant id or missing consent. Each attempt signs in with a fresh assertion, so the problem disappears once the cause is fixed.',
  },
  GRAPH_CONSENT_MISSING: {
    retry: 'fix',
    who: 'microsoft',
    sentence: 'The Microsoft 365 tenant {tenant} has not granted {roles}.',
    action:
      'Have an administrator of the tenant grant it on the page "Microsoft 365" of the district (hallpass-relay tenant consent prints the link), then wait a few minutes.',
    meaning:
      'The app token lacks roles that the profile needs. New consent takes minutes to take effect; each attempt asks for a new token.',
  },
  GRAPH_THROTTLED: {
    retry: 'retry-after',
    who: 'nobody',
    sentence: 'Microsoft Graph throttles this Microsoft 365 tenant ({scope}).',
    action: 'Wait: the relay slows down and continues.',
    meaning:
      "Other applications share the tenant's limits. Occasional throttling is normal in the first days of a term.",
  },
  GRAPH_FAILED: {
    retry: 'retry',
    who: 'nobody',
    sentence: 'Microsoft Graph failed on {what} with status {status}: {reason}.',
    action: 'Wait. If this continues, open a support case with Microsoft and quote the request id {requestId}.',
    meaning:
      'Graph answered with 5xx or with something that cannot be read. The relay looks up whether a write took effect before repeating it.',
  },
  ...graphRefusals,
  UnmatchedEntry: {
    retry: 'fix',
    who: 'microsoft',
    sentence: 'No account in Microsoft 365 has {target} = {value}.',
    action: "Create the account, or correct the person's {source} in PowerSchool.",
    meaning: "This is School Data Sync's own code: the identity rule found no account for this person.",
  },
  AmbiguousMatch: {
    retry: 'fix',
    who: 'microsoft',
    sentence: '{count} accounts in Microsoft 365 have {target} = {value}.',
    action: 'Make the value unique in Microsoft 365, or choose another identity rule.',
    meaning:
      'With two candidates Hallpass reports an error rather than guess. This is typical of mailNickname, which the directory does not keep unique.',
  },
  DuplicateTargetEntries: {
    retry: 'fix',
    who: 'sis',
    sentence: '{count} people in PowerSchool share {what}: {people}.',
    action:
      'Correct the duplicate in PowerSchool. If the data is right, say who the account belongs to: "hallpass-relay link set TENANT PERSON ACCOUNT".',
    meaning:
      'Two people would be matched to one account, or be given the same new one. Neither gets it until it is clear who is meant; a person who already has the account keeps it.',
  },
  AccountOfStaff: {
    retry: 'fix',
    who: 'sis',
    sentence:
      "The account {account} matches two PowerSchool records: the student {student} by {source}, and the staff member {staff} by {staffSource}. Staff takes precedence, so the account is the staff member's.",
    action:
      'Ignore this if both records are one person. Otherwise correct one of the two values in PowerSchool, or unlink the account from the staff member with "hallpass-relay link remove TENANT {staff}" and link it to the student with "hallpass-relay link set TENANT {student} {account}".',
    meaning:
      'PowerSchool has one person both as a student and as staff. Like School Data Sync, Hallpass provisions the account as staff. If first and last name differ, or the records share nothing but a number, Hallpass treats them as two people and neither gets the account (DuplicateTargetEntries).',
  },
  AccountOfFormerPerson: {
    retry: 'fix',
    who: 'sis',
    sentence:
      'The account {account} matches this person ({person}), but it belonged to {former}, who has left PowerSchool: {reason}.',
    action:
      'If both are one person, or {person} should have the account, run "hallpass-relay link set TENANT {person} {account}". Otherwise correct the user name or number in PowerSchool.',
    meaning:
      "A person who leaves PowerSchool keeps the account until a current person claims it by the profile's rules: a student who returns under a new record gets the old account automatically. If number or names differ, the mail and files may be another person's, so you decide.",
  },
  ExcludedAccount: {
    retry: 'fix',
    who: 'microsoft',
    sentence: 'Only {account} has {target} = {value} in Microsoft 365, and it is {what}.',
    action:
      'Create an account for the person, or correct the person\'s {source} in PowerSchool. If this is the person\'s account, allow it in the profile ({option}), or link it by hand with "hallpass-relay link set".',
    meaning:
      'Guests, rooms, equipment and shared mailboxes do not belong to people of the roster, so no identity rule matches them unless the profile allows it. A parent, for example, may be a guest with the address that PowerSchool has for the student.',
  },
  ExemptAccount: {
    retry: 'fix',
    who: 'microsoft',
    sentence: "The person's account {account} is exempt, so nothing is written to it: {reason}.",
    action:
      'Nothing needs to be done. If Hallpass should look after the account again, end the exemption with "hallpass-relay exempt remove".',
    meaning:
      'The district keeps a list of accounts that Hallpass never writes to: what they have, and the classes they are in, stay as they are, whatever changes in PowerSchool. The problem says so as long as the person is in a school of the profile.',
  },
  PersonInTwoProfiles: {
    retry: 'fix',
    who: 'operator',
    sentence: 'The person is in schools of several profiles: {profiles}.',
    action:
      'Put all schools of the person into one profile, or end one of the assignments in PowerSchool. Until then the account and its memberships stay as they are.',
    meaning:
      'Two profiles could give one person two accounts, or take turns writing different values to one account. Neither does anything for the person until it is clear which profile is meant.',
  },
  SchoolInTwoProfiles: {
    retry: 'fix',
    who: 'operator',
    sentence: 'Several profiles claim the school: {profiles}.',
    action: 'Remove the school from all profiles but one. Until then its classes and people stay as they are.',
    meaning:
      'A school belongs to the profile that names it, or else to the one that covers all schools. If two claims are equal, neither profile provisions the school.',
  },
  MissingSourceValue: {
    retry: 'fix',
    who: 'sis',
    sentence: 'The person has no {source} in PowerSchool.',
    action: 'Fill in {source} in PowerSchool.',
    meaning: 'The identity rule has no value to compare, or Hallpass cannot form a user name.',
  },
  InvalidUserName: {
    retry: 'fix',
    who: 'sis',
    sentence: '"{value}" cannot be a user name in Microsoft 365: {reason}.',
    action: 'Correct the user name in PowerSchool.',
    meaning:
      "A user name may contain letters, digits and ' . - _ ! # ^ ~ but no accents. It has at most 64 characters before the @, and no dot directly before it.",
  },
  NameInOtherScript: {
    retry: 'fix',
    who: 'sis',
    sentence: 'Hallpass cannot make a user name from the {source} "{value}": {reason}.',
    action:
      'Enter the {source} in Latin letters in PowerSchool, or have user names made from something else: set "accounts.{role}.username" of the profile to "username", which uses PowerSchool\'s own, or to a pattern of other values, such as the number.',
    meaning:
      'User names consist of the letters a to z and digits. Hallpass converts Latin letters of every orthography to these (Š, Ł, Ɗ, Đ, Þ …) and omits letters written like apostrophes. It does not transliterate names from other scripts: there are several ways, and the family has chosen one.',
  },
  DuplicateStamps: {
    retry: 'fix',
    who: 'microsoft',
    sentence: '{count} objects in Microsoft 365 carry the stamp of this record: {objects}.',
    action:
      'Keep one, and delete the others or remove their stamps. Hallpass looks again every 15 minutes and adopts the one that is left.',
    meaning:
      'School Data Sync, a restore or a script left several objects for one record. Hallpass does not guess which one people use: until you decide, it creates and changes nothing for the record.',
  },
  ContradictoryStamp: {
    retry: 'fix',
    who: 'microsoft',
    sentence: 'The objects that Microsoft 365 has for this record contradict each other: {reason} ({objects}).',
    action:
      'Correct or clear the attributes of the object. If many records have this problem, "adoption.ids" of the profile names the wrong kind of ids for what School Data Sync wrote.',
    meaning:
      'An object carries the stamps of two records, or another of its values belongs to a different record than its id does, as happens after a move to a PowerSchool server that numbers its ids from the start. Hallpass neither adopts the object nor creates a new one. It looks again every 15 minutes.',
  },
  LeaverOnPremises: {
    retry: 'fix',
    who: 'microsoft',
    sentence: 'The person has left PowerSchool, and only Active Directory can disable the account.',
    action: 'Disable the account in Active Directory.',
    meaning:
      'The profile disables accounts of people who left. Accounts synchronized from an on-premises Active Directory can only be disabled there.',
  },
  ClassWithoutOwner: {
    retry: 'fix',
    who: 'sis',
    sentence: 'The class has no owner, so it cannot get a team.',
    action:
      'Assign a teacher in PowerSchool, or make sure that the teacher gets an account. If somebody removed the teacher from the owners in Microsoft 365, add them again.',
    meaning:
      'The profile creates a team for every class, and Microsoft Teams requires an owner. The class itself exists and otherwise works.',
  },
  TeamNotReady: {
    retry: 'retry',
    who: 'nobody',
    sentence: 'Microsoft Teams has not created the team of this class in {hours} hours: {reason}.',
    action:
      'Check that Teams is enabled for the tenant and that the teacher has a Teams license; try "create a team from a group" there. Hallpass keeps trying, and adopts a team that you create by hand.',
    meaning:
      'Teams learns of a new class later than the directory does, usually within 15 minutes, and creates the team some time after the request. This becomes a problem only after hours.',
  },
  TeamFailed: {
    retry: 'retry',
    who: 'microsoft',
    sentence: 'Microsoft Teams accepted the request for a team of this class and then failed: {reason}.',
    action: 'Wait: the next run asks again. If this continues, open a support case with Microsoft.',
    meaning: 'Teams answers the request first and creates the team afterwards; its own operation ended without a team.',
  },
  InvalidLookupReference: {
    retry: 'fix',
    who: 'sis',
    sentence: 'The {kind} in section {section} names {reference}, {reason}.',
    action:
      'Give the person an active assignment at a school that is synced, or end the {kind} in PowerSchool. {otherwise}.',
    meaning:
      "This is School Data Sync's own code: a class names somebody who is not provisioned. The agent reads only active students and current staff, and only of schools that the profiles cover; the district office is not one of them. Hallpass provisions the rest of the class.",
  },
  SectionNotInRoster: {
    retry: 'fix',
    who: 'sis',
    sentence:
      '{count} enrollments and teacher assignments of school {school} are in section {section} (DCID), which PowerSchool did not send.',
    action:
      'Look at the section in PowerSchool (School Management > Sections): it needs a term of the current school year. If a row of it is left out, correct that row first.',
    meaning:
      "The agent sent an enrollment or a teacher assignment without its section. The problem disappears on its own if the agent just could not read the school's sections.",
  },
  MemberRemovedByHand: {
    retry: 'fix',
    who: 'microsoft',
    sentence:
      'Somebody removed this {what} from the {where} in Microsoft 365, but PowerSchool still lists the {what} there.',
    action:
      'End the enrollment or assignment in PowerSchool, or add the {what} again in Microsoft 365. To have Hallpass do that, set drift.memberships to "repair" in the profile.',
    meaning:
      'Microsoft 365 differs from what Hallpass wrote there, and the profile says to report such differences, not to repair them. The problem disappears when the difference does.',
  },
  MemberAddedByHand: {
    retry: 'fix',
    who: 'microsoft',
    sentence:
      'Somebody added this {what} to the {where} in Microsoft 365, but PowerSchool does not list the {what} there.',
    action:
      'Enter the {what} in PowerSchool too, or remove the {what} from the {where} in Microsoft 365 if the change was a mistake.',
    meaning:
      'This is often a co-teacher or an aide, and fine: with drift.foreignMembers "keep" in the profile, which is the default, Hallpass reports nothing.',
  },
  ChangedByHand: {
    retry: 'fix',
    who: 'microsoft',
    sentence: 'Somebody changed the {what} in Microsoft 365: {properties}.',
    action:
      'Change it in PowerSchool instead, or undo the change. To have Hallpass write its values again, set drift.attributes to "repair" in the profile.',
    meaning:
      'The values differ from those that Hallpass wrote. They stay until they change in PowerSchool. To see the values before and after, run "hallpass-relay drift".',
  },
  DeletedByHand: {
    retry: 'fix',
    who: 'microsoft',
    sentence: 'Somebody deleted the {what} in Microsoft 365, but it is still in PowerSchool.',
    action:
      'Restore it in Microsoft Entra (a class within 30 days), or set drift.deletedObjects to "recreate" in the profile to have a new, empty one created.',
    meaning:
      'Until it is restored, Hallpass plans nothing for it. A class that is created again has its members, but neither the files nor the posts of the old one, so Hallpass does not create it on its own.',
  },
  AccountDeletedByHand: {
    retry: 'fix',
    who: 'microsoft',
    sentence:
      'Somebody deleted the account {account} of this person in Microsoft 365, but the person is still in PowerSchool.',
    action:
      'Restore the account in Microsoft Entra within 30 days, or link another one with "hallpass-relay link set". To have a new account created, run "hallpass-relay link remove" for this person, or set drift.deletedAccounts to "recreate" in the profile for everybody.',
    meaning:
      "Accounts are usually deleted on purpose, and a new one would have the same name but neither mailbox nor files, so Hallpass does not create one on its own. A restored account is the person's again, with license, school and classes.",
  },
  DriftContended: {
    retry: 'fix',
    who: 'microsoft',
    sentence: 'Somebody keeps undoing a repair: {what} {times} times within days.',
    action:
      'Find out who does it: the audit log of Microsoft Entra names the account or application. Often another sync, such as School Data Sync, provisions the same class.',
    meaning:
      'Hallpass does not fight. It repaired the difference twice, and now leaves it alone until it is gone or nothing has happened for seven days.',
  },
  DriftUnreadable: {
    retry: 'fix',
    who: 'operator',
    sentence: 'Hallpass could not read what people changed in Microsoft 365: {reason}',
    action:
      'Give the application the permissions GroupMember.Read.All and Member.Read.Hidden if they are missing. Otherwise wait: Hallpass tries again in ten minutes.',
    meaning: 'Provisioning continues. Hallpass notices changes made by hand as soon as it can read the directory.',
  },
} as const satisfies Record<string, Entry & { who: Fixer }>;
