/** What Microsoft Graph refuses, as problems of one object. Which answer is which: relay/operations/. */
import type { Entry, Fixer } from './entry.ts';

export const graphRefusals = {
  GRAPH_DENIED: {
    retry: 'fix',
    who: 'microsoft',
    sentence: 'Microsoft Graph denied {what}: {reason}.',
    action:
      "See that the relay's application has all permissions of docs/relay.md, with admin consent. If it has, open a support case with Microsoft and quote the request id {requestId}.",
    meaning:
      'Status 401 or 403, and neither a missing permission nor a protected object was found to be the reason. The next run asks for a token with the permissions of then.',
  },
  PermissionMissing: {
    retry: 'fix',
    who: 'microsoft',
    sentence: "Microsoft Graph denied {what}: the relay's application does not have the permission {permissions}.",
    action:
      'Add the application permission {permissions} to the app registration and grant admin consent; the next run uses it.',
    meaning:
      'Status 403, and the token does not have the permission that Microsoft lists for this request. "hallpass-relay profile check" names such permissions in advance.',
  },
  AccountProtected: {
    retry: 'fix',
    who: 'microsoft',
    sentence: 'Microsoft 365 protects this account, so the relay may not change it ({what}): {protection}.',
    action:
      'Leave the account as it is: everything else goes on. Or name another account of the person with "hallpass-relay link set", or take the account out of the administrator role or the restricted administrative unit.',
    meaning:
      'Accounts with an administrator role, and those in a restricted management administrative unit, can be changed only by those who are allowed to manage them. The permissions of the application are not the reason. Where Graph lets the relay see the roles and units, the message names them.',
  },
  GroupProtected: {
    retry: 'fix',
    who: 'microsoft',
    sentence: 'Microsoft 365 protects this group, so the relay may not change it ({what}): {protection}.',
    action:
      'Take the group out of the restricted management administrative unit, or choose another group. A group to which roles can be assigned cannot be used.',
    meaning:
      'Groups in a restricted management administrative unit, and groups to which administrator roles can be assigned, can be changed only by those who are allowed to manage them. Everything else goes on.',
  },
  ApplicationBlocked: {
    retry: 'fix',
    who: 'microsoft',
    sentence: "Microsoft 365 lets the relay's application do nothing in this tenant ({what}): {reason}.",
    action:
      "See in Microsoft Entra (Enterprise applications) that the application is there and enabled for sign-in, that no Conditional Access policy for workload identities blocks the relay's address, and that the tenant itself is active.",
    meaning:
      'The application or the whole tenant is disabled, or a policy blocks it although it could sign in before. Permissions are not the reason.',
  },
  MemberRefused: {
    retry: 'fix',
    who: 'microsoft',
    sentence: 'Microsoft 365 does not take this account into the group ({what}): {reason}.',
    action:
      'Allow guests in groups in the Microsoft 365 admin center (Settings, Microsoft 365 Groups), or name another account of the person with "hallpass-relay link set".',
    meaning:
      'The group or the tenant does not take accounts of this kind, such as guests. Everybody else of the class is added.',
  },
  TeamsNotAvailable: {
    retry: 'fix',
    who: 'microsoft',
    sentence: 'Microsoft Teams is not available for the owner of this class or the tenant ({what}): {reason}.',
    action:
      'Give the teacher a license with Microsoft Teams, and see that Teams is switched on for the tenant. The team is asked for again by itself.',
    meaning: 'A team needs an owner who may use Microsoft Teams.',
  },
  GroupNotWritable: {
    retry: 'fix',
    who: 'microsoft',
    sentence: 'Nobody can be added to or removed from the group ({what}): {reason}.',
    action:
      'Choose a group with assigned members, made in Microsoft 365, in "licenses" of the profile; a class has to be such a group too.',
    meaning:
      'The members of the group follow a rule, or the group is a distribution list or a mail-enabled security group, which Exchange keeps.',
  },
  ConcurrentChange: {
    retry: 'retry',
    who: 'nobody',
    sentence: 'Something else was changing the same object in Microsoft 365 ({what}): {reason}.',
    action: 'Nothing to do: the next run tries again.',
    meaning:
      'The directory refuses two changes of one object at a time. The relay never makes two, but other programs and Microsoft itself do. After some minutes of trying, the operation is left to the next run.',
  },
  ObjectMissing: {
    retry: 'fix',
    who: 'microsoft',
    sentence: 'Microsoft 365 does not know an object that is needed for {what}: {reason}.',
    action:
      'If somebody deleted it, restore it in Microsoft Entra within 30 days. Otherwise nothing: the next run reads the directory and plans with what is there.',
    meaning:
      'Status 404, after it was tried several times, because a new object may be unknown to some of the servers for a while. An account that is gone keeps nobody else out of the class. The next run hears of deletions from the directory.',
  },
  GRAPH_QUOTA_EXCEEDED: {
    retry: 'fix',
    who: 'microsoft',
    sentence: 'Microsoft 365 has no room for {what}: {reason}.',
    action:
      "Delete for good what nobody needs (what is deleted counts for 30 days), or have Microsoft's support raise the tenant's quota.",
    meaning:
      'A tenant holds 300,000 users, groups and administrative units, 50,000 without a verified domain; a group has at most 100 owners, and a person is in at most 30 schools. The rest of the run goes on.',
  },
  ObjectFull: {
    retry: 'fix',
    who: 'microsoft',
    sentence: 'Microsoft 365 has no more room in this object ({what}): {reason}.',
    action:
      'Take out owners or members that are not needed. A group has at most 100 owners; an account or a class is in at most 30 schools.',
    meaning: 'A limit of one object, not of the tenant. The rest of the run goes on.',
  },
  GRAPH_REJECTED: {
    retry: 'fix',
    who: 'operator',
    sentence: 'Microsoft Graph rejected {what}: {reason}.',
    action:
      'This answer of Graph is not known to Hallpass. Please report it with the message and the request id {requestId}; the operation is planned again by itself.',
    meaning: 'A status of 4xx that no row of the table below explains. The rest of the run goes on.',
  },
  AzureActiveDirectoryInvalidPropertyValue: {
    retry: 'fix',
    who: 'sis',
    sentence: 'Microsoft 365 refused {what}: {reason}.',
    action: 'Correct the {field} in PowerSchool; the operation is planned again by itself.',
    meaning:
      "School Data Sync's own code: a value of PowerSchool breaks a rule of the directory, and Graph says which. The rest of the run goes on.",
  },
  ProfileValueRefused: {
    retry: 'fix',
    who: 'operator',
    sentence: 'Microsoft 365 refused {what}: {reason}.',
    action:
      'Correct what the profile says about {property}; the operation is planned again by itself. If the profile says nothing about it, report the message with the request id {requestId}.',
    meaning:
      'The value does not come from PowerSchool: it is an option of the profile, such as the usage location, or Hallpass made it.',
  },
  GroupNamingPolicy: {
    retry: 'fix',
    who: 'microsoft',
    sentence: "The tenant's naming policy for groups refuses the class ({what}): {reason}.",
    action:
      'Change the policy in Microsoft Entra (Groups, Naming policy), or change "classes.name" in the profile so that the names fit it.',
    meaning:
      'A naming policy asks for a prefix or suffix in the names of Microsoft 365 groups, or forbids words in them. It is set by administrators of Microsoft 365; nothing is wrong in PowerSchool.',
  },
  UserNameTaken: {
    retry: 'fix',
    who: 'microsoft',
    sentence: 'The user name {value} belongs to {holder} already.',
    action:
      'If the account is this person\'s, use "sync existing users" or rename one of them. Hallpass never takes over an account by its name.',
    meaning:
      'In create mode an existing account with the wanted name is reported, not adopted, unless Hallpass or School Data Sync made it for the same person.',
  },
  AliasTaken: {
    retry: 'fix',
    who: 'microsoft',
    sentence: 'Microsoft 365 refused {what}: the {property} that it needs belongs to {holder}.',
    action:
      'Give that object another {property}, or delete it for good, also from the deleted items, if nobody needs it. Hallpass never takes over an object by its name. The operation is planned again by itself.',
    meaning:
      'Aliases and e-mail addresses are unique in a tenant, across accounts, groups and what was deleted in the last 30 days. Hallpass adopts an object only if it bears the stamp of this very record. What does not depend on it goes on.',
  },
  DomainUnusable: {
    retry: 'fix',
    who: 'microsoft',
    sentence: 'Microsoft 365 makes no accounts in this domain ({what}): {reason}.',
    action:
      'Verify the domain in the Microsoft 365 admin center, or choose another one in "domains" of the profile. Accounts of a federated domain are made in the district\'s own directory: use the mode "match" for them.',
    meaning: 'The domain of the user name is not verified in the tenant, or it signs in elsewhere (federated).',
  },
  FirstPasswordRefused: {
    retry: 'fix',
    who: 'operator',
    sentence: 'Microsoft 365 refused the first password of the new account ({what}): {reason}.',
    action:
      'Choose a longer password, or another form, in "accounts" of the profile; the account is planned again with a new one.',
    meaning:
      'The tenant forbids more than Microsoft does, for instance words of its own list. Three different passwords were tried.',
  },
  OwnerNotRemovable: {
    retry: 'fix',
    who: 'microsoft',
    sentence: 'Microsoft 365 keeps this person as the last owner of the class ({what}): {reason}.',
    action: 'See that the class has another owner, with an account of its own; the next run tries again.',
    meaning:
      'A group keeps its last owner. A new owner may not be visible everywhere for a while, and an application as an owner does not count.',
  },
  EducationNotAvailable: {
    retry: 'fix',
    who: 'microsoft',
    sentence: 'The tenant does not have what Microsoft 365 Education needs ({what}): {reason}.',
    action: 'See that the tenant is an education tenant with a license of Office 365 A1 or above.',
    meaning: 'Schools, classes and their properties exist in education tenants alone.',
  },
  AzureActiveDirectoryInvalidLicense: {
    retry: 'fix',
    who: 'microsoft',
    sentence: 'Microsoft 365 did not give the license ({what}): {reason}.',
    action: '{advice} The operation is planned again by itself.',
    meaning:
      "School Data Sync's own code: the tenant does not have the SKU or a free seat of it, or its plans do not go with what the account has. The next step depends on which it is: see the table below.",
  },
  AzureActiveDirectoryInvalidUserUsageLocation: {
    retry: 'fix',
    who: 'microsoft',
    sentence: 'Microsoft 365 did not give the license ({what}): the account has no valid usage location.',
    action:
      'Set the account\'s usage location in Microsoft 365, or "licenses.usageLocation" of the profile for accounts to come.',
    meaning: "School Data Sync's own code: without a country Microsoft 365 gives no license.",
  },
  OnPremisesAccount: {
    retry: 'fix',
    who: 'microsoft',
    sentence: 'Microsoft 365 refused {what}: what it would change is mastered in an on-premises Active Directory.',
    action: 'Change it in Active Directory, or stop the synchronization of this account or group.',
    meaning:
      'Hallpass writes the education properties of such accounts and nothing else. Names, user name and the like belong to Active Directory; accounts of a synchronized domain are created there too.',
  },
  AzureActiveDirectoryRequestThrottledTemporarily: {
    retry: 'retry-after',
    who: 'nobody',
    sentence: 'Microsoft 365 was too busy for {what}.',
    action: 'Nothing to do: the next run tries again.',
    meaning: "School Data Sync's own code: after three minutes of waiting the operation was left to the next run.",
  },
  AzureActiveDirectoryReplicaUnavailable: {
    retry: 'retry',
    who: 'nobody',
    sentence: 'A part of Microsoft 365 was not available for {what}.',
    action: 'Nothing to do: the next run tries again.',
    meaning:
      "School Data Sync's own code: Graph answered 503 for three minutes, and the operation was left to the next run.",
  },
} as const satisfies Record<string, Entry & { who: Fixer }>;
