/** A route that changes something, or takes a body. */
import { z } from 'zod';
import type { Action } from '../../app/access.ts';
import { readBody } from './body.ts';
import { readQuery } from './query.ts';
import { type Answer, type Asked, type DistrictVisit, type Method, ofDistrict, plain, type Route } from './route.ts';

interface Given<B extends z.ZodType, A extends z.ZodType> {
  method?: Exclude<Method, 'GET'>;
  /** After `/tenants/{slug}/`. */
  path: string;
  action: Action;
  summary: string;
  body: B;
  answer: A;
  status?: 200 | 201 | 202;
  asksMicrosoft?: true;
  hasVersion?: true;
  /** @returns the answer, or all that is to be said in its place */
  perform(visit: DistrictVisit, body: z.output<B>, text: string): Promise<(z.output<A> & object) | Said>;
}

/** An answer with more than a body. */
export class Said {
  readonly answer: Answer;

  constructor(answer: Answer) {
    this.answer = answer;
  }
}

export const nothing = z.strictObject({});

export function change<B extends z.ZodType, A extends z.ZodType>(given: Given<B, A>): Route {
  const { method = 'POST', path, perform, ...rest } = given;
  return {
    ...plain,
    ...rest,
    ...{ method, path: `${ofDistrict}${path}`, query: nothing, isAcross: false as const },
    async answerTo(visit: DistrictVisit, { query, body }: Asked) {
      readQuery(nothing, query);
      const answer = await perform(visit, readBody(given.body, body), body);
      return answer instanceof Said ? answer.answer : { status: given.status ?? plain.status, json: answer };
    },
  };
}
