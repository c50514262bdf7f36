/** One Graph request on its way to a handler, whether it came alone or inside a `$batch`, and its answer. */
import type { Bag, Json } from '../json.ts';
import type { Query } from '../odata/query.ts';

/** Who calls, from the access token. */
export interface Caller {
  appId: string;
  tenantId: string;
  roles: ReadonlySet<string>;
}

export interface Call {
  method: string;
  /** Values of the route's parameters, in order. */
  params: readonly string[];
  /** The path below `/v1.0`, as received. */
  path: string;
  query: Query;
  /** A request header by its lower-case name. */
  header(name: string): string | undefined;
  /** The parsed JSON body; undefined when there was none. */
  body: unknown;
  /** `https://host/v1.0`, for links in answers. */
  base: string;
  caller: Caller;
  /** A fault makes what the request starts fail after the answer. */
  failsLater: boolean;
}

export interface Answer {
  status: number;
  headers: Record<string, string>;
  /** A text is sent as it is, anything else as JSON. */
  body: Json | undefined;
}

export type Handler = (call: Call) => Answer;

export function ok(body: Bag): Answer {
  return { status: 200, headers: {}, body };
}

/** 201 with the new entity and its location. */
export function created(call: Call, body: Bag): Answer {
  return { status: 201, headers: { Location: `${call.base}${call.path}/${String(body.id)}` }, body };
}

export function noContent(): Answer {
  return { status: 204, headers: {}, body: undefined };
}
