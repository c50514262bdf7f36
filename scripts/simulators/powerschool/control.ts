/** `/_sim/…`: what an administrator or an outage does to the server. Only for requests from this machine. */
import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { EditError } from './edits/editor.ts';
import { applyEdits } from './edits/edits.ts';
import { type Faults, faultSchema } from './faults.ts';
import { type Call, json, type Reply } from './http.ts';
import type { OAuth } from './oauth.ts';
import { type Plugin, PluginRefusal, type PluginRegistry } from './plugin/registry.ts';
import { type PageLimits, pagedResources } from './rest/page-limits.ts';
import type { Throttle } from './throttle.ts';

export interface Stats {
  requests: number;
  /** PowerQueries answered with rows. */
  queries: number;
  rows: number;
  /** Of all bodies sent. */
  bytes: number;
}

export interface ControlContext {
  db: DatabaseSync;
  plugins: PluginRegistry;
  oauth: OAuth;
  faults: Faults;
  throttle: Throttle;
  pageLimits: PageLimits;
  stats: Stats;
  localTime(): string;
}

type Handler = (context: ControlContext, call: Call, id: number) => Reply | Promise<Reply>;

const settingsSchema = z.strictObject({ minIntervalMs: z.int().min(0) });
/** What an administrator sets on a plugin's Data Provider Configuration page; lost when the server stops. */
const configurationSchema = z.strictObject({
  v1Access: z.enum(['NONE', 'READ', 'FULL']).optional(),
  pageSizes: z.partialRecord(z.enum(pagedResources), z.int().positive()).optional(),
});
const mostPluginBytes = 60_000_000;

/** Method and path; `#` stands for a plugin's id. */
const routes: Record<string, Handler> = {
  'GET /_sim': () => json(200, { routes: Object.keys(routes) }),
  'GET /_sim/plugins': ({ plugins }) => json(200, plugins.list().map(describe)),
  'POST /_sim/plugins': async ({ plugins }, call) =>
    json(201, describe(await plugins.install(await call.body(mostPluginBytes)))),
  'GET /_sim/plugins/#': ({ plugins }, _call, id) => json(200, describe(plugins.get(id))),
  'POST /_sim/plugins/#/enable': ({ plugins }, _call, id) => json(200, describe(plugins.enable(id))),
  'POST /_sim/plugins/#/disable': ({ plugins }, _call, id) => json(200, describe(plugins.disable(id))),
  'POST /_sim/plugins/#/regenerate': ({ plugins }, _call, id) => json(200, describe(plugins.regenerate(id))),
  'POST /_sim/plugins/#/configuration': async ({ plugins, pageLimits }, call, id) => {
    const { v1Access, pageSizes } = configurationSchema.parse(await readJson(call));
    const plugin = plugins.get(id);
    if (v1Access !== undefined) plugin.manifest.v1Access = v1Access;
    if (pageSizes !== undefined) pageLimits.set(id, pageSizes);
    return json(200, { v1Access: plugin.manifest.v1Access, pageSizes: pageLimits.metadata(id) });
  },
  'DELETE /_sim/plugins/#': ({ plugins }, _call, id) => {
    plugins.remove(id);
    return { status: 204 };
  },
  'GET /_sim/faults': ({ faults }) => json(200, faults.list()),
  'POST /_sim/faults': async ({ faults }, call) => {
    const body = await readJson(call);
    const list = z.array(faultSchema).parse(Array.isArray(body) ? body : [body]);
    for (const fault of list) faults.add(fault);
    return json(201, list);
  },
  'DELETE /_sim/faults': ({ faults }) => {
    faults.clear();
    return { status: 204 };
  },
  'POST /_sim/edit': async ({ db, localTime }, call) =>
    json(200, { edits: applyEdits(db, await readJson(call), localTime()) }),
  'GET /_sim/stats': ({ stats }) => json(200, stats),
  'GET /_sim/settings': ({ throttle }) => json(200, { minIntervalMs: throttle.minIntervalMs }),
  'POST /_sim/settings': async ({ throttle }, call) => {
    throttle.minIntervalMs = settingsSchema.parse(await readJson(call)).minIntervalMs;
    return json(200, { minIntervalMs: throttle.minIntervalMs });
  },
  'POST /_sim/tokens/expire': ({ oauth }) => {
    oauth.expireAll();
    return { status: 204 };
  },
  'POST /_sim/tokens/revoke': ({ oauth }) => {
    oauth.revokeAll();
    return { status: 204 };
  },
};

/** Answers a control request; refusals carry `message` and `errors`. */
export async function answerControl(context: ControlContext, call: Call): Promise<Reply> {
  if (!isLoopback(call.remoteAddress)) return json(403, { message: 'Control requests come from this machine only' });
  const path = call.path.replace(/\/$/, '');
  const [, id = ''] = /^\/_sim\/plugins\/(\d+)/.exec(path) ?? [];
  const route = `${call.method} ${id === '' ? path : path.replace(id, '#')}`;
  const handler = Object.hasOwn(routes, route) ? routes[route] : undefined;
  if (handler === undefined) return refusal(404, `There is no ${call.method} ${call.path}`, Object.keys(routes));
  try {
    return await handler(context, call, Number(id));
  } catch (error) {
    if (error instanceof PluginRefusal) return refusal(error.status, error.message, error.errors);
    if (error instanceof EditError) return refusal(400, 'The edits were not made.', [error.message]);
    if (error instanceof z.ZodError) return refusal(400, 'The body is not valid.', [z.prettifyError(error)]);
    if (error instanceof SyntaxError) return refusal(400, 'The body is not valid.', [error.message]);
    throw error;
  }
}

function refusal(status: number, message: string, errors: string[]): Reply {
  return json(status, { message, errors });
}

function describe(plugin: Plugin): Record<string, unknown> {
  const { manifest, running, credentials } = plugin;
  return {
    id: plugin.id,
    name: manifest.name,
    version: manifest.version,
    enabled: running !== undefined,
    queries: plugin.queries.map((query) => query.name),
    ...(credentials === undefined ? {} : credentials),
  };
}

async function readJson(call: Call): Promise<unknown> {
  return JSON.parse((await call.body(20_000_000)).toString('utf8'));
}

function isLoopback(address: string): boolean {
  return address === '::1' || /^(::ffff:)?127\./.test(address);
}
