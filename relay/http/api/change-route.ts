/** A route that changes something, or takes a body. */
import { z } from 'zod';
import type { Action } from '../../app/access.ts';
import { readBody } from './body.ts';
import { readQuery } from './query.ts';
import {
  type Answer,
  type DistrictContext,
  type Effort,
  type Method,
  ofDistrict,
  plain,
  type RequestContext,
  type RequestInput,
  type Route,
} from './route.ts';

interface ChangeOptions<V extends RequestContext, Q extends z.ZodObject, B extends z.ZodType, A extends z.ZodType> {
  method?: Exclude<Method, 'GET'>;
  path: string;
  action: Action;
  summary: string;
  /** By default, no parameters. */
  query?: Q;
  body: B;
  answer: A;
  status?: 200 | 201 | 202;
  effort?: Effort;
  asksMicrosoft?: true;
  hasVersion?: true;
  /**
   * @param raw `text`: the unparsed body
   * @returns the body of the answer, or a whole answer
   */
  perform(
    context: V,
    body: z.output<B>,
    raw: { text: string; query: z.output<Q> },
  ): Promise<(z.output<A> & object) | FullAnswer>;
}

/** An answer with headers or another status. */
export class FullAnswer {
  readonly answer: Answer;

  constructor(answer: Answer) {
    this.answer = answer;
  }
}

export const nothing = z.strictObject({});
type Nothing = typeof nothing;

/** A change in a district. @param options `path`: relative to the district */
export function change<B extends z.ZodType, A extends z.ZodType, Q extends z.ZodObject = Nothing>(
  options: ChangeOptions<DistrictContext, Q, B, A>,
): Route {
  return { ...described(options), path: ofDistrict(options.path), isAcross: false, answerTo: performing(options) };
}

/** A change at the relay itself, or across districts. */
export function changeAcross<B extends z.ZodType, A extends z.ZodType, Q extends z.ZodObject = Nothing>(
  options: ChangeOptions<RequestContext, Q, B, A>,
): Route {
  return { ...described(options), path: options.path, isAcross: true, answerTo: performing(options) };
}

function described<V extends RequestContext, Q extends z.ZodObject, B extends z.ZodType, A extends z.ZodType>({
  perform,
  ...options
}: ChangeOptions<V, Q, B, A>) {
  return { ...plain, method: 'POST' as const, ...options, query: options.query ?? nothing };
}

function performing<V extends RequestContext, Q extends z.ZodObject, B extends z.ZodType, A extends z.ZodType>({
  query: schema,
  body: bodySchema,
  status = plain.status,
  perform,
}: ChangeOptions<V, Q, B, A>) {
  return async (context: V, { query, body: text }: RequestInput): Promise<Answer> => {
    const checked = readQuery(schema ?? nothing, query) as z.output<Q>;
    const answer = await perform(context, readBody(bodySchema, text), { text, query: checked });
    return answer instanceof FullAnswer ? answer.answer : { status, json: answer };
  };
}
