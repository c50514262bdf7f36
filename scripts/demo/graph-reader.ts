/** Reads Graph with an administrator's own credential, to see an edit independently of the relay. */
import { DemoError } from './demo-error.ts';
import type { Check } from './edits.ts';
import type { HttpsClient } from './https-client.ts';

export interface GraphReaderOptions {
  client: HttpsClient;
  tenantId: string;
  clientId: string;
  clientSecret: string;
  /** Object ids: of schools and classes by DCID, of accounts by person key. */
  schools: ReadonlyMap<string, string>;
  classes: ReadonlyMap<string, string>;
  people: ReadonlyMap<string, string>;
}

export class GraphReader {
  /** How many requests it has sent to Graph, which are not the relay's. */
  requests = 0;
  readonly #options: GraphReaderOptions;
  #token: string | undefined;

  constructor(options: GraphReaderOptions) {
    this.#options = options;
  }

  async holds(check: Check): Promise<boolean> {
    const { schools, classes, people } = this.#options;
    switch (check.kind) {
      case 'className':
      case 'schoolName': {
        const [set, id] =
          check.kind === 'className'
            ? ['classes', known(classes, check.section)]
            : ['schools', known(schools, check.school)];
        const found = await this.#get(`/v1.0/education/${set}/${id}?$select=id,displayName`);
        return found.displayName === check.displayName;
      }
      case 'disabled': {
        const found = await this.#get(`/v1.0/education/users/${known(people, check.person)}?$select=id,accountEnabled`);
        return found.accountEnabled === false;
      }
      case 'signedOut': {
        const properties = 'id,signInSessionsValidFromDateTime';
        const found = await this.#get(`/v1.0/users/${known(people, check.person)}?$select=${properties}`);
        return typeof found.signInSessionsValidFromDateTime === 'string';
      }
      case 'archived':
        return (await this.#get(`/v1.0/teams/${known(classes, check.section)}`)).isArchived === true;
      default: {
        const related = await this.#related(known(classes, check.section), `${check.kind}s`);
        return related.has(known(people, check.person)) === check.present;
      }
    }
  }

  async #related(group: string, relation: string): Promise<Set<string>> {
    const ids = new Set<string>();
    let next: string | undefined = `/v1.0/groups/${group}/${relation}?$select=id&$top=999`;
    while (next !== undefined) {
      const page = await this.#get(next);
      for (const { id } of page.value as { id: string }[]) ids.add(id);
      const link = page['@odata.nextLink'];
      next = typeof link === 'string' ? link.slice(this.#options.client.baseUrl.length) : undefined;
    }
    return ids;
  }

  async #get(path: string): Promise<Record<string, unknown>> {
    this.#token ??= await this.#signIn();
    this.requests += 1;
    const headers = { authorization: `Bearer ${this.#token}` };
    return (await this.#options.client.call('GET', path, { headers })) as Record<string, unknown>;
  }

  async #signIn(): Promise<string> {
    const { client, tenantId, clientId, clientSecret } = this.#options;
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
      scope: `${client.baseUrl}/.default`,
    });
    const answer = await client.call('POST', `/${tenantId}/oauth2/v2.0/token`, { body: form });
    return (answer as { access_token: string }).access_token;
  }
}

function known(ids: ReadonlyMap<string, string>, name: string): string {
  const id = ids.get(name);
  if (id === undefined) throw new DemoError(`Graph has no object for ${name}.`, 'See the differences above.');
  return id;
}
