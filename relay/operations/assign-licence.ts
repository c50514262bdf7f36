/** Gives a license to an account that Hallpass created, unless the license comes with a group. */
import type { Applied, AppliedState } from '../model/applied-state.ts';
import type { Role } from '../model/role.ts';
import { full, missing, onPremises, passing, refusals } from './common-answers.ts';
import { isSameSku, licenseKey } from './license-relation.ts';
import type { OutcomeRow } from './outcome-row.ts';
import { protectedAccount } from './shared-answers.ts';
import { noSources } from './sources.ts';
import type { OperationOf, OperationSpec } from './spec.ts';

const license = { status: [400, 409], verdict: 'refused' } as const;
const noLicense = { ...license, problem: 'AzureActiveDirectoryInvalidLicense' } as const;

/** A person's own address may block a license, so these rows come before the conflicts. */
const aboutLicenses: readonly OutcomeRow[] = [
  {
    ...noLicense,
    codes: ['ProhibitedInUsageLocationViolation'],
    message: /ProhibitedInUsageLocation|not (?:available|allowed|permitted) in .*location/i,
    advice:
      'The product is not sold in the country of the usage location: correct the location, or choose another license.',
  },
  { ...license, message: /usage ?location/i, problem: 'AzureActiveDirectoryInvalidUserUsageLocation' },
  {
    ...noLicense,
    codes: ['MutuallyExclusiveViolation', 'mutuallyExclusiveServicePlans'],
    message: /mutually exclusive|conflicting service ?plans?|MutuallyExclusive/i,
    advice:
      'The account has another license with a plan that excludes one of these. Remove one of the two licenses, or switch one of the plans off with "disabledPlans" in the profile.',
  },
  {
    ...noLicense,
    codes: ['DependencyViolation'],
    message: /depends? on (?:the )?service ?plan|DependencyViolation|dependen(?:t|cy)/i,
    advice:
      'The license has a plan that works only with another one: assign the license that has it, or switch the plan off with "disabledPlans" in the profile.',
  },
  {
    ...noLicense,
    codes: ['CountViolation'],
    message: /available licen[cs]es|CountViolation|(?:not enough|no more|insufficient) (?:seats|licen[cs]es)/i,
    advice: 'Buy seats, or remove licenses from accounts that no longer need them.',
  },
  {
    ...noLicense,
    codes: ['UniquenessViolation'],
    message: /UniquenessViolation|proxy ?address/i,
    advice: 'Another object has an email address of this account: remove the address from one of them in Exchange.',
  },
  {
    ...noLicense,
    message: /inherited from a group/i,
    advice:
      'The account has the license from a group: let the group decide ("licenses" of the profile with that group), or remove the account from it.',
  },
  {
    ...noLicense,
    message: /disabled ?plan|plan.* (?:does not|do not) belong/i,
    advice:
      'Correct "disabledPlans" in the profile: the license does not have that plan, or the plan cannot be switched off.',
  },
  {
    ...noLicense,
    message:
      /valid company licen[cs]e|cannot be assigned to (?:a|the) user|licen[cs]e|\bskus?\b|service ?plan|subscription/i,
    advice: 'Check that the tenant has the license of the profile, that it is for people, and that it is not expired.',
  },
];

const roles = ['students', 'teachers'] as const satisfies Role[];

export const assignLicence: OperationSpec<'assignLicence'> = {
  noun: 'license',
  needs: ({ personKey }) => [{ what: 'person', key: personKey }],
  changes: ({ personKey }) => ({ what: 'person', key: personKey }),
  group: () => undefined,

  request: {
    service: 'graph',
    send: ({ personKey, skuId, disabledPlans }, ids) => ({
      method: 'POST',
      url: `/users/${ids.person(personKey)}/assignLicense`,
      body: { addLicenses: [{ skuId, disabledPlans }], removeLicenses: [] },
    }),
  },
  permissions: [['LicenseAssignment.ReadWrite.All', 'User.ReadWrite.All', 'Directory.ReadWrite.All']],
  option: {
    field: 'licenses',
    isSet: ({ licenses, mode }) =>
      roles.some((role) => mode[role] === 'create' && licenses[role] !== null && 'skuId' in licenses[role]),
    act: 'assign licenses',
    otherwise: 'assign licenses through a group',
  },
  answers: [...passing, ...missing, ...aboutLicenses, onPremises, protectedAccount, ...full, ...refusals],
  makes: undefined,
  lostAnswer: () => ({ what: 'again' }),

  does: { adds: 'licence' },
  effect: licensed,
  journal: ({ skuId, disabledPlans }) => ({ skuId, disabledPlans }),
  values: () => undefined,
  subject: ({ key }) => key,

  guard: { effect: 'addition', repair: undefined },
  sentence: ({ who }) => `${who} gets a license`,
  sources: noSources,
};

/** Assigning a SKU again with other plans replaces the earlier assignment. */
function licensed(
  { personKey: key, skuId, disabledPlans }: OperationOf<'assignLicence'>,
  _objectId: string,
  { licenses }: AppliedState,
): Applied {
  const container = licenseKey({ skuId, disabledPlans });
  const before = [...licenses].find(([other, people]) => isSameSku(other, container) && people.has(key))?.[0];
  return {
    relations: { kind: 'licence', container, items: [key] },
    ...(before !== undefined && before !== container
      ? { unrelated: [{ kind: 'licence', container: before, items: [key] }] }
      : {}),
  };
}
