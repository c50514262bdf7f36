/** Pages that read much are shown by the threads that answer the API's long questions (answer-thread.ts). */

import type { Visitor } from '../../../app/commands/sessions.ts';
import type { ProxyVariables } from '../../../network/proxy.ts';
import type { Tenant } from '../../../store/tenants/system.ts';
import type { Question } from '../../api/answer-messages.ts';
import type { AnswerThreads, LongEffort } from '../../api/answer-threads.ts';
import type { Answer } from '../../api/route.ts';
import { piecesOf, textOf } from './long-questions.ts';
import type { Download, Page, Shown, Visit } from './page.ts';

/** What a page takes besides what every question has. */
export interface AskedPage {
  as: 'page' | 'table';
  query: unknown;
  /** For forms. */
  token: string;
  visitor: Visitor;
  proxies: ProxyVariables;
}

const prefix = 'page ';

export function pageName({ path }: Pick<Page, 'path'>): string {
  return `${prefix}${path}`;
}

export function isPageQuestion({ route }: Pick<Question, 'route'>): boolean {
  return route.startsWith(prefix);
}

interface Wanted {
  page: { effort: LongEffort; path: string };
  visit: Visit;
  tenant: Tenant | undefined;
  query: unknown;
  token: string;
}

/** @throws HallpassError ANSWERS_TOO_MANY, ANSWERS_UNDER_WAY …, and what the page throws */
export async function showInThread(threads: AnswerThreads, wanted: Wanted, signal: AbortSignal): Promise<Shown> {
  return JSON.parse(await textOf(await ask(threads, wanted, 'page', signal)));
}

/** @throws as {@link showInThread} */
export async function tableInThread(threads: AnswerThreads, wanted: Wanted, signal: AbortSignal): Promise<Download> {
  const answer = await ask(threads, wanted, 'table', signal);
  return { name: answer.headers?.name ?? 'table', csv: piecesOf(answer) };
}

async function ask(
  threads: AnswerThreads,
  { page, visit, tenant, query, token }: Wanted,
  as: AskedPage['as'],
  signal: AbortSignal,
): Promise<Answer> {
  const { actor, visitor, params, nowMs, url, proxies } = visit;
  const asked: AskedPage = { as, query, token, visitor, proxies };
  const headers = { accept: undefined, ifMatch: undefined, ifNoneMatch: undefined };
  const question = { route: pageName(page), actor, tenant, params: { ...params }, headers, nowMs, url, body: '' };
  return await threads.answer(page.effort, tenant?.id ?? actor.id, { ...question, query: asked }, signal);
}
