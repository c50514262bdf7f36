/** Graph's answers as outcomes of operations, according to each kind's table of answers. Pure. */
import { retryAfterMs } from '../../shared/backoff.ts';
import { type ErrorDetails, fail, type HallpassError } from '../../shared/errors.ts';
import type { Operation, OperationKind } from '../model/operation.ts';
import type { OutcomeRow, TableProblem } from '../operations/outcome-row.ts';
import { describe, isCreation, specOf } from '../operations/registry.ts';
import type { GraphAnswer } from './answer.ts';
import { entity } from './bodies/object.ts';
import { hasError } from './bodies/refusal.ts';
import { conflictingIn, type GraphRefusal, propertyIn, readRefusal, wordsOf } from './graph-error.ts';

export type Outcome =
  | { kind: 'done'; objectId?: string }
  /**
   * Not carried out for a temporary reason. @property attempts after which it is a problem; undefined for the usual
   * number
   */
  | { kind: 'again'; waitMs: number | undefined; attempts: number | undefined; error: HallpassError }
  /** Whether it was carried out must be looked up. */
  | { kind: 'verify'; error: HallpassError }
  /** Something else has a value that must be unique. */
  | { kind: 'conflict'; conflict: Conflict; error: HallpassError }
  /** Something that it refers to does not exist, or not yet. */
  | { kind: 'missing'; error: HallpassError }
  /** The permission, or the object itself, does not allow it. @property words from Graph */
  | { kind: 'denied'; words: string; error: HallpassError }
  /** The first password violates a rule. */
  | { kind: 'other password'; attempts: number; error: HallpassError }
  /** Owners have to be added one at a time. */
  | { kind: 'one by one'; error: HallpassError }
  | { kind: 'failed'; error: HallpassError };

export interface Conflict {
  /** `mailNickname`; undefined if Graph does not say which. */
  property: string | undefined;
  /** Object id of its holder, if Graph gives it. */
  holder: string | undefined;
}

/**
 * What an answer means for the operation.
 *
 * @param nowMs for a Retry-After that is a date
 * @param isOneByOne whether owners were already added one at a time
 */
export function outcomeOf(operation: Operation, answer: GraphAnswer, nowMs: number, isOneByOne = false): Outcome {
  if (answer.status >= 200 && answer.status < 300) {
    const id = isCreation(operation) ? entity.safeParse(answer.body).data?.id : undefined;
    return id === undefined ? { kind: 'done' } : { kind: 'done', objectId: id };
  }
  const refusal = readRefusal(answer);
  const row = rowFor(operation.kind, refusal);
  const error = errorFor(operation, row, refusal);
  switch (row.verdict) {
    case 'done':
      return { kind: 'done' };
    case 'again':
      return {
        kind: 'again',
        waitMs: retryAfterMs(answer.headers.get('retry-after'), nowMs),
        attempts: row.attempts,
        error,
      };
    case 'doubtful':
      if (isCreation(operation)) return { kind: 'verify', error };
      return {
        kind: 'again',
        waitMs: retryAfterMs(answer.headers.get('retry-after'), nowMs),
        attempts: undefined,
        error,
      };
    case 'look up':
      return { kind: 'verify', error };
    case 'conflict':
      return { kind: 'conflict', conflict: { property: propertyIn(refusal), holder: conflictingIn(refusal) }, error };
    case 'other password':
      return { kind: 'other password', attempts: row.attempts ?? 1, error };
    case 'denied':
      return { kind: 'denied', words: wordsOf(refusal), error };
    case 'one by one':
      if (!isOneByOne) return { kind: 'one by one', error };
      return refusal.status === 403 ? { kind: 'denied', words: wordsOf(refusal), error } : { kind: 'failed', error };
    case 'missing':
      return { kind: 'missing', error };
    case 'refused':
      return { kind: 'failed', error };
  }
}

/**
 * Whether the answer rules out that the request was carried out. A failure does not, nor does a refusal without one of
 * Graph's errors, which may be a filter's.
 */
export function rulesOut({ status, body }: GraphAnswer): boolean {
  return status >= 400 && status < 500 && status !== 408 && hasError.safeParse(body).success;
}

/** What a refusal means for an operation whose consequences need no table. */
export function refusalOf(operation: Operation, answer: GraphAnswer): HallpassError {
  const refusal = readRefusal(answer);
  return errorFor(operation, rowFor(operation.kind, refusal), refusal);
}

/** The kind's first matching row: the last ones match everything. */
export function rowFor(kind: OperationKind, refusal: GraphRefusal): OutcomeRow {
  const row = specOf(kind).answers.find((one) => fits(one, refusal));
  // A redirect, or something that is not an HTTP status.
  return row ?? { status: [], verdict: 'refused', problem: 'GRAPH_REJECTED' };
}

function fits(row: OutcomeRow, { status, code, message, details }: GraphRefusal): boolean {
  if (!row.status.some((one) => (typeof one === 'number' ? one === status : status >= one[0] && status <= one[1])))
    return false;
  const { codes, details: wanted, message: pattern } = row;
  if (codes === undefined && wanted === undefined && pattern === undefined) return true;
  const said = [message, ...details.map((detail) => detail.message)];
  return (
    codes?.includes(code) === true ||
    details.some((detail) => wanted?.includes(detail.code) === true || codes?.includes(detail.code) === true) ||
    said.some((words) => pattern?.test(words) === true)
  );
}

function errorFor(operation: Operation, row: OutcomeRow, refusal: GraphRefusal): HallpassError {
  const property = propertyIn(refusal);
  const field = property === undefined ? undefined : sourceOfProperty(operation.kind, property);
  const details: ErrorDetails<TableProblem | 'ProfileValueRefused'> = {
    what: describe(operation),
    reason: wordsOf(refusal) + affixes(refusal),
    requestId: refusal.requestId,
    status: refusal.status,
    advice: row.advice ?? 'Nothing more is known.',
    property: property ?? 'a value',
    field: field ?? 'value',
    holder: 'another object',
    protection: wordsOf(refusal),
  };
  const options = { requestId: refusal.requestId === 'none' ? undefined : refusal.requestId };
  // A value that does not come from PowerSchool cannot be fixed there.
  if (row.problem === 'AzureActiveDirectoryInvalidPropertyValue' && field === undefined) {
    return fail('ProfileValueRefused', details, options);
  }
  return fail(row.problem, details, options);
}

/** @param property Graph's name with its path: `student/grade` @returns undefined if PowerSchool does not provide it */
function sourceOfProperty(kind: OperationKind, property: string): string | undefined {
  const { sources } = specOf(kind);
  const path = property.split(/[./]/).reverse();
  return path.map((name) => sources[name]).find((source) => source !== undefined);
}

/** The prefix and suffix that the naming policy requires are not in its message. */
function affixes({ details }: GraphRefusal): string {
  const asked = details.flatMap(({ prefix, suffix }) => {
    const parts = [prefix && `prefix "${prefix}"`, suffix && `suffix "${suffix}"`].filter((part) => part !== '');
    return parts.length === 0 ? [] : [parts.join(', ')];
  });
  return asked.length === 0 ? '' : ` (${[...new Set(asked)].join('; ')})`;
}
