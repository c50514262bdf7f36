/** Licenses that a tenant, a country or an account does not allow. */
import { bad, noLicense, type Refusal } from './refusal.ts';

const license = { kind: 'assignLicence', ...bad } as const;

export const licenses: Record<string, Refusal> = {
  'a product that is not sold in a country': {
    ...{ ...license, message: 'License assignment failed: ProhibitedInUsageLocationViolation.' },
    is: noLicense,
    says: /country/,
  },
  'no usage location': {
    ...{ ...license, message: 'License assignment cannot be done for user with invalid usage location.' },
    is: ['failed', 'AzureActiveDirectoryInvalidUserUsageLocation', 'microsoft'],
  },
  'plans that exclude each other': {
    ...license,
    message:
      'License assignment failed because service plans 4fa4026d-ce74-4962-a151-8e96d57ea8e4,57ff2da0-773e-42df-b2af-ffb7a2317929 are mutually exclusive',
    is: noLicense,
    says: /excludes one of these.*disabledPlans/,
  },
  'a plan that needs another': {
    ...license,
    message:
      'License assignment failed because service plan fe71d6c3-a2ea-4499-9778-da042bf08063 depends on the service plan(s) 5dbe027f-2339-4123-9542-606e4d348a72',
    is: noLicense,
    says: /works only with another/,
  },
  'no seat left': {
    ...{ ...license, message: 'Subscription with SKU x does not have any available licenses.' },
    is: noLicense,
    says: /Buy seats/,
  },
  'no seat left, in one word': { ...license, message: 'CountViolation', is: noLicense, says: /Buy seats/ },
  'an address that is taken keeps a license away': {
    ...license,
    message: 'Another object with the same value for property proxyAddresses already exists.',
    is: noLicense,
    says: /Exchange/,
  },
  'a license of a group': {
    ...license,
    message: 'User license is inherited from a group membership and it cannot be removed directly from the user.',
    is: noLicense,
    says: /let the group decide/,
  },
  'a plan that the license does not have': {
    ...{ ...license, message: 'A disabled plan does not belong to the license x.' },
    is: noLicense,
    says: /disabledPlans/,
  },
  'a license that the tenant does not have': {
    ...{ ...license, message: 'License x does not correspond to a valid company License.' },
    is: noLicense,
    says: /not expired/,
  },
  'a license that is not for people': {
    ...{ ...license, message: 'License x cannot be assigned to a user.' },
    is: noLicense,
  },
};
