/** Step 1: the profile's name, and whether PowerSchool and Microsoft 365 can be reached. */
import { html } from 'ghtml';
import type { HallpassError } from '../../../../shared/errors.ts';
import { icon } from '../../../../shared/page/parts.ts';
import { accessPath } from '../../../app/access-page.ts';
import { conditionOf, describeCondition } from '../../../app/queries/agent-condition.ts';
import { agentsOf } from '../../../app/queries/agents.ts';
import { tried } from '../../../app/queries/profile-drafts.ts';
import { type Connection, connectionNow } from '../../../app/queries/try-tenant.ts';
import type { Agent } from '../../../store/agents/agents.ts';
import { agentLooks } from '../pieces/states.ts';
import { stepPage, text } from './frame.ts';

interface Choices {
  agents: readonly Agent[];
  /** Of Microsoft 365. */
  connection: Connection | { state: 'refused'; error: HallpassError };
  /** Path of the page about it. */
  access: string;
  nowMs: number;
}

export const sourceStep = stepPage<Choices, { name: typeof text }>({
  step: 'source',
  effort: 'long',
  question: ({ agents, nowMs }) => verdictOf(agents, nowMs),
  fields: { name: text },
  async load({ app, actor, tenant, nowMs }) {
    const { answer, refusal } = await tried(connectionNow(app, actor, tenant));
    return {
      agents: await agentsOf(app, actor, tenant),
      connection: answer ?? { state: 'refused', error: refusal },
      access: accessPath(tenant),
      nowMs,
    };
  },
  body: (fields, choices, _view, { draft }) => html`<section class="panel stack">
!${
    draft.profile === null
      ? fields.text({
          path: 'name',
          label: 'Name of the profile',
          hint: 'Such as the district or the part of it that it is for.',
        })
      : html`<input type="hidden" name="name" value="${draft.profile}"><p>The profile is called <strong>${draft.profile}</strong>, and keeps its name.</p>`
  }
</section>
<section class="panel stack"><h2>Source</h2>
<p class="note">The agent beside PowerSchool reads it, and connects to this relay. Nothing has to be opened from the internet.</p>
<dl class="facts">!${sources(choices)}</dl>
<p><button name="go" value="stay">Test connection</button></p>
</section>`,
  content: ({ name }) => ({ name: name.trim() }),
});

function inUse(agents: readonly Agent[]): readonly Agent[] {
  return agents.filter(({ revokedAt }) => revokedAt === null);
}

function verdictOf(agents: readonly Agent[], nowMs: number): string {
  const used = inUse(agents);
  if (used.length === 0) return 'No agent has enrolled yet: PowerSchool cannot be read.';
  const working = used.filter((agent) => ['ok', 'waiting'].includes(conditionOf(agent, nowMs)));
  return working.length > 0 ? 'PowerSchool is connected.' : 'PowerSchool is not connected now.';
}

function sources(choices: Choices): string {
  const { agents, nowMs } = choices;
  const used = inUse(agents);
  const lines = used.map((agent) => {
    const { icon: mark, look } = agentLooks[conditionOf(agent, nowMs)];
    const problem = agent.health?.problem;
    const why = problem === undefined ? '' : html`<br><small>${problem.code}: ${problem.message}</small>`;
    return html`<dt>PowerSchool, by ${agent.name}</dt><dd class="${look}">!${icon(mark)} ${describeCondition(agent, nowMs)}!${why}</dd>`;
  });
  const none = html`<dt>PowerSchool</dt><dd class="is-quiet">!${icon('none')} no agent has enrolled; the operator makes a code for one with <code>hallpass-relay agent code</code></dd>`;
  return html`!${used.length === 0 ? none : lines.join('')}<dt>Microsoft 365</dt>!${microsoft(choices)}`;
}

function microsoft({ connection, access }: Choices): string {
  const link = html`<small><a href="${access}">What Microsoft 365 lets Hallpass do, and why</a></small>`;
  if ('error' in connection) {
    const { message, action } = connection.error;
    return html`<dd class="is-broken">!${icon('error')} ${message}<br><small>${action}</small><br>!${link}</dd>`;
  }
  if (connection.state === 'ok')
    return html`<dd class="is-working">!${icon('ok')} the relay can sign in<br>!${link}</dd>`;
  return html`<dd class="is-quiet">!${icon('none')} the relay has no app registration yet</dd>`;
}
