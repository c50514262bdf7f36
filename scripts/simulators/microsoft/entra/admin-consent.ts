/**
 * The admin consent endpoint: an administrator signs in, sees what the registration lists, and accepts or cancels. The answer goes
 * to the application by way of the browser. Who signs in is chosen on the page.
 */
import { html } from 'ghtml';
import type { Clock } from '../../../../shared/clock.ts';
import type { Random } from '../random.ts';
import type { WireReply, WireRequest, WireServer } from '../wire.ts';
import type { AppRegistration } from './app-registration.ts';

export interface ConsentParts {
  tenants: readonly ConsentTenant[];
  clock: Clock;
  random: Random;
}

interface ConsentTenant {
  tenantId: string;
  apps: readonly AppRegistration[];
  /** Milliseconds until tokens have what was granted. */
  consentLag: number;
}

type ConsentRequest = WireRequest<{ Params: { tenant: string }; Querystring: Record<string, string | undefined> }>;

/** Of both versions of the endpoint: the first has no scope, and says less when somebody cancels. */
const paths = { 1: '/:tenant/adminconsent', 2: '/:tenant/v2.0/adminconsent' } as const;
type Version = keyof typeof paths;

interface Asked {
  version: Version;
  tenant: ConsentTenant;
  app: AppRegistration;
  redirectUri: string;
  state: string | undefined;
  scope: string | undefined;
}

export function addConsentRoutes(server: WireServer, parts: ConsentParts): void {
  for (const version of [1, 2] as const) {
    server.get(paths[version], async (request: ConsentRequest, reply) => {
      const asked = askedIn(version, parts, request);
      if (typeof asked === 'string') return show(reply, 400, troublePage(asked));
      return show(reply, 200, consentPage(asked, request.url));
    });
    server.post(paths[version], async (request: ConsentRequest, reply) => {
      const asked = askedIn(version, parts, request);
      if (typeof asked === 'string') return show(reply, 400, troublePage(asked));
      const form = request.body instanceof URLSearchParams ? request.body : new URLSearchParams();
      const [account, decision] = [form.get('account'), form.get('decision')];
      if (decision === 'cancel') return back(reply, asked, canceled(parts, asked));
      if (account === 'other') return back(reply, asked, refused(parts, asked, 50020, elsewhere));
      // Microsoft shows this itself, and sends nobody back before they choose to go.
      if (account !== 'administrator') return show(reply, 200, approvalPage(request.url));
      grant(asked, parts.clock.now());
      return back(reply, asked, granted(asked));
    });
  }
}

/** What is asked, or why that is refused, at Microsoft's own page: it sends no browser to an address that is not registered. */
function askedIn(version: Version, { tenants }: ConsentParts, { params, query }: ConsentRequest): Asked | string {
  const named = params.tenant.toLowerCase();
  const isAny = named === 'organizations' || (version === 1 && named === 'common');
  const tenant = tenants.find(({ tenantId }) => isAny || tenantId === named);
  if (tenant === undefined) return `AADSTS90002: Tenant '${params.tenant}' not found.`;
  const { client_id: clientId, redirect_uri: redirectUri, state, scope } = query;
  if (clientId === undefined) return lacks('client_id');
  const app = tenant.apps.find((one) => one.clientId === clientId);
  if (app === undefined) {
    return `AADSTS700016: Application with identifier '${clientId}' was not found in the directory.`;
  }
  if (redirectUri === undefined) return 'AADSTS900971: No reply address provided.';
  if (!app.redirectUris.includes(redirectUri)) {
    return `AADSTS50011: The redirect URI '${redirectUri}' specified in the request does not match the redirect URIs configured for the application '${clientId}'.`;
  }
  if (version === 2 && scope === undefined) return lacks('scope');
  // Application permissions can be asked for as a whole only: the registration's list.
  if (version === 2 && !String(scope).endsWith('/.default')) {
    return `AADSTS70011: The provided value for the input parameter 'scope' is not valid.`;
  }
  return { version, tenant, app, redirectUri, state, scope };
}

