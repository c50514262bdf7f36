/**
 * A new operator's first day in Chromium, with every program as a process of its own: from the set-up link to a district that the
 * oracle finds provisioned. A terminal is needed for the agent's command alone, which runs as the page shows it.
 */
import { execFile } from 'node:child_process';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';
import { isBooted } from '../../agent/service/systemd.ts';
import { launchBrowser, noBrowser, openTab, screenshots } from '../../shared/testing/tab.ts';
import { startAgent, writePlugin } from './agent.ts';
import { demoDirectory } from './directory.ts';
import { inspect, localDate } from './inspect.ts';
import { registerApp, startMicrosoft } from './microsoft.ts';
import { freePort } from './open-console.ts';
import { parseOptions } from './options.ts';
import { readDistrict } from './oracle/district.ts';
import { readRules } from './oracle/rules.ts';
import { operator } from './people.ts';
import { installPlugin, startPowerSchool } from './powerschool.ts';
import { configureRelay, hallpassRelay, startRelay } from './relay.ts';
import { Screen } from './screen.ts';
import { startSignIn } from './sign-in.ts';
import { summit } from './sites.ts';
import { openTestbed, type Testbed } from './testbed.ts';

const isRoot = process.getuid?.() === 0;
// It went to its end before consent and security groups came; since then what follows the preview hangs. Open: not understood yet.
const isOpen = 'after the preview, signing in once more gets no answer from the provider: open';
const skip: string | false =
  isOpen ||
  noBrowser ||
  (isRoot && (await isBooted()) ? 'as root, the set-up would install a service on this computer' : false);

const browser = skip ? undefined : await launchBrowser();
t.teardown(() => browser?.close());

/** What is not found, or not there, within this time will not be: several processes start, on machines that do other things, too. */
const patienceMs = 240_000;

