/** What operations wait for, in words for people. Pure. */
import { groupingWords } from '../model/grouping.ts';
import { asGroupingId, idIn, isClassKey, isGroupKey, type OperationKey } from '../model/keys.ts';
import type { DoubtKind, TurnProgress, WaitReason } from '../model/waiting.ts';

/** @param object `class:77`, `school:1`, `students:123` @returns the name with the id, where the name is known */
export type NameOf = (object: string) => string;

/** The object that a thing is, or is of: `class:77` of `owners:77`. Things are named in needs.ts. */
export function objectOfThing(thing: string): string {
  const id = thing.slice(thing.indexOf(':') + 1);
  if (/^(owners|members|ending):/.test(thing)) return `class:${id}`;
  return thing.startsWith('disabled:') ? id : thing;
}

/** `the class Algebra 1 (section 77)`, `an owner of Algebra 1 (section 77)`. */
export function thingWords(thing: string, nameOf: NameOf): string {
  const name = nameOf(objectOfThing(thing));
  const [what] = thing.split(':', 1);
  switch (what) {
    case 'class':
    case 'school':
      return `the ${what} ${name}`;
    case 'group':
      return `the security group of ${name}`;
    case 'owners':
      return `an owner of the class ${name}`;
    case 'members':
      return `the members of the class ${name}`;
    case 'ending':
      return `the other changes of the class ${name}`;
    case 'disabled':
      return `the disabling of the account of ${name}`;
    default:
      return `the account of ${name}`;
  }
}

/** Where nothing is known but the id: `section 77`, `students:123`. */
export function idWords(object: string): string {
  if (isClassKey(object)) return `section ${idIn(object)}`;
  if (isGroupKey(object)) return groupingWords(asGroupingId(idIn(object)), () => undefined);
  return object.startsWith('school:') ? idIn(object as OperationKey) : object;
}

const doubtWords: Record<DoubtKind, string> = {
  first: 'it may exist already',
  lost: 'the answer was lost',
  conflict: 'something else has its name',
  there: 'it may be done already',
  missing: 'Microsoft 365 does not know something that it refers to',
  denied: 'Microsoft 365 denied it',
};

/** Of a reason that is the last of its chain: `is looked up again at …: the answer was lost`. */
export function rootWords(reason: Exclude<WaitReason, { for: 'need' | 'missing' }>): string {
  switch (reason.for) {
    case 'look':
      return `is looked up again at ${reason.until}, because ${doubtWords[reason.doubt]}`;
    case 'team':
      return `waits for Microsoft Teams, which is asked again at ${reason.until}`;
    case 'retry':
      return `is tried again at ${reason.until} (${reason.code})`;
    case 'hold':
      return `is held until somebody decides about ${reason.hold}`;
  }
}

/** `A run is in progress: 12000 operations are still to be sent, about 11 minutes at the current rate.` */
export function progressWords(progress: TurnProgress | undefined): string {
  if (progress === undefined) return 'A run is in progress.';
  const left = leftIn(progress);
  const { time } = progress.waiting;
  const aside = time === 0 ? '' : ` ${time} more ${time === 1 ? 'is' : 'are'} set aside for a time.`;
  const minutes = minutesLeft(progress);
  const rate =
    minutes === undefined ? '' : `, about ${minutes} ${minutes === 1 ? 'minute' : 'minutes'} at the current rate`;
  return `A run is in progress: ${left} operations were still to be done at ${progress.at}${rate}.${aside}`;
}

/** Operations that are on their way, apart from those that are set aside. */
export function leftIn({ waiting: { time: _aside, ...waiting } }: TurnProgress): number {
  return Object.values(waiting).reduce((sum, count) => sum + count, 0);
}

/** Undefined where the rate is not known, or nothing was done of late. */
export function minutesLeft(progress: TurnProgress): number | undefined {
  const { perMinute = 0 } = progress;
  return perMinute === 0 ? undefined : Math.ceil(leftIn(progress) / perMinute);
}
