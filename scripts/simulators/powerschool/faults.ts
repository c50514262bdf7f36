/** Failures on request: what a PowerSchool server in trouble does on the wire. */
import { z } from 'zod';
import { type Call, html, json, type Reply } from './http.ts';
import { unauthorized } from './oauth.ts';

export const faultSchema = z.strictObject({
  kind: z.enum(['maintenance', 'html', '500', '401', 'slow', 'truncate', 'partial', 'empty', 'reset']),
  /** Regular expression on the path; every path when left out. */
  path: z.string().optional(),
  /** Name of a PowerQuery; `/count` of it is not meant. */
  query: z.string().optional(),
  /** How often, 1 when left out; 0 = until it is cleared. */
  times: z.int().min(0).default(1),
  /** Delay of `slow`. */
  ms: z.int().min(1).max(600_000).default(5_000),
});

export type Fault = z.infer<typeof faultSchema>;

/** What a fault does to the rows of a PowerQuery. */
export type RowFault = 'partial' | 'empty';

/** Path of the page that the maintenance redirect leads to; the real one is on a host of its own. */
export const messagePath = '/_message/';

export class Faults {
  #list: { fault: Fault; left: number }[] = [];

  add(fault: Fault): void {
    if (fault.path !== undefined) new RegExp(fault.path);
    this.#list.push({ fault, left: fault.times === 0 ? Number.POSITIVE_INFINITY : fault.times });
  }

  list(): Fault[] {
    return this.#list.map(({ fault }) => fault);
  }

  clear(): void {
    this.#list = [];
  }

  /** The first fault that this request meets; counts it. */
  take(path: string): Fault | undefined {
    const entry = this.#list.find(({ fault }) => matches(fault, path));
    if (entry === undefined) return undefined;
    entry.left -= 1;
    if (entry.left === 0) this.#list = this.#list.filter((other) => other !== entry);
    return entry.fault;
  }
}

function matches(fault: Fault, path: string): boolean {
  if (fault.query !== undefined && path !== `/ws/schema/query/${fault.query}`) return false;
  return fault.path === undefined || new RegExp(fault.path).test(path);
}

/** The whole answer of a fault that comes instead of the real one. */
export function replyOf(fault: Fault, call: Call): Reply | undefined {
  switch (fault.kind) {
    case 'maintenance':
      return { status: 302, headers: { location: `${messagePath}?server=${call.headers.host ?? ''}` } };
    case 'html':
      return html(200, 'PowerSchool Sign In');
    case '500':
      return json(500, { message: 'Internal Server Error' });
    case '401':
      return unauthorized('The access token has expired');
    default:
      return undefined;
  }
}

/** The reply with its body cut in the middle: JSON that does not parse. */
export function truncated(reply: Reply): Reply {
  const text = typeof reply.body === 'string' ? reply.body : [...(reply.body ?? [])].join('');
  return { ...reply, body: text.slice(0, Math.floor(text.length / 2)) };
}
