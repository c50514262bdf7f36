import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { createClientCertificate } from '../../scripts/simulators/authority.ts';
import { systemClock } from '../../shared/clock.ts';
import { addAgent, connected, startTestRelay, testProfile } from '../testing/relay-double.ts';
import { runCli } from './program.ts';

const graphTenant = '11111111-1111-4111-8111-111111111111';

async function run(home: string, ...args: string[]) {
  const out = new PassThrough();
  const err = new PassThrough();
  const stop = AbortSignal.timeout(60_000);
  const code = await runCli(args, { home, out, err, user: 'kim', clock: systemClock, rich: false, stop });
  out.end();
  err.end();
  return { code, out: await text(out), err: await text(err) };
}

const addContoso = (home: string) =>
  run(home, 'tenant', 'add', 'contoso', '--name', 'Contoso', '--graph-tenant', graphTenant);

t.test('goes from nothing to an agent that can enroll', async (t) => {
  const home = join(t.testdir(), 'state');
  t.match(await addContoso(home), { code: 0, out: /Added contoso/, err: '' });
  t.match(await run(home, 'tenant', 'list'), { out: new RegExp(`contoso +Contoso +${graphTenant} +never`) });
  const [listed] = JSON.parse((await run(home, 'tenant', 'list', '--json')).out);
  t.match(listed, { slug: 'contoso', graphTenantId: graphTenant, committedAt: null });

  t.equal((await run(home, 'configure', '--public-url', 'https://relay.example.org/')).code, 0);
  t.match(await run(home, 'enroll-code', 'contoso'), {
    code: 0,
    out: /Code {5}([0-9A-Z]{4}-){2}[0-9A-Z]{4}\n.*\n {2}hallpass-agent setup --relay https:\/\/relay\.example\.org\n/s,
  });
  t.match(JSON.parse((await run(home, 'enroll-code', 'contoso', '--json')).out), { code: /-/, expiresAt: String });

  writeFileSync(join(home, 'profile.json'), JSON.stringify(testProfile));
  t.match(await run(home, 'profile', 'set', 'contoso', join(home, 'profile.json')), {
    code: 0,
    out: /is new, and stored/,
  });
  // "enable" and "pause" decide whether it runs.
  const preview = { ...testProfile, state: 'preview' };
  t.same(JSON.parse((await run(home, 'profile', 'show', 'contoso')).out), preview);
  const status = await run(home, 'status', 'contoso');
  t.match(status, { code: 0, out: /last commit never.*student +0/s });
  t.match(status.out, /No agent has enrolled\.\n {2}→ hallpass-relay enroll-code contoso\n/, 'the next step');
  t.match(status.out, /\nNo problems\.\n$/);
  t.notMatch(status.out, /COUNT|LAST SEEN/, 'no heading without a line below it');
});

t.test('before anything exists, lists say so, and nothing is promised that cannot happen', async (t) => {
  const home = t.testdir();
  await addContoso(home);
  const lists: [words: string, said: RegExp][] = [
    ['link list', /^Nobody has an account yet: .*\n$/],
    ['passwords list', /^There are no first passwords/],
    ['token list', /^No tokens yet\.\n {2}→ hallpass-relay token create contoso --name NAME\n$/],
    ['agent list', /^No agent has enrolled\.\n {2}→ /],
    ['profile list', /^No profiles yet\.\n {2}→ /],
    ['runs', /^Nothing has run yet/],
    ['holds list', /^Nothing is held/],
    ['teams', /^No class is a team/],
  ];
  for (const [words, out] of lists) {
    t.match(await run(home, ...words.split(' '), 'contoso'), { code: 0, out }, words);
  }
  for (const control of ['now', 'cancel', 'restart']) {
    t.match(
      await run(home, 'sync', control, 'contoso'),
      { code: 78, out: '', err: /PROFILE_MISSING.*\n {2}→ / },
      control,
    );
  }
});

