/** Shows a page in a thread, to somebody whom the main thread has admitted to it. */
import { mayDo } from '../../app/access.ts';
import type { AppContext } from '../../app/perform.ts';
import type { Question } from '../api/answer-messages.ts';
import type { Answer } from '../api/route.ts';
import { pages } from './pages.ts';
import { type Answering, longQuestions } from './shell/long-questions.ts';
import type { Described, DistrictVisit, View, Visit } from './shell/page.ts';
import { type AskedPage, pageName } from './shell/page-question.ts';

const byName = new Map(pages.map((page) => [pageName(page), page]));

/**
 * @param answering answers the API's questions that the page asks, in this thread
 * @throws HallpassError FORM_INVALID, and what the page's question throws
 */
export async function showPage(question: Question, app: AppContext, answering: Answering): Promise<Answer> {
  const { route, actor, tenant, params, nowMs, url } = question;
  const page = byName.get(route);
  if (page === undefined || actor.kind !== 'user') throw new TypeError(`nobody can be shown ${route}`);
  const asked = question.query as AskedPage;
  const { token, visitor, proxies } = asked;
  const view: View = { nowMs, token, may: (action) => mayDo(actor, action, tenant?.id) };
  const ask = longQuestions(answering, { actor, nowMs, url, signal: app.signal });
  const visit: Visit = { app, actor, visitor, params, nowMs, url, proxies, ask };
  if (page.isAcross) return await answerOf(page, visit, asked, view);
  if (tenant === undefined) throw new TypeError(`${route} is about no district`);
  return await answerOf<DistrictVisit>(page, { ...visit, tenant }, asked, view);
}

async function answerOf<V extends Visit>(
  { show, table }: Described<V>,
  visit: V,
  { query, as }: AskedPage,
  view: View,
): Promise<Answer> {
  if (as === 'page') return { json: await show(visit, query, view) };
  if (table === undefined) throw new TypeError('the page has no table');
  const { name, csv } = await table(visit, query);
  return { csv: textIn(csv), headers: { name } };
}

async function* textIn(pieces: AsyncIterable<string | Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  for await (const piece of pieces) yield typeof piece === 'string' ? piece : decoder.decode(piece, { stream: true });
}
