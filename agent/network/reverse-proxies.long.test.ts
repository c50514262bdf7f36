/**
 * The configurations in docs/relay.md, run unchanged with the real programs in front of a real relay, except that ports
 * and paths differ and idle limits are 4 seconds instead of 90, so that the test shows that pings matter.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { join } from 'node:path';
import t from 'tap';
import { createAuthority } from '../../scripts/simulators/authority.ts';
import { systemClock } from '../../shared/clock.ts';
import { enrollPath } from '../../shared/link.ts';
import { Meter } from '../model/meter.ts';
import { freePort, missing, Program } from '../testing/program.ts';
import { RelayProcess } from '../testing/relay-process.ts';
import { enroll } from '../uplink/enroll.ts';
import type { Identity } from '../uplink/identity.ts';
import { livenessLimits } from '../uplink/liveness.ts';
import type { SocketEnd } from '../uplink/socket.ts';
import { Uplink } from '../uplink/uplink.ts';

const idleSeconds = 4;
const pingMs = 1000;

const docs = await readFile(new URL('../../docs/relay.md', import.meta.url), 'utf8');
const authority = await createAuthority('Operator CA');
const issued = await authority.issue(['localhost', '127.0.0.1']);

interface Kind {
  language: string;
  file: string;
  /** The complete configuration around the block in the docs. */
  configure(block: string, folder: string, admin: number): string;
  args(file: string, folder: string): string[];
  /** Makes the running program reload its configuration. */
  reload(program: Program, file: string, admin: number): Promise<void> | void;
  /** What docs/relay.md says about an open WebSocket when the configuration is reloaded. */
  onReload: 'kept' | 'ended';
  /** It cuts an idle WebSocket. */
  cutsIdle: boolean;
}

const hup: Kind['reload'] = (program) => program.signal('SIGHUP');

