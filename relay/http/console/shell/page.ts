/**
 * What a page of the console is: where it is, what somebody must be allowed to ask to see it, what it asks the application
 * layer, and how the answer looks. A page is one file below `pages/`, and a line in `pages.ts`.
 */
import { z } from 'zod';
import { fail } from '../../../../shared/errors.ts';
import { schemaReason } from '../../../../shared/schema-reason.ts';
import type { Action, Change, Question } from '../../../app/access.ts';
import type { UserActor } from '../../../app/actor.ts';
import type { Visitor } from '../../../app/commands/sessions.ts';
import type { AppContext } from '../../../app/perform.ts';
import type { ProxyVariables } from '../../../network/proxy.ts';
import type { Tenant } from '../../../store/tenants/system.ts';
import type { LongEffort } from '../../api/answer-threads.ts';
import type { LongQuestions } from './long-questions.ts';

/** Somebody who is signed in, and may do what the page or the form is for. */
export interface Visit {
  app: AppContext;
  actor: UserActor;
  visitor: Visitor;
  /** From the path, by name. */
  params: Readonly<Record<string, string>>;
  nowMs: number;
  /** The relay's address, for links and agents. */
  url: string;
  /** Of the environment: see network/proxy.ts. */
  proxies: ProxyVariables;
  /** Asks in another thread what takes seconds. */
  ask: LongQuestions;
}

/** The same in a district where they may do it. */
export type DistrictVisit = Visit & { tenant: Tenant };

/** What rendering needs besides the answer. */
export interface View {
  nowMs: number;
  /** For forms: see form.ts. */
  token: string;
  /** Whether to offer it, in this district if the page is about one. */
  may(action: Action): boolean;
}

export interface Shown {
  title: string;
  /** HTML of the main part. */
  main: string;
  /** Where the browser goes by itself. */
  leadsTo?: string;
  /** After so many seconds, the main part is loaded again and changes in place. */
  refreshSeconds?: number | undefined;
}

/** A table to keep. */
export interface Download {
  /** Of the file, after the district's: `problems`. */
  name: string;
  /** See csv-answer.ts. */
  csv: AsyncIterable<string | Uint8Array>;
}

/** After a form: another page (its path), or what is shown or handed out this once, such as a secret. */
export type Outcome = { goTo: string } | { download: Download } | Shown;

export interface Form<V extends Visit> {
  /** The last segment of the path that it is sent to, below the page's own. */
  name: string;
  needs: Change;
  /** @param sent the fields, without the token @throws HallpassError FORM_INVALID, and what the command throws */
  act(visit: V, sent: unknown, view: View): Promise<Outcome>;
}

export interface Described<V extends Visit> {
  /** Below `/console`, as fastify has it: `/districts/:slug/holds`. */
  path: string;
  needs: Question;
  /** Its name in the navigation; without one, other pages link to it. */
  nav: string | undefined;
  forms: readonly Form<V>[];
  /** While nothing more is known of it. */
  name: string;
  /** What it takes in a district of 100,000 people, where a thread has to show it: see route.ts. */
  effort: LongEffort | undefined;
  /** @throws HallpassError FORM_INVALID, and what the query throws */
  show(visit: V, query: unknown, view: View): Promise<Shown>;
  /** All of it as a table, at the page's path with `.csv`. @throws like show */
  table: ((visit: V, query: unknown) => Promise<Download>) | undefined;
}

/** `isAcross`: about the relay, or several districts. */
export type Page = ({ isAcross: true } & Described<Visit>) | ({ isAcross: false } & Described<DistrictVisit>);

interface Given<V extends Visit, Q extends z.ZodObject, D> {
  /** Below `/console`, or below the district's own pages: `/holds`; empty for the first one. */
  path: string;
  needs: Question;
  title: string | ((answer: D) => string);
  nav?: string;
  /** After so many, the main part is loaded again and changes in place; undefined for a page that stays as it is. */
  refreshSeconds?: number | ((answer: D) => number | undefined);
  /** For a page that takes more than 5 ms in a district of 100,000 people: a thread loads and renders it. */
  effort?: LongEffort;
  /** Of the address; nothing, unless it says otherwise. */
  query?: Q;
  /** Asks the application layer (relay/app/), which checks once more who asks. */
  load(visit: V, query: z.output<Q>): Promise<D>;
  /** The main part. */
  render(answer: D, view: View): string;
  /** All of it as a table, whatever part the page shows: see {@link Described.table}. */
  table?(visit: V, query: z.output<Q>): Promise<Download>;
  forms?: readonly Form<V>[];
}

/** A page about the relay, or about several districts. */
export function page<D, Q extends z.ZodObject = Nothing>(given: Given<Visit, Q, D>): Page {
  return { ...described(given), isAcross: true };
}

/** A page about one district. The path continues that of the district. */
export function districtPage<D, Q extends z.ZodObject = Nothing>(given: Given<DistrictVisit, Q, D>): Page {
  return { ...described(given), path: `/districts/:slug${given.path}`, isAcross: false };
}

const nothing = z.strictObject({});
type Nothing = typeof nothing;

function described<V extends Visit, Q extends z.ZodObject, D>(given: Given<V, Q, D>): Described<V> {
  const { path, needs, title, nav, effort, refreshSeconds, query = nothing, load, render, table, forms = [] } = given;
  return {
    ...{ path, needs, nav, effort, forms },
    name: typeof title === 'string' ? title : (nav ?? 'Hallpass'),
    table: table && ((visit, asked) => table(visit, checked(query, asked) as z.output<Q>)),
    async show(visit, asked, view) {
      const answer = await load(visit, checked(query, asked) as z.output<Q>);
      const after = typeof refreshSeconds === 'function' ? refreshSeconds(answer) : refreshSeconds;
      const name = typeof title === 'string' ? title : title(answer);
      return { title: name, main: render(answer, view), refreshSeconds: after };
    },
  };
}

/** @throws HallpassError FORM_INVALID */
export function checked<S extends z.ZodObject>(schema: S, value: unknown): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const { path, reason } = schemaReason(result.error);
  throw fail('FORM_INVALID', { reason: path === '' ? reason : `${path}: ${reason}` });
}
