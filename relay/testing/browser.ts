/** A browser without scripts, for tests of pages: it keeps cookies, and says where its forms come from. */

export interface Seen {
  /** Its address. */
  url: string;
  status: number;
  headers: Headers;
  /** Where a redirect leads; empty without one. */
  location: string;
  body: string;
}

export class TestBrowser {
  /** By name, with the origin that set it. */
  readonly cookies = new Map<string, string>();
  readonly #base: string;

  /** @param base address of the site that paths are of */
  constructor(base: string) {
    this.#base = base;
  }

  /** @param address a path, or a whole address */
  async get(address: string, headers: Record<string, string> = {}): Promise<Seen> {
    return await this.#send(address, { headers });
  }

  /** Sends a form, as a page of the same site. */
  async post(path: string, fields: Record<string, string>, headers: Record<string, string> = {}): Promise<Seen> {
    const own = { origin: new URL(path, this.#base).origin, 'sec-fetch-site': 'same-origin' };
    const body = new URLSearchParams(fields);
    return await this.#send(path, { method: 'POST', body, headers: { ...own, ...headers } });
  }

  /** Fills in a form of a page that was seen, hidden fields included, and sends it. @param action what its path begins or ends with */
  async submit(page: Seen, action: string, fields: Record<string, string> = {}): Promise<Seen> {
    const forms = [...page.body.matchAll(/<form[^>]*action="([^"]*)"[^>]*>([\s\S]*?)<\/form>/g)];
    const form = forms.find(([, path = '']) => path.endsWith(action) || path.startsWith(action));
    if (form === undefined) throw new Error(`no form to ${action} at ${page.url}: ${page.status} ${page.body}`);
    const [, path = '', content = ''] = form;
    const hidden = [...content.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)];
    const given = Object.fromEntries(hidden.map(([, name = '', value = '']) => [name, value]));
    return await this.post(new URL(path, page.url).href, { ...given, ...fields });
  }

  /** Follows redirects, on any site, to the page at their end. @param until or to the first one that leads to such an address */
  async follow(seen: Seen, until?: RegExp): Promise<Seen> {
    let last = seen;
    for (let steps = 0; last.location !== '' && steps < 20; steps += 1) {
      if (until?.test(last.location)) break;
      last = await this.get(last.location);
    }
    return last;
  }

  async #send(address: string, init: RequestInit): Promise<Seen> {
    const url = new URL(address, this.#base);
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = { ...(cookie !== '' && { cookie }), ...init.headers };
    const answer = await fetch(url, { ...init, headers, redirect: 'manual' });
    for (const line of answer.headers.getSetCookie()) this.#keep(line);
    const location = answer.headers.get('location');
    return {
      url: url.href,
      status: answer.status,
      headers: answer.headers,
      location: location === null ? '' : new URL(location, url).href,
      body: await answer.text(),
    };
  }

  #keep(line: string): void {
    const [pair = '', ...attributes] = line.split(';');
    const at = pair.indexOf('=');
    const [name, value] = [pair.slice(0, at).trim(), pair.slice(at + 1).trim()];
    const expires = attributes.map((one) => /^\s*expires=(.*)$/i.exec(one)?.[1]).find((one) => one !== undefined);
    const isOver = value === '' || (expires !== undefined && Date.parse(expires) <= Date.now());
    if (isOver) this.cookies.delete(name);
    else this.cookies.set(name, value);
  }
}

/** The address of the first link that begins like this. @param beginning as it is, without character references */
export function linkIn({ body, url }: Seen, beginning: string): string {
  const links = [...body.matchAll(/<a [^>]*href="([^"]*)"/g)].map(([, href = '']) => decoded(href));
  const found = links.find((href) => href.startsWith(beginning));
  if (found === undefined) throw new Error(`no link to ${beginning} at ${url}: ${links.join(' ')}`);
  return found;
}

/** ghtml writes `=` and `&` in values as numbers. */
function decoded(text: string): string {
  return text.replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)));
}
