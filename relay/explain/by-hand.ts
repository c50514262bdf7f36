/** Manual changes in Microsoft 365, as steps: what was found, since when, what happens about it, and what to do. */

import { type Drift, isOfMembership, membershipOf, targetObject } from '../drift/ledger.ts';
import { driftProblems } from '../drift/report.ts';
import { sentenceOf } from '../drift/words.ts';
import { classKey, objectOf, type SectionId } from '../model/keys.ts';
import type { PersonKey } from '../model/person-key.ts';
import type { Does } from '../operations/spec.ts';
import type { DriftPolicy } from '../profile/drift.ts';
import type { Facts, Frame } from './known.ts';
import { held, type Step, waiting } from './step.ts';

/**
 * `class`: someone deleted it. `membership`: the person in the class. `school`: the school, or the person or the class
 * in it. `group`: the person in a security group. `values`: those of account and class.
 */
type Place = 'class' | 'membership' | 'school' | 'group' | 'values';

/** Without what has been repaired, except for memberships: whoever asks about one wants to know that, too. */
export function byHandAt({ byHand }: Pick<Facts, 'byHand'>, place: Place): Drift[] {
  return byHand.filter((drift) => placeOf(drift) === place && (place === 'membership' || drift.state !== 'repaired'));
}

function placeOf({ kind, object }: Drift): Place {
  if (objectOf(object).kind === 'group') return 'group';
  if (kind === 'changed') return 'values';
  if (objectOf(object).kind === 'school') return 'school';
  return kind === 'deleted' ? 'class' : 'membership';
}

export function byHandStep(stage: Step['stage'], drift: Drift, facts: Frame): Step {
  const { state, verdict, kind, repairs, firstAt, lastAt } = drift;
  const sentence = sentenceOf(drift);
  const found = `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)} in Microsoft 365`;
  const policy = `the profile's drift.${policies[kind]}`;
  const times = repairs === 1 ? 'once' : `${repairs} times`;
  if (state === 'repaired') {
    return { stage, status: 'ok', fact: `${found}; Hallpass repaired it ${times} since ${firstAt}.`, at: lastAt };
  }
  if (state === 'repairing') {
    const pending = waiting(stage, `${found}; by ${policy} Hallpass repairs it.`, facts);
    return held(stage, repairOf(drift), `${found}. Repairing it`, facts) ?? { ...pending, at: firstAt };
  }
  switch (verdict) {
    case 'repaired':
    case 'waiting': {
      if (facts.profile?.state !== 'enabled') return { ...waiting(stage, `${found}.`, facts), at: firstAt };
      const fact = `${found}, it seems: a recent write by Hallpass may not be visible yet.`;
      const next = 'Wait for the next comparison, at least ten minutes after the last one; it confirms the change.';
      return { stage, status: 'waiting', fact, at: firstAt, next };
    }
    case 'kept': {
      const fact = `${found}; by ${policy} Hallpass leaves it.`;
      if (kind !== 'missing') return { stage, status: 'ok', fact, at: firstAt };
      const next = 'Add it in Microsoft 365, or set drift.memberships to "repair" to have Hallpass do so.';
      return { stage, status: 'stopped', fact, at: firstAt, next };
    }
    case 'reported':
    case 'contended': {
      const outcome =
        verdict === 'reported'
          ? `by ${policy} Hallpass reports it and leaves it.`
          : `Hallpass repaired it ${times}, and somebody undid that each time, so Hallpass leaves it.`;
      const [problem] = driftProblems([drift]);
      const next = problem === undefined ? {} : { next: problem.action };
      return { stage, status: 'stopped', fact: `${found}; ${outcome}`, at: firstAt, ...next };
    }
  }
}

const policies = {
  missing: 'memberships',
  foreign: 'foreignMembers',
  changed: 'attributes',
  deleted: 'deletedObjects',
} as const satisfies Record<Drift['kind'], keyof DriftPolicy>;

/** What repairs it. */
function repairOf({ kind, object, item }: Drift): Does {
  switch (kind) {
    case 'changed':
      return { updates: objectOf(object).kind };
    case 'deleted':
      return { creates: objectOf(object).kind };
    case 'missing':
      return { adds: membershipOf(item).relation };
    case 'foreign':
      return { removes: membershipOf(item).relation };
  }
}

/**
 * Whether a difference concerns this person, or this class.
 *
 * @param sectionId undefined when nobody asks about a class
 */
export function concerns({ kind, object, item }: Drift, subject: PersonKey, sectionId: SectionId | undefined): boolean {
  const about: readonly string[] = sectionId === undefined ? [subject] : [subject, classKey(sectionId)];
  if (isOfMembership({ kind })) {
    const target = targetObject(item);
    return objectOf(object).kind !== 'class' ? about.includes(target) : target === subject && about.includes(object);
  }
  const isAround = kind === 'deleted' && ['school', 'group'].includes(objectOf(object).kind);
  return about.includes(object) || isAround;
}
