/**
 * Mistakes that people make at the relay's terminal: each is answered with a code, a sentence, what to do, and an exit
 * code.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { createClientCertificate } from '../../scripts/simulators/authority.ts';
import { systemClock } from '../../shared/clock.ts';
import { commandLine } from '../testing/command-line.ts';
import { runCli } from './program.ts';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));
const guid = '11111111-1111-4111-8111-111111111111';
/** Words from libraries and systems that mean nothing to an operator. */
const jargon =
  /\n +at |ZodError|Invalid input|Invalid URL|Too small|expected string|\bE(?:NOENT|ISDIR|ACCES|EXIST|NOTDIR|ADDRINUSE)\b/;

t.test('answers every wrong input in words, with the fitting exit code', async (t) => {
  const home = t.testdir({
    'empty.json': '',
    'list.json': '[]',
    'bytes.json': Buffer.from([0, 1, 255, 254]),
    'two-words': 'one two',
    'id-of-a-secret': guid,
    'short.key': 'c2hvcnQ=',
    folder: {},
  });
  const file = (name: string) => join(home, name);
  const cli = commandLine(home, 'kim');
  t.match(await cli('tenant', 'add', 'contoso', '--name', 'Contoso', '--graph-tenant', guid), { code: 0 });
  const rows: [args: string[], code: 64 | 75 | 78, said: RegExp][] = [
    [['stauts', 'contoso'], 64, /Unknown command 'stauts'\. Did you mean "status"\?/],
    [['tenent', 'list'], 64, /Did you mean "tenant"\?/],
    [['tenants'], 64, /Did you mean "tenant"\?/],
    [['tenant', 'lst'], 64, /Did you mean "list"\?\n.*"hallpass-relay tenant --help"/],
    [['tenant', 'accept', 'contoso'], 64, /server/],
    [
      ['tenant', 'accept', 'contoso', 'ps.contoso.org'],
      78,
      /SERVER_NOT_REFUSED.*"ps\.contoso\.org".*tenant show contoso/s,
    ],
    [['tenant', 'delete', 'contoso'], 64, /There are add, list, show, edit, consent, accept, remove/],
    [['lisences', 'contoso'], 64, /Did you mean "licenses"\?/],
    [['enrol-code', 'contoso'], 64, /Did you mean "enroll-code"\?/],
    [['sync', 'stop', 'contoso'], 64, /There are now, cancel, restart/],
    [['holds', 'aprove', 'contoso'], 64, /Did you mean "approve"\?/],
    [['status'], 64, /Missing required argument 'tenant'/],
    [['status', 'contoso', 'more'], 64, /"status" accepts 1 of these 2 words: contoso, more\..*quotation marks/],
    [['help', 'stauts'], 64, /Unknown command 'stauts'\. Did you mean "status"\?/],
    [['help', 'tenant', 'ad'], 64, /Unknown command 'ad'\. There are add, .*\n.*"hallpass-relay tenant --help"/],
    [['tenant', 'help', 'nothing'], 64, /Unknown command 'nothing'/],
    [['nothing', '--help'], 64, /Unknown command 'nothing'/],
    [['version'], 64, /Did you mean "--version"\?/],
    [['-v'], 64, /Did you mean "-V"\?/],
    [['status', 'x'.repeat(5000)], 64, /a value on the command line has 5000 characters/i],
    [['status', 'con\ntoso'], 64, /several lines: give it on one line/],
    [['configure', '--graph-ca', ''], 64, /--graph-ca cannot be ""\. It is empty/],
    [['configure', '--key-file', ' '], 64, /It is empty: a path must be given/],
    [['profile', 'set', 'contoso', ''], 64, /It is empty: a path must be given/],
    [['profile', 'check', 'contoso', ''], 64, /It is empty: a path must be given/],
    [['plan', 'contoso', '--csv', ''], 64, /It is empty: a path must be given/],
    [['passwords', 'export', 'contoso', '--file', ''], 64, /It is empty: a path must be given/],
    [['passwords', 'renew', 'contoso'], 64, /'--unknown' and '--person' is needed/],
    [['audit', 'contoso', '--since', '2026-02-30'], 64, /a time in the past/],
    [['holds', 'approve', 'contoso', '--until', '2999-02-29'], 64, /a time in the future/],
    [['run', 'contoso'], 64, /Missing required argument 'run'/],
    [['fleet', '--jsn'], 64, /Did you mean "--json"\?/],
    [['configure', '--prot', '1'], 64, /Did you mean "--port"\?/],
    [['configure', 'port', '1'], 64, /"configure" accepts only options/],
    [['plan', 'contoso', '--csv', 'a', '--json'], 64, /cannot be used together/],
    [['plan', 'contoso', '--kind', 'addMember'], 64, /addMembers/],
    [['serve', '--port'], 64, /--port needs a value/],
    [['serve', '--port', '-1'], 64, /from 0 to 65535/],
    [['serve', '--port', '99999999999'], 64, /from 0 to 65535/],
    [['serve', '--port', '1e3'], 64, /from 0 to 65535/],
    [['serve', '--log-format', 'xml'], 64, /json, text/],
    [['configure', '--cycle-seconds', '0'], 64, /from 1 to 86400/],
    [['configure', '--graph-speed', 'Infinity'], 64, /from 1 to 10000/],
    [['configure', '--keep-days', '-5'], 64, /from 1 to 36500/],
    [['holds', 'approve', 'contoso', '--limit', '-1'], 64, /from 1/],
    [['holds', 'approve', 'contoso', '--until', '2020-01-01'], 64, /a time in the future, such as/],
    [['audit', 'contoso', '--since', '2999-01-01'], 64, /a time in the past, such as/],
    [['token', 'create', 'contoso', '--name', 'a\nb'], 64, /on one line/],
    [['explain', 'contoso'], 64, /'--student' and '--teacher'/],
    [['explain', 'contoso', '--student', ' '], 64, /'--student' and '--teacher'/],
    [['tenant', 'edit', 'contoso'], 64, /is needed/],
    [['status', 'contso'], 78, /TENANT_UNKNOWN.*Did you mean "contoso"\?/],
    [['status', 'CONTOSO', '--json'], 78, /TENANT_UNKNOWN.*Did you mean "contoso"\?/],
    [['status', ''], 78, /TENANT_UNKNOWN/],
    [['agent', 'list', 'nobody'], 78, /TENANT_UNKNOWN.*\n.*tenant list/],
    [['agent', 'revoke', 'contoso', 'x'], 78, /AGENT_NOT_FOUND/],
    [['profile', 'show', 'contoso'], 78, /PROFILE_MISSING.*\n.*profile set contoso FILE\.json/],
    [['problems', 'contoso', '--profile', 'x'], 78, /PROFILE_MISSING/],
    [['runs', 'contoso', '--profile', 'x'], 78, /PROFILE_MISSING/],
    [['holds', 'list', 'contoso', '--profile', 'x'], 78, /PROFILE_MISSING/],
    [['holds', 'approve', 'contoso', '--profile', 'x'], 78, /PROFILE_MISSING/],
    [['problems', 'contoso', '--code', 'UnmatchedEntri'], 78, /Did you mean "UnmatchedEntry"\?/],
    [['run', 'contoso', '99999999999999999999'], 78, /RUN_UNKNOWN.*\n.*"hallpass-relay runs contoso"/],
    [['holds', 'approve', 'contoso', 'x'], 78, /HOLD_UNKNOWN|PROFILE_MISSING.*\n.* contoso/],
    [['configure', '--public-url', 'https://ann:hush@relay.example.org'], 78, /must not hold a user name or password/],
    [['configure', '--graph-url', 'https://ann:hush@graph.example.org'], 78, /graph\.baseUrl.*user name or password/],
    [['configure', '--key-file', '/dev/zero'], 78, /it has more than 1000 bytes/],
    [['configure', '--client-secret-file', '/dev/zero'], 78, /it has more than 64 MB/],
    [['token', 'revoke', 'contoso', 'x'], 78, /TOKEN_NOT_FOUND/],
    [['licenses', 'contoso'], 78, /no app registration\.\n.*configure --client-id GUID --client-cert FILE/],
    [['tenant', 'add', 'Contoso!', '--name', 'x', '--graph-tenant', guid], 78, /slug.*such as contoso/],
    [['tenant', 'remove', 'contoso', '--confirm', 'contso'], 78, /TENANT_REMOVE_UNCONFIRMED/],
    [['profile', 'set', 'contoso', file('none.json')], 78, /there is no such file/],
    [['profile', 'set', 'contoso', file('folder')], 78, /it is a folder and not a file/],
    [['profile', 'set', 'contoso', file('empty.json')], 78, /the file is empty/],
    [['profile', 'set', 'contoso', file('list.json')], 78, /it must be a group of settings/],
    [['profile', 'set', 'contoso', file('bytes.json')], 78, /TEXT_UNREADABLE/],
    [['audit', 'contoso', '--csv', file('folder')], 78, /FILE_UNWRITABLE.*it is a folder and not a file/],
    [['audit', 'contoso', '--csv', file('none/a.csv')], 78, /FILE_UNWRITABLE.*there is no such file or folder/],
    [['configure', '--graph-url', 'graph'], 78, /graph\.baseUrl is not valid: it must be an address with https/],
    [['configure', '--public-url', 'relay.example.org'], 78, /listen\.publicUrl.*such as https:\/\/relay/],
    [['configure', '--public-url', 'ftp://relay.example.org'], 78, /listen\.publicUrl.*with https/],
    [['configure', '--host', ''], 78, /listen\.host is not valid: it must be an IP address or the name/],
    [['configure', '--host', 'my relay'], 78, /listen\.host is not valid: it must be an IP address or the name/],
    [['configure', '--client-id', ''], 78, /graph\.clientId is not valid: it is empty/],
    [['configure', '--trusted-proxy', 'proxy.example.org'], 78, /trustedProxies\.0.*an IP address or a network/],
    [['configure', '--graph-url', 'x', '--host', ''], 78, /2 mistakes\n {4}listen\.host: .*\n {4}graph\.baseUrl: /],
    [['configure', '--client-secret-file', file('two-words')], 78, /more than one word/],
    [['configure', '--client-secret-file', file('id-of-a-secret')], 78, /use the Value next to it instead/],
    [['configure', '--graph-ca', file('list.json')], 78, /graph\.caFile.*holds no certificate/],
    [['configure', '--key-file', file('folder')], 78, /secrets\.keyFile.*it is a folder/],
    [['configure', '--key-file', file('none')], 78, /secrets\.keyFile.*it does not exist/],
  ];
  for (const [args, code, said] of rows) {
    const answer = await cli(...args);
    const name = args.join(' ');
    t.match(answer, { code, err: said }, name);
    t.match(answer.err, /^error\[[A-Z_]+\] [^\n]+\n(?: {4}[^\n]+\n)* {2}→ [^\n]+\n$/, name);
    t.notMatch(answer.err, jargon, name);
    t.notMatch(answer.err, /TENANT\b|hush/, `${name}: the advice can be pasted, and reveals no secret`);
    if (args.includes('--json')) t.equal(answer.out, '', 'a program never reads anything but JSON');
  }
});

