/** Microsoft Graph's refusals, as problems of one object. relay/operations/ decides which answer is which. */
import type { Entry, Fixer } from './entry.ts';

export const graphRefusals = {
  GRAPH_DENIED: {
    retry: 'fix',
    who: 'microsoft',
    sentence: 'Microsoft Graph denied {what}: {reason}.',
    action:
      "Check that the relay's application has all permissions listed in docs/relay.md, with admin consent. If it does, open a support case with Microsoft and quote the request id {requestId}.",
    meaning:
      'Graph answered 401 or 403, and Hallpass found neither a missing permission nor a protected object as the reason. The next run asks for a new token with the current permissions.',
  },
  PermissionMissing: {
    retry: 'fix',
    who: 'microsoft',
    sentence: "Microsoft Graph denied {what}: the relay's application does not have the permission {permissions}.",
    action:
      'Add the application permission {permissions} to the app registration and grant admin consent; the next run uses it.',
    meaning:
      'Graph answered 403, and the token lacks the permission that Microsoft lists for this request. "hallpass-relay profile check" names such permissions in advance.',
  },
  AccountProtected: {
    retry: 'fix',
    who: 'microsoft',
    sentence: 'Microsoft 365 protects this account, so the relay may not change it ({what}): {protection}.',
    action:
      'Leave the account as it is; everything else continues. Or link another account to the person with "hallpass-relay link set", or remove the account from the administrator role or the restricted administrative unit.',
    meaning:
      "Only people who are allowed to manage them can change accounts that have an administrator role or are in a restricted management administrative unit. The application's permissions are not the reason. If Graph lets the relay see the roles and units, the message names them.",
  },
  GroupProtected: {
    retry: 'fix',
    who: 'microsoft',
    sentence: 'Microsoft 365 protects this group, so the relay may not change it ({what}): {protection}.',
    action:
      'Remove the group from the restricted management administrative unit, or choose another group. A role-assignable group cannot be used.',
    meaning:
      'Only people who are allowed to manage them can change role-assignable groups and groups in a restricted management administrative unit. Everything else continues.',
  },
  ApplicationBlocked: {
    retry: 'fix',
    who: 'microsoft',
    sentence: "Microsoft 365 does not let the relay's application do anything in this tenant ({what}): {reason}.",
    action:
      "Check in Microsoft Entra (Enterprise applications) that the application exists and is enabled for sign-in, that no Conditional Access policy for workload identities blocks the relay's address, and that the tenant itself is active.",
    meaning:
      'The application or the whole tenant is disabled, or a policy blocks it although it could sign in earlier. Permissions are not the reason.',
  },
  MemberRefused: {
    retry: 'fix',
    who: 'microsoft',
    sentence: 'Microsoft 365 does not accept this account in the group ({what}): {reason}.',
    action:
      'Allow guests in groups in the Microsoft 365 admin center (Settings, Microsoft 365 Groups), or link another account to the person with "hallpass-relay link set".',
    meaning:
      'The group or the tenant does not accept accounts of this kind, such as guests. Everybody else in the class is added.',
  },
  TeamsNotAvailable: {
    retry: 'fix',
    who: 'microsoft',
    sentence: 'Microsoft Teams is not available for the owner of this class or the tenant ({what}): {reason}.',
    action:
      'Give the teacher a license that includes Microsoft Teams, and check that Teams is enabled for the tenant. Hallpass then asks for the team again on its own.',
    meaning: 'A team needs an owner who can use Microsoft Teams.',
  },
  GroupNotWritable: {
    retry: 'fix',
    who: 'microsoft',
    sentence: 'Hallpass can neither add members to the group nor remove them ({what}): {reason}.',
    action:
      'Choose a group with assigned members, created in Microsoft 365, in "licenses" of the profile; a class must be such a group too.',
    meaning:
      "A rule determines the group's members, or it is a distribution list or a mail-enabled security group, which Exchange manages.",
  },
  ConcurrentChange: {
    retry: 'retry',
    who: 'nobody',
    sentence: 'Something else was changing the same object in Microsoft 365 ({what}): {reason}.',
    action: 'Wait: the next run tries again.',
    meaning:
      'The directory refuses two simultaneous changes to one object. The relay never makes two, but other programs and Microsoft itself do. After some minutes the relay leaves the operation to the next run.',
  },
  ObjectMissing: {
    retry: 'fix',
    who: 'microsoft',
    sentence: 'Microsoft 365 cannot find an object that {what} needs: {reason}.',
    action:
      'If somebody deleted the object, restore it in Microsoft Entra within 30 days. Otherwise wait: the next run reads the directory and plans with what exists.',
    meaning:
      'Graph answered 404 several times; Hallpass retries because some servers may not know a new object yet. A missing account keeps nobody else out of the class. The next run learns of deletions from the directory.',
  },
  GRAPH_QUOTA_EXCEEDED: {
    retry: 'fix',
    who: 'microsoft',
    sentence: 'Microsoft 365 has no room for {what}: {reason}.',
    action:
      "Permanently delete what nobody needs (deleted objects count for 30 days), or have Microsoft support raise the tenant's quota.",
    meaning:
      'A tenant holds 300,000 users, groups and administrative units, or 50,000 without a verified domain; a group has at most 100 owners, and a person can be in at most 30 schools. The rest of the run continues.',
  },
  ObjectFull: {
    retry: 'fix',
    who: 'microsoft',
    sentence: 'This object in Microsoft 365 has no more room ({what}): {reason}.',
    action:
      'Remove owners or members that nobody needs. A group has at most 100 owners; an account or a class can be in at most 30 schools.',
    meaning: 'This is a limit of one object, not of the tenant. The rest of the run continues.',
  },
  GRAPH_REJECTED: {
    retry: 'fix',
    who: 'operator',
    sentence: 'Microsoft Graph rejected {what}: {reason}.',
    action:
      'Report this answer, which Hallpass does not know, with the message and the request id {requestId}. Hallpass plans the operation again on its own.',
    meaning: 'Graph answered with a 4xx status that no row of the table below explains. The rest of the run continues.',
  },
  AzureActiveDirectoryInvalidPropertyValue: {
    retry: 'fix',
    who: 'sis',
    sentence: 'Microsoft 365 refused {what}: {reason}.',
    action: 'Correct the {field} in PowerSchool; Hallpass then plans the operation again.',
    meaning:
      "This is School Data Sync's own code: a PowerSchool value breaks a rule of the directory, and Graph says which. The rest of the run continues.",
  },
  ProfileValueRefused: {
    retry: 'fix',
    who: 'operator',
    sentence: 'Microsoft 365 refused {what}: {reason}.',
    action:
      "Correct the profile's setting for {property}; Hallpass then plans the operation again. If the profile has no such setting, report the message with the request id {requestId}.",
    meaning:
      'The value does not come from PowerSchool: it is an option of the profile, such as the usage location, or Hallpass generated it.',
  },
  GroupNamingPolicy: {
    retry: 'fix',
    who: 'microsoft',
    sentence: "The tenant's naming policy for groups refuses the class ({what}): {reason}.",
    action:
      'Change the policy in Microsoft Entra (Groups, Naming policy), or change "classes.name" in the profile so that the names comply.',
    meaning:
      'A naming policy requires a prefix or suffix in the names of Microsoft 365 groups, or forbids words in them. Microsoft 365 administrators set it; nothing is wrong in PowerSchool.',
  },
  UserNameTaken: {
    retry: 'fix',
    who: 'microsoft',
    sentence: 'The user name {value} already belongs to {holder}.',
    action:
      'If the account is this person\'s, match existing accounts (mode "match") or rename one of the two. Hallpass never adopts an account by its name.',
    meaning:
      'In create mode Hallpass reports an existing account with the wanted name and does not adopt it, unless Hallpass or School Data Sync created it for the same person.',
  },
  AliasTaken: {
    retry: 'fix',
    who: 'microsoft',
    sentence: 'Microsoft 365 refused {what}: the {property} that it needs belongs to {holder}.',
    action:
      'Give that object another {property}, or if nobody needs it, delete it permanently, including from the deleted items. Hallpass never adopts an object by its name. It plans the operation again on its own.',
    meaning:
      'Aliases and email addresses are unique in a tenant, across accounts, groups and objects deleted in the last 30 days. Hallpass adopts an object only if it carries the stamp of this very record. Whatever does not depend on it continues.',
  },
  DomainUnusable: {
    retry: 'fix',
    who: 'microsoft',
    sentence: 'Microsoft 365 does not create accounts in this domain ({what}): {reason}.',
    action:
      'Verify the domain in the Microsoft 365 admin center, or choose another one in "domains" of the profile. Accounts of a federated domain are created in the district\'s own directory: use the mode "match" for them.',
    meaning: 'The domain of the user name is not verified in the tenant, or its users sign in elsewhere (federated).',
  },
  FirstPasswordRefused: {
    retry: 'fix',
    who: 'operator',
    sentence: 'Microsoft 365 refused the first password of the new account ({what}): {reason}.',
    action:
      'Choose a longer password, or another form, in "accounts" of the profile; Hallpass then plans the account again with a new password.',
    meaning:
      'The tenant forbids more than Microsoft does, for instance words from its own list. Hallpass tried three different passwords.',
  },
  OwnerNotRemovable: {
    retry: 'fix',
    who: 'microsoft',
    sentence: 'Microsoft 365 keeps this person as the last owner of the class ({what}): {reason}.',
    action: "Make sure that the class has another owner whose account is a person's; the next run tries again.",
    meaning:
      'A group keeps its last owner. A new owner may not be visible everywhere for a while, and an application does not count as an owner.',
  },
  EducationNotAvailable: {
    retry: 'fix',
    who: 'microsoft',
    sentence: 'The tenant lacks what Microsoft 365 Education needs ({what}): {reason}.',
    action: 'Check that the tenant is an education tenant with an Office 365 A1 license or higher.',
    meaning: 'Only education tenants have schools, classes and their properties.',
  },
  AzureActiveDirectoryInvalidLicense: {
    retry: 'fix',
    who: 'microsoft',
    sentence: 'Microsoft 365 did not assign the license ({what}): {reason}.',
    action: '{advice} Hallpass then plans the operation again on its own.',
    meaning:
      "This is School Data Sync's own code: the tenant lacks the SKU or a free seat, or its plans conflict with those that the account has. The next step depends on which: see the table below.",
  },
  AzureActiveDirectoryInvalidUserUsageLocation: {
    retry: 'fix',
    who: 'microsoft',
    sentence: 'Microsoft 365 did not assign the license ({what}): the account has no valid usage location.',
    action:
      'Set the account\'s usage location in Microsoft 365, or "licenses.usageLocation" of the profile for new accounts.',
    meaning: "This is School Data Sync's own code: Microsoft 365 assigns no license to an account without a country.",
  },
  OnPremisesAccount: {
    retry: 'fix',
    who: 'microsoft',
    sentence: 'Microsoft 365 refused {what}: an on-premises Active Directory manages these values.',
    action: 'Change the values in Active Directory, or stop synchronizing this account or group.',
    meaning:
      'Hallpass writes only the education properties of such accounts. Names, user name and the like belong to Active Directory, which also creates the accounts of a synchronized domain.',
  },
  AzureActiveDirectoryRequestThrottledTemporarily: {
    retry: 'retry-after',
    who: 'nobody',
    sentence: 'Microsoft 365 was too busy for {what}.',
    action: 'Wait: the next run tries again.',
    meaning:
      "This is School Data Sync's own code: after three minutes of waiting, Hallpass left the operation to the next run.",
  },
  AzureActiveDirectoryReplicaUnavailable: {
    retry: 'retry',
    who: 'nobody',
    sentence: 'A part of Microsoft 365 was not available for {what}.',
    action: 'Wait: the next run tries again.',
    meaning:
      "This is School Data Sync's own code: Graph answered 503 for three minutes, and Hallpass left the operation to the next run.",
  },
} as const satisfies Record<string, Entry & { who: Fixer }>;