function lacks(parameter: string): string {
  return `AADSTS900144: The request body must contain the following parameter: '${parameter}'.`;
}

/** It adds to what was granted before, and takes nothing away. */
function grant({ tenant, app }: Asked, now: number): void {
  const roles = app.requires;
  app.isKnown = true;
  if (tenant.consentLag === 0) app.roles = [...new Set([...app.roles, ...roles])];
  else app.arriving = { roles, at: now + tenant.consentLag };
}

type Answer = Readonly<Record<string, string>>;

function granted({ version, tenant: { tenantId }, scope }: Asked): Answer {
  const answer = { admin_consent: 'True', tenant: tenantId };
  return version === 2 ? { ...answer, scope: scope ?? '' } : answer;
}

function canceled(parts: ConsentParts, asked: Asked): Answer {
  if (asked.version === 1) return { error: 'access_denied', error_subcode: 'cancel' };
  return refused(parts, asked, 65004, 'User declined to consent to access the app.');
}

const elsewhere =
  "User account '{EmailHidden}' from identity provider does not exist in tenant and cannot access the application in that tenant. The account needs to be added as an external user in the tenant first.";

/** Refusals name no tenant. */
function refused({ clock, random }: ConsentParts, { version }: Asked, code: number, words: string): Answer {
  const timestamp = `${new Date(clock.now()).toISOString().slice(0, 19).replace('T', ' ')}Z`;
  const trace = `Trace ID: ${random.guid()}\r\nCorrelation ID: ${random.guid()}\r\nTimestamp: ${timestamp}`;
  return {
    error: 'access_denied',
    error_description: `AADSTS${code}: ${words}\r\n${trace}`,
    error_uri: `https://login.microsoftonline.com/error?code=${code}`,
    ...(version === 2 && { admin_consent: 'True' }),
  };
}

function back(reply: WireReply, { redirectUri, state }: Asked, answer: Answer): WireReply {
  const address = new URL(redirectUri);
  for (const [name, value] of Object.entries(answer)) address.searchParams.set(name, value);
  if (state !== undefined) address.searchParams.set('state', state);
  return reply.redirect(address.href, 302);
}

function show(reply: WireReply, status: number, page: string): WireReply {
  return reply.code(status).header('Cache-Control', 'no-store').type('text/html; charset=utf-8').send(page);
}

function consentPage({ app, tenant }: Asked, action: string): string {
  const list = app.requires.map((role) => html`<li>${role}${app.roles.includes(role) ? ' (granted)' : ''}</li>`);
  return pageOf(
    'Permissions requested',
    html`<p>The application <code>${app.clientId}</code> asks for these permissions in the tenant <code>${tenant.tenantId}</code>:</p>
<ul>!${list}</ul>
<form method="post" action="${action}">
<fieldset><legend>You are</legend>
<label><input type="radio" name="account" value="administrator" checked> an administrator of the tenant</label>
<label><input type="radio" name="account" value="member"> somebody else of the tenant</label>
<label><input type="radio" name="account" value="other"> an administrator of another tenant</label>
</fieldset>
<button name="decision" value="accept">Accept</button> <button name="decision" value="cancel">Cancel</button>
</form>`,
  );
}

function approvalPage(action: string): string {
  return pageOf(
    'Need admin approval',
    html`<p>AADSTS90094: The application needs permission to access resources in your organization that only an admin can grant.</p>
<form method="post" action="${action}"><button name="decision" value="cancel">Return to the application without granting consent</button></form>`,
  );
}

function troublePage(words: string): string {
  return pageOf('Sorry, but we’re having trouble signing you in', html`<p>${words}</p>`);
}

function pageOf(title: string, main: string): string {
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title} (simulated)</title></head>
<body><main><h1>${title}</h1>!${main}</main></body></html>`;
}
