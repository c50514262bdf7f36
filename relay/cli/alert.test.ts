/** Alert channels from the command line: secrets come from files, are sealed, and are shown once or never. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { saveSettings, settingsSchema } from '../settings/settings.ts';
import { alertSettings, receiveMail, receiveWeb } from '../testing/alert-receivers.ts';
import { commandLine } from '../testing/command-line.ts';

const graphTenant = '11111111-2222-4333-8444-555555555555';

t.test('adds, lists, tests and removes channels of a district and of the relay', async (t) => {
  const home = t.testdir({ 'hook.txt': '', 'password.txt': 'pass word\n' });
  const cli = commandLine(home, 'kim');
  await saveSettings(home, { ...settingsSchema.parse({}), alerts: await alertSettings(home) });
  await cli('tenant', 'add', 'contoso', '--name', 'Contoso', '--graph-tenant', graphTenant);
  t.match(await cli('alert', 'list'), { code: 0, out: /No open alerts.*Nobody is told.*alert add --name/s });

  const [web, mail] = [await receiveWeb(t), await receiveMail(t, { password: 'pass word' })];
  writeFileSync(join(home, 'hook.txt'), `${web.url}/hidden-path\n`);
  const hook = await cli('alert', 'add', '--name', 'on-call', '--webhook-file', join(home, 'hook.txt'));
  t.match(hook, { code: 0, out: /^Added on-call: webhook to https:\/\/localhost:\d+\.\nSigning key {2}whsec_/ });
  const [key = 'whsec_'] = /whsec_\S+/.exec(hook.out) ?? [];
  const added = await cli(
    ...['alert', 'add', 'contoso', '--name', 'office', '--smtp', 'localhost', '--port', String(mail.port)],
    ...['--user', 'relay', '--password-file', join(home, 'password.txt'), '--from', 'a@example.org'],
    ...['--to', 'it@contoso.edu', '--for', 'sis', 'microsoft', '--cause', 'held', '--quiet', '21:00-06:00'],
    ...['--time-zone', 'America/Chicago', '--note', 'Ticket 4711'],
  );
  t.match(added, {
    code: 0,
    out: /^Added office: smtp to it@contoso\.edu by localhost:\d+\.\n {2}→ .* test office contoso/,
  });

  t.match(await cli('alert', 'test', 'on-call'), { code: 0, out: /^Sent a test through on-call/ });
  t.match(await cli('alert', 'test', 'office', 'contoso'), { code: 0 });
  t.match(JSON.parse(web.received[0]?.body ?? ''), { type: 'alert.test', data: { cause: 'test' } });
  t.match(mail.mails, [{ to: ['it@contoso.edu'], text: /This is a test of the alert channel/ }]);

  const listed = await cli('alert', 'list', 'contoso', '--json');
  t.match(JSON.parse(listed.out), {
    alerts: [],
    channels: [
      {
        ...{ name: 'office', kind: 'smtp', readers: ['sis', 'microsoft'], causes: ['held'] },
        ...{ quiet: [{ from: '21:00', to: '06:00' }], timeZone: 'America/Chicago', createdBy: 'kim' },
      },
    ],
  });
  const edited = ['alert', 'edit', 'office', 'contoso'];
  t.match(await cli(...edited, '--all-causes', '--no-quiet', '--for', 'operator', '--name', 'it'), {
    code: 0,
    out: 'Changed it.\n',
  });
  t.match(JSON.parse((await cli('alert', 'list', 'contoso', '--json')).out).channels, [
    { name: 'it', readers: ['operator'], causes: null, quiet: [], timeZone: 'America/Chicago' },
  ]);
  t.match(await cli('alert', 'edit', 'it', 'contoso', '--name', 'office'), { code: 0 });
  t.match(await cli(...edited), { code: 64, err: /Say what to change/ });
  const audits = [await cli('audit', 'contoso', '--json'), await cli('audit', '--json')].map(({ out }) => out);
  t.match(JSON.parse(audits[0] ?? '').entries, [
    { action: 'alert.edit' },
    { action: 'alert.edit', detail: { changes: { name: { before: 'office', after: 'it' } } } },
    { action: 'alert.test' },
    { action: 'alert.add', note: 'Ticket 4711' },
  ]);
  t.match(JSON.parse(audits[1] ?? '').entries.slice(0, 2), [
    { action: 'relayAlert.test' },
    { action: 'relayAlert.add' },
  ]);
  const files = readdirSync(home).filter((file) => file.startsWith('relay.db'));
  const stored = files.map((file) => readFileSync(join(home, file), 'latin1')).join();
  for (const secret of ['pass word', 'hidden-path', key]) {
    t.notOk(`${stored}${listed.out}${audits}`.includes(secret), 'no secret in database, list or log');
  }
  t.match(await cli('alert', 'remove', 'office', 'contoso'), { code: 0, out: 'Removed office.\n' });
  t.match(await cli('alert', 'test', 'office', 'contoso'), { code: 78, err: /ALERT_CHANNEL_UNKNOWN/ });
});

t.test('says what is wrong with a channel', async (t) => {
  const cli = commandLine(t.testdir(), 'kim');
  const add = (...options: string[]) => cli('alert', 'add', '--name', 'x', ...options);
  t.match(await add(), { code: 64, err: /--webhook/ });
  t.match(await add('--webhook', 'https://a.example.org', '--heartbeat', 'https://b.example.org'), { code: 64 });
  t.match(await add('--webhook', 'http://a.example.org'), { code: 78, err: /ALERT_TARGET_INVALID.*https/ });
  t.match(await add('--webhook', 'https://127.0.0.1/'), { code: 78, err: /ALERT_TARGET_PRIVATE/ });
  t.match(await add('--heartbeat', 'https://a.example.org', '--quiet', '9-5'), { code: 64, err: /--quiet/ });
  t.match(await add('--heartbeat', 'https://a.example.org', '--time-zone', 'Mars'), { code: 78, err: /Mars/ });
  t.match(await add('--smtp', 'smtp.example.org', '--to', 'a@x.org'), { code: 78, err: /ALERT_TARGET_INVALID.*from/ });
  t.match(await add('--heartbeat', 'https://a.example.org'), { code: 0 });
  t.match(await add('--heartbeat', 'https://a.example.org'), { code: 78, err: /ALERT_CHANNEL_EXISTS/ });
  t.match(await cli('alert', 'remove', 'y'), { code: 78, err: /ALERT_CHANNEL_UNKNOWN/ });
});
