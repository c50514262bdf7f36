/** Mistakes in requests to the API, and the status of the refusal. */
import type { Test } from 'tap';
import { isChange } from '../app/access.ts';
import { mostBytes } from '../http/api/body.ts';
import type { Route } from '../http/api/route.ts';
import type { ApiFuzz } from './api-fuzz.ts';
import type { Caller, Sent } from './api-requests.ts';
import { sampleOf } from './api-samples.ts';

export interface Mistake {
  name: string;
  /** Whether the mistake is possible with this route. */
  fits(route: Route): boolean;
  /** The difference from a valid request. */
  more: Partial<Sent>;
  status: number;
}

const hasBody = ({ method }: Route) => method !== 'GET';
const isKeyed = ({ method, action }: Route) => method === 'POST' && isChange(action);
const headers = (more: Record<string, string>) => ({ headers: more });

export const mistakes: readonly Mistake[] = [
  { name: 'an unknown parameter', fits: () => true, more: { query: { colour: 'red' } }, status: 400 },
  {
    name: 'a parameter twice',
    fits: ({ query }) => 'limit' in query.shape,
    more: { query: { limit: ['1', '2'] } },
    status: 400,
  },
  ...['x', 'WzEuNV0', 'W10', 'e30', 'bnVsbA', '%00'].map((cursor) => ({
    name: `the cursor ${cursor}`,
    fits: ({ query }: Route) => 'cursor' in query.shape,
    more: { query: { cursor } },
    status: 400,
  })),
  {
    name: 'another content type',
    fits: hasBody,
    more: { body: 'a=1', ...headers({ 'content-type': 'text/plain' }) },
    status: 415,
  },
  { name: 'half of a document', fits: hasBody, more: { body: '{"a":' }, status: 400 },
  { name: 'a list', fits: hasBody, more: { body: '[]' }, status: 400 },
  { name: 'a property twice', fits: hasBody, more: { body: '{"a":1,"a":2}' }, status: 400 },
  { name: 'too much', fits: hasBody, more: { body: ' '.repeat(mostBytes + 1) }, status: 413 },
  { name: 'no ETag', fits: ({ hasVersion }) => hasVersion, more: headers({ 'if-match': 'x' }), status: 400 },
  { name: 'the wrong ETag', fits: ({ hasVersion }) => hasVersion, more: headers({ 'if-match': '"0"' }), status: 412 },
  { name: 'no key', fits: isKeyed, more: headers({ 'idempotency-key': 'two words' }), status: 400 },
  { name: 'no note', fits: ({ action }) => isChange(action), more: headers({ 'hallpass-note': '%' }), status: 400 },
];

/** Makes those of these mistakes that the route has. @returns the names of them */
export async function refusesEach(
  t: Test,
  fuzz: ApiFuzz,
  route: Route,
  caller: Caller,
  these: readonly Mistake[],
): Promise<string[]> {
  const right = await sampleOf(fuzz.setting, route, caller);
  const fitting = these.filter(({ fits }) => fits(route));
  for (const { name, more, status } of fitting) {
    const key = right.headers['idempotency-key'] === undefined ? {} : { 'idempotency-key': name.replaceAll(' ', '-') };
    const asked = { ...right, ...more, headers: { ...right.headers, ...key, ...more.headers } };
    t.equal(await fuzz.hold(t, asked), status, `${route.method} ${route.path}: ${name}`);
  }
  return fitting.map(({ name }) => name);
}
