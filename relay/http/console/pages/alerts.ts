/** What is wrong now, and who is told of it? In a district, and at the relay itself. */
import { html } from 'ghtml';
import { z } from 'zod';
import { copyable, counted, icon, time } from '../../../../shared/page/parts.ts';
import { mayDo } from '../../../app/access.ts';
import {
  addAlertChannel,
  editAlertChannel,
  type MadeChannel,
  removeAlertChannel,
  testAlertChannel,
} from '../../../app/commands/alerts.ts';
import { alertsNow, channelsNow } from '../../../app/queries/alerts.ts';
import type { Tenant } from '../../../store/tenants/system.ts';
import { channelName, quietShown, readerNames, ruleFields, ruleInputs, rulesShown } from '../pieces/channel-rules.ts';
import { emptyPanel, tablePanel } from '../pieces/tables.ts';
import { consoleBase } from '../shell/document.ts';
import { form, formTo } from '../shell/form.ts';
import { type DistrictVisit, districtPage, type Outcome, page, type View, type Visit } from '../shell/page.ts';

type Alerts = Awaited<ReturnType<typeof alertsNow>>['alerts'];
type Channels = Awaited<ReturnType<typeof channelsNow>>['channels'];

interface Answer {
  alerts: Alerts;
  /** Undefined for those who may not see them. */
  channels: Channels | undefined;
  path: string;
  isOfRelay: boolean;
}

const channel = z.strictObject({ channel: z.string() });
const address = z.strictObject({
  ...{ name: channelName, ...ruleFields },
  kind: z.enum(['webhook', 'heartbeat']),
  url: z.string().trim(),
});
const mail = z.strictObject({
  ...{ name: channelName, ...ruleFields },
  host: z.string().trim(),
  port: z.coerce.number().int().min(1).max(65_535).default(587),
  from: z.string().trim(),
  to: z.string(),
  user: z.string().trim().default(''),
  password: z.string().default(''),
});
const edited = z.strictObject({ ...channel.shape, name: channelName, ...ruleFields });

export const alertsPage = page({
  path: '/alerts',
  needs: 'relayAlerts',
  nav: 'Alerts',
  title: 'Alerts',
  refreshSeconds: 60,
  load: (visit) => answerOf(visit, undefined),
  render: content,
  forms: [
    form({
      name: 'add',
      needs: 'relayAlert.add',
      fields: address,
      perform: async (visit: Visit, { kind, url, ...given }) =>
        added(
          undefined,
          await addAlertChannel(visit.app, visit.actor, { tenant: undefined, kind, target: { url }, ...given }),
        ),
    }),
    form({
      name: 'add-mail',
      needs: 'relayAlert.add',
      fields: mail,
      perform: async (visit: Visit, given) =>
        added(undefined, await addAlertChannel(visit.app, visit.actor, { tenant: undefined, ...mailOf(given) })),
    }),
    form({
      name: 'edit',
      needs: 'relayAlert.edit',
      fields: edited,
      async perform({ app, actor }: Visit, { timeZone = null, ...asked }) {
        await editAlertChannel(app, actor, { tenant: undefined, timeZone, ...asked });
        return { goTo: pathOf(undefined) };
      },
    }),
    form({
      name: 'test',
      needs: 'relayAlert.test',
      fields: channel,
      perform: async ({ app, actor }: Visit, asked) =>
        tested(undefined, await testAlertChannel(app, actor, { tenant: undefined, ...asked })),
    }),
    form({
      name: 'remove',
      needs: 'relayAlert.remove',
      fields: channel,
      async perform({ app, actor }: Visit, asked) {
        await removeAlertChannel(app, actor, { tenant: undefined, ...asked });
        return { goTo: pathOf(undefined) };
      },
    }),
  ],
});

export const districtAlertsPage = districtPage({
  path: '/alerts',
  needs: 'alerts',
  nav: 'Alerts',
  title: 'Alerts',
  refreshSeconds: 60,
  load: (visit) => answerOf(visit, visit.tenant),
  render: content,
  forms: [
    form({
      name: 'add',
      needs: 'alert.add',
      fields: address,
      perform: async (visit: DistrictVisit, { kind, url, ...given }) =>
        added(
          visit.tenant,
          await addAlertChannel(visit.app, visit.actor, { tenant: visit.tenant, kind, target: { url }, ...given }),
        ),
    }),
    form({
      name: 'add-mail',
      needs: 'alert.add',
      fields: mail,
      perform: async (visit: DistrictVisit, given) =>
        added(visit.tenant, await addAlertChannel(visit.app, visit.actor, { tenant: visit.tenant, ...mailOf(given) })),
    }),
    form({
      name: 'edit',
      needs: 'alert.edit',
      fields: edited,
      async perform({ app, actor, tenant }: DistrictVisit, { timeZone = null, ...asked }) {
        await editAlertChannel(app, actor, { tenant, timeZone, ...asked });
        return { goTo: pathOf(tenant) };
      },
    }),
    form({
      name: 'test',
      needs: 'alert.test',
      fields: channel,
      perform: async ({ app, actor, tenant }: DistrictVisit, asked) =>
        tested(tenant, await testAlertChannel(app, actor, { tenant, ...asked })),
    }),
    form({
      name: 'remove',
      needs: 'alert.remove',
      fields: channel,
      async perform({ app, actor, tenant }: DistrictVisit, asked) {
        await removeAlertChannel(app, actor, { tenant, ...asked });
        return { goTo: pathOf(tenant) };
      },
    }),
  ],
});

