/**
 * Who may do what: every action with the roles and the scope that it requires; the compiler keeps the table complete.
 * Only perform.ts checks it.
 */
import { fail } from '../../shared/errors.ts';
import type { AccessRole } from '../model/access-role.ts';
import { type AccessScope, accessScopes } from '../model/access-scope.ts';
import { type ActingRole, type Actor, hasScope, rolesIn, rolesOf } from './actor.ts';

type Allowed = Readonly<Record<ActingRole, boolean>>;

const nobody = { operator: false, observer: false, admin: false, viewer: false, schoolViewer: false, registrar: false };
const operators: Allowed = { ...nobody, operator: true, agent: false };
/** Operators change it, and observers see it. */
const allOperators: Allowed = { ...operators, observer: true };
const admins: Allowed = { ...operators, admin: true };
const everybody: Allowed = { ...admins, observer: true, viewer: true };
/** School viewers and registrars too: what it answers says nothing of people. */
const anybody: Allowed = { ...everybody, schoolViewer: true, registrar: true };
const agents: Allowed = { ...nobody, agent: true };

/** Actions that change something, with their names in the audit log. */
const changes = [
  'settings.change',
  'store.migrate',
  'store.copy',
  'tenant.add',
  'tenant.edit',
  'tenant.accept',
  'tenant.remove',
  'consent.ask',
  'consent.answer',
  'consent.check',
  'agent.code',
  'agent.enroll',
  'agent.revoke',
  'profile.draft',
  'profile.set',
  'profile.remove',
  'profile.preview',
  'profile.enabled',
  'profile.paused',
  'run.start',
  'run.cancel',
  'run.restart',
  'person.provision',
  'hold.approved',
  'hold.rejected',
  'link.set',
  'link.remove',
  'exempt.add',
  'exempt.remove',
  'blackout.add',
  'blackout.remove',
  'passwords.export',
  'passwords.renew',
  'token.create',
  'token.revoke',
  'alert.add',
  'alert.edit',
  'alert.test',
  'alert.remove',
  'relayAlert.add',
  'relayAlert.edit',
  'relayAlert.test',
  'relayAlert.remove',
  'user.invite',
  'user.uninvite',
  'user.remove',
  'user.joined',
  'signIn.link',
  'signIn.terminal',
  'signIn.provider',
] as const;
export type Change = (typeof changes)[number];

/** Actions that ask something. */
export type Question =
  | 'fleet'
  | 'settings'
  | 'tenant'
  | 'connection'
  | 'consent'
  | 'status'
  | 'agents'
  | 'schools'
  | 'properties'
  | 'licenses'
  | 'domains'
  | 'profiles'
  | 'drafts'
  | 'check'
  | 'match'
  | 'plan'
  | 'holds'
  | 'runs'
  // What one person who is provisioned at once comes to, with their values.
  | 'provisioning'
  | 'problems'
  | 'ownProblems'
  | 'home'
  | 'people'
  | 'ownTeams'
  | 'drift'
  | 'teams'
  | 'links'
  | 'exempt'
  | 'blackouts'
  | 'explain'
  | 'audit'
  | 'relayAudit'
  | 'passwords'
  | 'tokens'
  | 'alerts'
  | 'alertChannels'
  | 'relayAlerts'
  | 'relayAlertChannels'
  | 'users'
  | 'signIn'
  | 'self';

export type Action = Change | Question;

interface Rule {
  roles: Allowed;
  /** The scope that a token also needs; docs/api.md lists them for people. `none`: no token may do it. */
  scope: AccessScope | 'none';
  /** Whether somebody at the console has to have proved a few minutes ago who they are: a browser may be left open. */
  isDangerous?: true;
}

