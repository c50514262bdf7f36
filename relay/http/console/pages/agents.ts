/** Do the agents of this district work, and what do they send? */
import { html } from 'ghtml';
import { z } from 'zod';
import { fail } from '../../../../shared/errors.ts';
import { advice, copyable, counted, time } from '../../../../shared/page/parts.ts';
import { makeCode, shutOut } from '../../../app/commands/agents.ts';
import { ask } from '../../../app/perform.ts';
import { type AgentCheck, agentChecks } from '../../../app/queries/agent-checks.ts';
import { describeCondition } from '../../../app/queries/agent-condition.ts';
import { agentsNow, type ListedAgent } from '../../../app/queries/agents.ts';
import { propertiesNow } from '../../../app/queries/properties.ts';
import { listAgents } from '../../../store/agents/agents.ts';
import { agentLooks, type Look, stateLabel } from '../pieces/states.ts';
import { emptyPanel, momentOrNever, tablePanel } from '../pieces/tables.ts';
import { consoleBase } from '../shell/document.ts';
import { form, formTo } from '../shell/form.ts';
import { type DistrictVisit, districtPage, type Outcome, type View } from '../shell/page.ts';

interface Answer {
  slug: string;
  agents: readonly ListedAgent[];
  sent: readonly { kind: string; property: string; profiles: string[] }[];
}

export const agentsPage = districtPage({
  path: '/agents',
  needs: 'agents',
  nav: 'Agents',
  title: 'Agents',
  refreshSeconds: 15,
  async load(visit): Promise<Answer> {
    const { app, actor, tenant } = visit;
    const { properties } = await ask(app, actor, { question: 'properties', tenant }, propertiesNow);
    const sent = properties.filter(({ profiles }) => profiles.length > 0);
    return { slug: tenant.slug, agents: await agentsOf(visit), sent };
  },
  render: (answer, view) => html`<h1>${verdictOf(answer.agents)}</h1>
!${answer.agents.length === 0 ? nothingYet : agentTable(answer, view)}
!${view.may('agent.code') ? enrollForm(answer, view) : ''}
!${fieldsPanel(answer)}`,
  forms: [
    form({
      name: 'enroll',
      needs: 'agent.code',
      fields: z.strictObject({}),
      async perform(visit: DistrictVisit) {
        return enrolling(visit.url, await makeCode(visit.app, visit.actor, { tenant: visit.tenant }));
      },
    }),
  ],
});

export const agentPage = districtPage({
  path: '/agents/:agent',
  needs: 'agents',
  title: 'Agent',
  refreshSeconds: 15,
  async load(visit): Promise<{ slug: string; agent: ListedAgent; checks: AgentCheck[] }> {
    const { params, tenant, nowMs } = visit;
    const agents = await agentsOf(visit);
    const agent = agents.find(({ id }) => id === params.agent);
    if (agent === undefined)
      throw fail('AGENT_NOT_FOUND', { agent: params.agent ?? '', tenant: tenant.slug, hint: '' });
    return { slug: tenant.slug, agent, checks: agentChecks(agent, nowMs) };
  },
  render: ({ slug, agent, checks }, view) => html`<h1>${sentenceOf(agent, view.nowMs)}</h1>
!${tablePanel({ label: 'Table of checks', heading: 'Checks', columns: checkColumns, rows: checks.map(checkRow) })}
<section class="panel narrow"><dl class="facts">
<dt>Id</dt><dd>!${copyable(agent.id, 'the id')}</dd>
<dt>Enrolled</dt><dd>!${momentOrNever(agent.createdAt)}</dd>
<dt>Last seen</dt><dd>!${momentOrNever(agent.lastSeenAt)}</dd>
</dl></section>
!${agent.revokedAt === null && view.may('agent.revoke') ? revokeForm(slug, agent, view) : ''}
<p><a href="${pathOf(slug)}">All agents</a></p>`,
  forms: [
    form({
      name: 'revoke',
      needs: 'agent.revoke',
      fields: z.strictObject({}),
      async perform({ app, actor, tenant, params }: DistrictVisit) {
        await shutOut(app, actor, { tenant, agent: params.agent ?? '' });
        return { goTo: pathOf(tenant.slug) };
      },
    }),
  ],
});

function pathOf(slug: string): string {
  return `${consoleBase}/districts/${slug}/agents`;
}

async function agentsOf({ app, actor, tenant, nowMs }: DistrictVisit): Promise<ListedAgent[]> {
  return agentsNow(await ask(app, actor, { question: 'agents', tenant }, listAgents), nowMs);
}

function verdictOf(agents: readonly ListedAgent[]): string {
  const enrolled = agents.filter(({ condition }) => condition !== 'revoked');
  if (enrolled.length === 0) return 'No agent reads PowerSchool for this district.';
  const broken = enrolled.filter(({ condition }) => agentLooks[condition].look === 'is-broken').length;
  if (broken > 0)
    return `${broken} of ${counted(enrolled.length, 'agent')} ${broken === 1 ? 'needs' : 'need'} somebody.`;
  const working = enrolled.filter(({ condition }) => condition === 'ok').length;
  if (working === enrolled.length) return enrolled.length === 1 ? 'The agent works.' : `All ${working} agents work.`;
  return `${working} of ${counted(enrolled.length, 'agent')} ${working === 1 ? 'works' : 'work'} now.`;
}

