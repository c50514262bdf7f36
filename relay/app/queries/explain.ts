/** Why a person is, or is not, in a class. */

import { z } from 'zod';
import { answerOf, explain } from '../../explain/explain.ts';
import { readFacts } from '../../explain/facts.ts';
import type { Question } from '../../explain/known.ts';
import { asSectionId } from '../../model/keys.ts';
import type { TenantScope } from '../../store/store.ts';
import { moment } from './fields.ts';

const stepSchema = z.object({
  stage: z.string(),
  status: z.enum(['ok', 'waiting', 'stopped']),
  fact: z.string(),
  at: moment.optional(),
  next: z.string().optional(),
});

export const explainAnswer = z.object({
  steps: z.array(stepSchema),
  answer: stepSchema.nullable().meta({ description: 'The first step that has a problem.' }),
});

/** @param nowMs milliseconds since the epoch */
export async function explainNow(scope: TenantScope, question: Question, nowMs: number) {
  const steps = explain(await readFacts(scope, question, nowMs));
  return { steps, answer: answerOf(steps) ?? null };
}

/** @param asked exactly one of `student` and `teacher` */
export function questionOf(asked: {
  student?: string | undefined;
  teacher?: string | undefined;
  section?: string | undefined;
}): Question | undefined {
  const personId = asked.student ?? asked.teacher;
  if (personId === undefined || (asked.student !== undefined && asked.teacher !== undefined)) return undefined;
  const sectionId = asked.section === undefined ? undefined : asSectionId(asked.section);
  return { role: asked.student === undefined ? 'teachers' : 'students', personId, sectionId };
}
