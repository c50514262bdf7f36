/** Who may do what: every action and every role, which the compiler keeps complete. Checked in perform.ts alone. */
import { fail } from '../../shared/errors.ts';
import { type ActingRole, type Actor, roleOf } from './actor.ts';

type Allowed = Readonly<Record<ActingRole, boolean>>;

const operators: Allowed = { operator: true, admin: false, viewer: false, agent: false };
const admins: Allowed = { operator: true, admin: true, viewer: false, agent: false };
const everybody: Allowed = { operator: true, admin: true, viewer: true, agent: false };
const agents: Allowed = { operator: false, admin: false, viewer: false, agent: true };

/** What changes something, by the name that the audit log has for it. */
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

/** What can be asked. */
export type Question =
  | 'fleet'
  | 'settings'
  | 'tenant'
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
  | 'passwords'
  | 'tokens';

export type Action = Change | Question;

export const access: Readonly<Record<Action, Allowed>> = {
  'settings.change': operators,
  'tenant.add': operators,
  'tenant.edit': operators,
  // Of two PowerSchool servers taken for one, people would get each other's accounts.
  'tenant.accept': operators,
  'tenant.remove': operators,
  'agent.code': admins,
  'agent.enroll': agents,
  'agent.revoke': admins,
  'profile.set': admins,
  'profile.remove': admins,
  'profile.preview': admins,
  'profile.enabled': admins,
  'profile.paused': admins,
  'run.start': admins,
  'run.cancel': admins,
  'run.restart': admins,
  'hold.approved': admins,
  'hold.rejected': admins,
  'link.set': admins,
  'link.remove': admins,
  'passwords.export': admins,
  'passwords.renew': admins,
  'token.create': admins,
  'token.revoke': admins,
  fleet: everybody,
  settings: operators,
  tenant: everybody,
  status: everybody,
  agents: everybody,
  schools: everybody,
  properties: everybody,
  // These four ask Microsoft 365, within the limits that the district's runs need.
  licenses: admins,
  domains: admins,
  check: admins,
  match: admins,
  profiles: everybody,
  plan: everybody,
  holds: everybody,
  runs: everybody,
  problems: everybody,
  drift: everybody,
  teams: everybody,
  links: everybody,
  explain: everybody,
  audit: everybody,
  passwords: admins,
  tokens: admins,
};

export function isChange(action: Action): action is Change {
  return (changes as readonly string[]).includes(action);
}

/** @throws HallpassError ROLE_INSUFFICIENT */
export function allow(actor: Actor, action: Action): void {
  const role = roleOf(actor);
  if (!access[action][role]) throw fail('ROLE_INSUFFICIENT', { role, action });
}
