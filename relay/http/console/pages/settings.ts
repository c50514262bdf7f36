/** How is it set up? The relay, and a district. */
import { html } from 'ghtml';
import { z } from 'zod';
import { copyable, icon, time } from '../../../../shared/page/parts.ts';
import { acceptMovedServer, changeTenant } from '../../../app/commands/tenants.ts';
import { ask } from '../../../app/perform.ts';
import { settingsNow } from '../../../app/queries/settings.ts';
import { tenantNow } from '../../../app/queries/tenants.ts';
import { emptyPanel, tablePanel } from '../pieces/tables.ts';
import { consoleBase } from '../shell/document.ts';
import { form, formTo } from '../shell/form.ts';
import { type DistrictVisit, districtPage, page, type View } from '../shell/page.ts';

type Settings = Awaited<ReturnType<typeof settingsNow>>;

export const settingsPage = page({
  path: '/settings',
  needs: 'settings',
  nav: 'Settings',
  title: 'Settings',
  load: ({ app, actor }) => settingsNow(app, actor),
  render: (settings) => html`<h1>The relay answers at ${addressOf(settings)}.</h1>
<section class="panel"><p class="note">Settings are in settings.json of the state folder. They are changed at the relay's terminal with <span class="option">hallpass-relay configure</span>, or, those that programs may change, by the API. Secrets are in files of their own, which are named here and never shown.</p></section>
!${sections.map(({ part, title, words }) => sectionOf(title, settings[part], words))}`,
});

/** What each setting is, in the words of docs/relay.md. */
const sections: readonly { part: keyof Settings; title: string; words: Readonly<Record<string, string>> }[] = [
  {
    part: 'listen',
    title: 'Where it listens',
    words: {
      host: 'Address on this computer',
      port: 'Port',
      publicUrl: 'Address for agents and browsers',
      certFile: 'Certificate',
      keyFile: 'Its key',
      trustedProxies: 'Trusted proxies',
      proxyProtocol: 'They speak the PROXY protocol',
      maxConnections: 'Most connections',
      maxConnectionsPerAddress: 'Most for each address',
    },
  },
  {
    part: 'graph',
    title: 'Microsoft 365',
    words: {
      baseUrl: 'Graph',
      authority: 'Sign-in',
      clientId: 'Application (client) id',
      certificateFile: 'Certificate of the application',
      keyFile: 'Its key',
      secretFile: 'Client secret',
      secretEnds: 'The secret ends',
      readerClientId: 'Client id of the application that only reads',
      readerSecretFile: 'Its client secret',
      caFile: 'Private authority',
      speed: 'Factor on the limits',
    },
  },
  { part: 'agents', title: 'Agents', words: { cycleSeconds: 'Seconds between two looks at PowerSchool' } },
  { part: 'journal', title: 'Journal', words: { keepDays: 'Days that runs are kept' } },
  { part: 'metrics', title: 'Metrics', words: { port: 'Port for Prometheus (0 for none)' } },
  {
    part: 'alerts',
    title: 'Alerts',
    words: { privateHosts: 'Hosts of channels that may be private', caFile: 'Private authority' },
  },
  { part: 'secrets', title: 'Secrets', words: { keyFile: 'Key that seals them, if not in the state folder' } },
];

function sectionOf(title: string, values: object, words: Readonly<Record<string, string>>): string {
  const rows = Object.entries(words).map(([name, label]) => {
    const value: unknown = Reflect.get(values, name);
    return html`<dt>${label}</dt><dd>!${value === undefined ? html`<span class="fine">not set</span>` : html`<code>${shown(value)}</code>`}</dd>`;
  });
  return html`<section class="panel narrow stack"><h2>${title}</h2><dl class="facts">!${rows}</dl></section>`;
}

function shown(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return Array.isArray(value) ? value.join(', ') : String(value);
}

function addressOf({ listen: { publicUrl, host, port } }: Settings): string {
  return publicUrl ?? `${host}:${port}`;
}

export const districtSettingsPage = districtPage({
  path: '/settings',
  needs: 'tenant',
  nav: 'Settings',
  title: 'Settings',
  load: ({ app, actor, tenant }: DistrictVisit) => ask(app, actor, { question: 'tenant', tenant }, tenantNow),
  render: (answer, view) => html`<h1>${answer.name} is ${answer.slug} in commands and addresses.</h1>
<section class="panel narrow stack"><dl class="facts">
<dt>Id</dt><dd>!${copyable(answer.id, 'the id')}</dd>
<dt>Microsoft 365 tenant</dt><dd>!${copyable(answer.graphTenantId, 'the id of the Microsoft 365 tenant')}</dd>
<dt>Added</dt><dd>!${time(Date.parse(answer.createdAt))}</dd></dl>
<p class="note">The operator changes the slug and the Microsoft 365 tenant with <span class="option">hallpass-relay tenant edit ${answer.slug}</span>.</p></section>
!${serversPanel(answer, view)}
!${view.may('tenant.edit') ? renameForm(answer, view) : ''}`,
  forms: [
    form({
      name: 'rename',
      needs: 'tenant.edit',
      fields: z.strictObject({ name: z.string() }),
      async perform({ app, actor, tenant }: DistrictVisit, { name }) {
        await changeTenant(app, actor, { tenant, name });
        return { goTo: pathOf(tenant.slug) };
      },
    }),
    form({
      name: 'accept',
      needs: 'tenant.accept',
      fields: z.strictObject({ server: z.string() }),
      async perform({ app, actor, tenant }: DistrictVisit, { server }) {
        await acceptMovedServer(app, actor, { tenant, server });
        return { goTo: pathOf(tenant.slug) };
      },
    }),
  ],
});

type District = Awaited<ReturnType<typeof tenantNow>>;

function pathOf(slug: string): string {
  return `${consoleBase}/districts/${slug}/settings`;
}

function serversPanel({ slug, servers }: District, view: View): string {
  if (servers.length === 0) return emptyPanel(html`No agent has named its PowerSchool server yet.`);
  const mayAccept = view.may('tenant.accept') && servers.some(({ isAccepted }) => !isAccepted);
  const button = (host: string) =>
    formTo(
      `${pathOf(slug)}/accept`,
      view,
      html`<input type="hidden" name="server" value="${host}"><button aria-label="Accept ${host}">Accept</button>`,
    );
  return tablePanel({
    label: 'Table of servers',
    heading: 'PowerSchool servers that agents named',
    columns: [
      ...['Server', 'State', 'Since', 'Last named'].map((heading) => ({ heading })),
      ...(mayAccept ? [{ heading: 'Accept', as: 'buttons' as const }] : []),
    ],
    rows: servers.map(({ host, isAccepted, firstAt, lastAt }) => [
      html`${host}`,
      isAccepted
        ? html`<span class="state is-working">!${icon('ok')} The district's</span>`
        : html`<span class="state is-broken">!${icon('error')} Refused</span>`,
      time(Date.parse(firstAt)),
      time(Date.parse(lastAt)),
      ...(mayAccept ? [isAccepted ? '' : button(host)] : []),
    ]),
    below: mayAccept
      ? html`<p class="note">Accept a refused server only if it has the same data as the district's: ids of two servers are those of different people, who would get each other's accounts.</p>`
      : '',
  });
}

function renameForm({ slug, name }: District, view: View): string {
  return html`<section class="panel narrow">!${formTo(
    `${pathOf(slug)}/rename`,
    view,
    html`<div class="stack"><h2>Name</h2>
<label>What people call the district<input type="text" name="name" required maxlength="200" value="${name}" autocomplete="off"></label>
<button class="primary">Save</button></div>`,
  )}</section>`;
}
