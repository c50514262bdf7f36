/**
 * Every page of the console and every step of the wizard, in a relay of 200 districts of which one has 100,000 people: milliseconds to
 * the first byte, cold (the first time after a start) and warm (the median of the rounds), bytes of HTML, and the longest stretch of
 * the main thread. Parts that come later, by htmx, are measured by themselves. Exit code 1 when a page misses its target.
 *
 *   npm run bench -- console [--people 100000] [--districts 200] [--rounds 5] [--as operator,admin] [PAGE…]
 */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, get, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type UserRole, userRoles } from '../../relay/model/user-role.ts';
import { count, readScriptOptions } from '../script-options.ts';
import { type Address, addresses } from './console/addresses.ts';
import { fillConsole } from './console/filled.ts';
import { endServing, type Serving, serve, stretchesOf } from './stalls/serving.ts';

/** Of a page; what comes later is waited for, with something to read meanwhile. */
const most = { firstByteMs: 100, bytes: 150 << 10 };

const { options, args } = readScriptOptions<{
  people: number;
  districts: number;
  rounds: number;
  as: string;
  profiles?: string;
}>('npm run bench -- console', 'What each page of the console takes in a large relay.', (command) =>
  command
    .option('--people <number>', 'of the large district', count, 100_000)
    .option('--districts <number>', 'in all', count, 200)
    .option('--rounds <number>', 'warm ones', count, 5)
    .option('--as <roles>', `some of ${userRoles.join(', ')}`, 'operator,admin')
    .option('--profiles <folder>', 'for what V8 samples of every thread')
    .argument('[pages...]', 'only pages whose path contains one of these words'),
);
const roles = options.as.split(',').filter((role): role is UserRole => userRoles.some((one) => one === role));
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

interface Answer {
  status: number;
  firstByteMs: number;
  body: string;
}

interface Measured {
  role: UserRole;
  page: string;
  status: number;
  coldMs: number;
  warmMs: number;
  bytes: number;
  gzipBytes: number;
  stretchMs: number;
}

const home = await mkdtemp(join(tmpdir(), 'hallpass-console-'));
const filled = await fillConsole(home, options);
const found: Measured[] = [];
const later: Measured[] = [];
try {
  for (const role of roles) {
    const serving = await serve(home, options.profiles);
    const cookie = `hallpass=${filled.sessions[role]}`;
    try {
      for (const address of addresses(filled.draft)) await measurePage(serving, { role, cookie, address });
    } finally {
      await endServing(serving);
    }
  }
} finally {
  await filled.microsoft.close();
  await rm(home, { recursive: true, force: true });
}
print(`Pages, ${options.districts} districts, ${options.people} people in one`, found);
print('Parts that come later', later);
const missed = found.filter(isMissed);
process.stdout.write(
  `\n${missed.length} of ${found.length} pages miss ${most.firstByteMs} ms or ${most.bytes >> 10} KB\n`,
);
process.exitCode = missed.length === 0 ? 0 : 1;

async function measurePage(
  serving: Serving,
  { role, cookie, address }: { role: UserRole; cookie: string; address: Address },
): Promise<void> {
  const { page, path } = address;
  if (args.length > 0 && !args.flat().some((word) => page.includes(word))) return;
  const cold = await ask(serving.url, path, cookie);
  // Not for this role.
  if (cold.status === 403 || cold.status === 302) return;
  const one = await measured(serving, { role, page, path, cookie, cold });
  found.push(one);
  // What htmx asks for by itself as soon as the page is there.
  for (const [, part = ''] of cold.body.matchAll(/hx-get="([^"]*)" hx-trigger="load"/g)) {
    const asked = part.replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code))).replaceAll('&amp;', '&');
    const first = await ask(serving.url, asked, cookie);
    later.push(await measured(serving, { role, page, path: asked, cookie, cold: first, rounds: 1 }));
  }
}

async function measured(
  serving: Serving,
  {
    cold,
    cookie,
    page,
    path,
    role,
    rounds = options.rounds,
  }: { role: UserRole; page: string; path: string; cookie: string; cold: Answer; rounds?: number },
): Promise<Measured> {
  await stretchesOf(serving);
  const warm: number[] = [];
  for (let round = 0; round < rounds; round += 1) warm.push((await ask(serving.url, path, cookie)).firstByteMs);
  const { longestMs: stretchMs } = await stretchesOf(serving);
  const html = Buffer.from(cold.body);
  const warmMs = warm.toSorted((a, b) => a - b)[warm.length >> 1] ?? Number.NaN;
  const size = { bytes: html.byteLength, gzipBytes: gzipSync(html).byteLength };
  return { role, page, status: cold.status, coldMs: cold.firstByteMs, warmMs, ...size, stretchMs };
}

async function ask(url: string, path: string, cookie: string): Promise<Answer> {
  const from = performance.now();
  const request = get(new URL(path, url), { agent, headers: { cookie } });
  const [answer] = (await once(request, 'response')) as [IncomingMessage];
  const pieces: Buffer[] = [];
  let firstByteMs = 0;
  for await (const piece of answer) {
    if (pieces.length === 0) firstByteMs = performance.now() - from;
    pieces.push(piece);
  }
  return { status: answer.statusCode ?? 0, firstByteMs, body: Buffer.concat(pieces).toString() };
}

function isMissed({ status, coldMs, warmMs, bytes }: Measured): boolean {
  return status !== 200 || Math.max(coldMs, warmMs) > most.firstByteMs || bytes > most.bytes;
}

/** The slowest first. */
function print(title: string, all: readonly Measured[]): void {
  if (all.length === 0) return;
  const head = ['cold ms', 'warm ms', 'KB', 'gzip KB', 'stretch ms'].map((one) => one.padStart(11)).join('');
  process.stdout.write(`\n${title.padEnd(62)}${head}\n`);
  for (const one of all.toSorted((a, b) => b.warmMs - a.warmMs || b.coldMs - a.coldMs)) {
    const { role, page, status, coldMs, warmMs, bytes, gzipBytes, stretchMs } = one;
    const numbers = [coldMs, warmMs, bytes / 1024, gzipBytes / 1024, stretchMs].map((value) =>
      value.toFixed(1).padStart(11),
    );
    const mark = status === 200 ? '' : ` (${status})`;
    process.stdout.write(
      `${`${role} ${page}${mark}`.padEnd(62)}${numbers.join('')}${isMissed(one) ? '  MISSED' : ''}\n`,
    );
  }
}
