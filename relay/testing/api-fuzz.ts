/**
 * What must be true of any answer of the API, whatever is sent: it has the form that is described, nobody gets or changes what they
 * may not, and a refused request changes nothing.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { Test } from 'tap';
import { access } from '../app/access.ts';
import { openApi } from '../http/api/openapi.ts';
import type { Route } from '../http/api/route.ts';
import { routes } from '../http/api/routes.ts';
import { accessScopes } from '../model/access-scope.ts';
import { issueCode } from '../store/agents/agents.ts';
import { readProfiles, setProfile } from '../store/profiles/profiles.ts';
import { createToken } from '../store/tenants/api-tokens.ts';
import { findTenant } from '../store/tenants/system.ts';
import { editTenant } from '../store/tenants/tenants.ts';
import { type ApiSetting, apiSetting } from './api.ts';
import type { Caller, Sent } from './api-requests.ts';
import { sampleOf } from './api-samples.ts';
import { addTenant, testProfile } from './relay-double.ts';

/** Stands in everything that the other district has, and nowhere else. */
const marker = 'ZEBRA';

/** Statuses of requests that were not carried out. */
const refusals = [400, 401, 403, 404, 412, 413, 415, 422, 428];

export class ApiFuzz {
  readonly setting: ApiSetting;
  /** `METHOD path` of the routes that have done what they were asked. */
  readonly done = new Set<string>();
  readonly #tokens: ReadonlyMap<string, string>;
  readonly #db: DatabaseSync;
  readonly #forms = formsOfAnswers();
  #seen = { version: -1, state: '' };

  private constructor(setting: ApiSetting, tokens: ReadonlyMap<string, string>) {
    this.setting = setting;
    this.#tokens = tokens;
    this.#db = new DatabaseSync(join(setting.home, 'relay.db'), { readOnly: true });
  }

  static async open(t: Test): Promise<ApiFuzz> {
    const setting = await apiSetting(t);
    const { relay, tokenOf } = setting;
    const other = await addTenant(relay, 'fabrikam');
    await relay.store.withTenant(other.id, async (scope) => {
      await scope.db.updateTable('tenant').set({ name: marker }).where('id', '=', other.id).execute();
      await setProfile(scope, { ...testProfile, name: marker }, new Date());
      await createToken(scope, { name: marker, days: 1, by: marker }, new Date());
      await issueCode(scope, new Date());
    });
    const tokens = new Map([
      ['viewer', await tokenOf('viewer')],
      ['admin', await tokenOf('admin')],
      ['operator', await tokenOf('operator', 'all')],
      ['stranger', await tokenOf('admin', [other.id])],
    ]);
    for (const scope of accessScopes) {
      tokens.set(`narrow ${scope}`, await tokenOf('operator', 'all', [scope]));
      const others = accessScopes.filter((one) => one !== scope);
      tokens.set(`without ${scope}`, await tokenOf('operator', 'all', others));
    }
    const fuzz = new ApiFuzz(setting, tokens);
    t.teardown(() => fuzz.#db.close());
    return fuzz;
  }

  /** Sends it, and holds the answer against all that must be true of any. @returns the status */
  async hold(t: Test, sent: Sent): Promise<number> {
    const { route, caller } = sent;
    const before = this.#state();
    const { status, type, text } = await this.#send(sent);
    const mayNotChange = refusals.includes(status) || (route.method === 'GET' && !route.asksMicrosoft);
    const isChanged = mayNotChange && before !== this.#state();
    const said = JSON.stringify({ ...sent, route: undefined });
    const wrong = (what: string) =>
      t.fail(`${caller}: ${route.method} ${route.path}: ${status} ${what}`, { sent: said, answer: text.slice(0, 500) });

    if (status === 500) wrong('is a bug');
    const expected = this.#expected(sent);
    if (expected !== undefined && !expected.includes(status)) wrong(`in place of ${expected.join(' or ')}`);
    const foreign = caller === 'stranger' ? this.setting.district.tenantId : marker;
    const isOperator = ['operator', 'narrow', 'without'].includes(caller);
    if (!isOperator && text.includes(foreign)) wrong('tells of another district');
    const lacksScope = caller === 'without' && status === 403;
    if (lacksScope && !text.includes(`scope \\"${access[route.action].scope}\\"`)) wrong('does not name the scope');
    if (isChanged) wrong(refusals.includes(status) ? 'changed something' : 'is a question, and changed something');
    this.#checkForm(sent, { status, type, text }, wrong);
    if (status < 300) this.done.add(`${route.method} ${route.path}`);
    if (status < 300 && route.method !== 'GET') await this.#fix();
    return status;
  }

  /** Does with each caller what the route is for, which an operator may do with all scopes and with its scope alone. */
  async holdFor(t: Test, route: Route, callers: readonly Caller[]): Promise<void> {
    const statuses: Partial<Record<Caller, number>> = {};
    for (const caller of callers) statuses[caller] = await this.hold(t, await sampleOf(this.setting, route, caller));
    const said = `${route.method} ${route.path}: ${JSON.stringify(statuses)}`;
    t.ok((statuses.operator ?? 500) < 300 && (statuses.narrow ?? 500) < 300, said);
  }

  #checkForm({ route }: Sent, { status, type, text }: Answered, wrong: (what: string) => void): void {
    if (status === 304) return;
    if (status < 300 && type.startsWith('text/csv') && route.hasCsv) return;
    if (!/^application\/(problem\+)?json/.test(type)) {
      wrong(`comes as ${type}`);
      return;
    }
    const name = status >= 400 ? 'error' : `${route.method.toLowerCase()} /${route.path} ${status}`;
    const form = this.#forms(name);
    if (form === undefined) wrong('is not described');
    else if (!form(JSON.parse(text))) wrong(`is not as described: ${JSON.stringify(form.errors)}`);
  }