function pathOf(tenant: Tenant | undefined): string {
  return tenant === undefined ? `${consoleBase}/alerts` : `${consoleBase}/districts/${tenant.slug}/alerts`;
}

async function answerOf({ app, actor }: Visit, tenant: Tenant | undefined): Promise<Answer> {
  const { alerts } = await alertsNow(app, actor, tenant);
  const may = tenant === undefined ? mayDo(actor, 'relayAlertChannels') : mayDo(actor, 'alertChannels', tenant.id);
  const channels = may ? (await channelsNow(app, actor, tenant)).channels : undefined;
  return { alerts, channels, path: pathOf(tenant), isOfRelay: tenant === undefined };
}

/** Addresses stand on lines of their own, or with commas. */
function mailOf({ user, password, to, host, port, from, ...given }: z.output<typeof mail>) {
  const signIn = { ...(user !== '' && { user }), ...(password !== '' && { password }) };
  const addresses = to.split(/[\s,;]+/).filter((one) => one !== '');
  return { ...given, kind: 'smtp' as const, target: { host, port, from, to: addresses, ...signIn } };
}

function content(answer: Answer, view: View): string {
  const { alerts, channels, isOfRelay } = answer;
  const may = (what: 'add' | 'edit' | 'test' | 'remove') =>
    view.may(isOfRelay ? `relayAlert.${what}` : `alert.${what}`);
  return html`<h1>${verdictOf(answer)}</h1>
!${alerts.length === 0 ? '' : alertTable(alerts)}
!${channels === undefined ? '' : channels.length === 0 ? nobodyIsTold(isOfRelay) : channelTable(channels, answer, { view, mayTest: may('test'), mayRemove: may('remove') })}
!${may('edit') && channels !== undefined ? channels.map((one) => editForm(one, answer, view)).join('') : ''}
!${may('add') ? addForms(answer, view) : ''}`;
}

function verdictOf({ alerts, channels, isOfRelay }: Answer): string {
  const where = isOfRelay ? 'at the relay' : 'in this district';
  const wrong =
    alerts.length === 0
      ? `Nothing is wrong ${where}`
      : `${counted(alerts.length, 'alert')} ${alerts.length === 1 ? 'is' : 'are'} open ${where}`;
  if (channels === undefined) return `${wrong}.`;
  const failing = channels.filter(({ failingSince }) => failingSince !== null).length;
  if (channels.length === 0) return `${wrong}, and nobody would be told.`;
  return failing === 0
    ? `${wrong}.`
    : `${wrong}, and ${failing} of ${counted(channels.length, 'channel')} ${failing === 1 ? 'fails' : 'fail'}.`;
}

function alertTable(alerts: Alerts): string {
  return tablePanel({
    label: 'Table of alerts',
    heading: 'Open alerts',
    columns: ['What is wrong', 'For who looks after', 'Since', 'Told'].map((heading) => ({ heading })),
    rows: alerts.map(({ sentence, action, readers, since, toldAt }) => [
      html`<span class="is-broken">!${icon('error')}</span> ${sentence}<br><span class="fine">!${icon('next')} ${action}</span>`,
      html`${readers.map((reader) => readerNames[reader]).join(', ')}`,
      time(Date.parse(since)),
      toldAt === null ? 'not yet' : time(Date.parse(toldAt)),
    ]),
  });
}

function nobodyIsTold(isOfRelay: boolean): string {
  const who = isOfRelay
    ? 'the operator of trouble at the relay and in any district'
    : 'this district of its own trouble';
  return emptyPanel(
    html`!${icon('warning')} Add a channel that tells ${who}: a webhook, a mailbox, or a monitor that notices when the relay falls silent.`,
  );
}

interface Offer {
  view: View;
  mayTest: boolean;
  mayRemove: boolean;
}

function channelTable(channels: Channels, { path }: Answer, { view, mayTest, mayRemove }: Offer): string {
  const button = (action: 'test' | 'remove', label: string, of: Channels[number]) =>
    formTo(
      `${path}/${action}`,
      view,
      html`<input type="hidden" name="channel" value="${of.id}"><button aria-label="${label} ${of.name}">${label}</button>`,
    );
  const hasButtons = mayTest || mayRemove;
  return tablePanel({
    label: 'Table of channels',
    heading: 'Channels',
    columns: [
      ...['Channel', 'To', 'State', 'For', 'Quiet'].map((heading) => ({ heading })),
      ...(hasButtons ? [{ heading: 'Test or remove', as: 'buttons' as const }] : []),
    ],
    rows: channels.map((one) => [
      html`${one.name}<br><span class="fine">${one.kind}</span>`,
      html`${one.target}`,
      stateOf(one),
      one.kind === 'heartbeat' ? 'is called while all is well' : rulesShown(one),
      one.kind === 'heartbeat' ? '' : html`${quietShown(one)}`,
      ...(hasButtons
        ? [
            html`<span class="fields">!${mayTest ? button('test', 'Test', one) : ''}!${mayRemove ? button('remove', 'Remove', one) : ''}</span>`,
          ]
        : []),
    ]),
  });
}

