/** Names from a relay, a proxy or PowerSchool cannot control the administrator's terminal. */
import { join } from 'node:path';
import t from 'tap';
import { runCommand } from '../testing/command.ts';
import { RelayDouble } from '../testing/relay-double.ts';

const hostile = 'Contoso\u001b]0;owned\u0007\u009b2J\u202e\nerror[FAKED] call 555-0100\n  → do it';
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about
const acted = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/;

t.test('shows a district name with escape sequences and line ends without executing them', async (t) => {
  const relay = new RelayDouble();
  relay.tenantName = hostile;
  const url = await relay.open();
  t.teardown(() => relay.close());
  const folder = join(t.testdir({}), 'state');
  const enrolled = await runCommand(folder, ['enroll', '--relay', url.href, '--code', relay.code]);
  t.match(enrolled, { code: 0, out: /Enrolled as agent .* of Contoso\\u001b\]0;owned/, err: '' });
  const status = await runCommand(folder, ['status']);
  const check = await runCommand(folder, ['check']);
  t.match(check.out, /relay\.identity +The relay .* of Contoso\\u001b/);
  for (const { out, err } of [enrolled, status, check]) {
    t.notMatch(out + err, acted);
    t.notMatch(out + err, /^(error\[FAKED| {2}→ do it)/m, 'adds no line');
  }
  const json = JSON.parse((await runCommand(folder, ['status', '--json'])).out);
  t.equal(json.tenantName, hostile, 'keeps the value in JSON');
});