t.test('a key file must contain a key and be closed to others', { skip: process.platform === 'win32' }, async (t) => {
  const home = t.testdir();
  const cli = commandLine(home, 'kim');
  const key = (name: string, content: Buffer | string, mode: number) => {
    writeFileSync(join(home, name), content, { mode });
    return ['configure', '--key-file', join(home, name)];
  };
  const good = Buffer.alloc(32, 7).toString('base64');
  t.match(await cli(...key('short', 'c2hvcnQ=', 0o600)), { code: 78, err: /it has 5 bytes, not 32/ });
  t.match(await cli(...key('open', good, 0o644)), { code: 78, err: /others can read it/ });
  t.match(await cli(...key('utf16', Buffer.from(`\ufeff${good}\r\n`, 'utf16le'), 0o600)), { code: 0 });
});

t.test('accepts certificate, key and secret files written on Windows', async (t) => {
  const home = t.testdir();
  const cli = commandLine(home, 'kim');
  const { cert, key } = await createClientCertificate('app');
  const utf16 = (name: string, content: string) => {
    writeFileSync(join(home, name), Buffer.from(`\ufeff${content.replaceAll('\n', '\r\n')}`, 'utf16le'));
    return join(home, name);
  };
  const [certFile, keyFile] = [utf16('app.pem', cert), utf16('app.key', key)];
  const files = ['--client-cert', certFile, '--client-key', keyFile, '--graph-ca', certFile];
  t.match(await cli('configure', '--client-id', guid, ...files), { code: 0 });
  t.match(await cli('configure', '--client-secret-file', utf16('secret', 'a~b.c\n')), { code: 0 });
});