t.test(
  'errors say what happened, where and what to do, and exit codes tell a mistake from a temporary failure',
  async (t) => {
    const home = t.testdir({
      'broken.json': '{"version":',
      'wrong.json': JSON.stringify({ ...testProfile, mode: {} }),
    });
    await addContoso(home);
    const fix = (code: string, ...words: string[]) => ({
      code: 78,
      out: '',
      err: new RegExp(`^error\\[${code}\\] .*${words.join('.*')}.*\n  → .+\n$`),
    });
    t.match(await addContoso(home), fix('TENANT_EXISTS', 'contoso'));
    t.match(await run(home, 'status', 'nobody'), fix('TENANT_UNKNOWN', 'nobody'));
    t.match(await run(home, 'enroll-code', 'nobody'), fix('TENANT_UNKNOWN', 'nobody'));
    t.match(await run(home, 'agent', 'revoke', 'contoso', 'x'), fix('AGENT_NOT_FOUND', 'x'));
    t.match(await run(home, 'profile', 'show', 'contoso'), fix('PROFILE_MISSING', 'contoso'));
    t.match(await run(home, 'profile', 'set', 'contoso', join(home, 'none.json')), fix('FILE_UNREADABLE', 'none.json'));
    t.match(await run(home, 'profile', 'set', 'contoso', join(home, 'broken.json')), fix('PROFILE_INVALID', 'broken'));
    t.match(await run(home, 'profile', 'set', 'contoso', join(home, 'wrong.json')), {
      code: 78,
      out: '',
      err: /^error\[PROFILE_INVALID\] .*: 2 mistakes\n {4}mode\.students: it is missing;[^\n]*\n {4}mode\.teachers: it is missing/,
    });
    const add = (slug: string, guid: string) => run(home, 'tenant', 'add', slug, '--name', 'x', '--graph-tenant', guid);
    t.match(await add('Not a slug', graphTenant), fix('RELAY_SETTING_INVALID', 'slug'));
    t.match(await add('fabrikam', 'contoso.onmicrosoft.com'), fix('RELAY_SETTING_INVALID', 'graph-tenant'));
    t.match(
      await run(home, 'configure', '--host', '0.0.0.0'),
      fix('RELAY_SETTING_INVALID', 'listen.host', 'encryption'),
    );
    writeFileSync(join(home, 'settings.json'), '{"listen":{"host":"0.0.0.0"}}');
    t.match(await run(home, 'serve', '--port', '0'), fix('LISTEN_INSECURE', '0.0.0.0'));
    t.match(
      await run(join(home, 'broken.json'), 'tenant', 'list'),
      fix('STATE_FOLDER_UNUSABLE', 'a file and not a folder'),
    );
    if (process.platform === 'linux') {
      for (const nowhere of ['/proc/hallpass', '/proc/self/a/b', '/sys/hallpass']) {
        t.match(await run(nowhere, 'tenant', 'list'), fix('STATE_FOLDER_UNUSABLE', nowhere), 'answered at once');
        t.match(await run(nowhere, 'configure', '--port', '8641'), { code: 78, err: /STATE_UNWRITABLE/ });
      }
    }

    for (const wrong of [
      ['frobnicate'],
      ['tenant', 'add'],
      ['configure', '--port', 'many'],
      ['serve', '--log-format', 'xml'],
    ]) {
      t.match(
        await run(home, ...wrong),
        { code: 64, err: /^error\[OPTION_INVALID\] .*\n +→ See "hallpass-relay.* --help"/ },
        wrong.join(' '),
      );
    }
    t.match(await run(home, '--help'), { code: 0, out: /Examples:.*serve/s });
    t.match(await run(home, 'enroll-code', '--help'), { code: 0, out: /Example:/ });
  },
);

