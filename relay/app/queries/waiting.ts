/** What waits, and for what; and how far a turn is. */
import { z } from 'zod';
import { readWaits } from '../../explain/wait-facts.ts';
import { chainOf, waitWords } from '../../explain/waits.ts';
import { type TurnProgress, type WaitingOperation, waitReasons, waitStates } from '../../model/waiting.ts';
import { idWords, leftIn, minutesLeft, type NameOf } from '../../operations/waiting-words.ts';
import type { Names } from '../../store/roster/names.ts';
import { readProgress } from '../../store/runs/waiting.ts';
import type { TenantScope } from '../../store/store.ts';
import { moment } from './fields.ts';

/** Named in an answer: who waits for the same thing is the same story. */
const mostNamed = 100;

export const waitingSchema = z.object({
  kind: z.string(),
  key: z.string(),
  people: z.array(z.string()),
  reason: z.enum(waitReasons).meta({ description: 'Why it waits itself.' }),
  things: z.array(z.string()).meta({
    description: 'What it needs, what that needs, and so on: "class:77", "owners:77", "students:123".',
  }),
  root: z
    .enum(['onItsWay', 'problem', 'nextRun', 'look', 'team', 'retry', 'hold'])
    .meta({ description: 'Where the chain ends.' }),
  until: moment.nullable().meta({ description: 'When the end of the chain goes on by itself.' }),
  code: z.string().nullable().meta({ description: 'Of the problem or error at its end.' }),
  hold: z.string().nullable().meta({ description: 'The hold at its end.' }),
  because: z.string().meta({ description: 'All of it as a sentence, with ids instead of names.' }),
});

export type Waiting = z.infer<typeof waitingSchema>;

/** Those of one run, and only so many. @param nameOf `known`: by the names of the roster */
export async function waitingIn(
  scope: TenantScope,
  runId: string,
  nameOf: NameOf | 'known' = idWords,
): Promise<Waiting[]> {
  const waits = await readWaits(scope, (one) => one.runId === runId, mostNamed);
  return waits.concerned.map((operation) => {
    const { last, things, refusal } = chainOf(operation, waits);
    return {
      kind: operation.kind,
      key: operation.key,
      people: operation.people,
      reason: operation.reason.for,
      things,
      ...endOf(last, refusal?.code),
      because: waitWords(operation, nameOf === 'known' ? waits : { ...waits, nameOf }),
    };
  });
}

function endOf(
  { reason }: WaitingOperation,
  code: string | undefined,
): Pick<Waiting, 'root' | 'until' | 'code' | 'hold'> {
  const nothing = { until: null, code: null, hold: null };
  switch (reason.for) {
    case 'need':
      return { ...nothing, root: code === undefined ? 'onItsWay' : 'problem', code: code ?? null };
    case 'missing':
      return { ...nothing, root: code === undefined ? 'nextRun' : 'problem', code: code ?? null };
    case 'hold':
      return { ...nothing, root: 'hold', hold: reason.hold };
    case 'retry':
      return { ...nothing, root: 'retry', until: reason.until, code: reason.code };
    case 'look':
    case 'team':
      return { ...nothing, root: reason.for, until: reason.until };
  }
}

/** For people who may see names. */
export function nameIn({ people, sections, schools }: Names): NameOf {
  return (object) => {
    const id = object.slice(object.indexOf(':') + 1);
    const name = people.get(object) ?? (object.startsWith('class:') ? sections : schools).get(id);
    if (name === undefined) return idWords(object);
    return people.has(object) ? name : `${name} (${object.startsWith('class:') ? 'section' : 'school'} ${id})`;
  };
}

export const turnSchema = z.object({
  at: moment,
  left: z.int().meta({ description: 'Operations that are still to be done, without those that are set aside.' }),
  waiting: z.record(z.enum(waitStates), z.int()).meta({
    description:
      'By what they wait for: what they need, another operation on the same object, a moment, their turn, an answer, being planned again, a time.',
  }),
  perMinute: z.int().nullable().meta({ description: 'Operations settled in a minute, of late.' }),
  minutesLeft: z.int().nullable().meta({ description: 'At that rate.' }),
});

export type Turn = z.infer<typeof turnSchema>;

/** Null while nothing is carried out. */
export async function turnNow(scope: TenantScope): Promise<Turn | null> {
  const progress = await readProgress(scope);
  return progress === undefined ? null : describeTurn(progress);
}

function describeTurn(progress: TurnProgress): Turn {
  const { at, waiting, perMinute = null } = progress;
  return { at, left: leftIn(progress), waiting, perMinute, minutesLeft: minutesLeft(progress) ?? null };
}