const nothingYet = emptyPanel(
  html`An agent is a small program on a computer beside PowerSchool. It reads the roster and sends changes here; it opens no port. Enroll the first one below.`,
);

function agentTable({ slug, agents }: Answer, { nowMs }: View): string {
  return tablePanel({
    label: 'Table of agents',
    columns: ['Agent', 'State', 'PowerSchool read', 'Last seen', 'Version', 'Enrolled'].map((heading) => ({ heading })),
    rows: agents.map((agent) => [
      html`<a href="${pathOf(slug)}/${agent.id}">${agent.name}</a>`,
      html`!${stateOf(agent)}!${agent.health?.problem === undefined || agent.condition === 'revoked' ? '' : html`<br><span class="fine">${agent.health.problem.code}: ${agent.health.problem.message}</span>`}`,
      momentOrNever(agent.health?.lastCycleAt ?? null),
      momentOrNever(agent.lastSeenAt),
      versionOf(agent, nowMs),
      momentOrNever(agent.createdAt),
    ]),
  });
}

function stateOf({ condition }: ListedAgent): string {
  return stateLabel(agentLooks[condition]);
}

function versionOf(agent: ListedAgent, nowMs: number): string {
  const isOther = agentChecks(agent, nowMs).some(({ name, state }) => name === 'Version' && state === 'doubtful');
  return html`${agent.version}!${isOther ? html` <span class="fine">not the relay's</span>` : ''}`;
}

function enrollForm({ slug, agents }: Answer, view: View): string {
  const which = agents.some(({ condition }) => condition !== 'revoked') ? 'another agent' : 'an agent';
  return html`<section class="panel narrow">!${formTo(
    `${pathOf(slug)}/enroll`,
    view,
    html`<div class="stack"><h2>Enroll ${which}</h2>
<p>Have the agent's program on a computer that reaches PowerSchool. The code works once, for ten minutes, so make it when you sit there.</p>
<button class="primary">Make a code</button></div>`,
  )}</section>`;
}

/** @param url of the relay */
function enrolling(url: string, { code, expiresAt }: { code: string; expiresAt: string }): Outcome {
  return {
    title: 'Enroll an agent',
    main: html`<h1>The code ends !${time(Date.parse(expiresAt), 'due')}.</h1>
<section class="panel stack">
<h2>1. Start the set-up on the agent's computer</h2>
<p>Windows, in a terminal that runs as administrator, in the folder of the program:<br>!${copyable(`.\\hallpass-agent.exe setup --relay ${url}`, 'the command for Windows')}</p>
<p>Linux:<br>!${copyable(`sudo ./hallpass-agent setup --relay ${url}`, 'the command for Linux')}</p>
<h2>2. Paste the code when it asks</h2>
<p>!${copyable(code, 'the code')}</p>
<p class="note">It is not shown again, and not part of the command, because other people on that computer can see commands. The set-up asks for PowerSchool's address and the plugin's credentials, checks everything, and installs the service.</p>
</section>`,
  };
}

function fieldsPanel({ sent }: Answer): string {
  const always = html`<p class="note">Always sent: ids and names of schools, terms and sections, ids of students and staff, and who is in which section when. Everything else leaves the district only if a profile asks for it; the agent's local page shows the same.</p>`;
  if (sent.length === 0)
    return html`<section class="panel stack"><h2>What agents may send</h2><p>No profile asks for anything more.</p>!${always}</section>`;
  return tablePanel({
    label: 'Table of fields',
    heading: 'What agents may send',
    columns: [{ heading: 'Record' }, { heading: 'Field' }, { heading: 'Because of the profile' }],
    rows: sent.map(({ kind, property, profiles }) => [
      html`${kind}`,
      html`<code>${property}</code>`,
      html`${profiles.join(', ')}`,
    ]),
    below: always,
  });
}

function sentenceOf(agent: ListedAgent, nowMs: number): string {
  const { health, ...facts } = agent;
  return `${agent.name}: ${describeCondition({ ...facts, health: health ?? undefined }, nowMs)}.`;
}

const checkColumns = [{ heading: 'Check' }, { heading: 'State' }, { heading: 'What is known' }];

const checkLooks: Record<AgentCheck['state'], Look> = {
  ok: { icon: 'ok', word: 'In order', look: 'is-working' },
  doubtful: { icon: 'warning', word: 'To look at', look: 'is-troubled' },
  broken: { icon: 'error', word: 'Broken', look: 'is-broken' },
  unknown: { icon: 'none', word: 'Not known', look: 'is-quiet' },
};

function checkRow({ name, state, fact, action }: AgentCheck): string[] {
  const next = action === null ? '' : html`<br><span class="fine">!${advice(action)}</span>`;
  return [html`${name}`, stateLabel(checkLooks[state]), html`${fact}!${next}`];
}

function revokeForm(slug: string, { id, name }: ListedAgent, view: View): string {
  return html`<section class="panel narrow">!${formTo(
    `${pathOf(slug)}/${id}/revoke`,
    view,
    html`<div class="stack"><h2>Revoke it</h2>
<p>It is disconnected within seconds and never let in again: its computer has to enroll anew. What it has sent stays. Nothing changes in PowerSchool or Microsoft 365.</p>
<button>Revoke ${name} for good</button></div>`,
  )}</section>`;
}