export const access: Readonly<Record<Action, Rule>> = {
  'settings.change': { roles: operators, scope: 'settings', isDangerous: true },
  // With credentials of the database's owner, which only the terminal has.
  'store.migrate': { roles: operators, scope: 'none' },
  'store.copy': { roles: operators, scope: 'none' },
  'tenant.add': { roles: operators, scope: 'tenants' },
  'tenant.edit': { roles: operators, scope: 'tenants' },
  // If two PowerSchool servers were taken for one, people would get each other's accounts.
  'tenant.accept': { roles: operators, scope: 'tenants' },
  'tenant.remove': { roles: operators, scope: 'tenants', isDangerous: true },
  // Microsoft asks for a sign-in of its own, and its answer comes to the session that asked.
  'consent.ask': { roles: admins, scope: 'none' },
  'consent.answer': { roles: admins, scope: 'none' },
  'consent.check': { roles: admins, scope: 'tenants' },
  'agent.code': { roles: admins, scope: 'agents' },
  'agent.enroll': { roles: agents, scope: 'agents' },
  'agent.revoke': { roles: admins, scope: 'agents', isDangerous: true },
  // Nothing runs by a draft: putting it in force is another action.
  'profile.draft': { roles: admins, scope: 'profiles' },
  'profile.set': { roles: admins, scope: 'profiles' },
  'profile.remove': { roles: admins, scope: 'profiles' },
  'profile.preview': { roles: admins, scope: 'profiles' },
  'profile.enabled': { roles: admins, scope: 'profiles', isDangerous: true },
  'profile.paused': { roles: admins, scope: 'profiles' },
  'run.start': { roles: admins, scope: 'runs' },
  'run.cancel': { roles: admins, scope: 'runs' },
  'run.restart': { roles: admins, scope: 'runs' },
  'person.provision': { roles: admins, scope: 'runs' },
  // What the guard held back is written then.
  'hold.approved': { roles: admins, scope: 'holds', isDangerous: true },
  'hold.rejected': { roles: admins, scope: 'holds' },
  'link.set': { roles: admins, scope: 'links' },
  'link.remove': { roles: admins, scope: 'links' },
  'exempt.add': { roles: admins, scope: 'links' },
  'exempt.remove': { roles: admins, scope: 'links' },
  'blackout.add': { roles: admins, scope: 'runs' },
  'blackout.remove': { roles: admins, scope: 'runs' },
  'passwords.export': { roles: admins, scope: 'passwords', isDangerous: true },
  'passwords.renew': { roles: admins, scope: 'passwords', isDangerous: true },
  'token.create': { roles: admins, scope: 'tokens', isDangerous: true },
  'token.revoke': { roles: admins, scope: 'tokens' },
  'user.invite': { roles: admins, scope: 'none', isDangerous: true },
  'user.uninvite': { roles: admins, scope: 'none' },
  'user.remove': { roles: admins, scope: 'none', isDangerous: true },
  // Whoever accepts an invitation has the role that it gives, and so may do this.
  'user.joined': { roles: anybody, scope: 'none' },
  'signIn.link': { roles: operators, scope: 'none', isDangerous: true },
  'signIn.terminal': { roles: operators, scope: 'none' },
  // Whoever changes it decides who gets in.
  'signIn.provider': { roles: operators, scope: 'none', isDangerous: true },
  fleet: { roles: everybody, scope: 'status' },
  settings: { roles: allOperators, scope: 'settings' },
  tenant: { roles: anybody, scope: 'tenants' },
  consent: { roles: everybody, scope: 'tenants' },
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
  drafts: { roles: admins, scope: 'profiles' },
  plan: { roles: everybody, scope: 'runs' },
  holds: { roles: everybody, scope: 'holds' },
  runs: { roles: everybody, scope: 'runs' },
  provisioning: { roles: admins, scope: 'runs' },
  problems: { roles: everybody, scope: 'problems' },
  // School viewers and registrars get the part that sight.ts leaves them.
  ownProblems: { roles: anybody, scope: 'problems' },
  // Others begin with the overview of the district.
  home: { roles: { ...nobody, schoolViewer: true, registrar: true, agent: false }, scope: 'none' },
  people: { roles: anybody, scope: 'problems' },
  ownTeams: { roles: { ...everybody, schoolViewer: true }, scope: 'problems' },
  drift: { roles: everybody, scope: 'problems' },
  teams: { roles: everybody, scope: 'problems' },
  links: { roles: everybody, scope: 'links' },
  exempt: { roles: everybody, scope: 'links' },
  blackouts: { roles: everybody, scope: 'runs' },
  explain: { roles: everybody, scope: 'problems' },
  audit: { roles: everybody, scope: 'audit' },
  relayAudit: { roles: allOperators, scope: 'audit' },
  passwords: { roles: admins, scope: 'passwords' },
  tokens: { roles: admins, scope: 'tokens' },
  'alert.add': { roles: admins, scope: 'alerts' },
  'alert.edit': { roles: admins, scope: 'alerts' },
  'alert.test': { roles: admins, scope: 'alerts' },
  'alert.remove': { roles: admins, scope: 'alerts' },
  // These hear of every district.
  'relayAlert.add': { roles: operators, scope: 'alerts' },
  'relayAlert.edit': { roles: operators, scope: 'alerts' },
  'relayAlert.test': { roles: operators, scope: 'alerts' },
  'relayAlert.remove': { roles: operators, scope: 'alerts' },
  alerts: { roles: everybody, scope: 'alerts' },
  // They name addresses of people.
  alertChannels: { roles: admins, scope: 'alerts' },
  relayAlerts: { roles: allOperators, scope: 'alerts' },
  relayAlertChannels: { roles: allOperators, scope: 'alerts' },
  users: { roles: { ...admins, observer: true }, scope: 'none' },
  signIn: { roles: allOperators, scope: 'none' },
  self: { roles: anybody, scope: 'none' },
};

