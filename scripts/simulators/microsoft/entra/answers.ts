/** How the sign-in answers: OAuth's errors, and any fault ordered for the request. */
import type { Clock } from '../../../../shared/clock.ts';
import { GraphError } from '../errors.ts';
import { afterwards, insteadOf } from '../fault-answers.ts';
import type { FaultOrder } from '../fault-order.ts';
import type { Faults } from '../faults.ts';
import type { Answer } from '../graph/call.ts';
import type { Bag } from '../json.ts';
import type { Random } from '../random.ts';
import { breakageOf, breakOff, type WireReply, type WireRequest } from '../wire.ts';
import { AadError, aadErrorBody } from './aad-error.ts';

export interface AnswerParts {
  clock: Clock;
  random: Random;
  faults: Faults;
}

export async function answer(
  parts: AnswerParts,
  request: WireRequest,
  reply: WireReply,
  make: () => Promise<Bag>,
): Promise<WireReply> {
  const fault = parts.faults.take(request.method, new URL(request.url, 'https://simulator').pathname);
  if (fault?.kind === 'slow') await parts.clock.sleep(fault.delay);
  const { status, headers, body } = await answerWith(parts, request, fault, make);
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  reply.code(status).header('Cache-Control', 'no-store, no-cache').headers(headers);
  const breakage = breakageOf(fault?.kind === 'missing' ? { ...fault, kind: 'drop' } : fault);
  if (breakage !== undefined && breakOff(request, reply, breakage, text ?? '')) return reply;
  return (typeof body === 'string' ? reply : reply.type('application/json; charset=utf-8')).send(text);
}

async function answerWith(
  parts: AnswerParts,
  request: WireRequest,
  fault: FaultOrder | undefined,
  make: () => Promise<Bag>,
): Promise<Answer> {
  try {
    const replaced = fault === undefined ? undefined : insteadOf(fault);
    return replaced ?? afterwards(fault, await made(parts, request, make));
  } catch (error) {
    if (!(error instanceof GraphError)) throw error;
    const { status, headers } = error;
    return { status, headers: { ...headers }, body: ordered(parts, error, fault) };
  }
}

async function made(parts: AnswerParts, request: WireRequest, make: () => Promise<Bag>): Promise<Answer> {
  try {
    return { status: 200, headers: {}, body: await make() };
  } catch (error) {
    if (!(error instanceof AadError)) throw error;
    const correlation = request.headers['client-request-id'];
    const body = bodyOf(parts, error, typeof correlation === 'string' ? correlation : undefined);
    return { status: error.status, headers: {}, body };
  }
}

/** The body of an ordered error: its own code and message, or what Entra says when it is busy. */
function ordered(parts: AnswerParts, { status, code, message }: GraphError, fault: FaultOrder | undefined): Bag {
  if (fault?.kind !== 'answer') {
    return bodyOf(parts, new AadError(status, 'temporarily_unavailable', 90033, 'A transient error has occurred.'));
  }
  const number = /AADSTS(\d+)/.exec(message)?.[1];
  return { error: code, error_description: message, error_codes: number === undefined ? [] : [Number(number)] };
}

function bodyOf(parts: AnswerParts, error: AadError, correlationId = parts.random.guid()): Bag {
  return aadErrorBody(error, parts.random.guid(), correlationId, parts.clock.now());
}
