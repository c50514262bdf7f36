/** Which objects of a district a plan looks at: those whose desired state may have changed, or all of them. */
export interface Keys {
  schools: Set<string>;
  /** Person keys, `students:123`. */
  people: Set<string>;
  /** Section ids. */
  sections: Set<string>;
}

export function noKeys(): Keys {
  return { schools: new Set(), people: new Set(), sections: new Set() };
}

export function addKeys(to: Keys, from: Keys): void {
  for (const id of from.schools) to.schools.add(id);
  for (const key of from.people) to.people.add(key);
  for (const id of from.sections) to.sections.add(id);
}

/** The two parts of an object (`class:77`, `school:1`, `students:123`): the kind in the applied state, and the key there. */
export function objectOf(object: string): { kind: 'class' | 'school' | 'user'; key: string } {
  const [prefix] = object.split(':');
  if (prefix === 'class' || prefix === 'school') return { kind: prefix, key: object.slice(prefix.length + 1) };
  return { kind: 'user', key: object };
}

/** What has to be planned for these objects. */
export function keysOfObjects(objects: Iterable<string>): Keys {
  const keys = noKeys();
  const sets = { school: keys.schools, class: keys.sections, user: keys.people };
  for (const object of objects) {
    const { kind, key } = objectOf(object);
    sets[kind].add(key);
  }
  return keys;
}
