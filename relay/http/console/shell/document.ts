/** The frame of every page: where it is, in which district, and who is signed in. */
import { hash } from 'node:crypto';
import { html } from 'ghtml';
import { sprite } from '../../../../shared/page/parts.ts';
import { mayDo } from '../../../app/access.ts';
import type { UserActor } from '../../../app/actor.ts';
import type { Tenant } from '../../../store/tenants/system.ts';
import type { AssetAddress } from '../assets/serve-assets.ts';
import { formTo } from './form.ts';
import type { Page, Shown } from './page.ts';

export const consoleBase = '/console';

export interface Frame {
  asset: AssetAddress;
  pages: readonly Page[];
}

/** Whose page it is; nobody's before they are signed in. */
export interface Place {
  actor: UserActor;
  token: string;
  /** The page's, as fastify has it. */
  path: string;
  /** As the browser has it, with its query. */
  here: string;
  tenant: Tenant | undefined;
}

/** A whole page. */
export function documentOf(frame: Frame, shown: Shown, place?: Place): string {
  const { asset } = frame;
  const { title, leadsTo } = shown;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="htmx-config" content='{"includeIndicatorCSS":false,"morphIgnore":["data-htmx-powered","open"]}'>
!${leadsTo === undefined ? '' : html`<meta http-equiv="refresh" content="0;url=${leadsTo}">`}
<title>${title}${place?.tenant === undefined ? '' : ` – ${place.tenant.name}`} – Hallpass</title>
<link rel="icon" href="${asset('icon.svg')}" type="image/svg+xml">
<link rel="stylesheet" href="${asset('pico.css')}">
<link rel="stylesheet" href="${asset('design.css')}">
<link rel="stylesheet" href="${asset('uplot.css')}">
<link rel="stylesheet" href="${asset('console.css')}">
<script src="${asset('htmx.js')}" defer></script>
<script type="module" src="${asset('console.js')}"></script>
</head>
<body>
!${sprite}
!${place === undefined ? '' : headerOf(frame, place)}
!${mainOf(shown, place)}
</body>
</html>`;
}

/** The main part by itself, for htmx. */
export function mainOf({ main, refreshSeconds: every }: Shown, place?: Pick<Place, 'here'>): string {
  if (place === undefined || every === undefined) return html`<main>!${main}</main>`;
  const { here } = place;
  return html`<main hx-get="${here}" hx-trigger="every ${every}s" hx-swap="outerMorph">!${main}</main>`;
}

function headerOf({ pages }: Frame, { actor, token, path, tenant }: Place): string {
  const signOut = formTo(`${consoleBase}/sign-out`, { token }, '<button>Sign out</button>');
  const across = pages.filter(({ isAcross }) => isAcross);
  return html`<header>
<a class="brand" href="${consoleBase}/">Hallpass</a>
!${navigation('Relay', across, { actor, path, tenant: undefined })}
<p class="who"><a href="${consoleBase}/me">${actor.name}</a>!${signOut}</p>
</header>
!${tenant === undefined ? '' : districtBand(pages, { actor, path, tenant })}`;
}

function districtBand(pages: readonly Page[], place: { actor: UserActor; path: string; tenant: Tenant }): string {
  const { id, name } = place.tenant;
  const band = Number.parseInt(hash('sha256', id, 'hex').slice(0, 8), 16) % 12;
  const own = pages.filter(({ isAcross }) => !isAcross);
  return html`<section class="district band-${band}" aria-label="District"><strong>${name}</strong>!${navigation('Pages of the district', own, place)}!${searchBox(place)}</section>`;
}

/** For whoever may look for people, classes and schools there. */
function searchBox({ actor, tenant: { id, slug } }: { actor: UserActor; tenant: Tenant }): string {
  if (!mayDo(actor, 'people', id)) return '';
  return html`<search><form class="search" method="get" action="${consoleBase}/districts/${slug}/people"><input type="text" name="q" aria-label="Search people, classes and schools" placeholder="Person, class or school" maxlength="100" autocomplete="off" spellcheck="false"><button>Search</button></form></search>`;
}

function navigation(
  label: string,
  pages: readonly Page[],
  { actor, path: current, tenant }: { actor: UserActor; path: string; tenant: Tenant | undefined },
): string {
  const offered = pages.filter(({ nav, needs }) => nav !== undefined && mayDo(actor, needs, tenant?.id));
  const items = offered.map(({ path, nav = '' }) => {
    const href = `${consoleBase}${path.replace(':slug', tenant?.slug ?? '')}`;
    return path === current
      ? html`<li><a href="${href}" aria-current="page">${nav}</a></li>`
      : html`<li><a href="${href}">${nav}</a></li>`;
  });
  return html`<nav aria-label="${label}"><ul>!${items}</ul></nav>`;
}
