/** A route that changes something, or takes a body. */
import { z } from 'zod';
import type { Action } from '../../app/access.ts';
import { readBody } from './body.ts';
import { readQuery } from './query.ts';
import {
  type Answer,
  type Asked,
  type DistrictVisit,
  type Effort,
  type Method,
  ofDistrict,
  plain,
  type Route,
  type Visit,
} from './route.ts';

interface Given<V extends Visit, Q extends z.ZodObject, B extends z.ZodType, A extends z.ZodType> {
  method?: Exclude<Method, 'GET'>;
  path: string;
  action: Action;
  summary: string;
  /** Nothing, unless it says otherwise. */
  query?: Q;
  body: B;
  answer: A;
  status?: 200 | 201 | 202;
  effort?: Effort;
  asksMicrosoft?: true;
  hasVersion?: true;
  /**
   * @param said `text`: the body as it came
   * @returns the answer, or all that is to be said in its place
   */
  perform(
    visit: V,
    body: z.output<B>,
    said: { text: string; query: z.output<Q> },
  ): Promise<(z.output<A> & object) | Said>;
}

/** An answer with more than a body. */
export class Said {
  readonly answer: Answer;

  constructor(answer: Answer) {
    this.answer = answer;
  }
}

export const nothing = z.strictObject({});
type Nothing = typeof nothing;

/** A change in a district. @param given `path`: below the district's own */
export function change<B extends z.ZodType, A extends z.ZodType, Q extends z.ZodObject = Nothing>(
  given: Given<DistrictVisit, Q, B, A>,
): Route {
  return { ...described(given), path: ofDistrict(given.path), isAcross: false, answerTo: performing(given) };
}

/** A change at the relay itself, or across districts. */
export function changeAcross<B extends z.ZodType, A extends z.ZodType, Q extends z.ZodObject = Nothing>(
  given: Given<Visit, Q, B, A>,
): Route {
  return { ...described(given), path: given.path, isAcross: true, answerTo: performing(given) };
}

function described<V extends Visit, Q extends z.ZodObject, B extends z.ZodType, A extends z.ZodType>({
  perform,
  ...given
}: Given<V, Q, B, A>) {
  return { ...plain, method: 'POST' as const, ...given, query: given.query ?? nothing };
}

function performing<V extends Visit, Q extends z.ZodObject, B extends z.ZodType, A extends z.ZodType>({
  query: schema,
  body: form,
  status = plain.status,
  perform,
}: Given<V, Q, B, A>) {
  return async (visit: V, { query, body: text }: Asked): Promise<Answer> => {
    const checked = readQuery(schema ?? nothing, query) as z.output<Q>;
    const answer = await perform(visit, readBody(form, text), { text, query: checked });
    return answer instanceof Said ? answer.answer : { status, json: answer };
  };
}
