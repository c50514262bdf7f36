/** Who changed what? In a district, and at the relay itself. */
import { html } from 'ghtml';
import { z } from 'zod';
import { icon, time } from '../../../../shared/page/parts.ts';
import { allAudit, auditFound, auditTable } from '../../../app/queries/audit.ts';
import type { AuditSearch, PlacedEntry } from '../../../store/audit/audit.ts';
import type { Tenant } from '../../../store/tenants/system.ts';
import { csvPieces } from '../../csv-answer.ts';
import { emptyPanel, tablePanel } from '../pieces/tables.ts';
import { consoleBase } from '../shell/document.ts';
import { districtPage, page, type Visit } from '../shell/page.ts';

const rowsOfPage = 50;
const oneDay = 86_400_000;

const text = z
  .string()
  .trim()
  .max(100)
  .optional()
  .transform((given) => (given === '' ? undefined : given));
const day = z.union([
  z.literal('').transform(() => undefined),
  z.iso.date({ error: 'it must be a date such as 2026-12-20' }).optional(),
]);
const fields = { who: text, action: text, from: day, to: day, before: z.coerce.number().int().min(1).optional() };
const query = z.strictObject(fields);
type Asked = z.output<typeof query>;

interface Answer {
  entries: readonly PlacedEntry[];
  next: number | null;
  asked: Asked;
  /** Of the page; its district, unless it is the relay's. */
  path: string;
  isOfRelay: boolean;
}

export const auditPage = page({
  path: '/audit',
  needs: 'relayAudit',
  nav: 'Audit',
  title: 'Audit',
  query,
  load: (visit, asked) => answerOf(visit, undefined, asked),
  render: content,
  table: async ({ app, actor }, asked) => ({
    name: 'relay-audit',
    csv: csvPieces(auditTable, allAudit(app, actor, { tenant: undefined, ...searchOf(asked) })),
  }),
});

export const districtAuditPage = districtPage({
  path: '/audit',
  needs: 'audit',
  nav: 'Audit',
  title: 'Audit',
  query,
  load: (visit, asked) => answerOf(visit, visit.tenant, asked),
  render: content,
  table: async ({ app, actor, tenant }, asked) => ({
    name: 'audit',
    csv: csvPieces(auditTable, allAudit(app, actor, { tenant, ...searchOf(asked) })),
  }),
});

async function answerOf({ app, actor }: Visit, tenant: Tenant | undefined, asked: Asked): Promise<Answer> {
  const search = { ...searchOf(asked), before: asked.before, limit: rowsOfPage };
  const found = await auditFound(app, actor, { tenant, ...search });
  const path = tenant === undefined ? `${consoleBase}/audit` : `${consoleBase}/districts/${tenant.slug}/audit`;
  return { ...found, asked, path, isOfRelay: tenant === undefined };
}

/** Whole days in UTC, the last one included. */
function searchOf({ who, action, from, to }: Asked): AuditSearch {
  const until = to === undefined ? undefined : new Date(Date.parse(to) + oneDay).toISOString();
  return { who, action, since: from, until };
}

function content(answer: Answer): string {
  const { entries, asked, path } = answer;
  const isSearch = [asked.who, asked.action, asked.from, asked.to].some((value) => value !== undefined);
  return html`<h1>${verdictOf(answer, isSearch)}</h1>
!${searchForm(answer)}
!${entries.length === 0 ? emptyPanel(isSearch ? html`Try fewer words, or <a href="${path}">show everything</a>.` : html`Everything that people and programs change is written down here, in the same moment, and never changed afterwards.`) : entryTable(answer)}`;
}

function verdictOf({ entries: [newest], isOfRelay, asked }: Answer, isSearch: boolean): string {
  const where = isOfRelay ? 'at the relay' : 'in this district';
  if (newest === undefined)
    return isSearch ? `Nobody changed such a thing ${where}.` : `Nobody has changed anything ${where} yet.`;
  if (asked.before !== undefined) return `Earlier changes ${where}.`;
  return isSearch
    ? `Such changes ${where}, the newest by ${newest.who}.`
    : `The last to change something ${where} was ${newest.who}.`;
}

function searchForm({ asked, path, isOfRelay }: Answer): string {
  const input = (name: 'who' | 'action' | 'from' | 'to', label: string, hint: string) =>
    html`<label>${label}<input type="text" name="${name}" value="${asked[name] ?? ''}" placeholder="${hint}" autocomplete="off"></label>`;
  const log = isOfRelay
    ? html`<p class="note">Settings, channels, and districts added, changed and removed. What was changed in a district is in its own log.</p>`
    : '';
  return html`<section class="panel stack"><form method="get" action="${path}"><div class="fields">
!${input('who', 'Person or token', 'part of the name')}
!${input('action', 'Action', 'agent, or agent.revoke')}
!${input('from', 'From day', '2026-12-01')}
!${input('to', 'Through day', '2026-12-31')}
<button class="primary">Search</button><a href="${addressOf(`${path}.csv`, { ...asked, before: undefined })}">Download as CSV</a>
</div></form>!${log}</section>`;
}

function entryTable({ entries, next, asked, path }: Answer): string {
  const earlier =
    next === null ? '' : html`<p><a href="${addressOf(path, { ...asked, before: next })}">Earlier</a></p>`;
  const newest =
    asked.before === undefined
      ? ''
      : html`<p><a href="${addressOf(path, { ...asked, before: undefined })}">The newest</a></p>`;
  return tablePanel({
    label: 'Table of changes',
    columns: ['When', 'Who', 'Action', 'What'].map((heading) => ({ heading })),
    rows: entries.map(({ at, who, action, detail, note, actor }) => [
      time(Date.parse(at)),
      html`${who}!${actor === null ? '' : html`<br><span class="fine">${actor.kind}, ${actor.role}</span>`}`,
      html`<code class="option">${action}</code>`,
      html`<details><summary>${summaryOf(detail)}</summary><pre>${JSON.stringify(detail, null, 2)}</pre></details>!${note === null ? '' : html`<span class="fine">!${icon('next')} ${note}</span>`}`,
    ]),
    below: html`!${newest}!${earlier}`,
  });
}

/** Its first values, in a few words. */
function summaryOf(detail: object): string {
  const parts = Object.entries(detail).flatMap(([name, value]) => {
    if (typeof value === 'object' && value !== null) return [name];
    return value === null ? [] : [`${name}: ${String(value)}`];
  });
  const words = parts.join(', ');
  return words === '' ? 'no more is known' : words.length > 80 ? `${words.slice(0, 79)}…` : words;
}

function addressOf(path: string, asked: Record<string, string | number | undefined>): string {
  const given = Object.entries(asked).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)] as [string, string]],
  );
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given).toString()}`;
}
