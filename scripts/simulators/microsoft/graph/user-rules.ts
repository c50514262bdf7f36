/** What the directory requires of an account: names, passwords, locations, and who may change it. */
import type { Directory } from '../directory/directory.ts';
import type { User } from '../directory/entities.ts';
import { badRequest, conflict, GraphError, invalidValue } from '../errors.ts';
import { type Bag, isBag, textOf } from '../json.ts';
import { checkAddressIsFree, checkNotInBin } from './addresses.ts';
import { sdsExtension } from './resources.ts';

const principalName = /^[A-Za-z0-9'._!#^~$-]+@[A-Za-z0-9.-]+$/;
/** Guests are named `mail_home.tld#EXT#@tenant`, which uses the same characters. */
const nickname = /^[!-~]+$/;
const nicknameBans = /[@()\\[\]";:<>,\s]/;
const maxName = 113;
const maxLocal = 64;
const maxDomain = 48;

/** @throws 400 when the name is malformed, its domain is not the tenant's, or the name is taken. */
export function checkPrincipalName(directory: Directory, name: string, self?: User): void {
  const at = name.lastIndexOf('@');
  const [local, domain] = [name.slice(0, at), name.slice(at + 1)];
  const wellFormed =
    principalName.test(name) &&
    name.length <= maxName &&
    local.length <= maxLocal &&
    domain.length <= maxDomain &&
    !local.endsWith('.');
  if (!wellFormed) throw invalidValue('userPrincipalName', 'User');
  if (!directory.tenant.domains.some((verified) => verified.id.toLowerCase() === domain.toLowerCase())) {
    const message =
      'The domain portion of the userPrincipalName property is invalid. You must use one of the verified domain names in your organization.';
    throw badRequest(message, [{ code: 'InvalidValue', target: 'userPrincipalName', message }]);
  }
  if (directory.users.find('userPrincipalName', name).some((user) => user !== self))
    throw conflict('userPrincipalName');
  checkNotInBin(directory, 'user', 'userPrincipalName', name);
  checkAddressIsFree(directory, name, self);
}

/** Checks only the format: the directory lets two accounts share a mailNickname. */
export function checkNickname(value: string, resource: string): void {
  if (!nickname.test(value) || nicknameBans.test(value) || value.endsWith('.'))
    throw invalidValue('mailNickname', resource);
}

/** 8 to 256 characters, three of the four classes unless the policy says otherwise, nothing outside ASCII. */
export function checkPassword(props: Bag): void {
  const profile = props.passwordProfile;
  if (!isBag(profile)) return;
  const password = textOf(profile, 'password') ?? '';
  const classes = [/[a-z]/, /[A-Z]/, /\d/, /[^a-zA-Z\d]/].filter((kind) => kind.test(password)).length;
  const weakAllowed = textOf(props, 'passwordPolicies')?.includes('DisableStrongPassword') === true;
  if (password.length < 8 || password.length > 256 || (classes < 3 && !weakAllowed) || !/^[ -~]*$/.test(password)) {
    const message =
      'The specified password does not comply with password complexity requirements. Please provide a different password.';
    throw badRequest(message, [{ code: 'InvalidPassword', target: 'passwordProfile', message }]);
  }
}

/** Everything about an account that the property table cannot express; `props` are the ones to set. */
export function checkAccount(directory: Directory, props: Bag, self?: User): void {
  const name = textOf(props, 'userPrincipalName');
  if (name !== undefined) checkPrincipalName(directory, name, self);
  const alias = textOf(props, 'mailNickname');
  if (alias !== undefined) checkNickname(alias, 'User');
  checkPassword(props);
  const place = textOf(props, 'usageLocation');
  if (place !== undefined && !isCountry(place)) throw invalidValue('usageLocation', 'User');
  if (self === undefined && name !== undefined) checkFederation(directory, name, props);
}

/** An account in a federated domain signs in elsewhere, so it needs the id that the other side knows. */
function checkFederation(directory: Directory, name: string, props: Bag): void {
  const domain = name.slice(name.lastIndexOf('@') + 1).toLowerCase();
  const federated = directory.tenant.domains.some(
    (known) => known.id.toLowerCase() === domain && known.authenticationType === 'Federated',
  );
  const info = props.onPremisesInfo;
  const immutableId = textOf(props, 'onPremisesImmutableId') ?? (isBag(info) ? textOf(info, 'immutableId') : undefined);
  if (federated && immutableId === undefined) {
    throw badRequest("Property 'onPremisesImmutableId' is required for users of a federated domain.");
  }
}

/** Mastered in the cloud even for accounts that Active Directory owns. */
const cloudOwned = new Set([
  'ageGroup',
  'consentProvidedForMinor',
  'createdBy',
  'externalSource',
  'externalSourceDetail',
  'middleName',
  'passwordPolicies',
  'preferredDataLocation',
  'primaryRole',
  'relatedContacts',
  'residenceAddress',
  'mailingAddress',
  'student',
  'teacher',
  'usageLocation',
]);

/** @throws 400 for a change to a synchronized account's Active Directory properties. */
export function checkNotSynced(user: User, patch: Bag): void {
  if (user.props.onPremisesSyncEnabled !== true) return;
  if (Object.keys(patch).every((name) => cloudOwned.has(name) || name.startsWith(sdsExtension))) return;
  throw new GraphError(
    400,
    'Request_BadRequest',
    'Unable to update the specified properties for on-premises mastered Directory Sync objects or objects currently undergoing migration.',
  );
}

/** Regions that the runtime knows in addition to ISO 3166-1's assigned codes. */
const notCountries = 'AC CP CQ DG EA EU EZ IC QO TA UN XA XB XK ZZ'.split(' ');
let countries: ReadonlySet<string> | undefined;

/** ISO 3166-1 alpha-2, from the runtime's own tables; withdrawn codes canonicalize to another one. */
function isCountry(code: string): boolean {
  if (countries === undefined) {
    const names = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' });
    const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
    const pairs = letters.flatMap((first) => letters.map((second) => first + second));
    const assigned = (pair: string): boolean =>
      names.of(pair) !== undefined && new Intl.Locale(`und-${pair}`).region === pair && !notCountries.includes(pair);
    countries = new Set(pairs.filter(assigned));
  }
  return countries.has(code.toUpperCase());
}
