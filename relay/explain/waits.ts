/** What an operation waits for, followed to where it begins: a refusal, a decision, a time. Pure. */
import type { RelationKind } from '../model/applied-state.ts';
import type { TurnProgress, WaitingOperation } from '../model/waiting.ts';
import { operationKinds, specOf } from '../operations/registry.ts';
import type { Does } from '../operations/spec.ts';
import { type NameOf, objectOfThing, rootWords, thingWords } from '../operations/waiting-words.ts';

export interface Refusal {
  /** Whose problem it is: `class:77`, `students:123`, `class:77/students:123`. */
  subject: string;
  code: string;
  message: string;
  action: string;
}

/** Everything that is known of what waits. */
export interface Waits {
  operations: readonly WaitingOperation[];
  /** Open problems of what is waited for. */
  refusals: readonly Refusal[];
  /** Of the turn under way; undefined where none is. */
  progress: TurnProgress | undefined;
  nameOf: NameOf;
}

export interface Chain {
  /** What it needs, what that needs …: `class:77`. Empty where it waits for nothing but time or a decision. */
  things: string[];
  /** The last operation of it that waits itself. */
  last: WaitingOperation;
  /** Why what is needed at the end is not there, where that was refused. */
  refusal: Refusal | undefined;
}

export function chainOf(operation: WaitingOperation, waits: Waits): Chain {
  const things: string[] = [];
  let last = operation;
  while (last.reason.for === 'need' || last.reason.for === 'missing') {
    const { thing } = last.reason;
    if (things.includes(thing)) break;
    things.push(thing);
    const next = waits.operations.find(({ brings }) => brings === thing);
    if (next === undefined) break;
    last = next;
  }
  const end = last.reason.for === 'need' || last.reason.for === 'missing' ? last.reason.thing : undefined;
  return { things, last, refusal: end === undefined ? undefined : refusalOf(end, waits) };
}

function refusalOf(thing: string, { refusals }: Waits): Refusal | undefined {
  const object = objectOfThing(thing);
  const about = (prefix: string) => refusals.find(({ subject }) => subject.startsWith(prefix));
  return refusals.find(({ subject }) => subject === object) ?? about(`${object}/`);
}

/** `waits for the class Algebra 1 (section 77), which has a problem: AliasTaken: …`, without a full stop. */
export function waitWords(operation: WaitingOperation, waits: Waits): string {
  const { things, last, refusal } = chainOf(operation, waits);
  const words = things.map((thing) => `waits for ${thingWords(thing, waits.nameOf)}`);
  const { reason } = last;
  if (reason.for !== 'need' && reason.for !== 'missing') words.push(rootWords(reason));
  else if (refusal !== undefined) words.push(`has a problem: ${refusal.code}: ${refusal.message.replace(/\.$/, '')}`);
  else words.push(reason.for === 'need' ? 'is on its way' : 'the next run plans again');
  return words.join(', which ');
}

/** What somebody can do about it; undefined where it goes on by itself. */
export function waitRemedy(operation: WaitingOperation, waits: Waits): string | undefined {
  const { last, refusal } = chainOf(operation, waits);
  if (last.reason.for === 'hold') {
    return `Somebody must decide: hallpass-relay holds approve (or reject) TENANT ${last.reason.hold}.`;
  }
  return refusal?.action;
}

export function isCreation(what: string): (does: Does) => boolean {
  return (does) => 'creates' in does && does.creates === what;
}

export function isJoining(...relations: readonly RelationKind[]): (does: Does) => boolean {
  return (does) => 'adds' in does && relations.includes(does.adds);
}

/** The one that does so for a person, or to an object, if it waits. */
export function waitingFor(
  waits: Waits,
  isMeant: (does: Does) => boolean,
  about: { key?: string; person?: string },
): WaitingOperation | undefined {
  const kinds = new Set(operationKinds.filter((kind) => isMeant(specOf(kind).does)));
  return waits.operations.find(({ kind, key, people }) => {
    if (!kinds.has(kind)) return false;
    if (about.key !== undefined && about.key !== key) return false;
    return about.person === undefined || people.some((one) => one === about.person);
  });
}