t.test('configure keeps what is not named, and stores nothing that is wrong', async (t) => {
  const home = t.testdir();
  const [app, other] = [await createClientCertificate('app'), await createClientCertificate('other')];
  const write = (name: string, text: string) => {
    writeFileSync(join(home, name), text);
    return join(home, name);
  };
  const [cert, key] = [write('a.pem', app.cert), write('a.key', app.key)];
  const secret = write('secret', 'not-a-real-secret\n');
  const clientId = randomUUID();
  t.match(await run(home, 'configure', '--client-id', clientId, '--client-cert', cert, '--client-key', key), {
    code: 0,
  });
  const many = ['--client-id', 'app', '--client-cert', cert, '--client-key', write('b.key', other.key)];
  const worst = await run(home, 'configure', ...many, '--host', '0.0.0.0', '--graph-ca', '/none.pem');
  t.match(worst, { code: 78, out: '' });
  for (const reason of [
    /RELAY_SETTINGS_INVALID\] The settings are not valid: 4 mistakes\n/,
    /\n {4}listen\.host: the relay does not listen on 0\.0\.0\.0 without encryption/,
    /\n {4}graph\.clientId: "app" is not a client id, which is a GUID/,
    /\n {4}graph\.keyFile: .*b\.key is not the key of the certificate in .*a\.pem\n/,
    /\n {4}graph\.caFile: the file \/none\.pem cannot be read: there is no such file or folder\n/,
  ]) {
    t.match(worst.err, reason);
  }
  const swapped = await run(home, 'configure', '--client-cert', key, '--client-key', cert);
  t.match(swapped.err, /holds no certificate in PEM: it holds a private key[^\n]*\n.*holds no private key in PEM/);
  t.equal((await run(home, 'configure', '--public-url', 'https://192.0.2.7:8640')).code, 0, 'an address will do');
  const changed = await run(home, 'configure', '--client-secret-file', secret, '--cycle-seconds', '5');
  t.match(JSON.parse(changed.out), {
    listen: { host: '127.0.0.1', port: 8640 },
    graph: { clientId, secretFile: secret, certificateFile: undefined },
    agents: { cycleSeconds: 5 },
  });
  const refused = [
    ['--graph-speed', '50'],
    ['--graph-url', 'http://graph.example.org'],
    ['--client-cert', '/only.pem'],
    ['--tls-cert', '/only.pem'],
    ['--trusted-proxy', 'proxy.example.org'],
  ];
  for (const option of refused) {
    t.match(await run(home, 'configure', ...option), { code: 78, err: /RELAY_SETTINGS?_INVALID/ }, option.join(' '));
  }
  t.equal((await run(home, 'configure')).out, changed.out);
  const simulator = [
    '--graph-url',
    'https://127.0.0.1:1',
    '--graph-authority',
    'https://127.0.0.1:1',
    '--graph-speed',
    '50',
  ];
  t.match(await run(home, 'configure', ...simulator), { code: 0, out: /"speed": 50/ });
});

t.test('works on the database beside a running relay', async (t) => {
  const home = t.testdir();
  await addContoso(home);
  const relay = await startTestRelay(home);
  t.teardown(() => relay.close());
  const [tenant] = JSON.parse((await child(home, 'tenant', 'list', '--json')).out);
  const agent = await addAgent(relay, tenant.id);
  const double = await connected(relay, agent);
  await double.hello();
  t.match(await child(home, 'agent', 'list', 'contoso'), { out: new RegExp(`${agent.agentId} +double`) });
  t.match(await child(home, 'agent', 'revoke', 'contoso', agent.agentId), { code: 0 });
  t.equal(await double.closed, 4001);
});

t.test('two commands that start on a new state folder at once both succeed', async (t) => {
  const home = join(t.testdir(), 'state');
  const results = await Promise.all([child(home, 'tenant', 'list', '--json'), child(home, 'tenant', 'list', '--json')]);
  for (const result of results) t.match(result, { code: 0, out: '[]\n', err: '' });
});

t.test('output that is cut off by its reader is not an error', async (t) => {
  const home = t.testdir();
  const main = fileURLToPath(new URL('../main.ts', import.meta.url));
  const started = spawn(process.execPath, [main, 'tenant', 'list'], { env: { ...process.env, HALLPASS_HOME: home } });
  started.stdout.destroy();
  t.same(await Promise.all([text(started.stderr), once(started, 'exit')]), ['', [0, null]]);
});

/** A separate process, as an operator starts it. */
async function child(home: string, ...args: string[]) {
  const main = fileURLToPath(new URL('../main.ts', import.meta.url));
  const process_ = spawn(process.execPath, [main, ...args], { env: { ...process.env, HALLPASS_HOME: home } });
  const [out, err, [code]] = await Promise.all([text(process_.stdout), text(process_.stderr), once(process_, 'exit')]);
  return { code, out, err };
}
