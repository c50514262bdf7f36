/**
 * Processes as a district runs them: a relay, an agent that connects through a proxy, and `check` running beside it.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { powerqueryManifest } from '../../plugin/manifest.ts';
import { packPlugin } from '../../plugin/pack.ts';
import { createAuthority } from '../../scripts/simulators/authority.ts';
import { startPowerSchoolSimulator } from '../../scripts/simulators/powerschool/server.ts';
import { startVariables } from '../../shared/testing/start-variables.ts';
import { TestProxy } from '../testing/proxy.ts';

const root = new URL('../../', import.meta.url);
const password = 's3cret-of-the-proxy';

/** One of the two programs. Keeps all of its output. */
class Program {
  readonly child: ChildProcess;
  output = '';
  readonly #lines: Record<string, unknown>[] = [];
  #arrived = Promise.withResolvers<void>();

  constructor(bin: string, args: string[], env: NodeJS.ProcessEnv) {
    const file = fileURLToPath(new URL(bin, root));
    this.child = spawn(process.execPath, [file, ...args], { env: { ...startVariables, ...env }, stdio: 'pipe' });
    this.child.stderr?.on('data', (chunk) => {
      this.output += chunk;
    });
    if (this.child.stdout !== null) {
      createInterface(this.child.stdout).on('line', (line) => {
        this.output += `${line}\n`;
        if (line.startsWith('{"')) this.#lines.push(JSON.parse(line));
        this.#arrived.resolve();
        this.#arrived = Promise.withResolvers();
      });
    }
  }

  /** The next event with this name that no caller has taken yet. */
  async event(name: string): Promise<Record<string, unknown>> {
    for (;;) {
      const at = this.#lines.findIndex(({ event }) => event === name);
      if (at >= 0) return this.#lines.splice(0, at + 1).at(-1) ?? {};
      await this.#arrived.promise;
    }
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null) return;
    this.child.kill('SIGTERM');
    await once(this.child, 'close');
  }
}

async function run(bin: string, args: string[], env: NodeJS.ProcessEnv, input = '') {
  const program = new Program(bin, args, env);
  program.child.stdin?.end(input);
  const [code] = await once(program.child, 'close');
  return { code, output: program.output };
}

async function startRelay(t: Test, folder: string) {
  const authority = await createAuthority('Operator CA');
  const { cert, key } = await authority.issue(['relay.test']);
  const [certFile, keyFile, caFile] = [
    join(folder, 'relay.pem'),
    join(folder, 'relay.key'),
    join(folder, 'operator.pem'),
  ];
  await Promise.all([writeFile(certFile, cert), writeFile(keyFile, key), writeFile(caFile, authority.ca)]);
  const env = { HALLPASS_HOME: join(folder, 'relay') };
  const relay = (...args: string[]) => run('relay/hallpass-relay.mjs', args, env);
  await relay('configure', '--port', '0', '--tls-cert', certFile, '--tls-key', keyFile);
  const tenant = '2c0f5b1e-7b0f-4f0c-9f0a-5d0f4c0b1a11';
  await relay('tenant', 'add', 'contoso', '--name', 'Contoso Schools', '--graph-tenant', tenant);
  const { output } = await relay('enroll-code', 'contoso', '--json');
  const serving = new Program('relay/hallpass-relay.mjs', ['serve', '--log-format', 'json'], env);
  t.teardown(() => serving.stop());
  const { url } = await serving.event('relay.ready');
  return { port: new URL(String(url)).port, code: String(JSON.parse(output).code), caFile };
}

t.test(
  'an agent works through a proxy, can be checked while it works, and recovers after a network outage',
  async (t) => {
    const folder = t.testdir({});
    const [simulator, proxy, relay] = await Promise.all([
      startPowerSchoolSimulator({ students: 20 }),
      TestProxy.start(),
      startRelay(t, folder),
    ]);
    t.teardown(() => simulator.close());
    t.teardown(() => proxy.close());
    await proxy.set({ hosts: { 'relay.test:443': `127.0.0.1:${relay.port}` }, signIn: `ann:${password}` });
    const sisCa = join(folder, 'sis.pem');
    await writeFile(sisCa, simulator.ca ?? '');
    const { clientId, clientSecret } = await simulator.installPlugin(await packPlugin(powerqueryManifest('0.1.0')));

    const env = { HALLPASS_HOME: join(folder, 'agent'), https_proxy: `http://ann:${password}@${proxy.url.host}` };
    const outputs: string[] = [];
    const agent = async (args: string[], input = '') => {
      const result = await run('agent/hallpass-agent.mjs', args, env, input);
      outputs.push(result.output);
      return result;
    };
    const powerschool = ['--powerschool-url', simulator.baseUrl, '--powerschool-client-id', clientId];
    const files = [
      '--powerschool-ca',
      sisCa,
      '--relay-ca',
      relay.caFile,
      '--powerschool-secret-stdin',
      '--page-port',
      '0',
    ];
    t.match(await agent(['configure', ...powerschool, ...files], clientSecret), { code: 0 });
    t.match(await agent(['enroll', '--relay', 'https://relay.test', '--code', relay.code]), { code: 0 });

    const working = new Program('agent/hallpass-agent.mjs', ['run', '--log-format', 'json'], env);
    t.teardown(() => working.stop());
    await working.event('cycle.committed');
    const argv = await readFile(`/proc/${working.child.pid}/cmdline`, 'utf8').catch(() => '');

    const checked = await agent(['check', '--json']);
    const { checks } = JSON.parse(checked.output);
    t.same(
      checks.filter(({ status }: { status: string }) => status !== 'pass'),
      [],
    );
    t.equal(checked.code, 0);
    t.match(checked.output, /The proxy http:\/\/127\.0\.0\.1:\d+ \(from https_proxy\) connects to relay\.test:443/);
    await proxy.cut();
    t.match(await working.event('link.lost'), { code: 'LINK_LOST' }, 'the outage caused the first loss, not the check');
    await working.event('link.open');
    await proxy.set({ signIn: 'ann:changed' });
    await proxy.cut();
    t.match(await working.event('problem'), { code: 'PROXY_AUTH_REQUIRED', message: /were refused/ });
    t.match(await agent(['check']), { code: 78, output: /✗ fail {2}relay\.proxy[\s\S]*→ Set user name and password/ });
    t.match(await agent(['status']), { code: 0 });
    await working.stop();
    t.equal(working.child.exitCode, 0);

    outputs.push(working.output, argv);
    for (const output of outputs) t.notMatch(output, new RegExp(`${password}|${clientSecret}|ann:`));
  },
);

t.test('shows color only on a terminal, but icon and word everywhere', async (t) => {
  const script = `
    import { check } from ${JSON.stringify(new URL('../commands/check.ts', import.meta.url).href)};
    process.stdout.isTTY = true;
    const { env, platform, stdout } = process;
    process.exitCode = await check({ folder: '/nowhere', env, platform, stdout, stop: new AbortController().signal }, {});
  `;
  for (const [env, shown] of [
    [{}, '\x1b[31m✗ fail\x1b[0m  settings'],
    [{ NO_COLOR: '1' }, '✗ fail  settings'],
  ] as const) {
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      env: { ...startVariables, ...env },
    });
    const output = await text(child.stdout);
    t.ok(output.startsWith(shown), output.slice(0, 60));
    t.match(output, /\n- skip {2}powerschool\.dns +Not tried/, 'neither good nor bad, without a color');
    t.match(output, /1 failed, 2 with a warning, 0 passed, 15 not tried\.\n$/);
  }
});
