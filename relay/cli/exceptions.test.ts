/** Exempt accounts and blackouts from the command line. */
import t from 'tap';
import { commandLine } from '../testing/command-line.ts';

const graphTenant = '11111111-2222-4333-8444-555555555555';

t.test('accounts are exempted, listed and not, and all of it is in the audit log', async (t) => {
  const cli = commandLine(t.testdir(), 'kim');
  await cli('tenant', 'add', 'contoso', '--name', 'Contoso', '--graph-tenant', graphTenant);
  t.match(await cli('exempt', 'list', 'contoso'), { code: 0, out: /No account is exempt.*exempt add contoso/s });
  const added = await cli('exempt', 'add', 'contoso', 'Admin-*@contoso.edu', '--reason', 'Administrators');
  t.match(added, { code: 0, out: 'Hallpass no longer writes to admin-*@contoso.edu.\n' });
  for (const [account, reason, says] of [
    ['admin-*@contoso.edu', 'x', /it is on the list already/],
    ['**', 'x', /at least 3 characters/],
    ['two words', 'x', /no spaces/],
    ['kim@contoso.edu', ' ', /reason: it is empty/],
    ['x'.repeat(201), 'x', /EXEMPT_ACCOUNT_INVALID/],
  ] as const) {
    t.match(await cli('exempt', 'add', 'contoso', account, '--reason', reason), { code: 78, err: says });
  }
  for (let number = 1; number < 50; number += 1) await cli('exempt', 'add', 'contoso', `a${number}-*`, '--reason', 'x');
  t.match(await cli('exempt', 'add', 'contoso', 'more-*', '--reason', 'x'), { err: /50 entries with \*/ });
  t.match(await cli('exempt', 'list', 'contoso'), { out: /admin-\*@contoso\.edu +Administrators +20\S+Z +kim/ });
  t.match(await cli('exempt', 'remove', 'contoso', 'admin'), { code: 78, err: /EXEMPT_ACCOUNT_UNKNOWN/ });
  t.match(await cli('exempt', 'remove', 'contoso', 'ADMIN-*@contoso.edu', '--note', 'Ticket 1'), { code: 0 });
  const { entries } = JSON.parse((await cli('audit', 'contoso', '--json', '--limit', '1')).out);
  t.match(entries, [{ action: 'exempt.remove', note: 'Ticket 1', detail: { account: 'admin-*@contoso.edu' } }]);
});

t.test('blackouts are added, listed and removed', async (t) => {
  const cli = commandLine(t.testdir(), 'kim');
  await cli('tenant', 'add', 'contoso', '--name', 'Contoso', '--graph-tenant', graphTenant);
  t.match(await cli('blackout', 'list', 'contoso'), { code: 0, out: /No blackout.*blackout add contoso/s });
  const add = (...args: string[]) => cli('blackout', 'add', 'contoso', '--reason', 'Final exams', ...args);
  t.match(await add('--from', '9998-12-14', '--to', '9998-12-18'), {
    code: 0,
    out: 'Nothing is written from 9998-12-14 through 9998-12-18.\n',
  });
  t.match(await add('--from', '9998-12-14', '--to', '9998-12-13'), { code: 78, err: /to: it is before the first day/ });
  t.match(await add('--from', 'Monday'), { code: 78, err: /from: it must be a date such as/ });
  t.match(await add('--from', '2020-01-01'), { code: 78, err: /2020-01-01 is over/ });
  const { blackouts, now } = JSON.parse((await cli('blackout', 'list', 'contoso', '--json')).out);
  t.match(blackouts, [{ from: '9998-12-14', to: '9998-12-18', reason: 'Final exams', addedBy: 'kim' }]);
  t.equal(now, null);
  t.match(await cli('blackout', 'list', 'contoso'), { out: /9998-12-14 +9998-12-18 +to come +Final exams +kim/ });
  t.match(await cli('blackout', 'remove', 'contoso', 'none'), { code: 78, err: /BLACKOUT_UNKNOWN/ });
  t.match(await cli('blackout', 'remove', 'contoso', blackouts[0].id), { code: 0, out: /Removed the blackout/ });
});
