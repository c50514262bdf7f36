/** The address of every page of the console, by whatever its path has to have. */
import { pages } from '../../../relay/http/console/pages.ts';
import { consoleBase } from '../../../relay/http/console/shell/document.ts';
import { tenantId } from '../memory/fill.ts';

/** For the same page, what people also ask of it. */
const queries: Readonly<Record<string, readonly string[]>> = {
  '/districts/:slug/people': ['q=garcia', 'q=4000123', 'q=course&kind=section', 'school=1000'],
  '/districts/:slug/problems': ['cause=UnmatchedEntry', 'cause=UnmatchedEntry&school=1000'],
  '/districts/:slug/runs/:number': ['show=failed', 'kind=updateUser', 'after=25000'],
  '/districts/:slug/holds': ['from=100'],
  '/districts/:slug/preview': ['profile=bench'],
};

export interface Address {
  /** As pages.ts has it, with the query. */
  page: string;
  path: string;
}

/** @param draft the id of one @throws for a page whose address has something that this file does not know */
export function addresses(draft: string): Address[] {
  return pages.flatMap(({ path }) => {
    const whole = `${consoleBase}${path.replace(/:(\w+)/g, (_, name: string) => partOf(name, path, draft))}`;
    return ['', ...(queries[path] ?? []).map((query) => `?${query}`)].map((query) => ({
      page: `${path}${query}`,
      path: `${whole}${query}`,
    }));
  });
}

function partOf(name: string, path: string, draft: string): string {
  if (name === 'id') return path.includes('/classes/') ? '200123' : '500123';
  const known: Readonly<Record<string, string>> = {
    ...{ slug: 'bench', role: 'students', number: '100', agent: `agent-${tenantId}`, draft },
  };
  const value = known[name];
  if (value === undefined) throw new TypeError(`scripts/bench/console/addresses.ts: what is :${name} of ${path}?`);
  return value;
}
