/** Addresses of pages that others link to. */
import { html } from 'ghtml';
import { access } from '../../../app/access.ts';
import type { UserRole } from '../../../model/user-role.ts';
import type { Tenant } from '../../../store/tenants/system.ts';
import { consoleBase } from './document.ts';

export function districtPath({ slug }: Pick<Tenant, 'slug'>, path: string): string {
  return `${consoleBase}/districts/${slug}${path}`;
}

/** Of the district's pages, where somebody in this role begins. */
export function firstPageOf(role: UserRole): string {
  return access.home.roles[role] ? '/home' : '';
}

/** With those that have a value. */
export function withQuery(path: string, query: Readonly<Record<string, string | number | undefined>>): string {
  const given = Object.entries(query).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, String(value)]],
  );
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given).toString()}`;
}

/** @param key `students:123` */
export function personPath(tenant: Pick<Tenant, 'slug'>, key: string): string {
  const [role = '', id = ''] = key.split(':', 2);
  return districtPath(tenant, `/people/${role}/${encodeURIComponent(id)}`);
}

export function classPath(tenant: Pick<Tenant, 'slug'>, sectionId: string): string {
  return districtPath(tenant, `/classes/${encodeURIComponent(sectionId)}`);
}

/** Below a list that goes on. @param path undefined at its end */
export function moreLink(path: string | undefined): string {
  return path === undefined ? '' : html`<p class="more"><a class="button" href="${path}">More</a></p>`;
}
