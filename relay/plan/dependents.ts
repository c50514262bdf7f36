/**
 * Which operations are held because held operations are: those that need something only these would bring about. Pure.
 */
import { objectKey } from '../model/keys.ts';
import type { Operation } from '../model/operation.ts';
import { specOf } from '../operations/registry.ts';
import type { Need } from '../operations/spec.ts';

/** Returns a function that tells whether an operation has to wait for one of these. */
export function dependsOn(held: readonly Operation[]): (operation: Operation) => boolean {
  const [created, disabled] = [new Set<string>(), new Set<string>()];
  for (const { kind, key } of held) {
    const { does } = specOf(kind);
    if ('creates' in does && does.creates !== 'team') created.add(key);
    if ('retires' in does && does.retires === 'disabled') disabled.add(key);
  }
  if (created.size + disabled.size === 0) return () => false;
  const isMissing = (need: Need): boolean => {
    switch (need.what) {
      case 'school':
      case 'class':
      case 'group':
        return created.has(objectKey(need.what, need.id));
      case 'person':
        return created.has(need.key);
      case 'people':
        return need.keys.every((key) => created.has(key));
      case 'disabled':
        return disabled.has(need.key);
      // The plan does not show other owners of the class, no operation creates such a group, and the other needs never wait
      // for a person.
      case 'owners':
      case 'otherOwner':
      case 'otherGroup':
      case 'noGroup':
      case 'members':
      case 'ending':
        return false;
    }
  };
  return (operation) => specOf(operation.kind).needs(operation).some(isMissing);
}
