/** The configurations of docs/relay.md, run as they stand there with the real programs: only ports and paths are others. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdir, readFile, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import t from 'tap';
import { createAuthority } from '../../scripts/simulators/authority.ts';
import { systemClock } from '../../shared/clock.ts';
import { enrollPath } from '../../shared/link.ts';
import { linkAddress } from '../addresses.ts';
import { RelayProcess } from '../testing/relay-process.ts';
import { enroll } from '../uplink/enroll.ts';
import { upgradeToken } from '../uplink/identity.ts';
import { type Knock, knock } from '../uplink/knock.ts';
import { LinkSocket, type SocketEnd } from '../uplink/socket.ts';
import { vitalLimits } from '../uplink/vitals.ts';

const never = new AbortController().signal;
const docs = await readFile(new URL('../../docs/relay.md', import.meta.url), 'utf8');
const authority = await createAuthority('Operator CA');
const issued = await authority.issue(['localhost', '127.0.0.1']);

interface Program {
  language: string;
  file: string;
  /** The whole configuration around the block of the docs, and how the program is run on it. */
  configure(block: string, folder: string, admin: number): string;
  args(file: string, folder: string): string[];
  /** Makes the running program read its configuration again. */
  reload(child: { kill(signal: NodeJS.Signals): boolean }, file: string, admin: number): Promise<void> | void;
}

const hup: Program['reload'] = (child) => void child.kill('SIGHUP');

const programs: Program[] = [
  {
    ...{ language: 'nginx', file: '/usr/sbin/nginx', reload: hup },
    configure: (block, folder) => {
      const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
        (name) => `${name}_temp_path ${folder}/${name};`,
      );
      return `daemon off; pid ${folder}/nginx.pid; error_log ${folder}/error.log; events {}\nhttp { access_log off; ${temporary.join(' ')}\n${block}\n}`;
    },
    args: (file, folder) => ['-c', file, '-p', folder],
  },
  {
    ...{ language: 'apache', file: '/usr/sbin/apache2' },
    reload: (child) => void child.kill('SIGUSR1'),
    configure: (block, folder) => {
      const modules = ['mpm_event', 'authz_core', 'ssl', 'socache_shmcb', 'proxy', 'proxy_http'].map(
        (name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`,
      );
      const [, port = ''] = /VirtualHost \*:(\d+)/.exec(block) ?? [];
      return `${modules.join('\n')}\nServerRoot ${folder}\nPidFile ${folder}/apache.pid\nErrorLog ${folder}/error.log\nDefaultRuntimeDir ${folder}\nUser www-data\nGroup www-data\nListen ${port}\n${block}`;
    },
    args: (file) => ['-D', 'FOREGROUND', '-f', file],
  },
  {
    ...{ language: 'haproxy', file: '/usr/sbin/haproxy' },
    reload: (child) => void child.kill('SIGUSR2'),
    configure: (block) =>
      `global\n    maxconn 200\ndefaults\n    timeout client 10s\n    timeout server 10s\n    timeout connect 5s\n${block}`,
    args: (file) => ['-W', '-db', '-f', file],
  },
  {
    ...{ language: 'caddy', file: '/usr/bin/caddy' },
    configure: (block, folder, admin) =>
      `{\n admin 127.0.0.1:${admin}\n auto_https disable_redirects\n storage file_system ${folder}\n}\n${block}`,
    args: (file) => ['run', '--adapter', 'caddyfile', '--config', file],
    reload: async (_, file, admin) => {
      const args = ['reload', '--force', '--address', `127.0.0.1:${admin}`, '--adapter', 'caddyfile', '--config', file];
      await once(spawn('/usr/bin/caddy', args, { stdio: 'ignore' }), 'exit');
    },
  },
  {
    ...{ language: 'stunnel', file: '/usr/bin/stunnel4', reload: hup },
    configure: (block, folder) => `foreground = yes\npid = ${folder}/stunnel.pid\n${block}`,
    args: (file) => [file],
  },
];

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function takesConnections(port: number): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    const socket = connect(port, '127.0.0.1');
    const isOpen = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'error').then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (isOpen) return;
    await wait(50);
  }
  throw new TypeError('the proxy does not listen');
}

/** A program that has just read its configuration again may break the first connection, as an agent finds it. */
async function knockAgain(attempt: () => Promise<Knock>): Promise<Knock> {
  for (let tries = 0; tries < 20; tries += 1) {
    const answer = await attempt().catch(() => undefined);
    if (answer !== undefined) return answer;
    await wait(200);
  }
  return attempt();
}

/** An enrollment with a wrong code from another address of this computer. @returns the status */
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

for (const { language, file, configure, args, reload } of programs) {
  const missing = await access(file).then(
    () => false,
    () => `${file} is not installed`,
  );
  t.test(`behind ${language}, as docs/relay.md has it`, { skip: missing }, async (t) => {
    const block = new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(docs)?.[1] ?? '';
    t.not(block, '');
    const folder = t.testdir({ proxy: {} });
    const own = join(folder, 'proxy');
    await mkdir(join(own, 'logs'));
    for (const [name, text] of Object.entries({
      'relay.pem': issued.cert,
      'relay.key': issued.key,
      'relay-and-key.pem': `${issued.cert}\n${issued.key}`,
    })) {
      await writeFile(join(own, name), text, { mode: 0o644 });
    }
    const relay = await RelayProcess.startBehind(folder, language === 'stunnel');
    t.teardown(() => relay.close());
    const [port, admin] = [await freePort(), await freePort()];
    const text = block
      .replaceAll('/etc/ssl/relay', own)
      .replaceAll('127.0.0.1:8640', new URL(relay.url).host)
      .replaceAll('443', String(port))
      .replace(/^relay\.example\.com \{/m, `localhost:${port} {`)
      .replaceAll('relay.example.com', 'localhost');
    const configuration = join(own, 'configuration');
    await writeFile(configuration, configure(text, own, admin));
    const child = spawn(file, args(configuration, own), {
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, HOME: own },
    });
    t.teardown(async () => {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
    });
    await takesConnections(port);

    const base = new URL(`https://localhost:${port}/`);
    const way = { ca: [authority.ca] };
    const identity = await enroll({ relay: base, ...way, code: await relay.code(), name: language });
    const link = linkAddress(base);
    const opened = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<SocketEnd>();
    const ponged = Promise.withResolvers<number>();
    const socket = new LinkSocket(
      {
        url: link,
        token: await upgradeToken(identity, Date.now()),
        ...way,
        clock: systemClock,
        vitals: { ...vitalLimits, pingMs: 50 },
      },
      { opened: opened.resolve, ponged: ponged.resolve, frame() {}, ended: ended.resolve },
    );
    t.equal(await Promise.race([opened.promise, ended.promise]), undefined, 'a WebSocket opens');
    t.type(await ponged.promise, 'number', 'pings come back');

    await reload(child, configuration, admin);
    await takesConnections(port);
    const answer = await knockAgain(async () => knock(link, way, await upgradeToken(identity, Date.now()), never));
    t.match(answer, { outcome: 'answered', answer: { tenantId: identity.tenantId } }, 'after a reload');
    socket.drop();

    const statuses: number[] = [];
    for (let tries = 0; tries < 11; tries += 1) statuses.push(await wrongCode(port, '127.0.0.2'));
    t.match(statuses.at(-1), 429, 'one address has used up its attempts');
    t.not(await wrongCode(port, '127.0.0.3'), 429, 'another has not: the client address arrives');
  });
}