export function isChange(action: Action): action is Change {
  return (changes as readonly string[]).includes(action);
}

/**
 * @param tenantId the district in which it is done; without one, a role in any district is enough
 * @throws HallpassError ROLE_INSUFFICIENT, SCOPE_MISSING, SIGN_IN_NOT_FRESH
 */
export function allow(actor: Actor, action: Action, tenantId?: string): void {
  const roles = tenantId === undefined ? rolesOf(actor) : rolesIn(actor, tenantId);
  const { roles: allowed, scope, isDangerous = false } = access[action];
  if (!roles.some((role) => allowed[role])) throw fail('ROLE_INSUFFICIENT', { role: roles.join(', '), action });
  if (!hasScope(actor, scope)) throw fail('SCOPE_MISSING', { scope, action });
  if (isDangerous && actor.kind === 'user' && !actor.isFresh) throw fail('SIGN_IN_NOT_FRESH', { action });
}

/** Whether {@link allow} would let them, now or after they have signed in again: for what pages offer. */
export function mayDo(actor: Actor, action: Action, tenantId?: string): boolean {
  const roles = tenantId === undefined ? rolesOf(actor) : rolesIn(actor, tenantId);
  return roles.some((role) => access[action].roles[role]) && hasScope(actor, access[action].scope);
}

/** The role by which the actor does it, for the audit log. */
export function actingRole(actor: Actor, action: Action, tenantId: string): ActingRole | 'none' {
  const roles = [...rolesIn(actor, tenantId), ...rolesOf(actor)];
  return roles.find((role) => access[action].roles[role]) ?? 'none';
}

/** Ids of the districts in which the actor may do it; undefined for all of them. */
export function reachedBy(actor: Actor, action: Action): readonly string[] | undefined {
  switch (actor.kind) {
    case 'terminal':
      return undefined;
    case 'token':
      return actor.tenants === 'all' ? undefined : actor.tenants;
    case 'user': {
      const tenants = actor.grants.filter(({ role }) => access[action].roles[role]).map(({ tenantId }) => tenantId);
      return tenants.includes('all') ? undefined : tenants;
    }
    case 'agent':
      return [];
  }
}

/** The scopes that are useful to this role. */
export function scopesFor(role: AccessRole): AccessScope[] {
  const rules = Object.values(access);
  return accessScopes.filter((scope) => rules.some((rule) => rule.scope === scope && rule.roles[role]));
}
