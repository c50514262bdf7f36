/** New first passwords: storing or deleting them is recorded in the audit log in the same transaction. */
import t, { type Test } from 'tap';
import { readPasswords } from '../../store/accounts/initial-passwords.ts';
import { readAudit } from '../../store/audit/audit.ts';
import { openDistrict, smallRoster } from '../../testing/district.ts';
import type { Actor } from '../actor.ts';
import { makeExempt } from './exempt.ts';
import { linkPerson } from './link-person.ts';
import { renewPasswords } from './renew-passwords.ts';

const kim: Actor = { kind: 'terminal', user: 'kim' };

async function setUp(t: Test) {
  const home = t.testdir();
  const mode = { students: 'create', teachers: 'create' } as const;
  const district = await openDistrict({ dir: home, home, mode, students: 2, accounts: false });
  t.teardown(() => district.close());
  await district.commit(smallRoster(2));
  await district.run();
  const { store, clock, tenantId, microsoft } = district;
  const context = { home, store, clock, signal: AbortSignal.timeout(60_000) };
  const sealedOf = async (id: string) => {
    const waiting = await store.readTenant(tenantId, readPasswords);
    return waiting.find(({ personId }) => personId === id)?.sealed;
  };
  const audit = () => store.readTenant(tenantId, (scope) => readAudit(scope, { limit: 9 }));
  const renew = () => renewPasswords(context, kim, { tenant: 'contoso', person: 'students:10' });
  const exempt = (account: string) => makeExempt(context, kim, { tenant: 'contoso', account, reason: 'Elsewhere' });
  const link = (person: string, account: string) => linkPerson(context, kim, { tenant: 'contoso', person, account });
  return { microsoft, sealedOf, audit, renew, exempt, link };
}

t.test('the log says who is about to get one, and who got it', async (t) => {
  const { sealedOf, audit, renew } = await setUp(t);
  const before = await sealedOf('10');
  t.match(await renew(), { renewed: 1, failed: [] });
  t.not(await sealedOf('10'), before);
  t.match(await audit(), [
    { action: 'passwords.renew', who: 'kim', detail: { count: 1, set: ['students:10'], refused: [] } },
    { action: 'passwords.renew', who: 'kim', detail: { setting: ['students:10'] } },
  ]);
});

t.test('keeps the old password when Microsoft 365 refuses the new one', async (t) => {
  const { microsoft, sealedOf, audit, renew } = await setUp(t);
  const before = await sealedOf('10');
  const [user] = microsoft.directory.users.find('userPrincipalName', 'student0@contoso.edu');
  if (user === undefined) return t.fail('nobody');
  user.protection = 'administrator';
  t.match(await renew(), { renewed: 0, failed: [{ person: 'students:10', error: { code: 'AccountProtected' } }] });
  t.equal(await sealedOf('10'), before);
  t.match(await audit(), [
    { detail: { count: 0, set: [], refused: ['students:10'] } },
    { detail: { setting: [String] } },
  ]);
});

t.test('keeps the new password when nobody knows whether it was set', async (t) => {
  const { microsoft, sealedOf, renew } = await setUp(t);
  for (const fault of [
    { kind: 'missing' },
    { kind: '504' },
    { kind: 'answer', answer: { status: 403, body: '<p>' }, done: true },
  ] as const) {
    const before = await sealedOf('10');
    microsoft.faults.add({
      match: { method: 'PATCH', path: '^/education/users/' },
      ...fault,
      times: 1,
      skip: 0,
      delay: 0,
    });
    t.match(await renew(), {
      renewed: 0,
      failed: [{ person: 'students:10', error: { code: 'GRAPH_FAILED', message: /may have been set/ } }],
    });
    t.not(await sealedOf('10'), before, fault.kind);
  }
});

t.test('the log shows what was kept when the answer is lost', async (t) => {
  const { microsoft, sealedOf, audit, renew } = await setUp(t);
  const before = await sealedOf('10');
  microsoft.faults.add({ match: { method: 'POST', path: 'batch' }, kind: 'lost-answer', times: 9, skip: 0, delay: 0 });
  await t.rejects(renew());
  t.not(await sealedOf('10'), before, 'it may be theirs already');
  const [entry] = await audit();
  t.match(entry, { action: 'passwords.renew', detail: { setting: ['students:10'] } });
});

t.test('an exempt account gets none, and nobody is linked to it', async (t) => {
  const { microsoft, sealedOf, renew, exempt, link } = await setUp(t);
  await exempt('student*');
  const [before, { writes }] = [await sealedOf('10'), microsoft.stats];
  t.match(await renew(), { renewed: 0, failed: [{ person: 'students:10', error: { code: 'ACCOUNT_EXEMPT' } }] });
  t.equal(await sealedOf('10'), before);
  t.equal(microsoft.stats.writes, writes);
  await t.rejects(link('students:11', 'student0@contoso.edu'), { code: 'ACCOUNT_EXEMPT' });
});
