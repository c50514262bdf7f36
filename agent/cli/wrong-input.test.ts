/**
 * Mistakes that people make at the agent's terminal: each is answered with a sentence, the next step, and a fitting
 * exit code.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { runCommand } from '../testing/command.ts';
import { RelayDouble } from '../testing/relay-double.ts';
import { Typist } from '../testing/typist.ts';

const folder = t.testdir({ folder: { x: '' }, empty: '', two: 'a\nb\n', secret: 'hush\n', long: 'y'.repeat(5000) });
const at = (name: string) => join(folder, name);
await writeFile(at('binary'), Buffer.from([0, 1, 2, 255, 254, 3]));
const home = at('home');

const usage = 64;
const fix = 78;
const passes = 75;
const plugin = ['plugin', '--out', at('plugin.zip')];
const configure = (...args: string[]) => ['configure', ...args];
const enroll = (...args: string[]) => ['enroll', '--relay', 'https://127.0.0.1:1', ...args];

/** Command line, exit code, and expected message. */
const table: [args: string[], code: number, said: RegExp][] = [
  [['tea'], usage, /Unknown command 'tea'\.\n/],
  [['statsu'], usage, /Unknown command 'statsu'\. Did you mean "status"\?/],
  [['conf'], usage, /Did you mean "configure"\?/],
  [['Status'], usage, /Did you mean "status"\?/],
  [['--status'], usage, /Unknown option '--status'\. Did you mean "status"\?/],
  [['--verison'], usage, /Did you mean "--version"\?/],
  [['help', 'statsu'], usage, /Unknown command 'statsu'\. Did you mean "status"\?/],
  [['help', 'service', 'x'], usage, /Unknown command 'x'\. There are install, uninstall, status\./],
  [['tea', '--help'], usage, /Unknown command 'tea'/],
  [['version'], usage, /Did you mean "--version"\?/],
  [['-v'], usage, /Did you mean "-V"\?/],
  [configure('--name', 'a\nb'), usage, /several lines: give it on one line/],
  [configure('--name', 'x'.repeat(5000)), usage, /has 5000 characters/],
  [configure('--powerschool-secret-file', '/dev/zero'), fix, /it has more than 64 MB/],
  [
    enroll('--code-file', at('secret'), '--code', 'ABCD-EFGH-JKLM'),
    usage,
    /--code and --code-file cannot be used together/,
  ],
  [enroll('--code-stdin', '--code', 'ABCD-EFGH-JKLM'), usage, /--code and --code-stdin cannot be used together/],
  [['check', 'now'], usage, /"check" accepts only options, not "now"\.\n.*"hallpass-agent check --help"/],
  [['check', '--jsn'], usage, /Unknown option '--jsn'\. Did you mean "--json"\?/],
  [['status', '--JSON'], usage, /Did you mean "--json"\?/],
  [
    ['run', '--log-format', 'txt'],
    usage,
    /--log-format cannot be "txt": it is one of json, text\. Did you mean "text"\?/,
  ],
  [['run', '--log-format'], usage, /--log-format needs a value: --log-format <format>\./],
  [['run', '--logfile', 'x'], usage, /Did you mean "--log-file"\?/],
  [['run', '--log-file', ''], usage, /--log-file cannot be ""\. It is empty/],
  [['run'], fix, /NOT_CONFIGURED/],
  [['sync'], usage, /--once must be given\./],
  [['sync', '--twice'], usage, /Unknown option '--twice'\.\n/],
  [['sync', '--onec'], usage, /Unknown option '--onec'\. Did you mean "--once"\?/],
  [['sync', '--log-file', '--twice'], usage, /--once must be given\./],
  [['sync', '--once'], fix, /NOT_CONFIGURED/],
  [['sync', '--once', '--accept-empty', 'students'], usage, /It must be one of school,.*Did you mean "student"\?/],
  [['plugin'], usage, /'--out <file>' or '--explain' must be given/],
  [['plugin', '--out'], usage, /--out needs a value/],
  [['plugin', '--out', ''], usage, /--out cannot be ""/],
  [['plugin', '--out', at('folder')], fix, /PLUGIN_UNWRITABLE.*it is a folder and not a file\./],
  [[...plugin, '--version', 'x'], fix, /PLUGIN_OPTION_INVALID.*digits and dots/],
  [[...plugin, '--previous', at('nowhere')], fix, /FILE_UNREADABLE.*there is no such file or folder/],
  [[...plugin, '--previous', at('empty')], fix, /PLUGIN_ARCHIVE_INVALID/],
  [[...plugin, '--previous', at('folder')], fix, /FILE_UNREADABLE.*it is a folder/],
  [[...plugin, '--student-email', 'emial'], fix, /it must be one of person, contact/],
  [[...plugin, '--variant', 'restt'], usage, /--variant cannot be "restt".*Did you mean "rest"\?/],
  [configure('--powerschool-url'), usage, /--powerschool-url needs a value/],
  [configure('--powerschool-url', ''), fix, /not an address like https:/],
  [configure('--powerschool-url', 'https://a b'), fix, /not an address like https:/],
  [configure('--powerschool-url', 'https://x.example:99999'), fix, /a port is a number from 1 to 65535/],
  [configure('--powerschool-url', 'https://ann:hush@x.example'), fix, /must not hold a user name or password/],
  [configure('--relay-url', 'ssh://x'), fix, /must begin with https:/],
  [configure('--page-port', '70000'), fix, /it must be 65535 or less/],
  [configure('--page-port', '-1'), usage, /--page-port cannot be "-1"\. It must be a whole number/],
  [configure('--page-size', '0'), fix, /it must be 10 or more/],
  [configure('--cycle-seconds', '99999999'), fix, /it must be 86400 or less/],
  [configure('--log-file', at('folder')), fix, /log\.file.*is a folder and not a file/],
  [configure('--log-file', ''), usage, /It is empty/],
  [configure('--name', 'x'.repeat(300)), fix, /name is not valid/],
  [configure('--proxy', 'socks5://p:1'), fix, /begins with http:\/\/ or https:/],
  [configure('--proxy', 'http://ann:hush@p:1'), fix, /they come from --proxy-credentials-file/],
  [configure('--proxy-for', 'rely'), usage, /Did you mean "relay"\?/],
  [configure('--quiet-hours', '25:00-06:00'), usage, /two times of day like 21:00-06:00/],
  [configure('--powerschool-secret-file', at('nowhere')), fix, /FILE_UNREADABLE.*no such file or folder/],
  [configure('--powerschool-secret-file', at('folder')), fix, /it is a folder and not a file/],
  [configure('--powerschool-secret-file', at('empty')), fix, /it is empty/],
  [configure('--powerschool-secret-file', at('long')), fix, /it has 5000 characters, and no secret has more than 1000/],
  [configure('--powerschool-secret-file', at('two')), fix, /more than one line/],
  [configure('--powerschool-secret-file', at('binary')), fix, /TEXT_UNREADABLE/],
  [configure('--powerschool-secret-stdin'), fix, /it is empty/],
  [
    configure('--powerschool-secret-stdin', '--powerschool-secret-file', at('secret')),
    usage,
    /cannot be used together/,
  ],
  [configure('--powerschool-secret', 'hush'), usage, /Did you mean "--powerschool-secret-file"\?/],
  [configure('--powerschool-ca', at('folder')), fix, /it is a folder/],
  [configure('--powerschool-ca', at('binary')), fix, /CA_FILE_INVALID/],
  [configure('--powerschool-client-id', ''), fix, /it is empty/],
  [configure('--powerschool-client-id', 'not a guid'), fix, /powerschool\.clientId.*it has spaces in it/],
  [['enroll'], fix, /no relay address \(--relay\)/],
  [['enroll', 'ABCD-EFGH-JKLM'], usage, /"enroll" accepts only options, not "ABCD-EFGH-JKLM"\./],
  [enroll(), fix, /no enrollment code/],
  [enroll('--code', ''), fix, /ENROLLMENT_CODE_INVALID/],
  [enroll('--code', 'ABC'), fix, /ENROLLMENT_CODE_INVALID/],
  [enroll('--code', 'x'.repeat(100)), fix, /ENROLLMENT_CODE_INVALID/],
  [enroll('--code-file', at('folder')), fix, /it is a folder/],
  [enroll('--code-stdin'), fix, /it is empty/],
  [enroll('--code', 'ABCD-EFGH-JKLM'), passes, /RELAY_UNREACHABLE.*the connection was refused/],
  [enroll('--code', 'ABCD-EFGH-JKLM', '--relay-ca', at('empty')), fix, /CA_FILE_INVALID.*it is empty/],
  [['setup'], fix, /SETUP_ANSWER_MISSING.*\n.*--relay/],
  [['setup', '--wait', 'soon'], usage, /--wait cannot be "soon"/],
  [['setup', '--relay', 'https://ann:hush@x', '--non-interactive'], fix, /must not hold a user name or password/],
  [['support-bundle', '--no-checks', '--out', at('folder')], fix, /SUPPORT_BUNDLE_UNWRITABLE.*it is a folder/],
  [['support-bundle', '--no-checks', '--out', ''], usage, /--out cannot be ""/],
  [['service', 'instal'], usage, /Did you mean "install"\?/],
  [['service', 'install', '--platform', 'mac'], usage, /it is one of linux, win32/],
];

