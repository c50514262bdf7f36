/**
 * The operations in a plan that are caused by the profile: the previous profile would not have planned them from the
 * same roster. Pure. People choose a profile and see its effects in a preview; they do not choose PowerSchool's
 * changes.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Operation, Plan } from '../model/operation.ts';
import { specOf } from '../operations/registry.ts';
import type { Profile } from '../profile/profile.ts';

/** Words for parts of a profile; other parts are called by their name. */
const words: Record<string, string> = {
  'classes.name': 'class name pattern',
  'classes.unsupportedCharacters': 'rule for unsupported characters in class names',
  'classes.displayName': 'rule for class names',
  grades: 'spelling of grade levels',
  preRegistered: 'choice about pre-registered students',
  schools: 'list of schools',
};

/**
 * @param before the plan that the profile of the last successful run would make now
 * @param changed from {@link changedParts}; empty if the profile is the same
 */
export function nameCauses(plan: Plan, before: Plan, changed: readonly string[]): Plan {
  const known = new Map(before.map((operation) => [nameOf(operation), operation]));
  return plan.map((operation) => {
    const { guard } = specOf(operation.kind);
    if (!('causes' in guard)) return operation;
    const same = known.get(nameOf(operation));
    if (same === undefined) return dueToProfile(operation, guard.causes, changed);
    return isDeepStrictEqual(bodyOf(same), bodyOf(operation)) ? dueToOthers(operation) : operation;
  });
}

function dueToProfile(operation: Operation, parts: readonly string[], changed: readonly string[]): Operation {
  const own = changed.filter((name) => parts.some((part) => name === part || name.startsWith(`${part}.`)));
  const named = (own.length > 0 ? own : changed).map((name) => words[name] ?? name);
  // Keeps a reason that says more than that the profile is the cause.
  const reason = operation.reason.startsWith('the profile ')
    ? operation.reason
    : `the profile's ${named.join(' and ')} changed`;
  return { ...operation, reason, byProfile: true };
}

/** The earlier profile would have done the same: the added values were filled in in PowerSchool. */
function dueToOthers(operation: Operation): Operation {
  if (!operation.reason.startsWith('the profile has ')) return operation;
  const { guard } = specOf(operation.kind);
  const record = 'record' in guard ? guard.record : 'record';
  return { ...operation, reason: `the ${record} changed in PowerSchool` };
}

function nameOf(operation: Operation): string {
  const { kind, key } = operation;
  return JSON.stringify([kind, key, 'personKey' in operation ? operation.personKey : '']);
}

function bodyOf(operation: Operation): unknown {
  return 'body' in operation ? operation.body : undefined;
}

/** Parts that do not affect what is written: how much, when, and whether at all. */
const others = ['version', 'name', 'state', 'guards', 'schedule', 'drift'];

/** Parts of the profile that differ, such as `classes.name`; empty if both write the same. */
export function changedParts(before: Profile, now: Profile): string[] {
  const differing: string[] = [];
  for (const name of Object.keys({ ...before, ...now }) as (keyof Profile)[]) {
    const [was, is]: unknown[] = [before[name], now[name]];
    if (others.includes(name) || isDeepStrictEqual(was, is)) continue;
    if (!isParts(was) || !isParts(is) || name === 'grades') differing.push(name);
    else {
      const inner = Object.keys({ ...was, ...is }).filter((key) => !isDeepStrictEqual(was[key], is[key]));
      differing.push(...inner.map((key) => `${name}.${key}`));
    }
  }
  return differing.sort();
}

function isParts(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