t.test('from the set-up link to a provisioned district', { skip, timeout: 1_200_000 }, async (t) => {
  const options = parseOptions(['--students', '60', '--graph-speed', '50']);
  if ('exitCode' in options) throw new TypeError('the options are known');
  const over = new AbortController();
  const testbed = await openTestbed(options, new Screen(process.stderr, {}), over.signal);
  t.teardown(() => testbed[Symbol.asyncDispose]());
  await mkdir(screenshots, { recursive: true });

  const zip = writePlugin(testbed);
  const powerschool = await startPowerSchool(testbed, summit, options);
  const credentials = await installPlugin(powerschool, await zip);
  const directory = demoDirectory(readDistrict(powerschool.db, localDate(new Date())), options, localDate(new Date()));
  const app = await registerApp(testbed);
  const microsoft = await startMicrosoft(testbed, directory, app);
  const port = await freePort('127.0.0.1', 0);
  await configureRelay(testbed, app, { port, tls: false, microsoft: microsoft.baseUrl });
  const relay = await startRelay(testbed);
  const provider = await startSignIn(testbed, relay.url, [operator]);

  const tab = await openTab(t, browser, undefined);
  tab.setDefaultTimeout(patienceMs);
  const shot = (name: string) =>
    tab.screenshot({ path: join(screenshots, `new-operator-${name}.png`), fullPage: true });
  const signIn = async () => {
    await tab.getByRole('button', { name: operator.name }).click();
    await tab.waitForURL((url) => url.href.startsWith(`${relay.url}/console/`) && !url.pathname.includes('callback'));
  };

  // The only way in: a link from the relay's terminal.
  const said = await hallpassRelay(testbed, 'sign-in link', 'sign-in', 'link', '--json');
  const { link } = JSON.parse(said.join('\n')) as { link: string };
  await tab.goto(link);
  await tab.locator('input[name=code]:not([value=""])').waitFor();
  await tab.getByRole('button', { name: 'Continue' }).click();
  await tab.getByRole('heading', { name: 'There is no district yet.' }).waitFor();
  await shot('fleet-empty');

  await tab.getByRole('link', { name: 'Sign-in', exact: true }).click();
  await tab.getByRole('heading', { name: 'Nobody can sign in yet.' }).waitFor();
  await tab.getByLabel('Issuer').fill(provider.issuer);
  await tab.getByLabel('Client id').fill('hallpass');
  await tab.getByLabel('Client secret').fill(await readFile(provider.secretFile, 'utf8'));
  await tab.getByRole('button', { name: 'Save' }).click();
  await tab.getByRole('heading', { name: /People sign in by 127\.0\.0\.1/ }).waitFor();

  await tab.getByRole('link', { name: 'Users', exact: true }).click();
  await tab.getByLabel('For', { exact: true }).fill(operator.name);
  await tab.locator('input[name=role][value=operator]').check();
  await tab.getByRole('button', { name: 'Make a link' }).click();
  await tab.getByRole('link', { name: 'I invited myself' }).click();
  await tab.locator('input[name=code]:not([value=""])').waitFor();
  await tab.getByRole('button', { name: 'Continue' }).click();
  await signIn();
  await tab.getByText(`You are ${operator.name}.`).waitFor();

  await tab.getByRole('link', { name: 'Fleet', exact: true }).click();
  await tab.getByRole('link', { name: 'Add a district' }).click();
  await shot('add-district');
  await tab.getByLabel('Name', { exact: true }).fill(summit.name);
  await tab.getByLabel('Short name').fill(summit.slug);
  await tab.getByLabel('Id of its Microsoft 365 tenant').fill(app.tenantId);
  await tab.getByRole('button', { name: 'Add the district' }).click();

  await tab.getByRole('heading', { name: 'No agent reads PowerSchool for this district.' }).waitFor();
  await tab.getByRole('button', { name: 'Make a code' }).click();
  const command = await tab.locator('code', { hasText: 'sudo ./hallpass-agent' }).textContent();
  const code = await tab.getByRole('button', { name: 'Copy the code' }).getAttribute('data-copy');
  await shot('enroll');
  const out = await runInDistrict(testbed, String(command), {
    HALLPASS_CODE: String(code),
    HALLPASS_POWERSCHOOL_URL: powerschool.baseUrl,
    HALLPASS_POWERSCHOOL_CA: testbed.caFile,
    HALLPASS_POWERSCHOOL_CLIENT_ID: credentials.clientId,
    HALLPASS_POWERSCHOOL_SECRET: credentials.clientSecret,
  });
  t.match(out, /Setup is complete/);
  t.notMatch(String(command), String(code), 'the code is no part of the command');
  await startAgent(testbed, summit);
  await tab.goto(`${relay.url}/console/districts/${summit.slug}/agents`);
  await tab.getByRole('heading', { name: 'The agent works.' }).waitFor();

  await tab.getByRole('link', { name: 'Profiles', exact: true }).click();
  await tab.locator('form[action$="/begin"] button').first().click();
  await tab.getByLabel('Name of the profile').fill('Everybody');
  const next = async (step: string) => {
    await tab.getByRole('button', { name: 'Next', exact: true }).click();
    await tab.waitForURL(new RegExp(`/${step}$`));
  };
  await next('mode');
  await tab.locator('input[name="mode.students"][value="match"]').check();
  await tab.locator('input[name="mode.teachers"][value="match"]').check();
  await next('identity');
  const draft = tab.url().replace(/\/identity$/, '');
  const hasPeople = ({ event, records }: { event?: unknown; records?: unknown }) =>
    event === 'roster.committed' && Number(records) > 100;
  const arrived = relay.program.next(hasPeople, AbortSignal.timeout(patienceMs));
  await tab.getByRole('button', { name: 'Start the preview' }).click();
  await arrived;
  await tab.goto(`${draft}/identity`);
  await tab.getByText('students of PowerSchool').waitFor();
  t.ok(await tab.locator('input[value="studentNumber||mailNickname"]').isChecked(), 'the best rule is chosen');
  await shot('identity');
  for (const step of ['domains', 'licenses', 'schools']) await next(step);
  await tab.locator('input[name=schools][value=all]').check();
  for (const step of ['properties', 'classes', 'groups', 'guards', 'summary']) await next(step);
  await tab.locator('a[href$="/preview"].button').click();
  await tab.waitForURL(/\/preview$/);
  await shot('preview');

  // What writes asks for a sign-in of the last minutes.
  const enable = `${new URL(draft).pathname}/enable`;
  await tab.goto(`${relay.url}/console/sign-in?${new URLSearchParams({ return: enable, again: 'yes' })}`);
  await tab.getByRole('link', { name: 'Sign in', exact: true }).click();
  await signIn();
  await tab.waitForURL(/\/enable$/);
  const finished = relay.program.next(
    ({ event, done }) => event === 'run.finished' && Number(done) > 0,
    AbortSignal.timeout(patienceMs),
  );
  await tab.locator('form[action$="/now"] button').click();
  await tab.waitForURL(/\/profiles$/);
  await tab.getByText('1 profile writes to Microsoft 365').waitFor();
  t.match(await finished, { failed: 0 });

  await tab.getByRole('link', { name: 'Runs', exact: true }).click();
  await tab.locator('a[href*="/runs/"]').first().click();
  await shot('run');
  const shown = [testbed.installed.relay, 'profile', 'show', summit.slug];
  const env = { ...process.env, ...testbed.homeOf('relay') };
  const rules = readRules(JSON.parse((await promisify(execFile)(process.execPath, shown, { env })).stdout));
  const { accounts, before, groupLicenses } = directory;
  const { actual, differences } = await inspect({
    ...{
      powerschoolDb: powerschool.db,
      relayDb: relay.db,
      microsoft,
      accounts,
      before,
      groupLicenses,
      profiles: [rules],
    },
  });
  t.strictSame(differences, [], 'the oracle');
  t.ok(actual.classes.length > 10, `${actual.classes.length} classes`);
});

/** Runs a command where the agent's program is, as somebody at that computer does. @returns what it says */
async function runInDistrict(testbed: Testbed, command: string, answers: Record<string, string>): Promise<string> {
  const folder = join(testbed.folder, 'beside-powerschool');
  const script = async (name: string, line: string) => {
    await writeFile(join(folder, name), `#!/bin/sh\n${line}\n`);
    await chmod(join(folder, name), 0o755);
  };
  await mkdir(folder);
  const program = `"${process.execPath}" "${testbed.installed.agent}"`;
  await script('hallpass-agent', `exec ${program} "$@"`);
  await script('sudo', 'exec "$@"');
  const env = { ...process.env, ...testbed.homeOf(summit.agentHome), ...answers };
  // Another agent on this computer may have the usual port, and the share is for a PowerSchool with others to serve.
  const given = ['configure', '--page-port', '0', '--database-share', '0.25'];
  await promisify(execFile)(join(folder, 'hallpass-agent'), given, { cwd: folder, env });
  const path = `${folder}:${process.env.PATH}`;
  const { stdout } = await promisify(execFile)('sh', ['-c', command], { cwd: folder, env: { ...env, PATH: path } });
  return stdout;
}
