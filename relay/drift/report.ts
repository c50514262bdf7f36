/** Differences in the words of the error catalog: one problem for a membership or an object, with its next step. */

import { type ObjectKey, objectOf } from '../model/keys.ts';
import { type Problem, problem } from '../model/problem.ts';
import { type Drift, isOfMembership, membershipOf, targetObject } from './ledger.ts';
import { nounOf, wordOf } from './words.ts';

/** @param drifts those judged `reported` or `contended` */
export function driftProblems(drifts: Iterable<Drift>): Problem[] {
  const memberships: Problem[] = [];
  const byObject = new Map<ObjectKey, Drift[]>();
  for (const drift of drifts) {
    const { object } = drift;
    if (isOfMembership(drift)) memberships.push(ofMembership(drift));
    else byObject.set(object, [...(byObject.get(object) ?? []), drift]);
  }
  return [...memberships, ...[...byObject].flatMap(([object, those]) => ofObject(object, those))];
}

function ofMembership({ kind, object, item, verdict, repairs }: Drift): Problem {
  const { relation } = membershipOf(item);
  const subject = `${object}/${targetObject(item)}`;
  const noun = nounOf[relation];
  if (verdict === 'contended')
    return problem(subject, 'DriftContended', {
      what: kind === 'missing' ? `Hallpass added the ${noun} again` : `Hallpass removed the ${noun} again`,
      times: repairs,
    });
  const where = wordOf[objectOf(object).kind];
  return problem(subject, kind === 'missing' ? 'MemberRemovedByHand' : 'MemberAddedByHand', { what: noun, where });
}

function ofObject(object: ObjectKey, drifts: readonly Drift[]): Problem[] {
  const what = wordOf[objectOf(object).kind];
  const found: Problem[] = [];
  const contended = drifts.filter(({ verdict }) => verdict === 'contended');
  const changed = drifts.filter(({ kind, verdict }) => kind === 'changed' && verdict !== 'contended');
  const [first] = contended;
  if (first !== undefined) {
    const times = Math.max(...contended.map(({ repairs }) => repairs));
    const done =
      first.kind === 'deleted'
        ? `Hallpass created the ${what} again`
        : `Hallpass wrote ${namesOf(contended)} of the ${what} again`;
    found.push(problem(object, 'DriftContended', { what: done, times }));
  }
  if (changed.length > 0) found.push(problem(object, 'ChangedByHand', { what, properties: namesOf(changed) }));
  if (drifts.some(({ kind, verdict }) => kind === 'deleted' && verdict !== 'contended'))
    found.push(problem(object, 'DeletedByHand', { what }));
  return found;
}

function namesOf(drifts: readonly Drift[]): string {
  return drifts.map(({ item }) => item).join(', ');
}
