/**
 * The floor of a first sync, in a process of its own: the pages that the agent reads, fetched with undici and parsed, and
 * nothing else. Its argument is a {@link FloorOrder}; it prints a {@link FloorResult}.
 */
import { readFile } from 'node:fs/promises';
import process from 'node:process';
import { Pool } from 'undici';
import { bindsOf, probeCodes, probeName, queryName } from '../../../plugin/queries.ts';
import { type Bucket, kinds } from '../../../shared/roster.ts';

export interface FloorOrder {
  url: string;
  caFile: string;
  clientId: string;
  secretFile: string;
  pageSize: number;
}

export interface FloorResult {
  seconds: number;
  requests: number;
  rows: number;
  cpuSeconds: number;
}

type Row = Record<string, string>;

const order: FloorOrder = JSON.parse(process.argv[2] ?? '{}');
const connect = { ca: await readFile(order.caFile, 'utf8') };
const pool = new Pool(order.url, { connections: 1, connect });
const horizon = new Date().toISOString().slice(0, 10);
let requests = 0;
let rows = 0;

const secret = await readFile(order.secretFile, 'utf8');
const began = performance.now();
const grant = await ask(
  '/oauth/access_token',
  {
    authorization: `Basic ${Buffer.from(`${order.clientId}:${secret}`).toString('base64')}`,
    'content-type': 'application/x-www-form-urlencoded',
  },
  'grant_type=client_credentials',
);
const token = String((grant as { access_token?: unknown }).access_token);
for (const { k, s } of await query(probeName, { horizon }, 50_000)) {
  const kind = kinds.find((one) => probeCodes[one] === k);
  if (kind !== undefined) await readBucket({ kind, schoolId: String(s) });
}
const seconds = (performance.now() - began) / 1000;
const { user, system } = process.cpuUsage();
const result: FloorResult = { seconds, requests, rows, cpuSeconds: (user + system) / 1e6 };
process.stdout.write(JSON.stringify(result));
await pool.close();

async function readBucket({ kind, schoolId }: Bucket): Promise<void> {
  const binds = bindsOf(kind);
  const fixed = { ...(binds.school ? { school: schoolId } : {}), ...(binds.horizon ? { horizon } : {}) };
  let after = '0';
  for (let full = true; full; ) {
    const page = await query(queryName(kind), { after, ...fixed }, order.pageSize);
    rows += page.length;
    after = page.at(-1)?.id ?? after;
    full = page.length >= order.pageSize;
  }
}

async function query(name: string, binds: object, pageSize: number): Promise<Row[]> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', accept: 'application/json' };
  const path = `/ws/schema/query/${name}?pagesize=${pageSize}`;
  return ((await ask(path, headers, JSON.stringify(binds))) as { record?: Row[] }).record ?? [];
}

async function ask(path: string, headers: Record<string, string>, body: string): Promise<unknown> {
  requests += 1;
  const answer = await pool.request({ method: 'POST', path, headers, body });
  return JSON.parse(await answer.body.text());
}
