/** Every action has roles and a scope, and every scope is useful to some role. */
import t from 'tap';
import { accessRoles } from '../model/access-role.ts';
import { accessScopes } from '../model/access-scope.ts';
import { type Action, access, allow, isChange, scopesFor } from './access.ts';
import type { Actor } from './actor.ts';

const actions = Object.keys(access) as Action[];

function outcomeOf(actor: Actor, action: Action): string {
  try {
    allow(actor, action);
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

t.test('scopes narrow a role and add nothing to it', async (t) => {
  t.ok(scopesFor('operator').every((scope) => accessScopes.includes(scope)));
  t.same(scopesFor('operator'), [...accessScopes]);
  t.same(
    scopesFor('admin'),
    accessScopes.filter((scope) => scope !== 'settings'),
  );
  t.notOk(scopesFor('viewer').some((scope) => ['passwords', 'tokens', 'settings'].includes(scope)));
  t.notOk(
    actions.some((action) => isChange(action) && access[action].roles.viewer),
    'viewers change nothing',
  );
  const terminal: Actor = { kind: 'terminal', user: 'kim' };
  t.same(
    actions.filter((action) => outcomeOf(terminal, action) !== 'allowed'),
    ['agent.enroll'],
  );
});
