/** The frame of every page: where it is, in which district, and who is signed in. */
import { hash } from 'node:crypto';
import { html } from 'ghtml';
import { icon, sprite } from '../../../../shared/page/parts.ts';
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
  const { before, after } = around(frame, shown, place);
  return `${before}${mainOf(shown, place)}${after}`;
}

/** The frame of a page whose main part comes later. @param name of the page */
export function frameOf(frame: Frame, name: string, place: Place): { before: string; after: string } {
  const { before, after } = around(frame, { title: name }, place);
  return {
    before: html`!${before}<p class="late" role="status">!${icon('busy')} ${name}: one moment&hellip;</p>\n`,
    after,
  };
}

function around(
  frame: Frame,
  { title, leadsTo }: Pick<Shown, 'title' | 'leadsTo'>,
  place: Place | undefined,
): { before: string; after: string } {
  const { asset } = frame;
  const before = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="htmx-config" content='{"includeIndicatorCSS":false,"morphIgnore":["data-htmx-powered","open"]}'>
!${leadsTo === undefined ? '' : html`<meta http-equiv="refresh" content="0;url=${leadsTo}">`}
<title>${title}${place?.tenant === undefined ? '' : ` \u2013 ${place.tenant.name}`} &ndash; Hallpass</title>
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
`;
  return { before, after: '\n</body>\n</html>' };
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
<div class="who"><a href="${consoleBase}/me">${actor.name}</a>!${signOut}</div>
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

interface Section {
  name: string;
  href: string;
  /** The page itself, or one below it. */
  current: 'page' | 'true' | undefined;
}

/** As many as fit beside a district's name; the others are in the menu. */
const barLength = 8;

/**
 * A bar of the first pages and a menu of the others. A narrow screen has no room for the bar: there the menu has them all,
 * and each of the two writings of a link is there at one width only.
 */
function navigation(
  label: string,
  pages: readonly Page[],
  { actor, path: current, tenant }: { actor: UserActor; path: string; tenant: Tenant | undefined },
): string {
  const section = sectionOf(current, tenant);
  const all = pages.flatMap(({ path, nav: name, needs }): Section[] => {
    if (name === undefined || !mayDo(actor, needs, tenant?.id)) return [];
    const href = `${consoleBase}${path.replace(':slug', tenant?.slug ?? '')}`;
    if (path === current) return [{ name, href, current: 'page' }];
    return [{ name, href, current: sectionOf(path, tenant) === section ? 'true' : undefined }];
  });
  if (all.length === 0) return '';
  const [bar, others] = [all.slice(0, barLength), all.slice(barLength)];
  const hidden = others.find((one) => one.current !== undefined);
  const here = hidden ?? bar.find((one) => one.current !== undefined);
  const more = html`<span class="wide">More!${hidden === undefined ? '' : html`: <b>${hidden.name}</b>`}</span>`;
  const menu = html`<span class="small">!${here === undefined ? (tenant === undefined ? 'Relay' : 'Pages') : html`<b>${here.name}</b>`}</span>`;
  return html`<nav aria-label="${label}"><ul class="bar">!${bar.map((one) => linkTo(one))}</ul>
<details class="menu !${others.length === 0 ? 'small' : ''}" name="menu"><summary>!${others.length === 0 ? '' : more}!${menu}</summary><ul>!${bar.map((one) => linkTo(one, 'small'))}!${others.map((one) => linkTo(one))}</ul></details></nav>`;
}

function linkTo({ name, href, current }: Section, width = ''): string {
  const mark = current === undefined ? '' : html` aria-current="${current}"`;
  return html`<li!${width === '' ? '' : html` class="${width}"`}><a href="${href}"!${mark}>${name}</a></li>`;
}

/** `runs` of `/districts/:slug/runs/:number` in a district; empty for its first page, and for that of the relay. */
function sectionOf(path: string, tenant: Tenant | undefined): string {
  return path.split('/')[tenant === undefined ? 1 : 3] ?? '';
}