t.test('refuses an address that no agent could use, and stores a doubtful one with a warning', async (t) => {
  const home = t.testdir();
  const cli = commandLine(home, 'kim');
  const { cert, key } = await createClientCertificate('relay');
  writeFileSync(join(home, 'relay.pem'), cert);
  writeFileSync(join(home, 'relay.key'), key);
  const set = (url: string) => cli('configure', '--public-url', url);
  t.match(await set('http://relay.example.org'), {
    code: 78,
    err: /has no encryption, and agents refuse it: use https/,
  });
  t.match(await set('https://localhost:8640'), { code: 78, err: /says https, and the relay speaks http on port 8640/ });
  t.match(await set('https://relay.example.org:8640'), {
    code: 0,
    err: /Warning: Agents will speak https to port 8640/,
  });
  t.match(await set('https://relay.example.org/hallpass'), { code: 0, err: /Warning: Agents use host and port/ });
  t.match(await set('https://relay.example.org'), { code: 0, err: '' });
  const tls = ['--tls-cert', join(home, 'relay.pem'), '--tls-key', join(home, 'relay.key')];
  t.match(await cli('configure', ...tls), { code: 0 });
  t.match(await set('http://127.0.0.1:8640'), { code: 78, err: /says http, and the relay speaks https on port 8640/ });
  t.match(await cli('configure', '--graph-url', 'http://graph.microsoft.com'), {
    code: 78,
    err: /graph\.baseUrl.*has no encryption: it must begin with https/,
  });
});