t.test('answers wrong input with a sentence, the next step and the right exit code', async (t) => {
  for (const [args, code, said] of table) {
    const line = args.join(' ').slice(0, 80);
    const ended = await runCommand(home, args);
    t.match(ended, { code, err: said }, line);
    t.match(ended.err, /^error\[[A-Z_]+\] [A-Z"-].*[.?]\n {2}→ [A-Z].*\.\n$/, `${line}: one sentence, one step`);
    t.notMatch(ended.err, /\n\s+at |hush|invalid_|expected|received|ZodError|TypeError/, `${line}: plain words`);
  }
  t.notMatch(await readdir(home), ['settings.json'], 'nothing was stored');
});

t.test('shows the help without a command, with the exit code for wrong usage', async (t) => {
  t.match(await runCommand(home, []), { code: usage, err: /Usage: hallpass-agent/ });
  t.match(await runCommand(home, ['service']), { code: usage, err: /install.*uninstall/s });
});

t.test("stores a client id that does not look like one of PowerSchool's, with a warning", async (t) => {
  const folder = t.testdir();
  const given = (id: string) => runCommand(folder, configure('--powerschool-client-id', id));
  t.match(await given('abcde'), {
    code: 0,
    out: /^Warning: --powerschool-client-id .* does not look like a client id/,
  });
  const guid = '8c3e1f0a-5b7d-4c62-9e1f-0a5b7d4c629e';
  t.match(await given(`Client ID: ${guid}`), { code: 0, out: /^Stored powerschool\.clientId / });
  t.match(await readFile(join(folder, 'settings.json'), 'utf8'), `"${guid}"`);
});

t.test('names a file that stands in place of the state folder, not a file inside it', async (t) => {
  const file = join(t.testdir({ file: '' }), 'file');
  const commands = [
    ['status'],
    ['run'],
    ['sync', '--once'],
    configure('--name', 'x'),
    enroll('--code', 'ABCD-EFGH-JKLM'),
    ['setup', '--non-interactive'],
  ];
  for (const args of commands) {
    const err =
      /^error\[STATE_FOLDER_UNUSABLE\] .* state folder .*file: it is a file and not a folder\.\n {2}→ Set HALLPASS_HOME/;
    t.match(await runCommand(file, args), { code: fix, err }, args.join(' '));
  }
  const below = await runCommand(join(file, 'below'), ['status']);
  t.match(below, { code: fix, err: /STATE_FOLDER_UNUSABLE.*a part of the path is a file/ });
  t.match(await runCommand(file, ['check']), {
    code: fix,
    out: /settings +The program cannot write to the state folder/,
  });
});

t.test('handles output that nobody reads', { skip: process.platform === 'win32' }, async (t) => {
  const env = { ...process.env, HALLPASS_HOME: t.testdir() };
  const main = fileURLToPath(new URL('../main.ts', import.meta.url));
  const shell = async (line: string) => {
    const started = spawn('/bin/sh', ['-c', line, process.execPath, main], { env });
    const [out, err] = await Promise.all([text(started.stdout), text(started.stderr), once(started, 'exit')]);
    return { out, err, code: started.exitCode };
  };
  t.match(await shell('"$0" "$1" status > /dev/full'), {
    code: 78,
    err: /^error\[OUTPUT_UNWRITABLE\] .*: the disk is full\.\n {2}→ .*\n$/,
  });
  t.match(await shell('("$0" "$1" --help; echo $? >&2) | head -1'), { out: /^Usage: [^\n]+\n$/, err: '0\n' });
  t.match(await shell('"$0" "$1" stauts 2> /dev/full'), { code: 64, out: '', err: '' });
});

t.test('ends a dialog with a message when input ends or on Ctrl-C', async (t) => {
  const gone = new Typist();
  const ended = runCommand(home, enroll(), { typist: gone });
  await gone.sees('enrollment code');
  gone.stdin.end();
  t.match(await ended, { code: fix, err: /^error\[INPUT_ENDED\] .*\n {2}→ .*\n$/ });
});

t.test('an enrollment answered by a web filter instead of the relay is not reported as a bug', async (t) => {
  const relay = new RelayDouble();
  const url = await relay.open();
  t.teardown(() => relay.close());
  const body = {
    code: 'FRAME_MALFORMED',
    message: 'A message between agent and relay cannot be read: it is not JSON.',
  };
  relay.refuseEnrollment = { status: 400, body };
  const ended = await runCommand(home, ['enroll', '--relay', url.href, '--code', 'ABCD-EFGH-JKLM']);
  t.match(ended, {
    code: passes,
    err: /^error\[RELAY_REFUSED\] .*status 400: A message between agent and relay cannot be read/,
  });
  t.notMatch(ended.err, /report/);
});

t.test('every command has an example in its help', async (t) => {
  const { out } = await runCommand(home, ['--help']);
  const commands = [...out.matchAll(/^ {2}([a-z-]+) (?:\[options\]|\[command\]| )/gm)].map(([, name = '']) => name);
  t.ok(commands.length >= 10, commands.join());
  const services = ['install', 'uninstall', 'status'].map((name) => ['service', name]);
  for (const words of [
    ...commands.filter((name) => !['service', 'help'].includes(name)).map((name) => [name]),
    ...services,
  ]) {
    const help = await runCommand(home, [...words, '--help']);
    t.match(help, { code: 0, out: /Examples?:\n {2}/ }, words.join(' '));
  }
});
