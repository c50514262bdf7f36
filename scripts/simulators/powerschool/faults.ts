/** Failures on request: how a PowerSchool server in trouble behaves on the wire. */
import { z } from 'zod';
import { type Call, html, json, type Reply } from './http.ts';
import { unauthorized } from './oauth.ts';

/** Faults that change the rows of an answer, or a count of them. */
const rowFaults = ['partial', 'empty', 'doubled', 'foreign', 'miscount', 'altered'] as const;

export const faultKinds = [
  ...(['maintenance', 'html', 'disguised', 'mislabelled', '500', '401', 'slow', 'truncate', 'cut', 'reset'] as const),
  ...rowFaults,
] as const;

export const faultSchema = z.strictObject({
  kind: z.enum(faultKinds),
  /** Regular expression on the path; every path when left out. */
  path: z.string().optional(),
  /** Name of a PowerQuery; does not match its `/count`. */
  query: z.string().optional(),
  /** How often, by default once; 0 = until it is cleared. */
  times: z.int().min(0).default(1),
  /** How many matching requests pass before it begins. */
  after: z.int().min(0).default(0),
  /** Delay of `slow`. */
  ms: z.int().min(1).max(600_000).default(5_000),
});

export type Fault = z.infer<typeof faultSchema>;

/** What a fault does to the rows of an answer. */
export type RowFault = (typeof rowFaults)[number];

export function rowFaultOf(fault: Fault | undefined): RowFault | undefined {
  return rowFaults.find((kind) => kind === fault?.kind);
}

/** Path of the page that the maintenance redirect leads to; the real one is on its own host. */
export const messagePath = '/_message/';

export class Faults {
  #list: { fault: Fault; left: number; toPass: number }[] = [];

  add(fault: Fault): void {
    if (fault.path !== undefined) new RegExp(fault.path);
    const left = fault.times === 0 ? Number.POSITIVE_INFINITY : fault.times;
    this.#list.push({ fault, left, toPass: fault.after });
  }

  list(): Fault[] {
    return this.#list.map(({ fault }) => fault);
  }

  clear(): void {
    this.#list = [];
  }

  /** The fault for this request, if any; counts it. */
  take(path: string): Fault | undefined {
    const met = this.#list.filter(({ fault }) => matches(fault, path));
    const entry = met.find(({ toPass }) => toPass === 0);
    for (const other of met) other.toPass = Math.max(0, other.toPass - 1);
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

/** The complete answer of a fault that replaces the real one. */
export function replyOf(fault: Fault, call: Call): Reply | undefined {
  switch (fault.kind) {
    case 'maintenance':
      return { status: 302, headers: { location: `${messagePath}?server=${call.headers.host ?? ''}` } };
    case 'html':
      return html(200, 'PowerSchool Sign In');
    case 'disguised':
      return { ...html(200, 'PowerSchool Sign In'), headers: { 'content-type': 'application/json;charset=UTF-8' } };
    case '500':
      return json(500, { message: 'Internal Server Error' });
    case '401':
      return unauthorized('The access token has expired');
    default:
      return undefined;
  }
}

/** The reply as the fault changes it on its way to the client. */
export function damaged(fault: Fault | undefined, reply: Reply): Reply {
  switch (fault?.kind) {
    // JSON that does not parse.
    case 'truncate': {
      const text = textOf(reply);
      return { ...reply, body: text.slice(0, Math.floor(text.length / 2)) };
    }
    case 'cut':
      return { ...reply, body: textOf(reply), cut: true };
    case 'mislabelled':
      return { ...reply, headers: { ...reply.headers, 'content-type': 'text/html;charset=UTF-8' } };
    default:
      return reply;
  }
}

function textOf({ body = '' }: Reply): string {
  return typeof body === 'string' ? body : [...body].join('');
}

/**
 * The rows as a fault changes them.
 *
 * @param foreign rows of another school (or of whatever the list belongs to), in the same order
 * @param keyOf the key that orders the rows, as far as a client can see: a foreign row is placed where it is not
 *   noticed
 */
export function faultyRows<T>(
  fault: RowFault | undefined,
  rows: readonly T[],
  foreign: () => readonly T[],
  keyOf: (row: T) => number,
): readonly T[] {
  switch (fault) {
    case 'empty':
      return [];
    case 'partial':
      return rows.slice(0, Math.floor(rows.length / 2));
    case 'doubled':
      return rows.flatMap((row) => [row, row]);
    case 'foreign': {
      const [stranger] = rows.length === 0 ? [] : foreign();
      if (stranger === undefined) return rows;
      const place = rows.findIndex((row) => keyOf(row) > keyOf(stranger));
      return rows.with(place < 0 ? -1 : place, stranger);
    }
    default:
      return rows;
  }
}