const kinds: Kind[] = [
  {
    ...{ language: 'nginx', file: '/usr/sbin/nginx', reload: hup, onReload: 'kept', cutsIdle: true },
    configure: (block, folder) => {
      const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
        (name) => `${name}_temp_path ${folder}/${name};`,
      );
      return `daemon off; pid ${folder}/nginx.pid; error_log ${folder}/error.log; events {}\nhttp { access_log off; ${temporary.join(' ')}\n${block}\n}`;
    },
    args: (file, folder) => ['-c', file, '-p', folder],
  },
  {
    ...{ language: 'apache', file: '/usr/sbin/apache2', onReload: 'kept', cutsIdle: true },
    reload: (program) => program.signal('SIGUSR1'),
    configure: (block, folder) => {
      const modules = ['mpm_event', 'authz_core', 'ssl', 'socache_shmcb', 'proxy', 'proxy_http'].map(
        (name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`,
      );
      const [, port = ''] = /VirtualHost \*:(\d+)/.exec(block) ?? [];
      // The longer of Timeout (default 60) and ProxyTimeout applies.
      return `${modules.join('\n')}\nServerRoot ${folder}\nPidFile ${folder}/apache.pid\nErrorLog ${folder}/error.log\nDefaultRuntimeDir ${folder}\nUser www-data\nGroup www-data\nTimeout ${idleSeconds}\nListen ${port}\n${block}`;
    },
    args: (file) => ['-D', 'FOREGROUND', '-f', file],
  },
  {
    ...{ language: 'haproxy', file: '/usr/sbin/haproxy', onReload: 'kept', cutsIdle: true },
    reload: (program) => program.signal('SIGUSR2'),
    configure: (block) => `global\n    maxconn 200\n${block}`,
    args: (file) => ['-W', '-db', '-f', file],
  },
  {
    ...{ language: 'caddy', file: '/usr/bin/caddy', onReload: 'ended', cutsIdle: false },
    configure: (block, folder, admin) =>
      `{\n admin 127.0.0.1:${admin}\n auto_https disable_redirects\n storage file_system ${folder}\n}\n${block}`,
    args: (file) => ['run', '--adapter', 'caddyfile', '--config', file],
    reload: async (_, file, admin) => {
      const args = ['reload', '--force', '--address', `127.0.0.1:${admin}`, '--adapter', 'caddyfile', '--config', file];
      await once(spawn('/usr/bin/caddy', args, { stdio: 'ignore' }), 'exit');
    },
  },
  {
    ...{ language: 'stunnel', file: '/usr/bin/stunnel4', reload: hup, onReload: 'kept', cutsIdle: true },
    configure: (block, folder) => `foreground = yes\npid = ${folder}/stunnel.pid\n${block}`,
    args: (file) => [file],
  },
];

/** The connection as the agent keeps it, and how often it opened, closed and received an answer to a ping. */
class Link {
  readonly #uplink: Uplink;
  readonly ends: SocketEnd[] = [];
  #opened = 0;
  #answers = 0;
  #waiting: { isMet: () => boolean; met: () => void }[] = [];

  constructor(relay: URL, identity: Identity, ping: number) {
    const noticed = () => {
      for (const { isMet, met } of this.#waiting) if (isMet()) met();
    };
    this.#uplink = new Uplink({
      ...{ relay, identity, ca: [authority.ca], meter: new Meter(), clock: systemClock, random: () => 0 },
      persistent: true,
      liveness: { ...livenessLimits, pingMs: ping },
      hello: () => ({
        ...{ type: 'hello', protocol: 1, agentVersion: '0', capabilities: [], buckets: [] },
        source: { kind: 'powerquery' },
      }),
      listener: {
        ...{ command() {}, draining() {}, throttled() {}, errorReported() {} },
        opened: () => {
          this.#opened += 1;
          noticed();
        },
        answered: () => {
          this.#answers += 1;
          noticed();
        },
        ended: (end) => {
          this.ends.push(end);
          noticed();
        },
      },
    });
  }

  async open(): Promise<void> {
    await this.#uplink.session();
  }

  /** Resolves after this many more answers. */
  async answered(count: number): Promise<void> {
    const enough = this.#answers + count;
    await this.#until(() => this.#answers >= enough);
  }

  async ended(): Promise<void> {
    await this.#until(() => this.ends.length > 0);
  }

  /** Resolves when it has been opened this many times. */
  async openedTimes(count: number): Promise<void> {
    await this.#until(() => this.#opened >= count);
  }

  get opens(): number {
    return this.#opened;
  }

  close(): void {
    this.#uplink.close();
  }

  #until(isMet: () => boolean): Promise<void> {
    if (isMet()) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push({ isMet, met: resolve });
    return promise;
  }
}

/** Enrolls with a wrong code from another address of this computer. @returns the status */
async function wrongCode(port: number, localAddress: string): Promise<number> {
  const publicKey = { kty: 'OKP', crv: 'Ed25519', x: 'a'.repeat(43) };
  const body = JSON.stringify({ code: 'AAAA-BBBB-CCCC', name: 'x', agentVersion: '0', publicKey });
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  const options = { host: '127.0.0.1', port, servername: 'localhost', localAddress, ca: authority.ca, headers };
  const asked = request({ ...options, method: 'POST', path: enrollPath, agent: false });
  asked.setHeader('host', 'localhost');
  asked.end(body);
  const [response] = await once(asked, 'response');
  response.resume();
  return response.statusCode;
}

/** One relay for all that pass on the client's address in the same way: the relay takes longest to start. */
const folder = t.testdir({ forwarded: {}, proxyProtocol: {} });
const [forwarded, proxyProtocol] = await Promise.all([
  RelayProcess.startBehind(join(folder, 'forwarded'), false),
  RelayProcess.startBehind(join(folder, 'proxyProtocol'), true),
]);
t.teardown(async () => {
  await forwarded.close();
  await proxyProtocol.close();
});

for (const [index, { language, file, configure, args, reload, onReload, cutsIdle }] of kinds.entries()) {
  t.test(`${language} works as docs/relay.md configures it`, { skip: await missing(file) }, async (t) => {
    const block = new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(docs)?.[1] ?? '';
    t.not(block, '', 'the page has a configuration');
    const relay = language === 'stunnel' ? proxyProtocol : forwarded;
    const own = t.testdir({});
    await mkdir(join(own, 'logs'));
    for (const [name, text] of Object.entries({
      'relay.pem': issued.cert,
      'relay.key': issued.key,
      'relay-and-key.pem': `${issued.cert}\n${issued.key}`,
    })) {
      await writeFile(join(own, name), text, { mode: 0o644 });
    }
    const [port, admin] = [await freePort(), await freePort()];
    const text = block
      .replaceAll('/etc/ssl/relay', own)
      .replaceAll('127.0.0.1:8640', new URL(relay.url).host)
      .replaceAll('443', String(port))
      .replaceAll(/\b90(s?)$/gm, `${idleSeconds}$1`)
      .replaceAll(/\b90s;/g, `${idleSeconds}s;`)
      .replace(/^relay\.example\.com \{/m, `localhost:${port} {`)
      .replaceAll('relay.example.com', 'localhost');
    t.notMatch(text, /\b90s?\b/, 'its idle limit is shortened');
    const configuration = join(own, 'configuration');
    await writeFile(configuration, configure(text, own, admin));
    const program = new Program(file, args(configuration, own), port, own);
    t.teardown(() => program.stop());
    await program.start();
    t.teardown(() => (t.passing() ? undefined : t.comment(program.said)));

    const base = new URL(`https://localhost:${port}/`);
    const identity = await enroll({ relay: base, ca: [authority.ca], code: await relay.code(), name: language });

    if (cutsIdle) {
      const silent = new Link(base, identity, 600_000);
      await silent.open();
      await silent.ended();
      silent.close();
      t.match(silent.ends[0], { error: { code: 'LINK_LOST' } }, 'a WebSocket on which nothing passes is cut');
    }

    const link = new Link(base, identity, pingMs);
    t.teardown(() => link.close());
    await link.open();
    const until = Date.now() + 2 * idleSeconds * 1000;
    while (Date.now() < until) await link.answered(1);
    t.same([link.opens, link.ends], [1, []], 'pings keep it for longer than the idle limit');

    await reload(program, configuration, admin);
    if (onReload === 'kept') {
      await link.answered(3);
      t.same([link.opens, link.ends], [1, []], 'a reload does not end it');
    } else {
      await link.openedTimes(2);
      await link.answered(2);
      t.equal(link.ends.length >= 1, true, 'a reload ends it, and the agent is back');
    }

    const before = link.opens;
    await program.stop();
    await program.start();
    await link.openedTimes(before + 1);
    await link.answered(2);
    t.pass('after a stop of the proxy the agent comes back by itself');

    // Each program uses its own addresses, because one relay counts attempts for all of them.
    const [one, other] = [`127.0.${index + 1}.2`, `127.0.${index + 1}.3`];
    const statuses: number[] = [];
    for (let tries = 0; tries < 11; tries += 1) statuses.push(await wrongCode(port, one));
    t.same(new Set(statuses.slice(0, 10)).has(429), false, 'ten attempts are answered');
    t.equal(statuses.at(-1), 429, 'one address has used up its attempts');
    t.not(await wrongCode(port, other), 429, 'another has not: the client address arrives');
  });
}
