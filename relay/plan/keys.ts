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

export function hasKeys({ schools, people, sections }: Keys): boolean {
  return schools.size + people.size + sections.size > 0;
}
