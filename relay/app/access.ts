/**
 * Who may do what: every action with the roles and the scope that it requires; the compiler keeps the table complete.
 * Only perform.ts checks it.
 */
import { fail } from '../../shared/errors.ts';
import type { AccessRole } from '../model/access-role.ts';
import { type AccessScope, accessScopes } from '../model/access-scope.ts';
import { type ActingRole, type Actor, hasScope, roleOf } from './actor.ts';

type Allowed = Readonly<Record<ActingRole, boolean>>;

const operators: Allowed = { operator: true, admin: false, viewer: false, agent: false };
const admins: Allowed = { operator: true, admin: true, viewer: false, agent: false };
const everybody: Allowed = { operator: true, admin: true, viewer: true, agent: false };
const agents: Allowed = { operator: false, admin: false, viewer: false, agent: true };

/** Actions that change something, with their names in the audit log. */
const changes = [
  'settings.change',
  'tenant.add',
  'tenant.edit',
  'tenant.accept',
  'tenant.remove',
  'agent.code',
  'agent.enroll',
  'agent.revoke',
  'profile.set',
  'profile.remove',
  'profile.preview',
  'profile.enabled',
  'profile.paused',
  'run.start',
  'run.cancel',
  'run.restart',
  'hold.approved',
  'hold.rejected',
  'link.set',
  'link.remove',
  'passwords.export',
  'passwords.renew',
  'token.create',
  'token.revoke',
] as const;
export type Change = (typeof changes)[number];

/** Actions that ask something. */
export type Question =
  | 'fleet'
  | 'settings'
  | 'tenant'
  | 'connection'
  | 'status'
  | 'agents'
  | 'schools'
  | 'properties'
  | 'licenses'
  | 'domains'
  | 'profiles'
  | 'check'
  | 'match'
  | 'plan'
  | 'holds'
  | 'runs'
  | 'problems'
  | 'drift'
  | 'teams'
  | 'links'
  | 'explain'
  | 'audit'
  | 'relayAudit'
  | 'passwords'
  | 'tokens';

export type Action = Change | Question;

interface Rule {
  roles: Allowed;
  /** The scope that a token also needs; docs/api.md lists them for people. */
  scope: AccessScope;
}

export const access: Readonly<Record<Action, Rule>> = {
  'settings.change': { roles: operators, scope: 'settings' },
  'tenant.add': { roles: operators, scope: 'tenants' },
  'tenant.edit': { roles: operators, scope: 'tenants' },
  // If two PowerSchool servers were taken for one, people would get each other's accounts.
  'tenant.accept': { roles: operators, scope: 'tenants' },
  'tenant.remove': { roles: operators, scope: 'tenants' },
  'agent.code': { roles: admins, scope: 'agents' },
  'agent.enroll': { roles: agents, scope: 'agents' },
  'agent.revoke': { roles: admins, scope: 'agents' },
  'profile.set': { roles: admins, scope: 'profiles' },
  'profile.remove': { roles: admins, scope: 'profiles' },
  'profile.preview': { roles: admins, scope: 'profiles' },
  'profile.enabled': { roles: admins, scope: 'profiles' },
  'profile.paused': { roles: admins, scope: 'profiles' },
  'run.start': { roles: admins, scope: 'runs' },
  'run.cancel': { roles: admins, scope: 'runs' },
  'run.restart': { roles: admins, scope: 'runs' },
  'hold.approved': { roles: admins, scope: 'holds' },
  'hold.rejected': { roles: admins, scope: 'holds' },
  'link.set': { roles: admins, scope: 'links' },
  'link.remove': { roles: admins, scope: 'links' },
  'passwords.export': { roles: admins, scope: 'passwords' },
  'passwords.renew': { roles: admins, scope: 'passwords' },
  'token.create': { roles: admins, scope: 'tokens' },
  'token.revoke': { roles: admins, scope: 'tokens' },
  fleet: { roles: everybody, scope: 'status' },
  settings: { roles: operators, scope: 'settings' },
  tenant: { roles: everybody, scope: 'tenants' },
  status: { roles: everybody, scope: 'status' },
  agents: { roles: everybody, scope: 'agents' },
  schools: { roles: everybody, scope: 'status' },
  properties: { roles: everybody, scope: 'profiles' },
  // These five query Microsoft 365, within limits that leave enough for the district's runs.
  connection: { roles: admins, scope: 'tenants' },
  licenses: { roles: admins, scope: 'profiles' },
  domains: { roles: admins, scope: 'profiles' },
  check: { roles: admins, scope: 'profiles' },
  match: { roles: admins, scope: 'profiles' },
  profiles: { roles: everybody, scope: 'profiles' },
  plan: { roles: everybody, scope: 'runs' },
  holds: { roles: everybody, scope: 'holds' },
  runs: { roles: everybody, scope: 'runs' },
  problems: { roles: everybody, scope: 'problems' },
  drift: { roles: everybody, scope: 'problems' },
  teams: { roles: everybody, scope: 'problems' },
  links: { roles: everybody, scope: 'links' },
  explain: { roles: everybody, scope: 'problems' },
  audit: { roles: everybody, scope: 'audit' },
  relayAudit: { roles: operators, scope: 'audit' },
  passwords: { roles: admins, scope: 'passwords' },
  tokens: { roles: admins, scope: 'tokens' },
};

export function isChange(action: Action): action is Change {
  return (changes as readonly string[]).includes(action);
}

/** @throws HallpassError ROLE_INSUFFICIENT, SCOPE_MISSING */
export function allow(actor: Actor, action: Action): void {
  const role = roleOf(actor);
  const { roles, scope } = access[action];
  if (!roles[role]) throw fail('ROLE_INSUFFICIENT', { role, action });
  if (!hasScope(actor, scope)) throw fail('SCOPE_MISSING', { scope, action });
}

/** The scopes that are useful to this role. */
export function scopesFor(role: AccessRole): AccessScope[] {
  const rules = Object.values(access);
  return accessScopes.filter((scope) => rules.some((rule) => rule.scope === scope && rule.roles[role]));
}
