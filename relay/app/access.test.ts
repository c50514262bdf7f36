/** Every action has roles and a scope, and every scope is useful to some role. */
import t from 'tap';
import { accessRoles } from '../model/access-role.ts';
import { accessScopes } from '../model/access-scope.ts';
import { type UserRole, userRoles } from '../model/user-role.ts';
import { type Action, access, allow, isChange, mayDo, reachedBy, scopesFor } from './access.ts';
import type { Actor } from './actor.ts';

const actions = Object.keys(access) as Action[];

function outcomeOf(actor: Actor, action: Action, tenantId?: string): string {
  try {
    allow(actor, action, tenantId);
    return 'allowed';
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  }
}

t.test('a token needs both the role and the scope', async (t) => {
  for (const role of accessRoles) {
    for (const scope of accessScopes) {
      const actor: Actor = { kind: 'token', id: 'id', name: 'n', role, scopes: [scope], tenants: 'all' };
      for (const action of actions) {
        const rule = access[action];
        const expected = !rule.roles[role] ? 'ROLE_INSUFFICIENT' : rule.scope === scope ? 'allowed' : 'SCOPE_MISSING';
        t.equal(outcomeOf(actor, action), expected, `${role} ${scope} ${action}`);
      }
    }
  }
});

const districts = { own: 'a', other: 'b' };

function userWith(role: UserRole, isFresh = true): Actor {
  const isForAll = role === 'operator' || role === 'observer';
  const schools = role === 'schoolViewer' ? ['1'] : null;
  const grants = [{ role, tenantId: isForAll ? 'all' : districts.own, schools }];
  return { kind: 'user', id: role, name: role, grants, isFresh };
}

t.test(
  'users do what their role in that district allows, and dangerous things only after a fresh sign-in',
  async (t) => {
    for (const role of userRoles) {
      const isForAll = role === 'operator' || role === 'observer';
      for (const action of actions) {
        const { roles, isDangerous = false } = access[action];
        const expected = roles[role] ? 'allowed' : 'ROLE_INSUFFICIENT';
        t.equal(outcomeOf(userWith(role), action, districts.own), expected, `${role} ${action}`);
        t.equal(outcomeOf(userWith(role), action), expected, `${role} ${action}, somewhere`);
        t.equal(outcomeOf(userWith(role), action, districts.other), isForAll ? expected : 'ROLE_INSUFFICIENT');
        const tired = roles[role] && isDangerous ? 'SIGN_IN_NOT_FRESH' : expected;
        t.equal(outcomeOf(userWith(role, false), action, districts.own), tired, `${role} ${action}, not fresh`);
        t.equal(mayDo(userWith(role, false), action, districts.own), roles[role], 'is offered all the same');
        const reached = isForAll ? undefined : [districts.own];
        t.strictSame(reachedBy(userWith(role), action), roles[role] ? reached : []);
      }
    }
  },
);

t.test('roles that only read change nothing, and a role in one district adds none to that in another', async (t) => {
  for (const role of ['observer', 'viewer', 'schoolViewer', 'registrar'] as const) {
    const able = actions.filter((action) => isChange(action) && access[action].roles[role]);
    t.strictSame(able, ['user.joined'], role);
  }
  const both: Actor = {
    ...{ kind: 'user', id: 'both', name: 'both', isFresh: true },
    grants: [
      { role: 'viewer', tenantId: 'a', schools: null },
      { role: 'admin', tenantId: 'b', schools: null },
    ],
  };
  t.equal(outcomeOf(both, 'profile.set', 'a'), 'ROLE_INSUFFICIENT');
  t.equal(outcomeOf(both, 'profile.set', 'b'), 'allowed');
  t.strictSame(reachedBy(both, 'problems'), ['a', 'b']);
  t.strictSame(reachedBy(both, 'tokens'), ['b']);
});

t.test('scopes narrow a role and add nothing to it', async (t) => {
  t.ok(scopesFor('operator').every((scope) => accessScopes.includes(scope)));
  t.same(scopesFor('operator'), [...accessScopes]);
  t.same(
    scopesFor('admin'),
    accessScopes.filter((scope) => scope !== 'settings'),
  );
  t.notOk(scopesFor('viewer').some((scope) => ['passwords', 'tokens', 'settings'].includes(scope)));
  t.notOk(
    actions.some((action) => isChange(action) && access[action].roles.viewer && access[action].scope !== 'none'),
    'viewers change nothing',
  );
  const terminal: Actor = { kind: 'terminal', user: 'kim' };
  t.same(
    actions.filter((action) => outcomeOf(terminal, action) !== 'allowed'),
    ['agent.enroll', 'home'],
    'agents enroll themselves; whoever sees a whole district begins with its overview',
  );
});