t.test('names a port that is taken, and ends a command at once when interrupted', async (t) => {
  const home = t.testdir();
  const other = createServer().listen(0, '127.0.0.1');
  t.teardown(() => other.close());
  await once(other, 'listening');
  const address = other.address();
  const port = typeof address === 'object' ? String(address?.port) : '';
  const taken = await commandLine(home, 'kim')('serve', '--port', port);
  t.match(taken, { code: 78, err: /PORT_IN_USE.*another program listens there/ });
  t.notMatch(taken.err, jargon);

  // Nothing answers at that port, so the command would wait for a minute.
  const cli = commandLine(home, 'kim');
  await cli('tenant', 'add', 'contoso', '--name', 'Contoso', '--graph-tenant', guid);
  writeFileSync(join(home, 'secret'), 'not-a-real-secret');
  const nowhere = `https://127.0.0.1:${port}`;
  const app = ['--client-id', guid, '--client-secret-file', join(home, 'secret')];
  t.match(await cli('configure', '--graph-url', nowhere, '--graph-authority', nowhere, ...app), { code: 0 });
  const stop = new AbortController();
  const [out, err] = [new PassThrough(), new PassThrough()];
  const context = { home, out, err, user: 'kim', clock: systemClock, rich: false, stop: stop.signal };
  other.once('connection', (socket) => {
    stop.abort();
    t.teardown(() => socket.destroy());
  });
  t.equal(await runCli(['licenses', 'contoso'], context), 75);
  err.end();
  t.match(await text(err), /^error\[COMMAND_INTERRUPTED\] [^\n]+\n {2}→ Run it again/);
});

