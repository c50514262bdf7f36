/** The table of outcomes, row by row: relay/testing/refusals/ has an answer for each. */
import t from 'tap';
import type { DesiredUser } from '../model/desired-user.ts';
import type { Operation, OperationKind } from '../model/operation.ts';
import { fixerOf } from '../model/problem.ts';
import { answerTable } from '../operations/answer-table.ts';
import { accounts } from '../testing/refusals/accounts.ts';
import { licenses } from '../testing/refusals/licenses.ts';
import { memberships } from '../testing/refusals/memberships.ts';
import type { Refusal } from '../testing/refusals/refusal.ts';
import { tenant } from '../testing/refusals/tenant.ts';
import { readRefusal } from './graph-error.ts';
import { outcomeOf, refusalOf, rowFor } from './outcome.ts';

const cases = { ...tenant, ...licenses, ...memberships, ...accounts };

/** The parts of an operation that matter here. */
function operationOf(kind: OperationKind): Operation {
  const user = { body: {}, creation: { userPrincipalName: 'a@b', mailNickname: 'a', usageLocation: 'US' } };
  const common = { key: 'class:1', reason: 'r', sectionId: '1', people: ['students:1'], personKey: 'students:1' };
  return { kind, ...common, user: user as DesiredUser, body: {}, before: {}, schoolId: '1' } as unknown as Operation;
}

function answerOf({ status, code = '', message = '', details, ...rest }: Refusal) {
  const body = 'body' in rest ? rest.body : { error: { code, message, ...(details === undefined ? {} : { details }) } };
  return { status, headers: new Headers(), body };
}

for (const [name, one] of Object.entries(cases)) {
  t.test(name, async (t) => {
    const operation = operationOf(one.kind);
    const outcome = outcomeOf(operation, answerOf(one), 0);
    const [kind, code, who] = one.is;
    t.equal(outcome.kind, kind);
    const error = 'error' in outcome ? outcome.error : refusalOf(operation, answerOf(one));
    if (code !== undefined) t.equal(error.code, code);
    if (who !== undefined) t.equal(fixerOf(error.code), who);
    t.match(`${error.message} ${error.action}`, one.says ?? /./);
    t.notMatch(`${error.message} ${error.action}`, /undefined|\{|\.\./, 'every blank is filled');
  });
}

t.test('every row has a case', async (t) => {
  const met = new Set(Object.values(cases).map((one) => rowFor(one.kind, readRefusal(answerOf(one)))));
  const rows = answerTable().map(({ row }) => row);
  t.same(
    rows.filter((row) => !met.has(row)),
    [],
  );
});

t.test('every refusal that goes to the maintainers of PowerSchool names the field', async (t) => {
  const kinds: OperationKind[] = [
    'createUser',
    'updateUser',
    'createClass',
    'createSchool',
    'addMembers',
    'assignLicence',
  ];
  for (const kind of kinds) {
    for (let status = 400; status < 500; status += 1) {
      const answer = { status, headers: new Headers(), body: { error: { code: 'X', message: 'Something else.' } } };
      const error = refusalOf(operationOf(kind), answer);
      t.not(fixerOf(error.code), 'sis', `${kind} ${status} ${error.code}`);
    }
  }
});

t.test('owners who were added one at a time are not tried in another way', async (t) => {
  const one = cases['owners in one PATCH are refused'];
  if (one === undefined) throw new Error('no case');
  t.match(outcomeOf(operationOf('addOwners'), answerOf(one), 0, true), {
    kind: 'failed',
    error: { code: 'GRAPH_REJECTED' },
  });
});