  /** What the table of roles and the token leave; undefined where it is a matter of what was asked. */
  #expected({ route, caller, slug, params, headers, body }: Sent): number[] | undefined {
    // Such paths are others by the time that they are sent, or none that anybody reads.
    if (slug === '%' || slug === '..' || Object.values(params).some(({ length }) => length > 500)) return undefined;
    if (caller === 'nobody') return [401, 429];
    const type = headers['content-type'] ?? 'application/json';
    const isOther = !type.startsWith('application/json') && route.method !== 'GET';
    if (isOther) return body === undefined ? undefined : [415];
    const opened: Partial<Record<Caller, string[]>> = {
      ...{ viewer: ['contoso'], admin: ['contoso'], stranger: ['fabrikam'] },
    };
    const role = caller === 'viewer' ? 'viewer' : opened[caller] === undefined ? 'operator' : 'admin';
    if (caller === 'without' || !access[route.action].roles[role]) return [403];
    const isOpen = route.isAcross || (opened[caller]?.includes(slug) ?? slug !== 'nowhere');
    return isOpen ? undefined : [404];
  }

  async #send({ route, caller, slug, params, query, body, headers }: Sent): Promise<Answered> {
    const values: Record<string, string> = { ...params, slug };
    const raw = (name: string) => name === 'slug' && (slug === '%' || slug === '..');
    const path = route.path.replace(/\{(\w+)\}/g, (_, name: string) => {
      const value = values[name] ?? '';
      return raw(name) ? value : encodeURIComponent(value);
    });
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) {
      for (const one of Array.isArray(value) ? value : [value]) search.append(name, String(one));
    }
    const token = this.#tokens.get(caller) ?? this.#tokens.get(`${caller} ${access[route.action].scope}`);
    const answer = await fetch(`${this.setting.relay.url}/api/v1/${path}?${search}`, {
      method: route.method,
      headers: {
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...headers,
      },
      ...(body !== undefined && { body }),
    });
    return { status: answer.status, type: answer.headers.get('content-type') ?? '', text: await answer.text() };
  }

  /** All that is known of anybody, but for when tokens were used and which answers are kept. */
  #state(): string {
    // Grows with every commit of somebody else.
    const version = Number(this.#db.prepare('pragma data_version').get()?.data_version);
    if (version !== this.#seen.version) this.#seen = { version, state: this.#readState() };
    return this.#seen.state;
  }

  #readState(): string {
    const hash = createHash('sha256');
    const tables = this.#db.prepare("select name from sqlite_master where type = 'table' order by name").all();
    for (const { name } of tables.filter((table) => table.name !== 'kept_answer')) {
      for (const row of this.#db.prepare(`select * from "${name}"`).all()) {
        hash.update(JSON.stringify({ ...row, last_used_at: undefined }));
      }
    }
    return hash.digest('hex');
  }

  /** The profile that a request took away is there again for the next one, and the district has its slug. */
  async #fix(): Promise<void> {
    const { relay, district } = this.setting;
    await relay.store.withTenant(district.tenantId, async (scope) => {
      const tenant = await findTenant(scope, district.tenantId);
      // A write that changes nothing would have all of the state read again.
      if (tenant.slug !== 'contoso') await editTenant(scope, tenant, { slug: 'contoso' });
      const names = (await readProfiles(scope)).map(({ name }) => name);
      if (!names.includes(district.profile.name)) await setProfile(scope, district.profile, new Date());
    });
  }
}

interface Answered {
  status: number;
  type: string;
  text: string;
}

interface Description {
  paths: Record<string, Record<string, { responses: Record<string, Response> }>>;
  components: { schemas: Record<string, object> };
}

interface Response {
  content?: Record<string, { schema: object }>;
}

/** A check of the form of an answer, by `method /path status` or `error`. Most tests need few of them, and each takes time to compile. */
function formsOfAnswers(): (name: string) => ValidateFunction | undefined {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  const { paths, components } = openApi(routes, '/api/v1') as Description;
  const schemas = new Map<string, object | false>([['error', components.schemas.Error ?? false]]);
  for (const [path, operations] of Object.entries(paths)) {
    for (const [method, { responses }] of Object.entries(operations)) {
      for (const [status, { content }] of Object.entries(responses)) {
        const schema = content?.['application/json']?.schema;
        if (schema !== undefined) schemas.set(`${method} ${path} ${status}`, schema);
      }
    }
  }
  const compiled = new Map<string, ValidateFunction>();
  return (name) => {
    const schema = schemas.get(name);
    if (schema === undefined) return undefined;
    const form = compiled.get(name) ?? ajv.compile(schema);
    compiled.set(name, form);
    return form;
  };
}