t.test('refuses a path that cannot be a state folder', { skip: process.platform === 'win32' }, async (t) => {
  const top = t.testdir({ file: '' });
  mkdirSync(join(top, 'closed'), { mode: 0o500 });
  const folders: [string, RegExp][] = [[join(top, 'file', 'below'), /a part of the path is a file/]];
  if (process.getuid?.() !== 0) folders.push([join(top, 'closed', 'state'), /this account may not open it/]);
  for (const [home, reason] of folders) {
    for (const args of [['tenant', 'list'], ['fleet'], ['serve', '--port', '0']]) {
      const answer = await commandLine(home, 'kim')(...args);
      t.match(answer, { code: 78, out: '', err: reason }, `${args.join(' ')} in ${home}`);
      t.notMatch(answer.err, jargon);
    }
  }
});

t.test(
  'the relay ends in good order when asked to end while it starts',
  { skip: process.platform === 'win32' },
  async (t) => {
    const home = t.testdir();
    const env = { ...process.env, HALLPASS_HOME: home, NO_COLOR: '1' };
    const started = spawn(process.execPath, [main, 'serve', '--port', '0', '--log-format', 'json'], { env });
    const lines = text(started.stdout);
    // The first log line comes before the relay is complete, or right after.
    await once(started.stdout, 'data');
    started.kill('SIGTERM');
    t.same(await once(started, 'exit'), [0, null]);
    t.match(await lines, /relay\.stopped/);
  },
);

t.test('understands "help" in any position', async (t) => {
  const cli = commandLine(t.testdir(), 'kim');
  for (const words of ['help tenant add', 'tenant help add', 'tenant add --help']) {
    t.match(await cli(...words.split(' ')), { code: 0, out: /^Usage: hallpass-relay tenant add / }, words);
  }
  t.match(await cli('help'), { code: 0, out: /^ {2}help \[command\] +show the help of a command/m });
});

t.test('handles output that nobody reads', { skip: process.platform === 'win32' }, async (t) => {
  const env = { ...process.env, HALLPASS_HOME: t.testdir() };
  const shell = async (line: string) => {
    const started = spawn('/bin/sh', ['-c', line, process.execPath, main], { env });
    const [out, err] = await Promise.all([text(started.stdout), text(started.stderr), once(started, 'exit')]);
    return { out, err, code: started.exitCode };
  };
  t.match(await shell('"$0" "$1" --help > /dev/full'), {
    code: 78,
    err: /^error\[OUTPUT_UNWRITABLE\] .*: the disk is full\.\n {2}→ .*\n$/,
  });
  t.match(await shell('("$0" "$1" --help; echo $? >&2) | head -1'), { out: /^Usage: [^\n]+\n$/, err: '0\n' });
  t.match(await shell('"$0" "$1" stauts 2> /dev/full'), { code: 64, out: '', err: '' });
  t.match(await shell('"$0" "$1" tenant list < /dev/null >&-'), { code: 0, err: '' });
});

t.test('writes only plain text when there is no terminal', { skip: process.platform === 'win32' }, async (t) => {
  for (const more of [{}, { TERM: 'dumb' }, { NO_COLOR: '1' }, { FORCE_COLOR: '1' }, { COLUMNS: '20' }]) {
    const env = { ...process.env, HALLPASS_HOME: t.testdir(), ...more };
    const started = spawn(process.execPath, [main, 'fleet'], { env });
    const [out] = await Promise.all([text(started.stdout), once(started, 'exit')]);
    t.equal(out, 'No districts yet.\n  → hallpass-relay tenant add --help\n', JSON.stringify(more));
  }
});