function stateOf({ failingSince, failure, deliveredAt }: Channels[number]): string {
  if (failingSince !== null) {
    return html`<span class="state is-broken">!${icon('error')} Fails</span> !${time(Date.parse(failingSince))}<br><span class="fine">${failure ?? ''}</span>`;
  }
  if (deliveredAt === null) return html`<span class="state is-quiet">!${icon('none')} Not used yet</span>`;
  return html`<span class="state is-working">!${icon('ok')} Delivers</span> !${time(Date.parse(deliveredAt))}`;
}

function defaultZone(isOfRelay: boolean): string {
  return isOfRelay ? "they are in the relay's" : "they are in that of the district's PowerSchool";
}

/** A heartbeat has nothing to choose: it tells nothing. */
function editForm(one: Channels[number], { path, isOfRelay }: Answer, view: View): string {
  if (one.kind === 'heartbeat') return '';
  return html`<details class="panel narrow"><summary>Change whom ${one.name} tells, of what and when</summary>!${formTo(
    `${path}/edit`,
    view,
    html`<div class="stack"><input type="hidden" name="channel" value="${one.id}">
<label>Name<input type="text" name="name" value="${one.name}" required maxlength="100" autocomplete="off"></label>
!${ruleInputs(one, isOfRelay ? defaultZone(true) : "they are in the relay's")}
<button class="primary">Change it</button></div>`,
  )}</details>`;
}

function addForms({ path, isOfRelay }: Answer, view: View): string {
  const about = isOfRelay ? 'It hears of the relay, and of every district.' : 'It hears of this district alone.';
  const rules = ruleInputs(undefined, defaultZone(isOfRelay));
  return html`<section class="panel narrow">!${formTo(
    `${path}/add`,
    view,
    html`<div class="stack"><h2>Add a webhook or a heartbeat</h2>
<label>Name<input type="text" name="name" required maxlength="100" autocomplete="off"></label>
<fieldset class="choices"><legend class="hint">Kind</legend>
<label><input type="radio" name="kind" value="webhook" required checked>Webhook: gets signed messages</label>
<label><input type="radio" name="kind" value="heartbeat" required>Heartbeat: is called while all is well</label></fieldset>
<label>Address, with https<input type="text" name="url" required autocomplete="off" spellcheck="false"></label>
!${rules}
<p class="note">${about} The address is kept sealed, and not shown again.</p>
<button class="primary">Add it</button></div>`,
  )}</section>
<section class="panel narrow">!${formTo(
    `${path}/add-mail`,
    view,
    html`<div class="stack"><h2>Add a mailbox</h2>
<label>Name<input type="text" name="name" required maxlength="100" autocomplete="off"></label>
<div class="fields"><label>Mail server<input type="text" name="host" required autocomplete="off" spellcheck="false"></label>
<label>Port<input type="text" name="port" inputmode="numeric" value="587" size="6"></label></div>
<label>Sender<input type="text" name="from" required autocomplete="off"></label>
<label>Recipients, with commas between<input type="text" name="to" required autocomplete="off"></label>
<div class="fields"><label>User name there, if it asks<input type="text" name="user" autocomplete="off"></label>
<label>Password<input type="password" name="password" autocomplete="new-password"></label></div>
!${rules}
<p class="note">${about} The password is kept sealed, and not shown again.</p>
<button class="primary">Add it</button></div>`,
  )}</section>`;
}

function added(tenant: Tenant | undefined, { target, signingKey }: MadeChannel): Outcome {
  if (signingKey === null) return { goTo: pathOf(tenant) };
  return {
    title: 'Webhook',
    main: html`<h1>The webhook to ${target} is added.</h1>
<section class="panel narrow stack">
<p>Its receiver checks with this key who sent a message (Standard Webhooks):</p>
<p>!${copyable(signingKey, 'the signing key')}</p>
<p class="note">It is not shown again.</p>
<p><a href="${pathOf(tenant)}">All channels</a></p></section>`,
  };
}

function tested(tenant: Tenant | undefined, { name: of, target }: { name: string; target: string }): Outcome {
  return {
    title: 'Test',
    main: html`<h1>A test went through ${of} to ${target}.</h1>
<section class="panel narrow stack"><p>The server there took it. Look whether it arrived where people read it.</p>
<p><a href="${pathOf(tenant)}">All channels</a></p></section>`,
  };
}
