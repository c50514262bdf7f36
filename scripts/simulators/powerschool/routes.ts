/** The paths that PowerSchool serves: token, metadata, REST v1, PowerQueries, self-checks. */
import type { Faults, RowFault } from './faults.ts';
import { damaged, messagePath, replyOf, rowFaultOf } from './faults.ts';
import { type Call, html, json, type Reply } from './http.ts';
import { isPlugin, type OAuth } from './oauth.ts';
import { answerPowerQuery, deniedFields, type PowerQueryContext } from './powerquery.ts';
import { answerRest, type RestContext } from './rest/answer.ts';
import type { Throttle } from './throttle.ts';

export interface ServerContext extends PowerQueryContext, RestContext {
  oauth: OAuth;
  faults: Faults;
  throttle: Throttle;
  timeZone: string;
  /** Null for a server that does not report it. */
  districtUuid: string | null;
  localTime(): string;
  /** Waits, unless the server closes first. */
  sleep(ms: number): Promise<void>;
}

/** A reply, or `reset` to cut the connection without one. */
export type Answer = Reply | 'reset';

/** Answers a request, including any fault that it meets. */
export async function answer(context: ServerContext, call: Call): Promise<Answer> {
  if (call.path === messagePath) return html(200, 'PowerSchool page unavailable');
  const fault = context.faults.take(call.path);
  if (fault?.kind === 'reset') return 'reset';
  if (fault?.kind === 'slow') await context.sleep(fault.ms);
  const instead = fault === undefined ? undefined : replyOf(fault, call);
  if (instead !== undefined) return instead;
  return damaged(fault, await serve(context, call, rowFaultOf(fault)));
}

async function serve(context: ServerContext, call: Call, rowFault: RowFault | undefined): Promise<Reply> {
  const { path } = call;
  if (/^\/oauth\/access_token\/?$/.test(path)) return context.oauth.grant(call);
  if (path === '/ws/v1/metadata') return metadata(context, call);
  if (path === '/ws/v1/time') return json(200, { time: context.localTime().replace(' ', 'T') });
  if (!path.startsWith('/ws/')) return html(404, 'Not Found');
  const plugin = context.oauth.authenticate(call);
  if (!isPlugin(plugin)) return plugin;
  const refused = context.throttle.check(plugin.id);
  if (refused !== undefined) return refused;
  if (path.startsWith('/ws/v1/')) return answerRest(context, plugin, call, rowFault);
  const [, query] = /^\/ws\/schema\/query\/(.+)$/.exec(path) ?? [];
  if (query === 'api') return notImplemented(call);
  if (query !== undefined) return answerPowerQuery(context, plugin, decodeURIComponent(query), call, rowFault);
  const [, list] = /^\/ws\/powerqueryaccesslist\/([^/]+)$/.exec(path) ?? [];
  if (list !== undefined) return accessList(context, decodeURIComponent(list));
  const [, id] = /^\/ws\/schema\/plugin\/(\d+)\/validate$/.exec(path) ?? [];
  if (id !== undefined) return validation(context, Number(id));
  return notImplemented(call);
}

/** Public; only the plugin itself gets its id. */
function metadata(context: ServerContext, call: Call): Reply {
  const plugin = context.oauth.authenticate(call);
  const pluginId = isPlugin(plugin) ? plugin.id : undefined;
  return json(200, {
    metadata: {
      ...(pluginId === undefined ? {} : { plugin_id: pluginId }),
      powerschool_version: context.version,
      state: 'CA',
      district_timezone: context.timeZone,
      ...(context.districtUuid === null ? {} : { district_uuid: context.districtUuid }),
      ...context.pageLimits.metadata(pluginId),
    },
  });
}

function notImplemented(call: Call): Reply {
  return json(501, { message: `The simulator does not implement ${call.method} ${call.path}` });
}

/** The fields that a query needs, as lines for an access request. */
function accessList(context: ServerContext, name: string): Reply {
  const query = context.plugins.query(name);
  if (query?.compiled.state !== 'ready') return json(404, { message: `Query ${name} not found` });
  const lines = query.compiled.fields.map((field) => {
    const [table = '', column = ''] = field.toUpperCase().split('.');
    return `<field table="${table}" field="${column}" access="ViewOnly" />`;
  });
  return { status: 200, headers: { 'content-type': 'text/plain;charset=UTF-8' }, body: `${lines.join('\n')}\n` };
}

/**
 * The self-check of an installed plugin. It is not known which mistakes the real one finds; this one reports them all.
 */
function validation(context: ServerContext, id: number): Reply {
  const plugin = context.plugins.list().find((candidate) => candidate.id === id);
  if (plugin === undefined) return json(404, { message: `Plugin ${id} not found` });
  const finding = (query: { file: string }, code: string, message: string) => ({
    level: 'ERROR',
    file: query.file,
    code,
    message,
    categoryShortName: 'PowerQuery',
  });
  const results = [...(plugin.running?.values() ?? [])].flatMap((query) => {
    if (query.compiled.state !== 'ready')
      return [finding(query, 'INVALID_QUERY', `${query.name}: ${query.compiled.reason}`)];
    return deniedFields(query, plugin).map((field) =>
      finding(query, 'NO_ACCESS', `${query.name}: no access to ${field}`),
    );
  });
  return json(200, { results, maxLevel: results.length === 0 ? 'NONE' : 'ERROR' });
}
